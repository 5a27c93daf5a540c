"""Ranges of a text as sets."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from leakscan.model import Span


def merged(spans: Iterable[tuple[int, int]]) -> list[Span]:
    """The same bytes as disjoint spans in order; those that touch are one."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(end, found[-1].end))
        else:
            found.append(Span(start, end))
    return found


class Cover:
    """The bytes of some spans."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        self._spans = merged(spans)
        self._ends = [end for _, end in self._spans]

    def touches(self, span: Span) -> bool:
        """Whether any of the bytes is in the span."""
        at = bisect_right(self._ends, span.start)
        return at < len(self._spans) and self._spans[at].start < span.end

    def add(self, span: Span) -> None:
        """One that touches none of them."""
        at = bisect_right(self._ends, span.start)
        self._spans.insert(at, span)
        self._ends.insert(at, span.end)
