"""Files of a folder: all of them, or those that git lists. No link is followed, none but regular files is opened."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeAlias

from leakscan.gitstore.layout import is_repository
from leakscan.gitstore.plainfile import open_folder
from leakscan.model import Blob, Failure, Skipped, WorktreeFile
from leakscan.sources import Item

Entry: TypeAlias = bytes | Skipped | Failure  # a path, or what listing it came to
MAX_FILE_BYTES = 256 * 1024 * 1024
_CHUNK = 1 << 20
_OPEN_FLAGS = (
    os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
)
_FOLDER_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_DIRECTORY", 0)
_BENEATH = os.open in os.supports_dir_fd


def iter_files(root: Path, listing: Iterable[Entry], limit: int = MAX_FILE_BYTES) -> Iterator[Item]:
    """The content of each path below `root`, in order; what is no path passes through. A file of over `limit` bytes is
    a failure.

    A link in the place of a folder is not followed either."""
    with _Folders(root) as folders:
        for entry in listing:
            yield _read_file(folders, entry, limit) if isinstance(entry, bytes) else entry


def _read_file(folders: _Folders, path: bytes, limit: int) -> Item:
    where = os.fsdecode(path)
    try:
        handle = folders.open(path)
    except FileNotFoundError:
        return Failure("vanished", where, "was there when the folder was listed, and is gone")
    except OSError as error:
        if folders.is_special(path):
            return Skipped(where, "no regular file")
        return Failure("unreadable", where, error.strerror or "cannot be opened")
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            return Skipped(where, "no regular file")
        if status.st_size > limit:
            reason = f"{status.st_size:,} bytes; at most {limit:,} are read"
            reason += " (a larger --max-memory would do)" if status.st_size <= MAX_FILE_BYTES else ""
            return Failure("too-large", where, reason)
        data = _read_all(handle, status.st_size, limit)
    except OSError as error:
        return Failure("unreadable", where, error.strerror or "cannot be read")
    finally:
        os.close(handle)
    if len(data) > limit:
        return Failure("too-large", where, f"grew over {limit:,} bytes while it was read")
    return Blob("", data, WorktreeFile(path))


def _read_all(handle: int, expected: int, limit: int) -> bytes:
    """All there is, in one read if `expected`, the size that the file system tells, is right; over `limit`, some more
    than that."""
    data = os.read(handle, expected + 1)
    if len(data) == expected > 0:
        return data
    chunks = [data]
    size = len(data)
    while size <= limit and (chunk := os.read(handle, _CHUNK)):
        chunks.append(chunk)
        size += len(chunk)
    return b"".join(chunks)


class _Folders:
    """Opens files below a root folder by folder; the last folder stays open, for files come sorted."""

    def __init__(self, root: Path) -> None:
        self._root = os.fsencode(root)
        self._name: bytes | None = None
        self._handle = -1

    def __enter__(self) -> _Folders:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def open(self, path: bytes) -> int:
        if not _BENEATH:
            return os.open(os.path.join(self._root, path), _OPEN_FLAGS)
        folder, _, name = path.rpartition(b"/")
        if folder != self._name:
            self._enter(folder)
        return os.open(name, _OPEN_FLAGS, dir_fd=self._handle)

    def is_special(self, path: bytes) -> bool:
        """True for links, sockets and other things that are there but hold no content of their own."""
        try:
            return not stat.S_ISREG(os.lstat(os.path.join(self._root, path)).st_mode)
        except OSError:
            return False

    def _enter(self, folder: bytes) -> None:
        self._close()
        handle = os.open(self._root, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
        try:
            for part in filter(None, folder.split(b"/")):
                inner = os.open(part, _FOLDER_FLAGS, dir_fd=handle)
                os.close(handle)
                handle = inner
        except OSError:
            os.close(handle)
            raise
        self._handle, self._name = handle, folder

    def _close(self) -> None:
        if self._name is not None:
            os.close(self._handle)
        self._name, self._handle = None, -1


def iter_folder(root: Path, below: bytes = b"") -> Iterator[Entry]:
    """Paths of every file under `root`/`below`, sorted within each folder. The folder of a git repository is told as
    `Skipped` and not entered; the files beside it are listed."""
    pending = [below]
    while pending:
        folder = pending.pop()
        try:
            listed = _list(os.fsencode(root), folder)
        except OSError as error:
            yield Failure("unreadable", os.fsdecode(folder or b"."), error.strerror or "cannot be listed")
            continue
        inner: list[bytes] = []
        prefix = folder + b"/" if folder else b""
        for name, is_folder in listed:
            path = prefix + name
            if name == b".git" and is_repository(os.fsencode(root), folder):
                yield Skipped(
                    os.fsdecode(folder or b"."), "history of a nested repository: scan it by its own name"
                )
                if not is_folder:
                    yield path  # it need not say where the repository is
            elif is_folder:
                inner.append(path)
            else:
                yield path
        pending.extend(reversed(inner))


def _list(root: bytes, folder: bytes) -> list[tuple[bytes, bool]]:
    """Names, sorted, and whether each is a folder."""
    if not _BENEATH:
        with os.scandir(os.path.join(root, folder)) as found:
            return sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in found)
    handle = open_folder(root, folder)
    try:
        with os.scandir(handle) as entries:
            return sorted((os.fsencode(entry.name), entry.is_dir(follow_symlinks=False)) for entry in entries)
    finally:
        os.close(handle)
