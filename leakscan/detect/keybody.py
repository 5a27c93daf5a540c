"""DER in base64 without its END line, or without any header at all: how long it is, it says itself."""

from __future__ import annotations

import binascii
from collections.abc import Iterator

from leakscan.anchors import KEY_HEAD
from leakscan.detect.lazy import lazy
from leakscan.detect.privatekey import PrivateKey, parse_der
from leakscan.model import Span

_START = lazy(KEY_HEAD)
_MIN_LETTERS = 60  # in one line: by such runs the history engine knows them
_BODY = lazy(rb"[A-Za-z0-9+/]+")
_PADDING = lazy(rb"={0,2}")
# Between two lines: line ends, also escaped, indentation, quotes, comment marks; a plus only beside one of these.
_GAP = lazy(
    rb"(?:\\+(?:[nrt]|u000[aAdD])|\\/|&#(?:10|13);|[\s\"'`,;.&()\\#*>]|(?<=[\s\"'`])\+(?=[\s\"'`\\])|%0[aAdD]){1,80}"
)
_ESCAPED_LETTERS = (b"\\n", b"\\r", b"\\t")
_LETTER = lazy(rb"[A-Za-z0-9+/=]")


def iter_bare_keys(data: bytes) -> Iterator[PrivateKey]:
    """Private keys in base64 with no header: `KEY=MIIEv…`, in one line or in several."""
    done = 0
    for match in _START.finditer(data):
        start = match.start()
        line = _BODY.match(data, start) if start >= done and _starts_here(data, start) else None
        if line and len(line[0]) >= _MIN_LETTERS:
            key = read_bare_key(data, start, "base64 without a header")
            if key is not None:
                yield key
                done = key.span.end


def read_bare_key(data: bytes, start: int, form: str) -> PrivateKey | None:
    """The key whose DER starts at `start` in base64."""
    wanted = _letters_of(data[start : start + 8])
    if wanted is None or wanted < _MIN_LETTERS:
        return None
    gathered = gather(data, start, wanted)
    if gathered is None:
        return None
    body, end = gathered
    try:
        der = binascii.a2b_base64(body + b"=" * (-len(body) % 4))
    except binascii.Error:
        return None
    return parse_der(Span(start, end), der, form)


def gather(data: bytes, start: int, wanted: int) -> tuple[bytes, int] | None:
    """`wanted` letters of base64 from lines however they are dressed, and where they end with the padding; None if
    there are fewer."""
    pieces: list[bytes] = []
    place = start
    while wanted > 0:
        line = _BODY.match(data, place)
        if line is None:
            return None
        piece = line[0][:wanted]
        pieces.append(piece)
        wanted -= len(piece)
        place = line.start() + len(piece)
        if wanted:
            gap = _GAP.match(data, place)
            if gap is None:
                return None
            place = gap.end()
    padding = _PADDING.match(data, place)
    return b"".join(pieces), padding.end() if padding else place


def _starts_here(data: bytes, start: int) -> bool:
    before = data[start - 1 : start] if start else b""
    return not _LETTER.match(before) or before == b"=" or data[max(0, start - 2) : start] in _ESCAPED_LETTERS


def _letters_of(head: bytes) -> int | None:
    """How many letters of base64, padding left out, the DER sequence takes that starts with these eight; None if it
    is none."""
    try:
        der = binascii.a2b_base64(head)
    except binascii.Error:
        return None
    if len(der) < 5 or der[0] != 0x30:
        return None
    if der[1] < 0x80:
        size = 2 + der[1]
    elif der[1] == 0x81:
        size = 3 + der[2]
    elif der[1] == 0x82:
        size = 4 + (der[2] << 8) + der[3]
    else:
        return None
    return -(-size * 4 // 3)
