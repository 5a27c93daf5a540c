"""Short values that are encoded or in pieces: their anchor is a token as of any value, and so is what tells them.

Long ones have marks of their own (leakscan/detect/hiding.py)."""

from __future__ import annotations

import binascii
from collections.abc import Iterable, Iterator

from leakscan.detect.lazy import lazy
from leakscan.detect.rewrite import Piece
from leakscan.detect.spans import merged
from leakscan.model import Span

_VALUE = lazy(rb"[A-Za-z0-9+/_-]{10,}={0,2}")
# Every byte of a value is from 0x2B, the plus, to 0x7A, the z, which shows in one letter of four and one digit of two.
_BASE64 = rb"(?:[K-Za-e][A-Za-z0-9+/]{3}){4,14}[A-Za-z0-9+/]{0,3}"
_DIGITS = rb"(?:0[xX])?(?:[2-7][0-9A-Fa-f]){12,29}"
_ENCODED = lazy(rb"(?P<digits>%b)|(?P<base64>%b)" % (_DIGITS, _BASE64))
_TOKEN = lazy(rb"(?<![A-Za-z0-9+/_-])(?:%b|%b)(?![A-Za-z0-9+/_-])" % (_DIGITS, _BASE64))
_PADS = lazy(rb"={0,2}")
# A literal that another one follows: as far as three bytes show it, and as far as those before a token do.
_GOES_ON = lazy(rb"[\"'`](?:[ \t]?[+.&\\\"'`]|\r?\n[ \t+.&\"'`])|\\\r?\n")
EMPTY_LINE = rb"[ \t\r]{0,16}\n[ \t\r]{0,16}\n"  # behind it something else begins
_LITERAL = rb"[!#-&(-\[\]-_a-~]{1,136}"  # no quote and no backslash
_WENT_BEFORE = lazy(
    rb"(?<=[\"'`=])%b(?:[\"'`][ \t\r\n+.&\\]{1,32}[bBrRuUfF]{0,2}[\"'`]|\\\r?\n[ \t]{0,32})\Z" % _LITERAL
)
_JOINT = lazy(
    rb"[\"'`](?!%b)(?P<fill>[ \t\r\n+.&\\]{1,32})[bBrRuUfF]{0,2}[\"'`](?=%b[\"'`\\])"
    rb"|\\\r?\n[ \t]{0,32}(?=%b[\"'`\\])" % (EMPTY_LINE, _LITERAL, _LITERAL)
)
# Pieces with nothing but blanks between them are arguments as often, if not of an assignment or in parentheses.
_PIECE = lazy(rb"([=(:] ?)?[\"'`]%b\Z" % _LITERAL)
_LONGEST_LITERAL = 140
_BESIDE = 300


def decoded(token: bytes, after: bytes) -> Piece | None:
    """The value that a token is base64 or hexadecimal digits of; `after`: what follows it. Places from its start."""
    encoded = _ENCODED.fullmatch(token)
    if encoded is None:
        return None
    size, value = len(token), b""
    if (digits := encoded["digits"]) and len(digits) % 2 == 0:
        how, value = "hexadecimal decoded", binascii.unhexlify(digits[2 if digits[1:2] in b"xX" else 0 :])
    elif encoded["base64"] and len(token) % 4 != 1:
        pads = _PADS.match(after)
        size += pads.end() if pads else 0
        how, value = "base64 decoded", binascii.a2b_base64(token + b"=" * (-len(token) % 4))
    return Piece(Span(0, size), value, how) if _VALUE.fullmatch(value) else None


def before_first(before: bytes, after: bytes) -> bytes | None:
    """What stands before the first of several literals that make one value, if what stands between the two is one;
    None if it is not."""
    if previous := _WENT_BEFORE.search(before):
        return before[: previous.start()]
    return before if _GOES_ON.match(after) else None


def iter_short(data: bytes, anchors: Iterable[tuple[int, int]]) -> Iterator[Piece]:
    """What is encoded or in pieces among the anchors and so near to them that it may be of the same credential."""
    for low, high in merged((max(0, start - _BESIDE), end + _BESIDE) for start, end in anchors):
        for token in _TOKEN.finditer(data, low, high):
            start, end = token.span()
            if end != high and (piece := decoded(token[0], data[end : end + 2])):
                yield Piece(Span(start, start + piece.original.end), piece.text, piece.how)
        for joint in _JOINT.finditer(data, low, high):
            piece_before = _PIECE.search(data, max(0, joint.start() - _LONGEST_LITERAL), joint.start())
            if piece_before and (piece_before[1] or not joint["fill"] or joint["fill"].strip(b" ")):
                yield Piece(Span(*joint.span()), b"", "joined from pieces")
