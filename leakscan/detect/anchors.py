"""The cheap sound test: where could a credential stand at all?

An anchor is decided by the bytes beside it alone, so that content without one is done with at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from leakscan.detect.pem import HEADER
from leakscan.model import Anchor, Span

RUN, PEM = "run", "pem"
HEADER_MARK = b"-----BEGIN"

# Letters and digits become "a", what base64 and identifiers add becomes "b", the rest a space.
_CLASSES = bytes(
    ord("a") if chr(byte).isalnum() and byte < 128 else ord("b") if byte in b"+/_-" else ord(" ")
    for byte in range(256)
)
_NOT_A = re.compile(b"[^a]")
LONGEST_ESCAPE = 5  # an escape that sticks to a value makes its run so much longer
_QUOTED_PRINTABLE = (b"3D", b"22", b"27")
_TOKEN_PIECE = 16


def iter_anchors(data: bytes, length: int) -> Iterator[Anchor]:
    """Private key headers, then runs of exactly `length` letters and digits that nothing of base64 touches."""
    if data.find(HEADER_MARK) >= 0:
        for header in HEADER.finditer(data):
            yield Anchor(PEM, Span(*header.span()))
    for span in _iter_runs(data, length):
        yield Anchor(RUN, span)


def _iter_runs(data: bytes, length: int) -> Iterator[Span]:
    if len(data) < length:
        return
    classes = data.translate(_CLASSES)
    needle = b"a" * length
    start = classes.find(needle)
    while start >= 0:
        stop = _NOT_A.search(classes, start + length)
        end = stop.start() if stop else len(data)
        begin = end - length
        if begin - start <= LONGEST_ESCAPE and _stands_alone(data, classes, start, begin, end):
            yield Span(begin, end)
        start = classes.find(needle, end)


def _stands_alone(data: bytes, classes: bytes, start: int, begin: int, end: int) -> bool:
    """False for a piece of something longer: base64, an identifier, a path, a token in parts. `data[start:begin]` is
    the rest of the run before the value: only an escape (backslash n, %3D, \\u003d) may stand there."""
    if classes[end : end + 1] == b"b" or data[end : end + 1] == b"=":
        return False
    before = data[start - 1 : start] if start else b""
    if before == b"." or data[end : end + 1] == b".":
        return begin == start and not _is_dotted(classes, start, end)
    if begin == start:
        return classes[start - 1 : start] != b"b" if start else True
    rest = data[start:begin]
    if before == b"\\":
        return rest in (b"n", b"r", b"t") or (rest[:1] in b"ux" and len(rest) in (3, 5))
    # %3D in a URL; =3D in quoted-printable mail
    return len(rest) == 2 and (before == b"%" or (before == b"=" and rest in _QUOTED_PRINTABLE))


def _is_dotted(classes: bytes, start: int, end: int) -> bool:
    """True if a dot joins the run to another long one: a piece of a JSON Web Token."""
    before, after = (
        classes[max(0, start - 1 - _TOKEN_PIECE) : max(0, start - 1)],
        classes[end + 1 : end + 1 + _TOKEN_PIECE],
    )
    return any(len(piece) == _TOKEN_PIECE and b" " not in piece for piece in (before, after))
