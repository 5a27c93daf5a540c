"""How many bits say that a value was drawn at random rather than written, derived or encoded.

The score is a log-likelihood ratio: the cost in bits of the value under the cheapest rival explanation, less its
cost as uniform letters and digits. Rivals: a smaller alphabet (hexadecimal, one case, letters only), repetition and
sequences, names written by people (a letter and case model), and text under base64. A value that somebody typed or
computed is far below zero; a random one of 64 characters is near +120.
"""

from __future__ import annotations

import base64
import binascii
import functools
import math
import string
from typing import TYPE_CHECKING

from leakscan.detect.lazy import lazy

if TYPE_CHECKING:
    from leakscan.detect.reference_counts import count_repeats, count_steps, written_bits
else:
    try:
        from leakscan.detect._counts import count_repeats, count_steps, written_bits
    except ImportError:
        from leakscan.detect.reference_counts import count_repeats, count_steps, written_bits

# 200,000 random values of 64 letters and digits: the lowest score seen is 60; the law in tests/laws proves the rate.
MIN_RANDOM_BITS = 20.0

_ALNUM_BITS = math.log2(62)
_SMALLER_ALPHABETS = tuple(
    frozenset(alphabet.encode())
    for alphabet in (
        string.digits,
        string.digits + "abcdef",
        string.digits + "ABCDEF",
        string.ascii_lowercase + string.digits,
        string.ascii_uppercase + string.digits,
        string.ascii_letters,
    )
)
# Sharing a rival's code between many rivals costs a few bits; this keeps a letters-only value out.
_CHOICE_BITS = 4.0
# A character is new with a chance of 0.3, repeats with 0.4, steps up or down with 0.1 each.
_NOVELTY_BITS = math.log2(62 / 0.3)
_REPEAT_GAIN = _NOVELTY_BITS + math.log2(0.4)
_STEP_GAIN = _NOVELTY_BITS + math.log2(0.1)
_MIN_PRINTABLE = 0.85
_PRINTABLE = bytes({*range(32, 127), *b"\t\r\n"})
_UNPRINTABLE = bytes({*range(256)} - {*_PRINTABLE})


def randomness_bits(value: bytes) -> float:
    """Bits in favour of "drawn uniformly from letters and digits"; `value` holds nothing else."""
    if decodes_to_text(value):
        return -_ALNUM_BITS * len(value)
    uniform = _ALNUM_BITS * len(value)
    smaller = _smaller_alphabet(value)
    if smaller < uniform:  # most runs of a lock file are digests: no need to weigh the slower rivals
        return smaller - uniform
    letters = _count_letters(value)
    any_case = _repetition(value.lower()) + letters
    return min(smaller, _repetition(value), any_case, written_bits(value)) - uniform


def decodes_to_text(value: bytes) -> bool:
    """True when the value is base64 of printable text, at any of the four alignments a cut-out piece may have."""
    for skip in range(4):
        piece = value[skip:]
        try:
            plain = base64.b64decode(piece[: len(piece) // 4 * 4], validate=True)
        except binascii.Error:
            return False
        printable = len(plain.translate(None, _UNPRINTABLE))
        if plain and printable >= _MIN_PRINTABLE * len(plain):
            return True
    return False


def _is_encoded_text(value: bytes) -> bool:
    """Base64 of text; of a few words (`kraken_api_secret`) only if nothing else is in it."""
    if len(value) >= _MIN_ENCODED_TEXT:
        return decodes_to_text(value)
    if len(value) < _MIN_ENCODED_WORD:
        return False
    try:
        plain = base64.b64decode(value + b"=" * (-len(value) % 4), validate=True)
    except binascii.Error:
        return False
    return not plain.translate(None, _PRINTABLE)


def _count_letters(value: bytes) -> int:
    return len(value) - len(value.translate(None, string.ascii_letters.encode()))


def _smaller_alphabet(value: bytes) -> float:
    used = frozenset(value)
    sizes = [len(alphabet) for alphabet in _SMALLER_ALPHABETS if used <= alphabet]
    return len(value) * math.log2(min(sizes)) + _CHOICE_BITS if sizes else math.inf


def _repetition(value: bytes) -> float:
    """Cost if each character mostly repeats the one a fixed distance back, or follows or precedes the one before."""
    gain = count_repeats(value) * _REPEAT_GAIN + count_steps(value) * _STEP_GAIN
    return len(value) * _NOVELTY_BITS - gain


_SIZES = (  # the alphabets that values are drawn from, smallest first, and their sizes
    (b"0123456789", 10),
    (b"0123456789abcdef", 16),
    (b"0123456789ABCDEF", 16),
    (b"0123456789abcdefABCDEF", 16),
    (string.ascii_uppercase.encode() + b"234567", 32),
    (string.ascii_lowercase.encode() + string.digits.encode(), 36),
    (string.ascii_uppercase.encode() + string.digits.encode(), 36),
)
_UUID = lazy(rb"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_SYMBOLS = bytes(set(range(256)) - set((string.ascii_letters + string.digits).encode()))
_MIN_ENCODED_TEXT = 32  # random values as short as this never decode to that much printable text
_MIN_ENCODED_WORD = 16  # and 1 of 100,000 as short as this to printable text alone
_MIN_WITH_DIGITS = 60  # 1 random value of 30,000 so long has no digit


def alphabet_size(alphabet: bytes) -> int:
    """How many letters and digits values are drawn from, of an alphabet, or a value of it, with or without symbols."""
    core = alphabet.translate(None, _SYMBOLS)
    return next((size for known, size in _SIZES if not core.translate(None, known)), 62)


@functools.lru_cache(1 << 14)
def token_bits(value: bytes, size: int = 0) -> float:
    """Bits in favour of "drawn uniformly" for a value of any alphabet; `+`, `/`, `_`, `-` and `=` are left out.

    `size` is that of the alphabet, 0 for the smallest that holds the value; digits alone are never a credential."""
    core = value.translate(None, _SYMBOLS)
    smallest = alphabet_size(core)
    size = size or smallest
    if smallest == 10 or len(core) < 8 or (size == 62 and smallest <= 36):
        return -_ALNUM_BITS * len(value)
    if size == 62 and _is_encoded_text(value.rstrip(b"=")):
        return -_ALNUM_BITS * len(value)
    uniform = math.log2(size) * len(core)
    rivals = [_repetition(core)]
    if size > 16:
        letters = _count_letters(core)
        rivals += [written_bits(core), _repetition(core.lower()) + (letters if size == 62 else 0)]
    if size == 62 and len(core) >= _MIN_WITH_DIGITS and core.isalpha():
        rivals.append(len(core) * math.log2(52) + _CHOICE_BITS)
    return min(rivals) - uniform


def describe(value: bytes) -> str:
    """`value` in words: "32 hexadecimal digits"."""
    if _UUID.fullmatch(value):
        return "a UUID"
    core = frozenset(value)
    kinds = (
        (b"0123456789abcdefABCDEF", "hexadecimal digits"),
        (string.ascii_letters.encode() + string.digits.encode(), "letters and digits"),
        (string.ascii_letters.encode() + string.digits.encode() + b"+/=", "characters of base64"),
    )
    kind = next((name for alphabet, name in kinds if core <= frozenset(alphabet)), "characters")
    return f"{len(value)} {kind}"
