"""Standard input, whole."""

from __future__ import annotations

from typing import BinaryIO

from leakscan.model import Blob, Failure, Stdin
from leakscan.sources import Item
from leakscan.sources.tree import MAX_FILE_BYTES


def read_stdin(stream: BinaryIO) -> Item:
    data = stream.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        return Failure("too-large", "-", f"over {MAX_FILE_BYTES:,} bytes on standard input")
    return Blob("", data, Stdin())
