"""The restricted regular language of shapes: what it allows cannot backtrack without bound, and its length is known.

A pattern is a sequence of literal characters, character classes, bounded repeats of one of them, alternatives of
literals, and groups of fixed length repeated a fixed number of times: `rh-api-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}`.
"""

from __future__ import annotations

import functools
import re
import string
import warnings
from dataclasses import dataclass, field
from itertools import islice, product
from re import _constants, _parser  # type: ignore[attr-defined]  # the standard parser itself
from typing import Any

MAX_LENGTH = 200
_HEAD, _MAX_HEADS = 3, 64
_LETTERS = frozenset((string.ascii_letters + string.digits).encode())
_TOKEN = _LETTERS | frozenset(b"+/_-")
_PRINTABLE = frozenset(range(32, 127))


class PatternError(ValueError):
    """Says what the language does not allow, and what to write instead."""


@dataclass(slots=True)
class _Reading:
    """One set of characters for each place, the optional places marked: all that is asked about a pattern."""

    places: list[frozenset[int]] = field(default_factory=list)
    least: int = 0

    @property
    def most(self) -> int:
        return len(self.places)

    def add(self, other: _Reading) -> None:
        self.places += other.places
        self.least += other.least
        if self.most > MAX_LENGTH:
            raise PatternError(f"may be longer than {MAX_LENGTH} characters: lower the repeats")


@dataclass(frozen=True, slots=True)
class Pattern:
    """`least` and `most` are its lengths; `alphabet` the characters of its classes, without its literals; `heads`: what
    its values may begin with, empty if that is too much to list; `is_token`: it is letters, digits, `+`, `/`, `_`, `-`
    and a tail of at most two `=`; `fixed`: how many of its characters are literals."""

    text: str
    least: int
    most: int
    alphabet: frozenset[int]
    heads: tuple[bytes, ...]
    is_token: bool
    is_run: bool
    fixed: int

    def is_of(self, value: bytes) -> bool:
        """Whether the whole of a value is as it says."""
        return _compiled(self.text).fullmatch(value) is not None


@functools.cache
def _compiled(text: str) -> re.Pattern[bytes]:
    """When it is first asked: most patterns never are, since no value of their length comes up."""
    return re.compile(text.encode("ascii"))


def parse_pattern(text: str) -> Pattern:
    """PatternError if the text is no regular expression, or one outside the language."""
    if not text.isascii():
        raise PatternError("must be ASCII")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            tree = _parser.parse(text.encode("ascii"))
    except (re.error, OverflowError, Warning) as error:
        raise PatternError(f"is no regular expression: {error}") from None
    if tree.state.flags & ~re.DOTALL or tree.state.groups > 1:
        raise PatternError("must hold no flags and no capturing groups: write (?:…)")
    reading = _read(tree)
    if not reading.places:
        raise PatternError("is empty")
    values = [place for place in reading.places if len(place) > 1]
    pads = [place for place in reading.places[-2:] if place == {61}]
    body = reading.places[: len(reading.places) - len(pads)]
    return Pattern(
        text=text,
        least=reading.least,
        most=reading.most,
        alphabet=frozenset().union(*values),
        heads=_heads(reading.places[: min(reading.least, 16)]),
        is_token=all(place <= _TOKEN for place in body),
        is_run=all(place <= _LETTERS for place in reading.places) and reading.least == reading.most,
        fixed=len(reading.places) - len(values),
    )


def _heads(places: list[frozenset[int]]) -> tuple[bytes, ...]:
    """The first literal characters, at least three; where there are fewer, every way the first three may go."""
    literal = 0
    while literal < len(places) and len(places[literal]) == 1:
        literal += 1
    ways = list(islice(product(*map(sorted, places[: max(literal, _HEAD)])), _MAX_HEADS + 1))
    return tuple(map(bytes, ways)) if len(ways) <= _MAX_HEADS and len(places) >= _HEAD else ()


def _read(tree: Any) -> _Reading:
    reading = _Reading()
    for code, argument in tree:
        reading.add(_read_one(code, argument))
    return reading


def _read_one(code: Any, argument: Any) -> _Reading:
    match code:
        case _constants.LITERAL:
            return _one(frozenset((argument,)))
        case _constants.IN:
            return _one(_characters(argument))
        case _constants.MAX_REPEAT:
            return _repeat(*argument)
        case _constants.SUBPATTERN if argument[0] is None and not argument[1] and not argument[2]:
            return _read(argument[3])
        case _constants.BRANCH:
            return _alternatives(argument[1])
    raise PatternError(
        f"{str(code).lower().replace('_', ' ')} is not allowed: write literals, [classes], {{bounded}} repeats,"
        " (?:groups) and alternatives of literals"
    )


def _one(characters: frozenset[int]) -> _Reading:
    if not characters <= _PRINTABLE:
        raise PatternError("may only stand for printable ASCII characters")
    return _Reading([characters], 1)


def _characters(items: Any) -> frozenset[int]:
    found: set[int] = set()
    for code, argument in items:
        if code is _constants.LITERAL:
            found.add(argument)
        elif code is _constants.RANGE:
            found.update(range(argument[0], argument[1] + 1))
        else:
            raise PatternError("a class may hold characters and ranges only: [0-9a-f]")
    return frozenset(found)


def _repeat(least: int, most: int, tree: Any) -> _Reading:
    if most is _constants.MAXREPEAT or most > MAX_LENGTH:
        raise PatternError(f"has a repeat without a bound of at most {MAX_LENGTH}: write {{32}} or {{20,40}}")
    inner = _read(tree)
    if inner.most != 1 and (least != most or inner.least != inner.most):
        raise PatternError(
            "has a repeat within a repeat that can backtrack: repeat groups of fixed length a fixed number of times"
        )
    if inner.most * most > MAX_LENGTH:
        raise PatternError(f"may be longer than {MAX_LENGTH} characters: lower the repeats")
    return _Reading(inner.places * most, inner.least * least)


def _alternatives(branches: Any) -> _Reading:
    read = [_read(branch) for branch in branches]
    if any(len(place) != 1 for reading in read for place in reading.places):
        raise PatternError("may hold alternatives of literal characters only: write one rule for each form")
    most = max(reading.most for reading in read)
    places = [
        frozenset().union(*(reading.places[at] for reading in read if at < reading.most))
        for at in range(most)
    ]
    return _Reading(places, min(reading.least for reading in read))
