"""The journal of a run: lines of JSON, only ever added to, each on the disk before the next thing happens."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from leakscan.errors import ConfigError
from leakscan.gitstore.plainfile import open_regular

Record = dict[str, Any]


class Journal:
    """Open for adding. One run at a time: a second one is refused with a ConfigError."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._file = os.open(
                path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | _NO_FOLLOW, 0o600
            )
        except OSError as error:
            raise ConfigError(f"{path}: cannot be written: {error.strerror}") from None
        try:
            _lock(self._file, path)
            self._end_cut_line()
        except BaseException:
            os.close(self._file)
            raise

    def add(self, record: Record) -> None:
        """On the disk when this returns. ConfigError if there is no room: what stands there before stays valid."""
        data = json.dumps(record, sort_keys=True).encode() + b"\n"
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(self._file, view) :]
            os.fsync(self._file)
        except OSError as error:
            raise ConfigError(
                f"{self._path}: cannot be written: {error.strerror}: make room, then start the same command again"
            ) from None

    def close(self) -> None:
        os.close(self._file)

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _end_cut_line(self) -> None:
        """A killed run may have left the beginning of a line."""
        size = os.fstat(self._file).st_size
        if size and os.pread(self._file, 1, size - 1) != b"\n":
            os.write(self._file, b"\n")


_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)


def read_journal(path: Path) -> Iterator[Record]:
    """Every whole record, oldest first. A line that was cut off tells nothing: its repository is read again."""
    try:
        file = open(open_regular(path), "rb")  # noqa: SIM115
    except FileNotFoundError:
        return
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror or error}") from None
    with file:
        for line in file:
            if line.endswith(b"\n"):
                try:
                    record = json.loads(line)
                except (ValueError, RecursionError):
                    continue
                if isinstance(record, dict) and isinstance(record.get("record"), str):
                    yield record


def _lock(file: int, path: Path) -> None:
    try:
        import fcntl
    except ImportError:  # Windows
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise ConfigError(
            f"{path}: another run is writing there: wait for it, or name another --run"
        ) from None
