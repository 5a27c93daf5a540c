"""What git's raw comparisons say: which blob came to which path, and what it replaced there."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


_GITLINK = b"160000"


class Change(NamedTuple):
    """`new`: the blob that stands at `path` now, empty if nothing does; `olds`: those that it replaced there;
    `commit`: who did it, empty for the index."""

    path: bytes
    new: str
    olds: tuple[str, ...]
    commit: str = ""


def parse_raw(output: bytes, commit: str = "") -> Iterator[Change]:
    """The answer of `diff-index --raw -z`. Submodules hold no content and are left out."""
    tokens = iter(output.split(b"\0"))
    for token in tokens:
        if token.startswith(b":"):
            yield _change(token, next(tokens), commit)


def parse_history(tokens: Iterator[bytes], hex_length: int) -> Iterator[Change]:
    """The answer of `diff-tree --stdin -c --raw -z`: the id of each commit, and its changes behind it."""
    commit = ""
    for token in tokens:
        if token.startswith(b":"):
            path = next(tokens, None)
            if path is not None:
                yield _change(token, path, commit)
        elif len(token.strip()) == hex_length:
            commit = token.strip().decode()


def _change(token: bytes, path: bytes, commit: str) -> Change:
    """`:MODE MODE ID ID STATUS`, or for a merge a colon, a mode and an id more for each further parent."""
    facts = token.lstrip(b":").split(b" ")
    parents = len(token) - len(token.lstrip(b":"))
    modes, ids = facts[: parents + 1], facts[parents + 1 : 2 * parents + 2]
    blobs = [
        sys.intern(oid.decode()) if mode != _GITLINK and oid.strip(b"0") else ""
        for mode, oid in zip(modes, ids, strict=True)
    ]
    return Change(path, blobs[-1], tuple(oid for oid in blobs[:-1] if oid), commit)


def intersect(compared: Sequence[Sequence[Change]]) -> list[Change]:
    """What differs from every parent: what equals one of them came from there."""
    first, *others = compared
    for other in others:
        olds = {change.path: change.olds for change in other}
        first = [c._replace(olds=c.olds + olds[c.path]) for c in first if c.path in olds]
    return list(first)
