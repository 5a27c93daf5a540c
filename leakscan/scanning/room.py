"""How much of what is found there is memory for, until the report is written."""

from __future__ import annotations

import mmap
from collections.abc import Iterable

_PLACE, _VALUE = 2_000, 4_000  # bytes that a place takes, and a value that no earlier one has


class Room:
    """So many bytes, of all processes that are forked from this one; what is full stays full."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._taken = memoryview(mmap.mmap(-1, 8)).cast("q")
        self._values: set[int] = set()

    @property
    def most(self) -> int:
        """Values for which there is room in any case."""
        return max(0, self._size - self._taken[0]) // (_PLACE + _VALUE)

    def take(self, identities: Iterable[bytes]) -> int:
        """How many of these values, each at its place, there is room for: the first ones."""
        number = 0
        for number, identity in enumerate(identities, 1):
            if not self.most:
                return number - 1
            known = len(self._values)
            self._values.add(hash(identity))
            self._taken[0] += _PLACE + _VALUE * (len(self._values) - known)
        return number
