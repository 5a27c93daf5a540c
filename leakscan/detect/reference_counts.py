"""What the randomness score counts in a value, in plain Python: the twin of _counts.pyx."""

from __future__ import annotations

import math
from itertools import pairwise
from operator import sub

from leakscan.anchors.written_model import KIND_BITS, LETTER_BITS

MAX_PERIOD = 33
DIGIT_BITS = math.log2(10)
_NEIGHBOURS = frozenset((-1, 1))


def count_repeats(value: bytes) -> int:
    """How many characters are as the one a fixed distance back, at the distance where most are.

    All pairs at one distance are compared at once: the value as a number against itself, shifted. A byte of the
    difference is not zero if it has one of its low bits, which 0x7F carries into the high one, or the high one."""
    number = int.from_bytes(value, "big")
    low = int.from_bytes(b"\x7f" * len(value), "big")
    high = int.from_bytes(b"\x80" * len(value), "big")
    most = 0
    for period in range(1, min(MAX_PERIOD, len(value))):
        low >>= 8
        high >>= 8
        unlike = number ^ (number >> 8 * period)
        differing = ((((unlike & low) + low) | unlike) & high).bit_count()
        most = max(most, len(value) - period - differing)
    return most


def count_steps(value: bytes) -> int:
    """How many characters follow or precede the one before them."""
    return sum(map(_NEIGHBOURS.__contains__, map(sub, value, value[1:])))


def written_bits(value: bytes) -> float:
    """What letters and digits cost as something written by people; ValueError if there is anything else."""
    if not value.isalnum():
        if value:
            raise ValueError("letters and digits only")
        return 0.0
    text = value.decode("ascii")
    kinds = ["d" if char.isdigit() else "u" if char.isupper() else "l" for char in text]
    cost = sum((KIND_BITS[before + after] for before, after in pairwise(kinds)), 0.0)
    row = LETTER_BITS[0]
    for char, kind in zip(text.lower(), kinds, strict=True):
        if kind == "d":
            cost += DIGIT_BITS
            row = LETTER_BITS[0]
        else:
            letter = ord(char) - 97
            cost += int(row[letter])
            row = LETTER_BITS[letter + 1]
    return cost
