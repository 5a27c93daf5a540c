"""Two scans of one repository, the second with what the first one remembers; and what one by git tells."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from gitrepo import opened

from leakscan.anchors import AnchorSpec
from leakscan.gitstore.containers import take_stock
from leakscan.gitstore.fresh import Known
from leakscan.gitstore.memory import Memory, decode
from leakscan.gitstore.named import NameTests
from leakscan.gitstore.recalled import Recalled
from leakscan.gitstore.remember import is_sound, remember
from leakscan.gitstore.sweep import Sweep
from leakscan.gitstore.trees import Untraceable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from leakscan.gitstore import Placement, Store, StoredObject
    from leakscan.model import Failure

SPEC = AnchorSpec(64, 69, (b"key",))
NAME = b"key-0123456789Abcdef.txt"  # of such files, names are looked at
TESTS = NameTests(lambda name: name == NAME, lambda path: NAME in path)


def visit(stored: StoredObject) -> str | None:
    """What holds a key is found, in contents and in texts."""
    return stored.oid if stored.data.startswith(b"key") or b"\n\nkey" in stored.data else None


class Answers(NamedTuple):
    placements: dict[str, tuple[Placement, ...]]
    refs: dict[str, tuple[str, ...]]
    failures: list[Failure]
    named: set[str]


class Scan(NamedTuple):
    answers: Answers
    memory: Memory | None
    is_whole: bool


def answers(store: Store, found: list[str]) -> Answers:
    """The questions of a scan, in its order."""
    kinds = store.reader.kinds(found)
    blobs = [oid for oid in found if kinds[oid] == "blob"]
    store.trace(blobs, TESTS)
    store.check_connectivity()
    placements = store.attribute(blobs)
    commits = {commit.oid for places in placements.values() for place in places for commit in place.added}
    commits |= store.commits([oid for oid in found if kinds[oid] == "commit"]).keys()
    return Answers(placements, store.refs_reaching(sorted(commits)), store.failures, store.named)


def counted(sweep: Sweep, before: Memory | None = None) -> dict[str, int]:
    found = Counter({f"{kind}s": sweep.totals[kind] for kind in ("blob", "commit", "tag")})
    found["bytes"] = sweep.totals["blob bytes"] + sweep.totals["text bytes"]
    return {name: found[name] + (before.counts[name] if before else 0) for name in (*found, "bytes")}


def scan(path: Path) -> Scan:
    """All of it, by our own reader."""
    with opened(path) as store:
        sweep = store.keep_open(Sweep(store, SPEC))
        found = list(sweep.run(visit, texts=True))
        store.adopt(sweep.history())
        told = answers(store, found)
        stock = take_stock(store.object_dirs, store.layout.hex_length // 2)
        memory = remember(store, "key", stock, counted(sweep), found)
        return Scan(told, memory, store.history is not None)


@contextmanager
def recalled(path: Path, memory: Memory) -> Iterator[tuple[Store, Sweep, list[str]]]:
    """A store that answers from what is remembered and what is new, the sweep of that, and all that was found."""
    memory = decode(memory.encode(), "key", 20)
    with opened(path) as store:
        known = Known(memory.containers, store.object_dirs, 20)
        sweep = store.keep_open(Sweep(store, SPEC, known=known))
        found = sorted([*sweep.run(visit, texts=True), *memory.found])
        history = Recalled(store, memory, sweep.fresh())
        store.adopt(history)
        kinds = store.reader.kinds(found)
        history.prepare([oid for oid in found if kinds[oid] == "blob"], TESTS)
        if not is_sound(store):
            raise Untraceable
        yield store, sweep, found


def scan_again(path: Path, memory: Memory) -> Scan:
    """What is new, with what is remembered. Untraceable."""
    with recalled(path, memory) as (store, sweep, found):
        told = answers(store, found)
        again = remember(store, "key", take_stock(store.object_dirs, 20), counted(sweep, memory), found)
        return Scan(told, again, store.history is not None)


def plain(memory: Memory) -> dict[str, Any]:
    """The same whatever the order of commits and of those that are traced."""
    ids = [memory.ids[at : at + 20].hex() for at in range(0, len(memory.ids), 20)]
    size = memory.mask_bytes
    masks = [int.from_bytes(memory.masks[at * size : (at + 1) * size], "little") for at in range(len(ids))]
    lists = ("shallow", "found", "changed", "trees", "tips", "absent", "missing", "traced", "named")
    return {name: sorted(getattr(memory, name)) for name in lists} | {
        "orders": dict(zip(ids, memory.orders, strict=True)),
        "reached": dict(zip(ids, memory.reached, strict=False)),
        "masks": {
            oid: sorted(tip for bit, tip in enumerate(memory.traced) if mask >> bit & 1)
            for oid, mask in zip(ids, masks, strict=True)
        },
        "stamps": memory.containers.stamps,
        "counts": memory.counts,
    }
