"""A file for values: new, for its owner alone, and outside of what is scanned."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

from leakscan.errors import ConfigError


def check_outside(path: Path, places: Iterable[Path]) -> Path:
    """The path with every link in its folder resolved. ConfigError if something stands there, if its folder is not
    there or if it lies in one of the places."""
    folder = Path(os.path.realpath(path.parent))
    if not path.name or not folder.is_dir():
        raise ConfigError(f"{path}: no such folder")
    where = folder / path.name
    if os.path.lexists(where):
        raise ConfigError(f"{path}: something stands there already: name a new file")
    for place in (Path(os.path.realpath(place)) for place in places):
        if where.is_relative_to(place):
            raise ConfigError(f"{path}: lies in the repository: name a file outside of {place}")
    return where


def write_private(path: Path, data: bytes) -> None:
    """A new file, mode 0600, whole or not at all; whatever stands there, a link above all, is left alone."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    try:
        handle = os.open(path, flags, 0o600)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        with contextlib.suppress(OSError):
            os.unlink(path)
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from None
