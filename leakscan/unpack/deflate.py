"""Deflate, as gzip and zip use it: by isal where it is installed, two to three times as fast, else by zlib."""

from __future__ import annotations

import importlib
import zlib
from collections.abc import Iterator
from typing import Any

from leakscan.unpack.budget import MIB

try:
    _zlib: Any = importlib.import_module("isal.isal_zlib")
except ImportError:
    _zlib = zlib

ERRORS = (zlib.error, _zlib.error)
INPUT_BYTES = 1 << 16


def decompressor(window_bits: int) -> Any:
    """As `zlib.decompressobj`."""
    return _zlib.decompressobj(window_bits)


def inflate(packed: memoryview, size: int, crc: int, behind: bytearray) -> Iterator[bytes]:
    """The content of a raw stream, at most a MiB at once, and at last, in `behind`, what stands behind it. ValueError
    if it is more than `size` bytes, EOFError if it is not what the checksum says."""
    stream = decompressor(-zlib.MAX_WBITS)
    rest, place, found = b"", 0, 0
    while not stream.eof:
        if not rest:
            rest = packed[place : place + INPUT_BYTES].tobytes()
            place += len(rest)
        chunk = stream.decompress(rest, MIB)
        rest = stream.unconsumed_tail
        if not chunk and not rest and place >= len(packed):
            break
        found = _zlib.crc32(chunk, found)
        size -= len(chunk)
        if size < 0:
            raise ValueError
        yield chunk
    if found != crc:
        raise EOFError
    behind += stream.unused_data + packed[place:]
