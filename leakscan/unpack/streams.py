"""One compressed stream, or several one after the other: gzip, zlib, bzip2, xz, lzma; zstd where Python reads it."""

from __future__ import annotations

import bz2
import lzma
import re
import zlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

from leakscan.unpack import deflate
from leakscan.unpack.budget import MIB, Budget, Rest, Unreadable

if TYPE_CHECKING:
    from leakscan.unpack.containers import Piece

_WINDOW_BYTES: Final = 64 * MIB  # what xz may claim for itself
_GZIP = 16 + zlib.MAX_WBITS
_ZEROS: Final = re.compile(rb"\0*")
_ERRORS = (*deflate.ERRORS, lzma.LZMAError, EOFError, OSError, ValueError)


def read_gzip(data: bytes, budget: Budget) -> Iterator[Piece]:
    return _read(lambda: deflate.decompressor(_GZIP), _next_zlib, b"\x1f\x8b", data, budget)


def read_zlib(data: bytes, budget: Budget) -> Iterator[Piece]:
    return _read(lambda: deflate.decompressor(zlib.MAX_WBITS), _next_zlib, data[:2], data, budget)


def read_bzip2(data: bytes, budget: Budget) -> Iterator[Piece]:
    return _read(bz2.BZ2Decompressor, _next_chunk, b"BZh", data, budget)


def read_xz(data: bytes, budget: Budget) -> Iterator[Piece]:
    return _read(_lzma, _next_chunk, b"\xfd7zXZ\0", data, budget)


def read_lzma(data: bytes, budget: Budget) -> Iterator[Piece]:
    return _read(_lzma, _next_chunk, b"]\0\0", data, budget)


def read_zstd(data: bytes, budget: Budget) -> Iterator[Piece]:
    try:
        from compression import zstd  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        raise Unreadable("unsupported-format", "zstd: Python reads it from version 3.14 on") from None
    return _read(zstd.ZstdDecompressor, _next_chunk, b"\x28\xb5\x2f\xfd", data, budget)


def _lzma() -> lzma.LZMADecompressor:
    return lzma.LZMADecompressor(memlimit=_WINDOW_BYTES)


def _next_zlib(stream: Any, data: bytes) -> tuple[bytes, bytes, bool]:
    chunk = stream.decompress(data, MIB)
    return chunk, stream.unused_data if stream.eof else stream.unconsumed_tail, stream.eof


def _next_chunk(stream: Any, data: bytes) -> tuple[bytes, bytes, bool]:
    chunk = stream.decompress(data, MIB)
    return chunk, stream.unused_data if stream.eof else b"", stream.eof


def _read(
    make: Callable[[], Any],
    advance: Callable[[Any, bytes], tuple[bytes, bytes, bool]],
    magic: bytes,
    data: bytes,
    budget: Budget,
) -> Iterator[Piece]:
    ends: list[int] = []
    try:
        content = budget.take(_chunks(make, advance, magic, data, ends))
    except _ERRORS:
        raise Unreadable("bad-archive", "damaged or cut off") from None
    yield b"", content
    yield Rest(data[ends[0] :])


def _chunks(
    make: Callable[[], Any],
    advance: Callable[[Any, bytes], tuple[bytes, bytes, bool]],
    magic: bytes,
    data: bytes,
    ends: list[int],
) -> Iterator[bytes]:
    """At most a MiB each. Between streams zeros may stand; what follows the last one and is none, which gzip leaves
    alone, begins where `ends` says."""
    place = 0
    while data.startswith(magic, place):
        stream, rest, ended = make(), b"", False
        while not ended:
            before = len(rest)
            chunk, rest, ended = advance(stream, rest)
            yield chunk
            if not chunk and not ended and len(rest) in (0, before):
                # a little at once: what is left over is copied each time
                more = data[place : place + deflate.INPUT_BYTES]
                if rest or not more:
                    raise EOFError
                rest, place = more, place + len(more)
        place = _ZEROS.match(data, place - len(rest)).end()  # type: ignore[union-attr]
    ends.append(place)
