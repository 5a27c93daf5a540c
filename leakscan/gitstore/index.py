"""What an index file lists, told by git on the shadow; git's complaint becomes a failure."""

from __future__ import annotations

import hashlib
import os
import re
from typing import TYPE_CHECKING, NamedTuple

from leakscan.errors import GitError
from leakscan.gitstore.plainfile import is_regular, read_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from leakscan.gitstore.command import Git
    from leakscan.gitstore.faults import Faults
    from leakscan.model import FailureKind

_GITLINK = b"160000"
_ENTRY = re.compile(rb"([0-7]+) ([0-9a-f]+) [0-3]\t([^\0]*)\0")
MAX_INDEX_BYTES = 256 << 20


class Entry(NamedTuple):
    mode: bytes
    oid: bytes
    path: bytes

    @property
    def is_gitlink(self) -> bool:
        return self.mode == _GITLINK


def read_index(git: Git, index: Path, faults: Faults) -> Iterator[Entry] | None:
    """Its entries, of which there may be millions; None if it cannot be read, which is recorded."""
    try:
        if not is_regular(index):
            raise GitError("it is not a regular file")
        if not _is_whole(index):
            raise GitError("its checksum does not fit")
        output = git.run("ls-files", "-s", "-z", env={"GIT_INDEX_FILE": str(index)})
    except (GitError, PermissionError) as error:
        kind: FailureKind = "corrupt-objects" if isinstance(error, GitError) else "unreadable"
        faults.add(kind, str(index), f"the index cannot be read: {getattr(error, 'strerror', None) or error}")
        return None
    return (Entry(*match.groups()) for match in _ENTRY.finditer(output))


def _is_whole(index: Path) -> bool:
    """Whether the checksum at its end fits, which only `git fsck` looks at; zeros stand for none (index.skipHash)."""
    try:
        data = memoryview(read_file(index, MAX_INDEX_BYTES))
    except PermissionError:
        raise
    except OSError as error:
        raise GitError(os.strerror(error.errno) if error.errno else str(error)) from error
    for make, width in ((hashlib.sha1, 20), (hashlib.sha256, 32)):
        told = bytes(data[-width:])
        if not any(told) or make(data[:-width], usedforsecurity=False).digest() == told:
            return True
    return False
