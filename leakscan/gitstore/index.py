"""What an index file lists, told by git on the shadow; git's complaint becomes a failure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from leakscan.errors import GitError
from leakscan.gitstore.plainfile import is_regular

if TYPE_CHECKING:
    from pathlib import Path

    from leakscan.gitstore.command import Git
    from leakscan.gitstore.faults import Faults

_GITLINK = b"160000"


class Entry(NamedTuple):
    mode: bytes
    oid: bytes
    path: bytes

    @property
    def is_gitlink(self) -> bool:
        return self.mode == _GITLINK


def read_index(git: Git, index: Path, faults: Faults) -> list[Entry] | None:
    """Its entries; None if it cannot be read, which is recorded."""
    try:
        if not is_regular(index):
            raise GitError("it is not a regular file")
        output = git.run("ls-files", "-s", "-z", env={"GIT_INDEX_FILE": str(index)})
    except GitError as error:
        faults.add("corrupt-objects", str(index), f"the index cannot be read: {error}")
        return None
    entries = []
    for line in output.split(b"\0"):
        facts, tab, path = line.partition(b"\t")
        if tab:
            mode, oid, _stage = facts.split(b" ")
            entries.append(Entry(mode, oid, path))
    return entries
