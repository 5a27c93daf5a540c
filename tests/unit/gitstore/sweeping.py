"""What a sweep must find, told by the plainest means: every object whole, through git, by a regular expression."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from leakscan.anchors import AnchorSpec, reference
from leakscan.anchors.reference_hidden import hides
from leakscan.anchors.reference_tokens import is_costly, is_name, may_be_drawn
from leakscan.gitstore import kernel, kernel_reference, kernel_reference_walk, sweep
from leakscan.gitstore.sweep import Sweep

if TYPE_CHECKING:
    import pytest

    from leakscan.gitstore import Store, StoredObject

SPEC = AnchorSpec(64, 69, (b"PRIVATE KEY",))
NAMES = ("apply", "apply_and_look", "grow", "parse_headers", "sort_offsets")
WAYS = ("Look", "Paths", "Stock", "read_links")


def holds_anchor(data: bytes, spec: AnchorSpec = SPEC) -> bool:
    plain = rb"(?<![0-9A-Za-z+/_-])[0-9A-Za-z]{%d}(?![0-9A-Za-z+/_=-])" % spec.shortest
    escaped = rb"(?<=[\\%%=])[0-9A-Za-z]{%d,%d}(?![0-9A-Za-z+/_=-])" % (spec.shortest, spec.longest)
    runs = re.findall(plain, data) + re.findall(escaped, data)
    if any(re.search(b"[^0-9a-fA-F]", run) and is_costly(run) for run in runs) or any(
        literal in data for literal in spec.literals
    ):
        return True
    if spec.hidden and hides(data, 0, len(data)):
        return True
    phrases = re.finditer(rb"(?<![a-z])(?<![a-z] )(?:[a-z]{3,8} ){23}[a-z]{3,8}(?![a-z]| [a-z])", data)
    if spec.phrases and any(spec.accepts is None or spec.accepts(b"", p[0], b"") for p in phrases):
        return True
    tokens = re.finditer(rb"(?<![\w+/-])[A-Za-z0-9+/_-]{16,136}(?![\w+/-])", data)
    return any(
        is_anchored(data[max(0, t.start() - 64) : t.start()], t[0], data[t.end() : t.end() + 3], spec)
        for t in tokens
    )


def is_anchored(before: bytes, token: bytes, after: bytes, spec: AnchorSpec) -> bool:
    kinds = ["d" if chr(c).isdigit() else "u" if chr(c).isupper() else "l" for c in token if chr(c).isalnum()]
    changes = sum(map(str.__ne__, kinds, kinds[1:]))
    often = changes >= len(kinds) / 4 or ("d" in kinds and changes >= len(kinds) / 10)
    told = token.startswith(spec.heads) or any(hint in before.lower() for hint in spec.hints)
    accepted = spec.accepts is None or spec.accepts(before, token, after)
    drawn = not is_name(before, token, after) and may_be_drawn(before, token)
    return changes > 0 and often and drawn and told and accepted


def is_wide(data: bytes) -> bool:
    return data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data[:4096]


def is_bare(data: bytes) -> bool:
    return len(data) <= 512 and re.match(rb"[^A-Za-z0-9+/_-]{0,11}[A-Za-z0-9+/_-]{16}", data) is not None


def expected(store: Store, spec: AnchorSpec = SPEC) -> list[tuple[str, bytes]]:
    return sorted(
        (found.oid, found.data)
        for found in store.iter_objects()
        if found.kind == "blob"
        and (holds_anchor(found.data, spec) or is_wide(found.data) or is_bare(found.data))
    )


def swept(
    store: Store,
    spec: AnchorSpec = SPEC,
    *,
    jobs: int = 1,
    held_bytes: int = 96 << 20,
    object_bytes: int = 256 << 20,
) -> list[tuple[str, bytes]]:
    with Sweep(store, spec, jobs=jobs, held_bytes=held_bytes, object_bytes=object_bytes) as sweeping:
        return list(sweeping.run(lambda found: (found.oid, found.data)))


def swept_texts(store: Store) -> list[StoredObject]:
    """Every commit and tag: all have a line end, so that all are looked at."""
    with Sweep(store, AnchorSpec(64, 69, (b"\n",))) as sweeping:
        return list(sweeping.run(lambda found: found if found.kind != "blob" else None, texts=True))


def totals(store: Store, *, jobs: int = 1) -> tuple[int, int]:
    with Sweep(store, SPEC, jobs=jobs) as sweeping:
        list(sweeping.run(lambda found: None))
        return sweeping.totals["blob"], sweeping.totals["blob bytes"]


def use_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.setattr(kernel, name, getattr(kernel_reference, name))
    for name in WAYS:
        monkeypatch.setattr(kernel, name, getattr(kernel_reference_walk, name))
    monkeypatch.setattr(sweep, "Matcher", reference.Matcher)
