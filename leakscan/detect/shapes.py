"""Which rules a value fits by its form alone: pattern, decoded length, randomness."""

from __future__ import annotations

import base64
import binascii
import functools
from collections import defaultdict

from leakscan.detect.chain import has_checksum, in_hex
from leakscan.detect.fits import Fits, Listing
from leakscan.detect.lazy import lazy
from leakscan.detect.phrase import is_phrase
from leakscan.detect.proofs import is_possible
from leakscan.detect.randomness import MIN_RANDOM_BITS, alphabet_size, token_bits
from leakscan.rules import PhraseShape, Rule, RuleSet, TextShape

MIN_LOOSE_BITS = 12.0
_SELDOM_FIRST, _MIN_BITS_BEHIND_SYMBOL = b"/-", 30.0  # paths and options begin so, and 1 value of 32
_SYMBOL = lazy(rb"[+/_-]")
_GROUPS, _LOWER, _SHORTEST_GROUP = 4, 36, 8  # `8-8-8-5` of lower-case letters and digits
_DIGITS = lazy(rb"[0-9a-f]+")
_MAX_REMEMBERED = 1 << 14
_NONE = Fits()


class Shapes:
    """The text shapes of a rule set. Rules of parts that stand in groups only are not among them."""

    def __init__(self, rules: RuleSet) -> None:
        sharing: dict[TextShape, list[Rule]] = defaultdict(list)
        for exchange in rules.exchanges:
            for rule in exchange.rules:
                if isinstance(rule.shape, TextShape) and rule.needs != "group":
                    sharing[rule.shape].append(rule)
        self._phrases: dict[int, list[Rule]] = defaultdict(list)
        for rule in rules.by_id.values():
            if isinstance(rule.shape, PhraseShape):
                self._phrases[rule.shape.words].append(rule)
        self._listing = Listing(rules.by_id.values())
        self._rules = {shape: tuple(listed) for shape, listed in sharing.items()}
        self._of_length: dict[int, list[TextShape]] = defaultdict(list)
        for shape in sharing:
            for length in range(shape.pattern.least, shape.pattern.most + 1):
                self._of_length[length].append(shape)
        self._speaking = {
            shape
            for shape, listed in self._rules.items()
            if any(rule.needs != "name and exchange" for rule in listed)
        }
        self._remembered = functools.lru_cache(_MAX_REMEMBERED)(self._fits)
        self._listed = functools.lru_cache(_MAX_REMEMBERED)(self._rules_of)

    def fits(self, value: bytes) -> Fits:
        """The rules whose values look like this one, and are as random."""
        known = len(value) in self._of_length or b" " in value
        return self._remembered(value) if known else _NONE

    def speaks(self, value: bytes) -> bool:
        """Whether it could be a credential with no more than its form, or no more than its name or its exchange."""
        return any(
            shape in self._speaking and shape.pattern.is_of(value)
            for shape in self._of_length.get(len(value), ())
        )

    def _fits(self, value: bytes) -> Fits:
        if b" " in value:
            words = value.count(b" ") + 1
            return self._listing.sorted(self._phrases.get(words, ())) if is_phrase(value, words) else _NONE
        shapes = (
            shape
            for shape in self._of_length[len(value)]
            if shape.pattern.is_of(value) and _holds(shape, value)
        )
        fitting = tuple(shapes)
        return self._listed(fitting) if fitting and not has_checksum(value) else _NONE

    def _rules_of(self, shapes: tuple[TextShape, ...]) -> Fits:
        return self._listing.sorted(rule for shape in shapes for rule in self._rules[shape])


def _holds(shape: TextShape, value: bytes) -> bool:
    if not is_random(shape, value):
        return False
    if shape.decodes_to and decoded_length(value) != shape.decodes_to:
        return False
    return is_possible(shape.proof, value)


def is_random(shape: TextShape, value: bytes) -> bool:
    """It scores as a value drawn at random from the alphabet of the shape does."""
    if shape.loose:
        least = MIN_LOOSE_BITS if value[0] not in _SELDOM_FIRST else _MIN_BITS_BEHIND_SYMBOL
        return _is_plain(value) and token_bits(value) >= least
    if shape.pattern.heads and b"-" in value:
        value = value.partition(b"-")[2]  # "account-" is written, what follows is drawn
    size = _size_of(shape.pattern.alphabet)
    if value.count(b"-") == _GROUPS - 1 and size == _LOWER:
        return _bits_of_groups(value.split(b"-")) >= _least_bits(len(value))
    return token_bits(value, size) >= _least_bits(len(value))


@functools.cache  # of the alphabets in the rules
def _size_of(alphabet: frozenset[int]) -> int:
    return alphabet_size(bytes(alphabet))


def _bits_of_groups(groups: list[bytes]) -> float:
    """Some are hexadecimal digits: of that nothing follows for the others."""
    digits = b"".join(group for group in groups if _DIGITS.fullmatch(group))
    letters = b"".join(group for group in groups if not _DIGITS.fullmatch(group))
    told = ((digits, 16), (letters, _LOWER))
    return sum(token_bits(core, size) for core, size in told if len(core) >= _SHORTEST_GROUP)


def _least_bits(length: int) -> float:
    """Short values cannot score high; the law in tests/laws proves for each rule that few random ones are missed."""
    return MIN_RANDOM_BITS if length >= 60 else length / 8 - 8


def _is_plain(value: bytes) -> bool:
    """A value of unknown format has letters and digits; paths, dashed names and addresses are none."""
    if in_hex(value):
        return False
    symbols = len(_SYMBOL.findall(value))
    return symbols <= (max(4, len(value) // 12) if value[0] not in _SELDOM_FIRST else 1 + len(value) // 16)


def decoded_length(value: bytes) -> int:
    """Bytes under base64 or its URL form, with or without padding; -1 if it is neither."""
    text = value.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
    try:
        return len(base64.b64decode(text + b"=" * (-len(text) % 4), validate=True))
    except binascii.Error:
        return -1
