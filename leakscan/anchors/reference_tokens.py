"""Which tokens may be values rather than names and words, told by the token and the characters beside it: in plain
Python, the twin of _tokens.pxi. What the detectors would take is never ruled out; a law holds it to that."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from leakscan.anchors.written_model import KIND_BITS, LETTER_BITS

_HEXADECIMAL = frozenset(b"0123456789abcdefABCDEF")
_DECIMAL = frozenset(b"0123456789")
_BASE32 = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
# Hundredths of a bit: a digit costs a little more than it does, and a drawn letter a little less.
_DIGIT, _DRAWN_OF_32, _DRAWN_OF_36, _DRAWN_OF_62 = 333, 500, 516, 595
# Eight hexadecimal digits, two of them decimal: `0x` and a number, a path with UUIDs in it.
_IN_A_ROW = re.compile(rb"(?=([0-9A-Fa-f]{8}))")
_KIND_COSTS = {kinds: round(100 * bits) for kinds, bits in KIND_BITS.items()}
_LONG, _LEAST_OF_LONG = 60, 1200
_MAX_REMEMBERED = 1 << 17


def is_name(before: bytes, token: bytes, after: bytes) -> bool:
    """A name in a program (letters without a quote around them, punctuation behind), or the fragment of a URL."""
    if after[:1] == b"(" or before[-1:] == b"#":
        return True
    return (
        token.isalpha() and before[-1:] not in b"\"'`=" and after[:1] in (b";", b",", b")", b".", b"[", b"-")
    )


def may_be_drawn(before: bytes, token: bytes) -> bool:
    """False if it costs fewer bits as something written than as something drawn, whatever may stick to it."""
    if before[-1:] in (b"\\", b"%") or token.startswith(b"//"):
        return True  # an escape may be a part of it
    if before[-1:] == b"=" and _HEXADECIMAL.issuperset(token[:2]):
        return True
    return is_costly(token) or (b"-" in token and is_costly(token.partition(b"-")[2]))


@lru_cache(_MAX_REMEMBERED)
def is_costly(token: bytes) -> bool:
    """It costs about as many bits as something written as it does drawn, or more."""
    core = bytes(code for code in token if chr(code).isalnum())
    if _HEXADECIMAL.issuperset(core) or any(
        sum(map(_DECIMAL.__contains__, row[1])) >= 2 for row in _IN_A_ROW.finditer(token)
    ):
        return True
    least = _LEAST_OF_LONG if len(token) >= _LONG else len(token) * 25 // 2 - 800
    return _written_cost(core) - _drawn_cost(core) >= least


def _drawn_cost(core: bytes) -> int:
    if _BASE32.issuperset(core):
        return len(core) * _DRAWN_OF_32
    return len(core) * (_DRAWN_OF_36 if core.lower() == core or core.upper() == core else _DRAWN_OF_62)


def _written_cost(core: bytes) -> int:
    text = core.decode("ascii")
    kinds = ["d" if char.isdigit() else "u" if char.isupper() else "l" for char in text]
    cost = sum(_KIND_COSTS[before + after] for before, after in pairwise(kinds))
    row = LETTER_BITS[0]
    for char in text.lower():
        if char.isdigit():
            cost += _DIGIT
            row = LETTER_BITS[0]
        else:
            letter = ord(char) - 97
            cost += 100 * int(row[letter])
            row = LETTER_BITS[letter + 1]
    return cost
