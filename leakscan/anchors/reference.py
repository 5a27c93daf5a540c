"""The finder of anchors in plain Python: what the compiled one does, used where that is not available, and its
yardstick in tests."""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import lru_cache
from typing import TYPE_CHECKING

from leakscan.anchors.reference_hidden import REACH, SHORTEST_PIECE, find_in_token, has_units, hides
from leakscan.anchors.reference_stretches import mark_tokens, mark_words, stretches
from leakscan.anchors.reference_tokens import is_costly, is_name, may_be_drawn
from leakscan.anchors.reference_words import Words
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
    from collections.abc import Iterable, Iterator, Sequence

_PHRASE = re.compile(
    rb"(?<![a-z])(?<![a-z] )(?:[a-z]{3,8} ){%d}[a-z]{3,8}(?![a-z])(?! [a-z])" % (PHRASE_WORDS - 1)
)
_SYMBOLS = b"+/_-"
# Letters become a or A, digits 0: how often a token changes between the three is counted in this.
_KINDS = bytes(
    48 if 48 <= code <= 57 else 65 if 65 <= code <= 90 else 97 if 97 <= code <= 122 else code
    for code in range(256)
)
_CHANGES = (b"aA", b"Aa", b"a0", b"0a", b"A0", b"0A")
_ESCAPES = (b"\\", b"%", b"=")  # end so, but for the letter that sticks to the value
_HEXADECIMAL = b"0123456789abcdefABCDEF"
_LINE = 140  # a cut looks so far for the end of a line: a token or a phrase may stand there
_MAX_REMEMBERED = 1 << 17  # tokens


class Matcher:
    """Finds what `spec` calls anchors."""

    def __init__(self, spec: AnchorSpec) -> None:
        self._spec = spec
        self.gap = (
            max(HINT_REACH, REACH) if spec.hidden else HINT_REACH
        )  # seams no further apart are looked at as one
        # Short tokens that are not mixed: the versions of a file have most in common.
        self._plain: set[bytes] = set()
        self._near = max(REACH, *map(len, spec.literals), 0)
        self._hints = Words(sorted(set(spec.hints)))

    def has_anchor(self, data: bytes) -> bool:
        """One stands anywhere in it."""
        if any(literal in data for literal in self._spec.literals):
            return True
        if self._spec.hidden and has_units(data):
            return True
        marks, plain = mark_tokens(data), self._plain
        if self._spec.shortest < SHORTEST_TOKEN and next(self._runs(data, marks), None):
            return True
        for begin, end in stretches(marks, SHORTEST_TOKEN):
            if data[begin:end] not in plain and self._is_anchor(data, begin, end):
                return True
        return next(self._phrases(data), None) is not None

    def may_touch(self, parts: Iterable[bytes]) -> bool:
        """False if no anchor touches an end of these parts, which were joined, or one of at most 127 bytes anywhere."""
        return self.has_anchor(
            b"".join([part if len(part) <= 3 * _LINE else self._ends(part) for part in parts])
        )

    def _ends(self, part: bytes) -> bytes:
        """What may decide about an anchor that touches an end. All of it lies within `_near` bytes, but for tokens,
        which may begin there, and phrases: these end where the line does."""
        size, near = len(part), self._near
        end = part.find(b"\n", near, near + _LINE)
        end = end + 1 + AFTER_REACH if end >= 0 else near + _LINE
        start = part.rfind(b"\n", 0, size - AFTER_REACH)
        start = min(max(start - HINT_REACH, size - near - 2 * _LINE), size - near)
        return part if start <= end else part[:end] + b"\0" + part[start:]

    def values(self, data: bytes) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        """Where the runs, and the tokens and phrases among the anchors begin and end, each in order."""
        marks = mark_tokens(data)
        return list(self._runs(data, marks)), [*self._tokens(data, marks), *self._phrases(data)]

    def touches(self, target: bytes, seams: Sequence[tuple[int, int]]) -> bool:
        """An anchor touches one of the ranges of `target`, which are in order."""
        marks = mark_tokens(target)
        spans = list(self._runs(target, marks))
        spans += [(begin - HINT_REACH, end + AFTER_REACH) for begin, end in self._tokens(target, marks)]
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

    def _is_anchor(self, data: bytes, begin: int, end: int) -> bool:
        """The token, or what is a part of it."""
        size = end - begin
        if size >= self._spec.shortest and self._is_run(data, begin, end):
            return True
        if size >= SHORTEST_PIECE and self._spec.hidden and next(find_in_token(data, begin, end), None):
            return True
        if self._is_token(data, begin, end):
            return True
        if size < min(SHORTEST_PIECE, self._spec.shortest) and not _is_mixed(data[begin:end]):
            if len(self._plain) >= _MAX_REMEMBERED:
                self._plain.clear()
            self._plain.add(data[begin:end])
        return False

    def _runs(self, data: bytes, marks: bytes) -> Iterator[tuple[int, int]]:
        return (run for run in stretches(marks, self._spec.shortest) if self._is_run(data, *run))

    def _is_run(self, data: bytes, begin: int, end: int) -> bool:
        """Nothing of base64 touches one: each is a token of its own."""
        run = data[begin:end]
        if len(run) > self._spec.longest or not run.isalnum() or not run.strip(_HEXADECIMAL):
            return False
        is_value = len(run) == self._spec.shortest or data[begin - 1 : begin] in _ESCAPES
        return is_value and data[end : end + 1] != b"=" and is_costly(run)

    def _tokens(self, data: bytes, marks: bytes) -> Iterator[tuple[int, int]]:
        return (token for token in stretches(marks, SHORTEST_TOKEN) if self._is_token(data, *token))

    def _is_token(self, data: bytes, begin: int, end: int) -> bool:
        if not self._spec.hints and not self._spec.heads:
            return False
        token = data[begin:end]
        if len(token) > LONGEST_TOKEN or not _is_mixed(token):
            return False
        before, after = data[max(0, begin - HINT_REACH) : begin], data[end : end + AFTER_REACH]
        if is_name(before, token, after) or not may_be_drawn(before, token):
            return False
        return self._is_told(before, token) and self._is_accepted(before, token, after)

    def _phrases(self, data: bytes) -> Iterator[tuple[int, int]]:
        if not self._spec.phrases:
            return
        for begin, end in stretches(mark_words(data), SHORTEST_PHRASE):
            for phrase in _PHRASE.finditer(data, begin, end):
                if self._is_accepted(b"", phrase[0], b""):
                    yield phrase.span()

    def _is_accepted(self, before: bytes, token: bytes, after: bytes) -> bool:
        return self._spec.accepts is None or self._spec.accepts(before, token, after)

    def _is_told(self, before: bytes, token: bytes) -> bool:
        if token.startswith(self._spec.heads):
            return True
        return self._hints.stand_in(before)


@lru_cache(_MAX_REMEMBERED)
def _is_mixed(token: bytes) -> bool:
    """True for what changes between lower case, upper case and digits at every fourth place, or has a digit and changes
    at every tenth; `+`, `/`, `_` and `-` do not count."""
    kinds = token.translate(_KINDS, _SYMBOLS)
    changes = sum(map(kinds.count, _CHANGES))
    return changes > 0 and changes * (10 if b"0" in kinds else 4) >= len(kinds)
