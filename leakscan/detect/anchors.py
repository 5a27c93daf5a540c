"""Runs of letters and digits, and whether a value stands alone or is a piece of something longer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from leakscan.detect.lazy import lazy
from leakscan.model import Span

LONGEST_ESCAPE = 5  # an escape that sticks to a value makes its run so much longer
_QUOTED_PRINTABLE = (b"3D", b"22", b"27")
_PER_CENT = lazy(rb"(?:25)?[0-9A-Za-z]{2}")  # what follows it in %3D and in %253D
_LONG_PIECE = lazy(rb"[A-Za-z0-9+/_-]{16}")


def iter_run_values(data: bytes, runs: Iterable[tuple[int, int]], length: int) -> Iterator[Span]:
    """The last `length` characters of each run, if only an escape stands before them, and no other piece beside."""
    for start, end in runs:
        begin = end - length
        if _is_whole(data, start, begin, end):
            yield Span(begin, end)


def stands_alone(data: bytes, span: Span) -> bool:
    """False for a piece of a JSON Web Token, joined to another long piece by a dot."""
    start, end = span
    return not (
        (data[start - 1 : start] == b"." and _LONG_PIECE.fullmatch(data, max(0, start - 17), start - 1))
        or (data[end : end + 1] == b"." and _LONG_PIECE.match(data, end + 1))
    )


def _is_whole(data: bytes, start: int, begin: int, end: int) -> bool:
    """False for a piece of a token in parts. `data[start:begin]` is the rest of the run before the value: only an
    escape (backslash n, %3D, \\u003d) may stand there."""
    before = data[start - 1 : start] if start else b""
    if before == b"." or data[end : end + 1] == b".":
        return begin == start and stands_alone(data, Span(start, end))
    if begin == start:
        return True
    rest = data[start:begin]
    if before == b"\\":
        return rest in (b"n", b"r", b"t") or (rest[:1] in b"ux" and len(rest) in (3, 5))
    if before == b"%":  # in a URL, or in one that stands in another one
        return _PER_CENT.fullmatch(rest) is not None
    return before == b"=" and rest in _QUOTED_PRINTABLE
