"""Files that the user named."""

from __future__ import annotations

from pathlib import Path

from leakscan.errors import LeakscanError


def read_named(path: Path, max_bytes: int, refusal: type[LeakscanError], excess: str) -> bytes:
    """The whole file. `refusal` if it cannot be read, or with the words of `excess` if it is larger."""
    try:
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
    except OSError as error:
        raise refusal(f"{path}: cannot be read: {error.strerror}") from None
    if len(data) > max_bytes:
        raise refusal(f"{path}: {excess}")
    return data
