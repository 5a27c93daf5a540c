"""Where reports go: standard output, and files that are replaced whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from leakscan.errors import ConfigError, LeakscanError

_NO_TERMINAL = 100
_NAMED: Final = {"/dev/stdout": "/dev/fd/1", "/dev/stderr": "/dev/fd/2"}
_SHELLS: Final = re.compile("/(?:dev|proc/self)/fd/([0-9]{1,6})")
_AT_ONCE: Final = sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY"))
_WAIT_S, _LOOK_EVERY_S = 10.0, 0.05


def write_stdout(text: str | Iterable[str]) -> None:
    """The text, or its pieces. LeakscanError if it cannot be written, or whoever reads it went away: left alone, click
    would exit 1, which means findings."""
    encoding = sys.stdout.encoding or "utf-8"
    try:
        for piece in _pieces(text):
            sys.stdout.buffer.write(piece.encode(encoding, "backslashreplace"))
        sys.stdout.buffer.flush()
    except OSError as error:
        # what Python would still write at exit goes nowhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            raise LeakscanError("the output was closed before the whole report was written") from None
        raise LeakscanError(f"the report cannot be written to the output: {error.strerror}") from None


def write_file(path: Path, text: str | Iterable[str]) -> None:
    """The text, or its pieces. Replaces `path` atomically, mode 0600; a device, a FIFO or what the shell has opened for
    us is written to. ConfigError if that cannot be done."""
    data = (piece.encode("utf-8") for piece in _pieces(text))
    try:
        stream = _open_stream(path)
        if stream is None:
            _replace(path, data)
        else:
            with open(stream, "wb", buffering=0) as file:
                file.writelines(data)
    except OSError as error:
        raise ConfigError(f"{path}: the report cannot be written there: {error.strerror}") from None


def _pieces(text: str | Iterable[str]) -> Iterable[str]:
    return (text,) if isinstance(text, str) else text


def _open_stream(path: Path) -> int | None:
    """A descriptor to write to if the path is no place for a file of ours."""
    name = _NAMED.get(str(path), str(path))
    if found := _SHELLS.fullmatch(name):
        return os.dup(int(found[1]))
    try:
        mode = os.lstat(path).st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISFIFO(mode):
        return _open_fifo(path)
    return open_at_once(path, 0) if stat.S_ISCHR(mode) or stat.S_ISSOCK(mode) else None


def _open_fifo(path: Path) -> int:
    """ConfigError if nobody comes to read."""
    deadline = time.monotonic() + _WAIT_S
    while time.monotonic() < deadline:
        try:
            return open_at_once(path, 0)
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise
        time.sleep(_LOOK_EVERY_S)
    raise ConfigError(f"{path}: nobody reads what is written there")


def open_at_once(path: Path | str, flags: int) -> int:
    """A descriptor to write to; OSError where there would be a wait for somebody who reads."""
    handle = os.open(path, os.O_WRONLY | flags | _AT_ONCE, 0o666)
    if hasattr(os, "O_NONBLOCK"):
        os.set_blocking(handle, True)
    return handle


def _replace(path: Path, data: Iterable[bytes]) -> None:
    import tempfile

    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)  # a symbolic link in its place is replaced, not followed
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def use_color(choice: str) -> bool:
    """`--color`, and NO_COLOR (no-color.org) where it says auto."""
    if choice == "auto":
        return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return choice == "always"


def terminal_width() -> int:
    """In columns; 100 where there is no terminal and COLUMNS says nothing."""
    if not sys.stdout.isatty() and "COLUMNS" not in os.environ:
        return _NO_TERMINAL
    import shutil  # it brings compressors along, which few runs need

    return shutil.get_terminal_size((_NO_TERMINAL, 24)).columns
