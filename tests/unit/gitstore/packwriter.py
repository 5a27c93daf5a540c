"""Writes packs as no git would: thin, circular, lying. Object ids are what the caller says they are."""

from __future__ import annotations

import hashlib
import struct
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

COMMIT, TREE, BLOB, TAG, OFS, REF = 1, 2, 3, 4, 6, 7
_NAMES = {COMMIT: b"commit", TREE: b"tree", BLOB: b"blob", TAG: b"tag"}


def blob_id(data: bytes, algorithm: str = "sha1") -> bytes:
    return hashlib.new(algorithm, b"blob %d\0" % len(data) + data).digest()


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def insert(data: bytes) -> bytes:
    return b"".join(
        bytes((len(data[at : at + 127]),)) + data[at : at + 127] for at in range(0, len(data), 127)
    )


def copy(offset: int, length: int) -> bytes:
    code, operands = 128, b""
    for bit in range(4):
        if byte := offset >> (8 * bit) & 255:
            code |= 1 << bit
            operands += bytes((byte,))
    for bit in range(3):
        if length != 0x10000 and (byte := length >> (8 * bit) & 255):
            code |= 16 << bit
            operands += bytes((byte,))
    return bytes((code,)) + operands


def delta(base_size: int, size: int, *instructions: bytes) -> bytes:
    return varint(base_size) + varint(size) + b"".join(instructions)


class PackWriter:
    def __init__(self, algorithm: str = "sha1", version: int = 2) -> None:
        self._algorithm = algorithm
        self._pack = bytearray(struct.pack(">4sII", b"PACK", version, 0))
        self.entries: list[tuple[bytes, int]] = []

    def blob(self, data: bytes) -> bytes:
        oid = blob_id(data, self._algorithm)
        self.add(oid, BLOB, data)
        return oid

    def add(
        self,
        oid: bytes,
        kind: int,
        data: bytes,
        *,
        base: bytes = b"",
        size: int = -1,
        packed: bytes | None = None,
    ) -> int:
        """Its offset. `base` are the bytes between header and data; `size` and `packed` replace the true ones."""
        offset = len(self._pack)
        self.entries.append((oid, offset))
        size = len(data) if size < 0 else size
        first, size = kind << 4 | size & 15, size >> 4
        self._pack.append(first | 128 if size else first)
        self._pack += varint(size) if size else b""
        self._pack += base + (zlib.compress(data) if packed is None else packed)
        return offset

    def ofs(self, oid: bytes, base_offset: int, data: bytes) -> int:
        distance = len(self._pack) - base_offset
        out = [distance & 127]
        while distance := distance >> 7:
            distance -= 1
            out.append(distance & 127 | 128)
        return self.add(oid, OFS, data, base=bytes(reversed(out)))

    def ref(self, oid: bytes, base: bytes, data: bytes) -> int:
        return self.add(oid, REF, data, base=base)

    def write(
        self, objects: Path, name: str = "a", *, large_offsets: bool = False, index_version: int = 2
    ) -> Path:
        self._pack[8:12] = struct.pack(">I", len(self.entries))
        checksum = hashlib.new(self._algorithm, self._pack).digest()
        entries = sorted(self.entries)
        fan_out = [sum(oid[0] <= code for oid, _ in entries) for code in range(256)]
        table = struct.pack(">256I", *fan_out)
        index = b"\377tOc\0\0\0\2" + table
        index += b"".join(oid for oid, _ in entries) + bytes(4 * len(entries))
        if index_version == 1:
            index = table + b"".join(struct.pack(">I", offset) + oid for oid, offset in entries)
        elif large_offsets:
            index += b"".join(struct.pack(">I", 1 << 31 | place) for place in range(len(entries)))
            index += b"".join(struct.pack(">Q", offset) for _, offset in entries)
        else:
            index += b"".join(struct.pack(">I", offset) for _, offset in entries)
        index += checksum
        (objects / "pack").mkdir(parents=True, exist_ok=True)
        digits = hashlib.new(self._algorithm, name.encode()).hexdigest()
        path = objects / "pack" / f"pack-{digits}.pack"
        path.write_bytes(bytes(self._pack) + checksum)
        path.with_suffix(".idx").write_bytes(index + hashlib.new(self._algorithm, index).digest())
        return path
