"""Values that hide: encoded, escaped or in pieces. In plain Python, the twin of _hidden.pxi.

Base64 of text, hexadecimal digits and key files without their header show as long runs of base64 characters; a value in
pieces as a run beside a joint: the end of one string literal and the start of the next, a continued line, an escaped
plus, slash or equals; an escaped value as escapes in a row. All are decided by at most `REACH` bytes."""

from __future__ import annotations

import re
from typing import Final

REACH: Final = 80
_CODE = rb"[0-9A-Za-z+/]"
_MARK = rb"(?:%M|\\(?:/|(?:u00|x)M)|&#(?:43|47|61|[xX]M);)".replace(b"M", b"(?:2[BbFf]|3[Dd])")
_JOINT = rb"(?:\\?[\"'`][ \t\r\n+.&\\()]{0,32}[bBrRuUfF]{0,2}[\"'`]|\\\r?\n[ \t]{0,32})"
_RUN = re.compile(_CODE + b"{60,}")
_PIECES = re.compile(_CODE + b"{32,}")
_PIECE_BEFORE = re.compile(b"(?=(%b{32})(?:%b|%b%b{4}))" % (_CODE, _MARK, _JOINT, _CODE))
_PIECE_AFTER = re.compile(b"(?=(?:%b|%b{4}%b)(%b{32}))" % (_MARK, _CODE, _JOINT, _CODE))
_SEQUENCES = (b"/0123456789", b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", b"abcdefghijklmnopqrstuvwxyz")
_DRILL = re.compile(
    rb"(?=(.)\1{4}|%b)"
    % b"|".join(letters[at : at + 5] for letters in _SEQUENCES for at in range(len(letters) - 4))
)
_ESCAPES = re.compile(
    rb"(?:%[3-7]H){12,}|(?:\\x[3-7]H){12,}|(?:\\u00[3-7]H){12,}|(?:&#(?:[xX]H{1,2}|H{2,3});){12,}".replace(
        b"H", b"[0-9A-Fa-f]"
    )
)
_CLASSES = bytes(97 if (chr(code).isalnum() and code < 128) or code in b"+/" else 32 for code in range(256))
_LETTERS = b"a" * 32


def hides(data: bytes, low: int, high: int) -> bool:
    """Something hides in data[low:high]."""
    text = data[low:high]
    if _LETTERS in text.translate(_CLASSES):
        if any(_is_plain(run[0]) for run in _RUN.finditer(text)):
            return True
        for pattern in (_PIECE_BEFORE, _PIECE_AFTER):
            if any(_DRILL.search(piece[1]) is None for piece in pattern.finditer(text)):
                return True
    return any(mark in text for mark in (b"%", b"\\", b"&#")) and _ESCAPES.search(text) is not None


def find_hidden(data: bytes) -> list[tuple[int, int]]:
    """Where encoded, escaped or split values may stand, in order: long runs of base64 characters, those of 32 or more
    that stand beside a joint, and escapes of one form in a row, twelve or more."""
    spans: list[tuple[int, int]] = []
    if _LETTERS in data.translate(_CLASSES):
        spans = [run.span() for run in _PIECES.finditer(data) if _is_hiding(data, *run.span())]
    if any(mark in data for mark in (b"%", b"\\", b"&#")):
        spans += [escapes.span() for escapes in _ESCAPES.finditer(data)]
    return sorted(spans)


def _is_hiding(data: bytes, start: int, end: int) -> bool:
    if _is_plain(data[start:end]):
        return True
    after = _PIECE_BEFORE.match(data, end - 32)
    before = _PIECE_AFTER.finditer(data, max(0, start - REACH), min(end, start + REACH))
    pieces = [piece[1] for piece in before if start <= piece.start(1)] + ([after[1]] if after else [])
    return any(_DRILL.search(piece) is None for piece in pieces)


def _is_plain(run: bytes) -> bool:
    """60 bytes in a row without a drill: five equal ones, or five that count up."""
    start = 0
    for drill in _DRILL.finditer(run):
        if drill.start() + 4 - start >= 60:
            return True
        start = drill.start() + 1
    return len(run) - start >= 60
