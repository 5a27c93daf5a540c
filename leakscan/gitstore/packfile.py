"""A pack: its entries in the order of their offsets, their headers parsed in bulk, their data inflated one by one."""

from __future__ import annotations

import os
from array import array
from bisect import bisect_left
from typing import TYPE_CHECKING

from leakscan.gitstore import kernel
from leakscan.gitstore.inflate import InflateError, inflate
from leakscan.gitstore.objects import MAX_OBJECT_BYTES
from leakscan.gitstore.packindex import PackIndex
from leakscan.gitstore.plainfile import open_regular

if TYPE_CHECKING:
    from pathlib import Path

_WINDOW = 1 << 16  # larger ones cost a fault for each page of them
# A stream may hold more than deflate would make of its content; one that holds much more is left to git.
_SLACK = 1 << 12
_MAX_HELD_OPEN = 200


class PackFile:
    """`kinds` (B), `sizes` (Q) and `bases` (i) are those of `kernel.parse_headers`; `references` are the bases that
    have a name. The data of an entry stand between its `starts` and `ends` (Q) in `file`, -1 while that is closed.

    It is read with pread, not mapped: a file cut off while it is mapped ends the process that reads it, and pages
    of a map count as memory of every worker. Copying what is read costs a fiftieth of inflating it."""

    def __init__(self, path: Path, width: int, number: int = 0) -> None:
        self.path = path
        self.index = PackIndex(path.with_suffix(".idx"), width)
        self.file = open_regular(path)
        try:
            self._load(width)
        except BaseException:
            self.close()
            raise
        # Of a store of so many packs, a repack during the scan may take some away.
        if number >= _MAX_HELD_OPEN:
            self.close()

    def __len__(self) -> int:
        return len(self.offsets)

    @property
    def ids(self) -> tuple[bytes, array[int]]:
        """Raw ids in the order of the index, and the place of each entry among them."""
        return self.index.names, self._order

    def find(self, name: bytes) -> int:
        """Number of the entry of this raw id, -1 if there is none."""
        place = self.index.find(name)
        if place < 0:
            return -1
        number = bisect_left(self.offsets, self.index.offsets[place])
        while self._order[number] != place:  # damaged indexes name one offset twice
            number += 1
        return number

    def read(self, number: int, limit: int = MAX_OBJECT_BYTES) -> bytes:
        """The inflated data of an entry: an object, or a delta. OSError, InflateError, OversizeError over `limit`."""
        size, start = self.sizes[number], self.starts[number]
        if size > limit:
            raise kernel.OversizeError(size)
        length = min(self.ends[number] - start, size + (size >> 6) + _SLACK)
        if length <= 0:
            raise InflateError("its index leaves no room for it")
        file = self.file
        return inflate(os.pread(file, length, start) if file >= 0 else self._read_anew(length, start), size)

    def close(self) -> None:
        if self.file >= 0:
            os.close(self.file)
            self.file = -1

    def _read_anew(self, length: int, start: int) -> bytes:
        file = open_regular(self.path)
        try:
            status = os.fstat(file)
            if (status.st_dev, status.st_ino) != self._identity:
                raise OSError("the pack was replaced while it was read")
            return os.pread(file, length, start)
        finally:
            os.close(file)

    def _load(self, width: int) -> None:
        status = os.fstat(self.file)
        self._identity = (status.st_dev, status.st_ino)
        self.offsets, self._order = kernel.sort_offsets(self.index.offsets)
        self.ends = self.offsets[1:]
        self.ends.append(max(0, status.st_size - width))
        count = len(self.offsets)
        self.kinds, self.bases = array("B", [0]) * count, array("i", [-2]) * count
        self.sizes, self.starts = array("Q", [0]) * count, array("Q", [0]) * count
        self.references: list[tuple[int, bytes]] = []
        self._parse(width)

    def _parse(self, width: int) -> None:
        number, count, end = 0, len(self.offsets), self.ends[-1]
        if hasattr(os, "posix_fadvise"):  # a pack that is not in memory yet comes in twice as fast
            os.posix_fadvise(self.file, 0, 0, os.POSIX_FADV_SEQUENTIAL)
        while number < count and self.offsets[number] < end:
            start = self.offsets[number]
            window = os.pread(self.file, min(_WINDOW, end - start), start)
            if not window:
                return
            number = kernel.parse_headers(
                window,
                start,
                self.offsets,
                number,
                end,
                width,
                self.kinds,
                self.sizes,
                self.starts,
                self.bases,
                self.references,
            )
