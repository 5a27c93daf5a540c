"""Files read as data: regular files only, bounded, never waiting on a FIFO."""

from __future__ import annotations

import os
import re
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Windows has none but the last, and needs the last to leave line ends alone.
_FLAGS = sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_CLOEXEC", "O_BINARY"))
_FOLDER_FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_DIRECTORY", "O_CLOEXEC"))
_PIECE_BYTES = 1_000
_LINE = re.compile(rb"[^\n]+\n*|\n+")  # empty ones with the one before: a file may hold nothing else


def read_file(path: Path | bytes, max_bytes: int, *, follow: bool = True) -> bytes:
    """The file's content. OSError if it is absent, not a regular file, or longer than `max_bytes`."""
    with open(open_regular(path, follow=follow), "rb") as file:
        size = os.fstat(file.fileno()).st_size
        if size > max_bytes:
            raise OSError(f"longer than {max_bytes} bytes")
        # room is taken for as much as is asked for: a process with a memory limit has none for the most there may be
        data = file.read(size + 1)
        if len(data) > size:
            data += file.read(max_bytes + 1 - len(data))
    if len(data) > max_bytes:
        raise OSError(f"longer than {max_bytes} bytes")
    return data


def iter_lines(data: bytes) -> Iterator[bytes]:
    """Those that hold anything, one after the other: a list of them takes many times the file."""
    for match in _LINE.finditer(data):
        if line := match[0].rstrip(b"\n"):
            yield line


def open_regular(path: Path | bytes, *, follow: bool = True) -> int:
    """A descriptor. OSError if the file is absent or not a regular one."""
    descriptor = os.open(path, os.O_RDONLY | _FLAGS | (0 if follow else getattr(os, "O_NOFOLLOW", 0)))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError("not a regular file")
    return descriptor


def is_regular(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except (OSError, ValueError):
        return False


def open_folder(root: bytes, folder: bytes) -> int:
    """A descriptor of `root`/`folder`, opened piece by piece: a whole path may be longer than the system takes. What a
    piece ends in is never a link."""
    descriptor = os.open(root, _FOLDER_FLAGS)
    rest = folder
    while rest:
        cut = rest.find(b"/", _PIECE_BYTES)
        piece, rest = (rest, b"") if cut < 0 else (rest[:cut], rest[cut + 1 :])
        try:
            following = os.open(piece, _FOLDER_FLAGS | os.O_NOFOLLOW, dir_fd=descriptor)
        finally:
            os.close(descriptor)
        descriptor = following
    return descriptor
