"""How far a mention of an exchange is from a value. What stands between them is searched once, not for each value."""

from __future__ import annotations

from leakscan.model import Span


class Distances:
    """Of one content."""

    def __init__(self, data: bytes) -> None:
        self._before = [Between(data, b"}")]
        self._behind = [Between(data, mark) for mark in (b"}", b"\n[", b"\n\n")]

    def of(self, mention: Span, value: Span) -> int:
        """What stands behind a value speaks of it half as often as what stands before, beyond a bracket that closes or
        a section that begins hardly ever."""
        if mention.end <= value.start:
            apart, marks, near, far = Span(mention.end, value.start), self._before, 1, 4
        else:
            apart, marks, near, far = Span(value.end, mention.start), self._behind, 2, 8
        size = apart.end - apart.start
        return size * (far if any(mark.is_in(*apart) for mark in marks) else near) if size > 0 else 0


class Between:
    """Where a mark stands. The last stretch without one is remembered: of values in order each asks for what is new."""

    def __init__(self, data: bytes, mark: bytes) -> None:
        self._data = data
        self._mark = mark
        self._overlap = len(mark) - 1
        self._start = self._end = 0  # no mark stands within

    def is_in(self, start: int, end: int) -> bool:
        if start > self._end or end < self._start:
            self._start = self._end = start
        if start < self._start:
            found = self._data.rfind(self._mark, start, self._start + self._overlap)
            if found >= 0:
                self._start = found + 1
                return found + len(self._mark) <= end or self._data.find(self._mark, start, end) >= 0
            self._start = start
        if end <= self._end:
            return False
        place = max(start, self._end - self._overlap)
        if place > self._end - self._overlap:
            self._start = start
        found = self._data.find(self._mark, place, end)
        self._end = end if found < 0 else found + self._overlap
        return found >= 0
