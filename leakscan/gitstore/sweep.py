"""Looks at what each version of a history added: finds the blobs that hold an anchor, each blob once.

A delta is looked at around its seams (see kernel_reference.py). An anchor that touches none stands in the base too,
so a target holds an anchor only if one touches a seam of it, or if its base held one; then it is looked at whole."""

from __future__ import annotations

import codecs
import contextlib
import functools
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar

from leakscan.anchors import AnchorSpec, Matcher, begins_bare
from leakscan.gitstore import kernel
from leakscan.gitstore.catalog import Catalog
from leakscan.gitstore.deal import Dealer
from leakscan.gitstore.forest import HELD_BYTES, Forest, Lost
from leakscan.gitstore.fresh import Fresh, Known, read_fresh
from leakscan.gitstore.history import History
from leakscan.gitstore.links import Links, StoredCommits
from leakscan.gitstore.objects import MAX_OBJECT_BYTES, StoredObject
from leakscan.gitstore.remains import Remains
from leakscan.gitstore.trees import Trees, Untraceable

if TYPE_CHECKING:
    from leakscan.gitstore.store import Store

T = TypeVar("T")
Visit = Callable[[StoredObject], T | None]
COMMIT, BLOB, TAG = 1, 3, 4
_KIND_NAMES: Final = {COMMIT: "commit", BLOB: "blob", TAG: "tag"}
_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # that of little-endian UTF-32 starts with the first
_HEAD_BYTES = 4096


@dataclass(slots=True)
class _Share:
    """What came of one task."""

    results: list[tuple[str, Any]] = field(default_factory=list)
    lost: list[Lost] = field(default_factory=list)
    totals: Counter[str] = field(default_factory=Counter)
    links: Links = field(default_factory=Links)

    def add(self, visit: Visit[Any], found: StoredObject) -> None:
        result = visit(found)
        if result is not None:
            self.results.append((found.oid, result))

    def count(self, kind: str, objects: int, size: int) -> None:
        self.totals[kind] += objects
        self.totals["blob bytes" if kind == "blob" else "text bytes"] += size


class Sweep:
    """A context manager over an open store. `totals` counts what was looked at so far: "blob", "commit" and "tag"
    objects, "blob bytes" and "text bytes". What is `known` is passed over."""

    def __init__(
        self,
        store: Store,
        spec: AnchorSpec,
        *,
        jobs: int = 1,
        held_bytes: int = HELD_BYTES,
        object_bytes: int = MAX_OBJECT_BYTES,
        known: Known | None = None,
    ) -> None:
        self._store = store
        self._matcher = Matcher(spec)
        self._openings = (*_WIDE_MARKS, *spec.openings)
        self._hex_length = store.layout.hex_length
        self._catalog = Catalog(
            store.reader.folders,
            self._hex_length // 2,
            store.faults,
            limit=object_bytes,
            skip=known.files if known else (),
        )
        self._forest = Forest(self._catalog, held_bytes=held_bytes, elsewhere=self._elsewhere)
        self._dealer = Dealer(self._forest, jobs)
        self._remains = Remains(store, self._forest)
        if known:
            nodes = range(len(self._catalog))
            self._remains.surplus |= {node for node in nodes if known.holds(self._catalog.names.name(node))}
        self._suspect = bytearray(len(self._catalog))
        self.totals: Counter[str] = Counter()
        self._links = Links()
        self._is_whole = self._lost = False

    def __enter__(self) -> Sweep:
        return self

    def __exit__(self, *_: object) -> None:
        self._catalog.close()

    def run(
        self, visit: Visit[T], *, texts: bool = False, go_on: Callable[[], bool] = lambda: True
    ) -> Iterator[T]:
        """What `visit` gives for each blob that must be looked at closely, if not None; by oid. With `texts`, of
        commits and tags too.

        It is called in worker processes if there is much to do and `jobs` allows it: start no thread before. `go_on`
        is asked every now and then, here; once it says no, what was found so far is all."""
        results: list[tuple[str, T]] = []
        lost: list[Lost] = []
        kinds = (BLOB, COMMIT, TAG) if texts else (BLOB,)
        stopped = False
        roots = self._forest.roots(kinds)
        with contextlib.closing(self._dealer.run(roots, lambda task: self._work(task, visit))) as shares:
            for share in shares:
                if share is not None:
                    self.totals += share.totals
                    results += share.results
                    lost += share.lost
                    self._links += share.links
                if stopped := not go_on():
                    break
        self._record_dead()
        self._lost = bool(lost)
        lost_links = any(self._catalog.kinds[entry.node] != BLOB for entry in lost)
        self._is_whole = texts and not (
            stopped or lost_links or self._dealer.dead or self._forest.unreached()
        )
        for found in () if stopped else self._remains.read(lost, kinds):
            share = _Share()
            share.count(found.kind, 1, len(found.data))
            if self._matcher.has_anchor(found.data) or self._is_opaque(found.data):
                share.add(visit, found)
            self.totals += share.totals
            results += share.results
            if not go_on():
                break
        results.sort(key=lambda result: result[0])
        for _, result in results:
            yield result

    def history(self, go_on: Callable[[], bool] = lambda: True) -> History | None:
        """What there is to know of commits and trees, if all objects could be read. It works while this is open."""
        if not self._is_whole:
            return None
        trees = Trees(self._forest, self._dealer, self._hex_length // 2, go_on)
        return History(self._forest, trees, StoredCommits(self._forest, self._links))

    def fresh(self) -> Fresh:
        """The commits and trees that are not known. Untraceable if not all could be read."""
        if not self._is_whole or self._lost:
            raise Untraceable
        return read_fresh(self._forest, self._remains.surplus, self._hex_length)

    def holds(self, oid: str) -> bool:
        """Whether it is among what was looked at, or what was recorded as damaged."""
        return self._catalog.find(oid) >= 0

    def _elsewhere(self, oid: str) -> bytes | None:
        """What git reads; where it cannot, the reader records that."""
        return next((found.data for found in self._store.reader.fetch([oid])), None)

    def _record_dead(self) -> None:
        for task in self._dealer.dead:
            nodes = sum(1 for root in task for _ in self._forest.below(root))
            reason = f"the worker that read them was ended twice: {nodes:,} objects were not scanned"
            self._store.faults.add("unreadable", self._catalog.oid(task[0]), reason)

    def _work(self, task: list[int], visit: Visit[T]) -> _Share:
        share = _Share()
        matcher, catalog = self._matcher, self._catalog
        apply = functools.partial(kernel.apply_and_look, matcher)
        look = kernel.Look(matcher.has_anchor, self._suspect, self._remains.surplus, self._openings)
        for root in task:
            kind = _KIND_NAMES[catalog.kinds[root]]
            look.everything = is_commit = kind == "commit"
            for node, data, touches in self._forest.walk(root, apply, share.lost, bytes, look):
                if is_commit:
                    share.links.add(self._forest, node, data, self._hex_length)
                if touches or not is_commit:
                    anchored = touches if kind == "blob" else None
                    share.add(visit, StoredObject(catalog.oid(node), kind, data, anchored))
                del data  # the next is made while this one would still be held
            share.count(kind, *look.take())
        return share

    def _is_opaque(self, data: bytes) -> bool:
        """It may be UTF-16 or UTF-32, which have NULs between letters, an archive, if behind a script, or nothing but
        values: no anchor shows in them."""
        opens = data.startswith(self._openings) or begins_bare(data)
        return opens or b"\0" in data[:_HEAD_BYTES] or b"\0" in data[-_HEAD_BYTES:]
