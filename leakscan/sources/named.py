"""Files that the user named."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from leakscan.errors import LeakscanError
from leakscan.gitstore.plainfile import open_regular

# what the shell has opened for us, and what never waits
_OPEN: Final = ("/dev/stdin", "/dev/fd/", "/proc/self/fd/", os.devnull)


def read_named(path: Path, max_bytes: int, refusal: type[LeakscanError], excess: str) -> bytes:
    """The whole file. `refusal` if it cannot be read, is a FIFO or a device, which could be waited on without end, or
    with the words of `excess` if it is larger."""
    is_open = str(path).startswith(_OPEN)
    try:
        with open(path if is_open else open_regular(path), "rb") as file:
            data = file.read(max_bytes + 1)
    except OSError as error:
        raise refusal(
            f"{path}: cannot be read: {error.strerror or f'{error}: put the file itself there'}"
        ) from None
    if len(data) > max_bytes:
        raise refusal(f"{path}: {excess}")
    return data
