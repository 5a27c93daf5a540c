"""Files that the user named."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

from leakscan.errors import LeakscanError

_FLAGS: Final = sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_CLOEXEC", "O_BINARY"))
# what the shell has opened for us, and what never waits
_OPEN: Final = ("/dev/stdin", "/dev/fd/", "/proc/self/fd/", os.devnull)


def read_named(path: Path, max_bytes: int, refusal: type[LeakscanError], excess: str) -> bytes:
    """The whole file. `refusal` if it cannot be read, is a FIFO or a device, which could be waited on without end, or
    with the words of `excess` if it is larger."""
    is_open = str(path).startswith(_OPEN)
    try:
        with open(os.open(path, os.O_RDONLY | (0 if is_open else _FLAGS)), "rb") as file:
            if not is_open and not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise refusal(f"{path}: not a regular file: put the file itself there")
            data = file.read(max_bytes + 1)
    except OSError as error:
        raise refusal(f"{path}: cannot be read: {error.strerror}") from None
    if len(data) > max_bytes:
        raise refusal(f"{path}: {excess}")
    return data
