"""Inflates one zlib stream of a known length, never to more than that: with isal where it is installed, else zlib."""

from __future__ import annotations

import importlib
import zlib
from collections.abc import Callable
from typing import Any, Final

try:
    _zlib: Any = importlib.import_module("isal.isal_zlib")
except ImportError:
    _zlib = zlib

WINDOW_BITS: Final = zlib.MAX_WBITS
# (packed, window bits, size) -> the content; faster than `inflate`, but without its bounds.
decompress: Callable[[bytes, int, int], bytes] = _zlib.decompress
# A deflate stream of n bytes cannot become more than 1,032 n: up to here the fast call stays under 64 MiB.
_MAX_FAST_BYTES = 1 << 16


class InflateError(ValueError):
    """The stream is damaged, cut off, or not of the length it should have."""


def inflate(packed: bytes, size: int) -> bytes:
    """`size` bytes. What stands behind the stream is left alone; InflateError if it does not give just that."""
    try:
        if len(packed) <= _MAX_FAST_BYTES:
            data = decompress(packed, WINDOW_BITS, size or 1)
            if len(data) == size:
                return data
        else:
            stream = _zlib.decompressobj()
            data = bytes(stream.decompress(packed, size + 1))
            if len(data) == size and stream.eof:
                return data
    except (_zlib.error, zlib.error):
        raise InflateError("its compressed data are damaged") from None
    raise InflateError("its compressed data are not of the length that its header says")


def inflate_head(packed: bytes, size: int) -> bytes:
    """At most the first `size` bytes of what a stream, or the beginning of one, holds."""
    try:
        head: bytes = zlib.decompressobj().decompress(packed, size)
    except zlib.error:
        raise InflateError("its compressed data are damaged") from None
    return head
