"""Where reports go: standard output, and files that are replaced whole or not at all."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Iterable
from pathlib import Path

from leakscan.errors import ConfigError, LeakscanError

_NO_TERMINAL = 100


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
    """The text, or its pieces. Replaces `path` atomically, mode 0600; a device or FIFO is written to. ConfigError
    if that cannot be done."""
    data = (piece.encode("utf-8") for piece in _pieces(text))
    try:
        if _is_stream(path):
            with path.open("wb", buffering=0) as stream:
                stream.writelines(data)
        else:
            _replace(path, data)
    except OSError as error:
        raise ConfigError(f"{path}: the report cannot be written there: {error.strerror}") from None


def _pieces(text: str | Iterable[str]) -> Iterable[str]:
    return (text,) if isinstance(text, str) else text


def _is_stream(path: Path) -> bool:
    try:
        mode = os.lstat(path).st_mode
    except FileNotFoundError:
        return False
    return stat.S_ISCHR(mode) or stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


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
