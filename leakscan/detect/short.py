"""Short values that are encoded or in pieces: their anchor is a token as of any value, and so is what tells them.

Long ones have marks of their own (leakscan/detect/hiding.py)."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable, Iterator

from leakscan.detect.rewrite import Piece
from leakscan.model import Span

_BASE64 = re.compile(rb"[A-Za-z0-9+/]{16,59}")
_DIGITS = re.compile(rb"(?:0[xX])?((?:[0-9a-f]{2}){12,29}|(?:[0-9A-F]{2}){12,29})")
_VALUE = re.compile(rb"[A-Za-z0-9+/_-]{10,}={0,2}")
_PADS = re.compile(rb"={0,2}")
_TOKEN = re.compile(rb"(?<![A-Za-z0-9+/_=-])[A-Za-z0-9+/]{16,59}(?![A-Za-z0-9+/_-])")
# A literal that another one follows: as far as three bytes show it, and as far as those before a token do.
_GOES_ON = re.compile(rb"[\"'`](?:[ \t]?[+.&\\\"'`]|\r?\n[ \t+.&\"'`])|\\\r?\n")
_LITERAL = rb"[!#-&(-\[\]-_a-~]{1,136}"  # no quote and no backslash
_WENT_BEFORE = re.compile(
    rb"(?<=[\"'`=])%b(?:[\"'`][ \t\r\n+.&\\]{1,32}[bBrRuUfF]{0,2}[\"'`]|\\\r?\n[ \t]{0,32})\Z" % _LITERAL
)
# Pieces with nothing but blanks between them are arguments as often, if not of an assignment or in parentheses.
_JOINED = re.compile(
    rb"(?:(?<=[=(:]) ?[\"'`](?P<adjacent>%b)(?P<blank>[\"'`] {1,4}[\"'`])"
    rb"|[\"'`](?P<piece>%b)(?P<joint>[\"'`](?=[ \t]*[\r\n+.&\\])[ \t\r\n+.&\\]{1,32}[bBrRuUfF]{0,2}[\"'`]"
    rb"|\\\r?\n[ \t]{0,32}))(?=%b[\"'`\\])" % (_LITERAL, _LITERAL, _LITERAL)
)
_BESIDE = 300


def decoded(token: bytes, after: bytes) -> Piece | None:
    """The value that a token is base64 or hexadecimal digits of; `after`: what follows it. Places from its start."""
    if digits := _DIGITS.fullmatch(token):
        value = binascii.unhexlify(digits[1])
        if _VALUE.fullmatch(value):
            return Piece(Span(0, len(token)), value, "hexadecimal decoded")
    if not _BASE64.fullmatch(token):
        return None
    pads = _PADS.match(after)
    size = len(token) + (pads.end() if pads else 0)
    try:
        value = binascii.a2b_base64(token + b"=" * (-len(token) % 4))
    except binascii.Error:
        return None
    return Piece(Span(0, size), value, "base64 decoded") if _VALUE.fullmatch(value) else None


def before_first(before: bytes, after: bytes) -> bytes | None:
    """What stands before the first of several literals that make one value, if what stands between the two is one;
    None if it is not."""
    if previous := _WENT_BEFORE.search(before):
        return before[: previous.start()]
    return before if _GOES_ON.match(after) else None


def iter_short(data: bytes, anchors: Iterable[tuple[int, int]]) -> Iterator[Piece]:
    """What is encoded or in pieces among the anchors and so near to them that it may be of the same credential."""
    low = 0
    for start, end in sorted(anchors):
        low, high = max(low, start - _BESIDE), end + _BESIDE
        for token in _TOKEN.finditer(data, low, high):
            piece = decoded(token[0], data[token.end() : token.end() + 2])
            if piece is not None and token.end() < high:
                place = token.start()
                yield Piece(Span(place, place + piece.original.end), piece.text, piece.how)
        place = low
        while joined := _JOINED.search(data, place, high):
            span = Span(*joined.span("joint" if joined["joint"] else "blank"))
            yield Piece(span, b"", "joined from pieces")
            place = span.end - 1
        low = max(low, end)
