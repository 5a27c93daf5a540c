"""The finder of anchors in plain Python: what the compiled one does, used where that is not available, and its
yardstick in tests."""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import chain
from typing import TYPE_CHECKING

from leakscan.anchors.reference_hidden import REACH, hides
from leakscan.anchors.reference_tokens import is_name, may_be_drawn
from leakscan.anchors.spec import (
    AFTER_REACH,
    HINT_REACH,
    LONGEST_TOKEN,
    PHRASE_MARGIN,
    PHRASE_WORDS,
    SHORTEST_PHRASE,
    SHORTEST_TOKEN,
    AnchorSpec,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_CLASSES = bytes(97 if chr(code).isalnum() and code < 128 else 32 for code in range(256))
_TOKEN = re.compile(rb"[A-Za-z0-9+/_-]{%d,}" % SHORTEST_TOKEN)
_PHRASE = re.compile(
    rb"(?<![a-z])(?<![a-z] )(?:[a-z]{3,8} ){%d}[a-z]{3,8}(?![a-z])(?! [a-z])" % (PHRASE_WORDS - 1)
)
_WORDS = bytes(97 if 97 <= code <= 122 or code == 32 else 0 for code in range(256))
_LETTERS_OF_PHRASE = b"a" * SHORTEST_PHRASE
_SYMBOLS = b"+/_-"
# Letters become a or A, digits 0: how often a token changes between the three is counted in this.
_KINDS = bytes(
    48 if 48 <= code <= 57 else 65 if 65 <= code <= 90 else 97 if 97 <= code <= 122 else code
    for code in range(256)
)
_CHANGES = (b"aA", b"Aa", b"a0", b"0a", b"A0", b"0A")
_HEXADECIMAL = b"0123456789abcdefABCDEF"
_SAMPLING = 4


class Matcher:
    """Finds what `spec` calls anchors."""

    def __init__(self, spec: AnchorSpec) -> None:
        self._spec = spec
        self.gap = (
            max(HINT_REACH, REACH) if spec.hidden else HINT_REACH
        )  # seams no further apart are looked at as one
        self._letters = b"a" * spec.shortest
        # Of a run of 64, every fourth byte makes 16: a quarter of the content is enough to rule most of it out.
        self._sample = b"a" * (spec.shortest // _SAMPLING)
        self._hints = (
            re.compile(b"|".join(map(re.escape, sorted(spec.hints, key=len)))) if spec.hints else None
        )

    def has_anchor(self, data: bytes) -> bool:
        """One stands anywhere in it."""
        if any(literal in data for literal in self._spec.literals):
            return True
        if self._spec.hidden and hides(data, 0, len(data)):
            return True
        found = chain(self._runs(data), self._tokens(data), self._phrases(data))
        return next(found, None) is not None

    def values(self, data: bytes) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        """Where the runs, and the tokens and phrases among the anchors begin and end, each in order."""
        return list(self._runs(data)), [*self._tokens(data), *self._phrases(data)]

    def touches(self, target: bytes, seams: Sequence[tuple[int, int]]) -> bool:
        """An anchor touches one of the ranges of `target`, which are in order."""
        spans = list(self._runs(target))
        spans += [(begin - HINT_REACH, end + AFTER_REACH) for begin, end in self._tokens(target)]
        spans += [(begin - PHRASE_MARGIN, end + PHRASE_MARGIN) for begin, end in self._phrases(target)]
        for literal in self._spec.literals:
            start = target.find(literal)
            while start >= 0:  # one letter less at both ends: beside a seam, a literal is none the worse
                spans.append((start + 1, start + len(literal) - 1))
                start = target.find(literal, start + 1)
        if self._spec.hidden and any(
            hides(target, max(0, start - REACH), end + REACH) for start, end in seams
        ):
            return True
        ends = [end for _, end in seams]
        places = ((bisect_left(ends, start), end) for start, end in spans)
        return any(place < len(seams) and seams[place][0] <= end for place, end in places)

    def _runs(self, data: bytes) -> Iterator[tuple[int, int]]:
        if data[::_SAMPLING].translate(_CLASSES).find(self._sample) < 0:
            return
        classes, letters = data.translate(_CLASSES), self._letters
        start = classes.find(letters)
        while start >= 0:
            end = classes.find(b" ", start + len(letters))
            end = end if end >= 0 else len(data)
            if (
                end - start <= self._spec.longest
                and data[start:end].strip(_HEXADECIMAL)
                and self._is_whole(data, start, end)
            ):
                yield start, end
            start = classes.find(letters, end)

    def _is_whole(self, data: bytes, start: int, end: int) -> bool:
        """Nothing of base64 touches the run; what is longer than a value starts with an escape."""
        if end < len(data) and data[end] in b"+/_-=":
            return False
        before = data[start - 1] if start else 0
        return before not in _SYMBOLS if end - start == self._spec.shortest else before in b"\\%="

    def _tokens(self, data: bytes) -> Iterator[tuple[int, int]]:
        if not self._spec.hints and not self._spec.heads:
            return
        for token in _TOKEN.finditer(data):
            begin, end = token.span()
            if end - begin > LONGEST_TOKEN or not _is_mixed(token[0]):
                continue
            before, after = data[max(0, begin - HINT_REACH) : begin], data[end : end + AFTER_REACH]
            if is_name(before, token[0], after) or not may_be_drawn(before, token[0]):
                continue
            if self._is_told(data, begin, token[0]) and self._is_accepted(before, token[0], after):
                yield begin, end

    def _phrases(self, data: bytes) -> Iterator[tuple[int, int]]:
        if not self._spec.phrases or _LETTERS_OF_PHRASE not in data.translate(_WORDS):
            return
        for phrase in _PHRASE.finditer(data):
            if self._is_accepted(b"", phrase[0], b""):
                yield phrase.span()

    def _is_accepted(self, before: bytes, token: bytes, after: bytes) -> bool:
        return self._spec.accepts is None or self._spec.accepts(before, token, after)

    def _is_told(self, data: bytes, begin: int, token: bytes) -> bool:
        if token.startswith(self._spec.heads):
            return True
        before = data[max(0, begin - HINT_REACH) : begin].lower()
        return self._hints is not None and self._hints.search(before) is not None


def _is_mixed(token: bytes) -> bool:
    """True for what changes between lower case, upper case and digits at every fourth place, or has a digit and changes
    at every tenth; `+`, `/`, `_` and `-` do not count."""
    kinds = token.translate(_KINDS, _SYMBOLS)
    changes = sum(map(kinds.count, _CHANGES))
    return changes > 0 and changes * (10 if b"0" in kinds else 4) >= len(kinds)
