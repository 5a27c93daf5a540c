"""What a sweep must find, told by the plainest means: every object whole, through git, by a regular expression."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from leakscan.gitstore import kernel, kernel_reference, kernel_reference_walk
from leakscan.gitstore.sweep import AnchorSpec, Sweep

if TYPE_CHECKING:
    import pytest

    from leakscan.gitstore import Store, StoredObject

SPEC = AnchorSpec(64, 69, (b"PRIVATE KEY",))
NAMES = ("Matcher", "apply", "grow", "parse_headers", "sort_offsets")
WAYS = ("Look", "Paths", "Stock", "read_links")


def holds_anchor(data: bytes, spec: AnchorSpec = SPEC) -> bool:
    run = b"(?<![0-9A-Za-z])[0-9A-Za-z]{%d,%d}(?![0-9A-Za-z])" % (spec.shortest, spec.longest)
    return re.search(run, data) is not None or any(literal in data for literal in spec.literals)


def is_wide(data: bytes) -> bool:
    return data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data[:4096]


def expected(store: Store, spec: AnchorSpec = SPEC) -> list[tuple[str, bytes]]:
    return sorted(
        (found.oid, found.data)
        for found in store.iter_objects()
        if found.kind == "blob" and (holds_anchor(found.data, spec) or is_wide(found.data))
    )


def swept(
    store: Store,
    spec: AnchorSpec = SPEC,
    *,
    jobs: int = 1,
    held_bytes: int = 96 << 20,
    object_bytes: int = 256 << 20,
) -> list[tuple[str, bytes]]:
    with Sweep(store, spec, jobs=jobs, held_bytes=held_bytes, object_bytes=object_bytes) as sweep:
        return list(sweep.run(lambda found: (found.oid, found.data)))


def swept_texts(store: Store) -> list[StoredObject]:
    """Every commit and tag: all have a line end, so that all are looked at."""
    with Sweep(store, AnchorSpec(64, 69, (b"\n",))) as sweep:
        return list(sweep.run(lambda found: found if found.kind != "blob" else None, texts=True))


def totals(store: Store, *, jobs: int = 1) -> tuple[int, int]:
    with Sweep(store, SPEC, jobs=jobs) as sweep:
        list(sweep.run(lambda found: None))
        return sweep.totals["blob"], sweep.totals["blob bytes"]


def use_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.setattr(kernel, name, getattr(kernel_reference, name))
    for name in WAYS:
        monkeypatch.setattr(kernel, name, getattr(kernel_reference_walk, name))
