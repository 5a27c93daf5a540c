"""The index of a pack, versions 1 and 2: which object stands at which offset."""

from __future__ import annotations

import struct
import sys
from array import array
from functools import cached_property
from typing import TYPE_CHECKING, Final

from leakscan.gitstore.plainfile import read_file

if TYPE_CHECKING:
    from pathlib import Path

    from leakscan.gitstore.faults import Faults

NOWHERE: Final = (1 << 63) - 1
_MAX_INDEX_BYTES = 1 << 32
_MAGIC = b"\377tOc\0\0\0\2"
_FAN_OUT = struct.Struct(">256I")


class PackIndex:
    """`names`: raw ids in order, one after the other; `offsets` (Q) beside them. An offset that the index only promises
    is NOWHERE."""

    def __init__(self, path: Path, width: int) -> None:
        data = read_file(path, _MAX_INDEX_BYTES)
        self._width = width
        start = 8 if data.startswith(_MAGIC) else 0
        if len(data) < start + _FAN_OUT.size:
            raise ValueError("it is cut off")
        self._fan_out = (0, *_FAN_OUT.unpack_from(data, start))
        count, start = self._fan_out[-1], start + _FAN_OUT.size
        entry = width + (8 if start > _FAN_OUT.size else 4)
        if len(data) < start + count * entry + 2 * width or list(self._fan_out) != sorted(self._fan_out):
            raise ValueError("it is damaged")
        if start > _FAN_OUT.size:
            self.names = data[start : start + count * width]
            start += count * (width + 4)
            large = data[start + count * 4 : len(data) - 2 * width]
            self._tables: tuple[bytes, bytes | None] = (data[start : start + count * 4], large)
        else:
            entries = [data[at : at + entry] for at in range(start, start + count * entry, entry)]
            self.names = b"".join(each[4:] for each in entries)
            self._tables = (b"".join(each[:4] for each in entries), None)

    def __len__(self) -> int:
        return len(self.names) // self._width

    @cached_property
    def offsets(self) -> array[int]:
        return _offsets(*self._tables)

    def name(self, place: int) -> bytes:
        return self.names[place * self._width : (place + 1) * self._width]

    def find(self, name: bytes) -> int:
        """Its place, -1 if it is not there."""
        low, high = self._fan_out[name[0]], self._fan_out[name[0] + 1]
        while low < high:
            middle = (low + high) // 2
            if self.name(middle) < name:
                low = middle + 1
            else:
                high = middle
        return low if low < self._fan_out[name[0] + 1] and self.name(low) == name else -1


def note_shared_places(pack: Path, offsets: array[int], faults: Faults) -> None:
    """Records that an index has one place for several objects: git gives one for all of them, and none for another."""
    if len(set(offsets)) < len(offsets):
        faults.add("corrupt-objects", str(pack), "the index of the pack has one place for several objects")


def _offsets(small: bytes, large: bytes | None) -> array[int]:
    """`large`, if there is such a table, holds the offsets of 2 GiB and more; others have their place in it."""
    shorts = array("I", small)
    if sys.byteorder == "little":
        shorts.byteswap()
    offsets = array("Q", shorts)
    if large is None or max(shorts, default=0) < 1 << 31:
        return offsets
    for place, short in enumerate(shorts):
        if short >> 31:
            at = 8 * (short & 0x7FFFFFFF)
            long = large[at : at + 8]
            offsets[place] = min(int.from_bytes(long), NOWHERE) if len(long) == 8 else NOWHERE
    return offsets
