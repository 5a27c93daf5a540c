"""Whether a folder is still what it was, told by what the file system says of every file in it."""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path

# A file written within the clock tick in which it was looked at may change without a trace.
_SETTLED_NS = 2_000_000_000


def stamp_of(folder: Path) -> str:
    """A digest of names, sizes, inodes and times of everything below; empty if that cannot be relied upon: files were
    written just now, or the repository reaches outside of the folder."""
    digest = hashlib.sha256(os.fsencode(folder))
    newest = 0
    outside = (b"objects/info/alternates", b".git/objects/info/alternates", b"commondir", b"gitdir")
    try:
        if any(os.path.lexists(os.fsencode(folder) + b"/" + name) for name in outside):
            return ""
        for name, facts in _files(os.fsencode(folder)):
            if name.endswith(b"/.git") and not stat.S_ISDIR(facts.st_mode):
                return ""
            newest = max(newest, facts.st_mtime_ns, facts.st_ctime_ns)
            said = (facts.st_mode, facts.st_size, facts.st_ino, facts.st_mtime_ns, facts.st_ctime_ns)
            digest.update(b"%s\0%d %d %d %d %d\0" % (name, *said))
    except OSError:
        return ""
    return digest.hexdigest() if newest < time.time_ns() - _SETTLED_NS else ""


def _files(folder: bytes) -> Iterator[tuple[bytes, os.stat_result]]:
    stack = [folder]
    while stack:
        with os.scandir(stack.pop()) as found:
            for entry in sorted(found, key=lambda entry: entry.name):
                yield entry.path, entry.stat(follow_symlinks=False)
                if entry.is_dir(follow_symlinks=False):
                    stack.append(entry.path)


def disk_bytes(folder: Path) -> int:
    """Of all files below; 0 if it is not there."""
    try:
        return sum(facts.st_size for _, facts in _files(os.fsencode(folder)))
    except OSError:
        return 0
