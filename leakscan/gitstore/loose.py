"""Loose objects: one file each, a zlib stream of a kind, a size and the content."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final

from leakscan.gitstore.deltaerror import OversizeError
from leakscan.gitstore.inflate import InflateError, inflate, inflate_head
from leakscan.gitstore.objects import MAX_OBJECT_BYTES
from leakscan.gitstore.plainfile import read_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KINDS: Final = {b"commit": 1, b"tree": 2, b"blob": 3, b"tag": 4}
_HEAD_BYTES = 256
_HEADER = re.compile(rb"(commit|tree|blob|tag) (0|[1-9][0-9]{0,17})\0")


def iter_loose(folder: Path, width: int) -> Iterator[tuple[bytes, Path]]:
    """Raw id and file of each, by their names; what is no regular file is left out, the shadow records it."""
    pattern = re.compile(f"[0-9a-f]{{{2 * width - 2}}}")
    for number in range(256):
        try:
            with os.scandir(folder / f"{number:02x}") as entries:
                names = sorted(
                    entry.name for entry in entries if pattern.fullmatch(entry.name) and entry.is_file()
                )
        except OSError:
            continue
        for name in names:
            yield bytes((number,)) + bytes.fromhex(name), folder / f"{number:02x}" / name


def peek_loose(path: Path) -> tuple[int, int]:
    """Kind, as packs number it, and size. OSError, InflateError."""
    file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        kind, size, _ = _header(os.read(file, _HEAD_BYTES))
    finally:
        os.close(file)
    return kind, size


def read_loose(path: Path, limit: int = MAX_OBJECT_BYTES) -> bytes:
    """The content. OSError, InflateError, OversizeError over `limit`."""
    _, size = peek_loose(path)
    if size > limit:
        raise OversizeError(size)
    packed = read_file(path, limit + (limit >> 6) + _HEAD_BYTES)
    _, size, length = _header(packed[:_HEAD_BYTES])
    if size > limit:  # the file is another one by now
        raise OversizeError(size)
    return inflate(packed, length + size)[length:]


def _header(packed: bytes) -> tuple[int, int, int]:
    match = _HEADER.match(inflate_head(packed, 32))
    if match is None:
        raise InflateError("its header is damaged")
    return KINDS[match[1]], int(match[2]), match.end()
