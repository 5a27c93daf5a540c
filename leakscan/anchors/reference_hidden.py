"""Values that hide: encoded, escaped or in pieces. In plain Python, the twin of _hidden.pxi.

Base64 of text, hexadecimal digits and key files without their header show as long runs of base64 characters that start
like it; a value in pieces as a run beside a joint: the end of one string literal and the start of the next, a continued
line, an escaped plus, slash or equals; an escaped value as escapes in a row. All are decided by at most `REACH` bytes.
What a long run holds behind its start decides nothing, so that a history tells by its start whether to look at it."""

from __future__ import annotations

import binascii
import re
from typing import Final

from leakscan.anchors.spec import KEY_HEAD

REACH: Final = 80
_CODE = rb"[0-9A-Za-z+/]"
_MARK = rb"(?:%M|\\(?:/|(?:u00|x)M)|&#(?:43|47|61|[xX]M);)".replace(b"M", b"(?:2[BbFf]|3[Dd])")
_JOINT = rb"(?:\\?[\"'`][ \t\r\n+.&\\()]{0,32}[bBrRuUfF]{0,2}[\"'`]|\\\r?\n[ \t]{0,32})"
_RUN = re.compile(_CODE + b"{60,}")
_LONG: Final = 60
_PIECES = re.compile(_CODE + b"{32,}")
_PIECE_BEFORE = re.compile(b"(?=(%b{32})(?:%b|%b%b{4}))" % (_CODE, _MARK, _JOINT, _CODE))
_PIECE_AFTER = re.compile(b"(?=(?:%b|%b{4}%b)(%b{32}))" % (_MARK, _CODE, _JOINT, _CODE))
_SEQUENCES = (b"/0123456789", b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", b"abcdefghijklmnopqrstuvwxyz")
_DRILL = re.compile(
    rb"(?=(.)\1{4}|%b)"
    % b"|".join(letters[at : at + 5] for letters in _SEQUENCES for at in range(len(letters) - 4))
)
_ESCAPES = re.compile(
    rb"(?:%[2-7]H){12,}|(?:\\x[2-7]H){12,}|(?:\\u00[2-7]H){12,}|(?:&#(?:[xX]H{1,2}|H{2,3});){12,}".replace(
        b"H", b"[0-9A-Fa-f]"
    )
)
_CLASSES = bytes(97 if (chr(code).isalnum() and code < 128) or code in b"+/" else 32 for code in range(256))
_LETTERS = b"a" * 32
_HEAD: Final = 48  # letters of base64
_ASCII_LETTERS = bytes(range(65, 91)) + bytes(range(97, 103))  # first of four: the byte is below 128
_KEY = re.compile(KEY_HEAD)
_DIGITS = re.compile(rb"(?:0[xX])?([0-9a-fA-F]{60})")
_CONTROLS = bytes(range(1, 9)) + b"\x0b" + bytes(range(14, 32)) + b"\x7f"
_UTF8 = re.compile(
    rb"(?:[\0-\x7f]|[\xc2-\xdf]R|[\xe0-\xef]RR|[\xf0-\xf4]RRR)*(?:[\xc2-\xdf]|[\xe0-\xef]R?|[\xf0-\xf4]R{0,2})?".replace(
        b"R", rb"[\x80-\xbf]"
    )
)
_TOKEN_PART = b".eyJ"  # `header.payload.signature`, and the payload is JSON


def hides(data: bytes, low: int, high: int) -> bool:
    """Something hides in data[low:high]."""
    text = data[low:high]
    if _LETTERS in text.translate(_CLASSES):
        if any((run.start() or not low) and _speaks(text, *run.span()) for run in _RUN.finditer(text)):
            return True
        for pattern in (_PIECE_BEFORE, _PIECE_AFTER):
            if any(_DRILL.search(piece[1]) is None for piece in pattern.finditer(text)):
                return True
    return any(mark in text for mark in (b"%", b"\\", b"&#")) and _ESCAPES.search(text) is not None


def find_hidden(data: bytes) -> list[tuple[int, int]]:
    """Where encoded, escaped or split values may stand, in order: runs of 60 base64 characters or more that start like
    text or a key, those of 32 or more that stand beside a joint, and escapes of one form in a row, twelve or more."""
    spans: list[tuple[int, int]] = []
    if _LETTERS in data.translate(_CLASSES):
        spans = [run.span() for run in _PIECES.finditer(data) if _is_hiding(data, *run.span())]
    if any(mark in data for mark in (b"%", b"\\", b"&#")):
        spans += [escapes.span() for escapes in _ESCAPES.finditer(data)]
    return sorted(spans)


def _is_hiding(data: bytes, start: int, end: int) -> bool:
    if end - start >= _LONG and _speaks(data, start, end):
        return True
    after = _PIECE_BEFORE.match(data, end - 32)
    before = _PIECE_AFTER.finditer(data, max(0, start - REACH), min(end, start + REACH))
    pieces = [piece[1] for piece in before if start <= piece.start(1)] + ([after[1]] if after else [])
    return any(_DRILL.search(piece) is None for piece in pieces)


def _speaks(data: bytes, start: int, end: int) -> bool:
    """The run data[start:end] starts like encoded text or like a key, and is not the second part of a JSON Web
    Token."""
    if start and data.startswith(_TOKEN_PART, start - 1):
        return False
    if data[start - 1 : start] == b"\\" and data[start : start + 1] in b"nrt":
        start += 1
    return (
        _is_text_in_base64(data[start : start + _HEAD])
        or _KEY.match(data, start, end) is not None
        or _is_text_in_digits(data, start, end)
    )


def _is_text_in_base64(head: bytes) -> bool:
    """At most two bytes of those that can be told at a glance are not ASCII, none is a control character, and they are
    UTF-8; or every other byte is NUL."""
    if len(head[::4].translate(None, _ASCII_LETTERS)) > 2:
        return False
    text = binascii.a2b_base64(head)
    is_wide = not any(text[1::2])
    plain = text[::2] if is_wide else text
    if len(plain.translate(None, _CONTROLS + b"\0")) != len(plain):
        return False
    return is_wide or _UTF8.fullmatch(plain) is not None


def _is_text_in_digits(data: bytes, start: int, end: int) -> bool:
    """UTF-8 without control characters, or NULs as in wide text."""
    digits = _DIGITS.match(data, start, end)
    if digits is None:
        return False
    text = binascii.unhexlify(digits[1])
    nuls = text.count(0)
    if nuls:
        return 7 <= nuls <= 23
    return len(text.translate(None, _CONTROLS)) == len(text) and _UTF8.fullmatch(text) is not None
