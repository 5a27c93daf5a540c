"""A file of ours in the user's cache folder: private, written at once or not at all, trusted only if nobody else could
have written it."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from pathlib import Path

from leakscan.gitstore.memory import MAX_BYTES, UnusableError
from leakscan.gitstore.plainfile import read_file

_FOR_OTHERS = 0o077


def read_private(path: Path) -> bytes | None:
    """Its content; None if there is no such file. UnusableError for a link, and for what others may write or own."""
    try:
        _check(os.lstat(path.parent), folder=True)
        _check(os.lstat(path), folder=False)
        return read_file(path, MAX_BYTES, follow=False)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UnusableError(f"it cannot be read: {error.strerror or error}") from error


def write_private(path: Path, data: bytes) -> None:
    """Replaces the file. UnusableError if that is not possible, or if the folder is not ours alone."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _check(os.lstat(path.parent), folder=True)
        descriptor, name = tempfile.mkstemp(prefix=".", suffix=".new", dir=path.parent)  # mode 0600
        try:
            with open(descriptor, "wb") as file:
                file.write(data)
            os.replace(name, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(name)
            raise
    except OSError as error:
        raise UnusableError(f"it cannot be written: {error.strerror or error}") from error


def _check(facts: os.stat_result, *, folder: bool) -> None:
    what = "its folder" if folder else "it"
    if not (stat.S_ISDIR if folder else stat.S_ISREG)(facts.st_mode):
        raise UnusableError(f"{what} is no {'folder' if folder else 'regular file'}")
    if hasattr(os, "geteuid") and facts.st_uid != os.geteuid():
        raise UnusableError(f"{what} belongs to another user")
    if os.name == "posix" and facts.st_mode & _FOR_OTHERS:
        raise UnusableError(f"{what} is open to other users: chmod go= it")
