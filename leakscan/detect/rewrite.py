"""A text in which pieces are replaced, and the way back from its places to those of the original."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import NamedTuple

from leakscan.model import Span


class Piece(NamedTuple):
    """`original` bytes become `text`; `how` says by what decoding."""

    original: Span
    text: bytes
    how: str


class Rewriting:
    """`text` is the original with each piece in its place."""

    def __init__(self, data: bytes, pieces: Iterable[Piece]) -> None:
        """Of pieces that overlap, the one that starts first holds, of those the longest."""
        parts: list[bytes] = []
        self._pieces: list[Piece] = []
        self._starts: list[int] = []
        self._ends: list[int] = []
        place = size = 0
        for piece in sorted(pieces, key=lambda piece: (piece.original.start, -piece.original.end)):
            if piece.original.start < place:
                continue
            parts += (data[place : piece.original.start], piece.text)
            size += piece.original.start - place
            self._pieces.append(piece)
            self._starts.append(size)
            size += len(piece.text)
            self._ends.append(size)
            place = piece.original.end
        parts.append(data[place:])
        self.text = b"".join(parts)

    def __len__(self) -> int:
        return len(self._pieces)

    def original(self, span: Span) -> Span:
        """Where it comes from: all of each piece that it takes a part of."""
        return Span(self._original(span.start, at_end=False), self._original(span.end, at_end=True))

    def hows(self, span: Span) -> tuple[str, ...]:
        """By what decodings any of it came out, each once. What was cut out inside it counts, too."""
        first, last = bisect_right(self._ends, span.start), bisect_left(self._starts, span.end)
        return tuple(dict.fromkeys(piece.how for piece in self._pieces[first:last]))

    def _original(self, place: int, *, at_end: bool) -> int:
        """A place at the border of a piece belongs to the side that the span lies on."""
        number = (bisect_left(self._starts, place) if at_end else bisect_right(self._starts, place)) - 1
        if number < 0:
            return place
        piece, end = self._pieces[number], self._ends[number]
        if place > end or (place == end and not at_end):
            return piece.original.end + place - end
        return piece.original.end if at_end else piece.original.start
