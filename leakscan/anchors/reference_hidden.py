"""Values that hide: encoded, escaped or in pieces. In plain Python, the twin of _hidden.pxi.

Base64 of text, hexadecimal digits and key files without their header show as long runs of base64 characters that start
like it; a value in pieces as a run that may be drawn beside a joint: the end of one string literal and the start of the
next, a continued line, an escaped plus, slash or equals; an escaped value as escapes in a row; UTF-16 and UTF-32 amid
other content as letters between NULs. All are decided by at most `REACH` bytes. What a long run holds behind its start
decides nothing, so that a history tells by its start whether to look at it."""

from __future__ import annotations

import binascii
import re
from itertools import chain
from typing import TYPE_CHECKING, Final

from leakscan.anchors.reference_stretches import mark_tokens, stretches
from leakscan.anchors.reference_tokens import is_costly
from leakscan.anchors.spec import KEY_HEAD

if TYPE_CHECKING:
    from collections.abc import Iterator

REACH: Final = 80
_CODE = rb"[0-9A-Za-z+/]"
_MARK = rb"(?:%M|\\(?:/|(?:u00|x)M)|&#(?:43|47|61|[xX]M);)".replace(b"M", b"(?:2[BbFf]|3[Dd])")
_JOINT = rb"(?:\\?[\"'`][ \t\r\n+.&\\()]{0,32}[bBrRuUfF]{0,2}[\"'`]|\\\r?\n[ \t]{0,32})"
_LONG: Final = 60
SHORTEST_PIECE: Final = 32
_PIECE_BEFORE = re.compile(b"(%b{32})(?:%b|%b%b{4})" % (_CODE, _MARK, _JOINT, _CODE))
_PIECE_AFTER = re.compile(b"(?=(?:%b|%b{4}%b)(%b{32}))" % (_MARK, _CODE, _JOINT, _CODE))
_QUOTES, _SPACES = (b'"', b"'", b"`"), (b" ", b"\t", b"\n")
_PREFIXES, _FILL = b"bBrRuUfF", b" \t\r\n+.&\\()"
_ENDS_OF_MARKS = (b"%", b"\\", b";")  # or of what stands before their letters
_SEQUENCES = (b"/0123456789", b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", b"abcdefghijklmnopqrstuvwxyz")
_DRILL = re.compile(
    rb"(?=(.)\1{4}|%b)"
    % b"|".join(letters[at : at + 5] for letters in _SEQUENCES for at in range(len(letters) - 4))
)
_UNITS: Final = 12
# Hexadecimal digits become `h`, what is in no unit a space: a sign stands wherever so many units of a form do.
_MARKED_HEXADECIMAL = bytes(
    104 if chr(code) in "0123456789abcdefABCDEF" else code if chr(code) in "%\\xu&#;" else 32
    for code in range(256)
)
_ESCAPES = [
    (sign, re.compile(b"%b(?:%b){%d,}" % (form, form, _UNITS - 1)))
    for sign, form in (
        (b"%hh" * (_UNITS - 1), rb"%[2-7][0-9A-Fa-f]"),
        (b"\\xhh" * (_UNITS - 1), rb"\\x[2-7][0-9A-Fa-f]"),
        (b"\\uhhhh" * (_UNITS - 1), rb"\\u00[2-7][0-9A-Fa-f]"),
        (b";&#", rb"&#(?:[xX][0-9A-Fa-f]{1,2}|[0-9A-Fa-f]{2,3});"),
    )
]
# NULs become `0`, letters of a value `v`: fifteen as wide text, which may have the NULs of the first one behind it.
_WIDE_KINDS = bytes(
    48 if code == 0 else 118 if chr(code).isascii() and (chr(code).isalnum() or chr(code) in "+/_-") else 32
    for code in range(256)
)
_WIDE_VALUES = (b"0v" * 15, b"000v" * 15)
# And rows of plain text, `p`: where they begin, and all of them.
_PLAIN_KINDS = bytes(
    48 if code == 0 else 112 if code in b"\t\n\r" or 32 <= code < 127 else 32 for code in range(256)
)
_WIDE_ROWS = ((b"0p" * _UNITS, re.compile(rb"(?:0p)+")), (b"000p" * _UNITS, re.compile(rb"(?:000p)+")))
_CODES = re.compile(_CODE + b"{%d,}" % SHORTEST_PIECE)
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
    for start, end in stretches(mark_tokens(text), SHORTEST_PIECE):
        if any(run[0] or not low or _is_piece(text, *run) for run in find_in_token(text, start, end)):
            return True
    return has_units(text)


def has_units(data: bytes) -> bool:
    """Twelve escapes of one form stand in a row, or fifteen letters of a value as wide text."""
    return next(find_escapes(data), None) is not None or _has_wide(data)


def _has_wide(data: bytes) -> bool:
    if b"\0" not in data:
        return False
    kinds = data.translate(_WIDE_KINDS)
    return any(value in kinds for value in _WIDE_VALUES)


def find_wide(data: bytes) -> list[tuple[int, int]]:
    """Where ASCII stands as UTF-16 or UTF-32, in order, if it may hold a value: rows of twelve characters and more,
    each with its NULs before it. Where these stand behind the letters, the first letter and the last NULs are not
    told."""
    rows: list[tuple[int, int]] = []
    if not _has_wide(data):
        return rows
    kinds = data.translate(_PLAIN_KINDS)
    starts = [kinds.find(head) for head, _ in _WIDE_ROWS]
    while max(starts) >= 0:
        start, (_, form) = min(pair for pair in zip(starts, _WIDE_ROWS, strict=True) if pair[0] >= 0)
        _, end = span = next(form.finditer(kinds, start)).span()
        rows.append(span)
        starts = [
            kinds.find(head, end) if 0 <= start < end else start
            for start, (head, _) in zip(starts, _WIDE_ROWS, strict=True)
        ]
    return rows


def count_nuls(data: bytes, most: int) -> tuple[int, int, int, int]:
    """How many NULs stand at places 0, 1, 2 and 3 of each four of the first `most` bytes."""
    head = data[:most]
    return head[::4].count(0), head[1::4].count(0), head[2::4].count(0), head[3::4].count(0)


def find_hidden(data: bytes) -> list[tuple[int, int]]:
    """Where encoded, escaped or split values may stand, in order: runs of 60 base64 characters or more that start like
    text or a key, those of 32 or more that may be drawn and stand beside a joint, and escapes of one form in a
    row, twelve or more."""
    tokens = stretches(mark_tokens(data), SHORTEST_PIECE)
    return sorted(
        [*chain.from_iterable(find_in_token(data, *token) for token in tokens), *find_escapes(data)]
    )


def find_in_token(data: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The runs of base64 characters that hide something in a token, which is all that may stand beside them."""
    for found in _CODES.finditer(data, start, end):
        run = found.span()
        if (run[1] - run[0] >= _LONG and _speaks(data, *run)) or _is_piece(data, *run):
            yield run


def find_escapes(data: bytes) -> Iterator[tuple[int, int]]:
    marks = data.translate(_MARKED_HEXADECIMAL)
    for sign, pattern in _ESCAPES:
        if sign in marks:
            yield from (found.span() for found in pattern.finditer(data))


def _is_piece(data: bytes, start: int, end: int) -> bool:
    """A run beside a joint. A joint ends before it; or, as an escaped mark does, with the first letters of it."""
    after = _PIECE_BEFORE.match(data, end - SHORTEST_PIECE)
    if after and _may_be_piece(after[1]):
        return True
    if not _may_follow_joint(data[max(0, start - REACH) : start]):
        return False
    before = _PIECE_AFTER.finditer(data, max(0, start - REACH), min(end, start + REACH))
    return any(start <= piece.start(1) and _may_be_piece(piece[1]) for piece in before)


def _may_be_piece(letters: bytes) -> bool:
    """They may be drawn: no words, as those of a path that is imported, and no drill."""
    return _DRILL.search(letters) is None and is_costly(letters)


def _may_follow_joint(before: bytes) -> bool:
    last = before[-1:]
    if last in _QUOTES:
        return before[:-1].rstrip(_PREFIXES).rstrip(_FILL)[-1:] in _QUOTES
    if last in _SPACES:
        return before.rstrip(b" \t\r\n").endswith(b"\\")
    return last in _ENDS_OF_MARKS


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
