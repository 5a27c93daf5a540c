"""Git LFS: what a pointer stands for may lie in the git directory."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from leakscan.model import Blob, Failure, WorktreeFile
from leakscan.sources import Item
from leakscan.sources.tree import iter_files, iter_folder

if TYPE_CHECKING:
    from leakscan.gitstore import Layout

_NAME = re.compile("sha256:([0-9a-f]{64})")
_STORE = b"lfs/objects"
_STORED = re.compile(_STORE + rb"/../../([0-9a-f]{64})")


def names_at_hand(layout: Layout, failures: Sequence[Failure]) -> dict[str, bytes]:
    """SHA-256 -> path below the common git directory, of the contents that failures miss and that are there."""
    found: dict[str, bytes] = {}
    for failure in failures:
        if failure.kind == "lfs" and (name := _NAME.search(failure.reason)):
            path = f"lfs/objects/{name[1][:2]}/{name[1][2:4]}/{name[1]}"
            if os.path.isfile(layout.common_dir / path):
                found[name[1]] = path.encode()
    return found


def names_stored(layout: Layout) -> dict[str, bytes]:
    """The same of all contents that are there, whether a pointer leads to them or not."""
    listed = (
        iter_folder(layout.common_dir, _STORE)
        if os.path.isdir(os.path.join(os.fsencode(layout.common_dir), _STORE))
        else ()
    )
    stored = (_STORED.fullmatch(entry) for entry in listed if isinstance(entry, bytes))
    return {match[1].decode(): match[0] for match in stored if match}


def contents_at_hand(layout: Layout, names: dict[str, bytes]) -> Iterator[Item]:
    """Each of them, if it is what its name says."""
    label = b".git/" if layout.work_tree is not None else b""
    for item in iter_files(layout.common_dir, sorted(names.values())):
        if not isinstance(item, Blob) or not isinstance(item.origin, WorktreeFile):
            yield item
            continue
        path = item.origin.path
        if hashlib.sha256(item.data).hexdigest().encode() == path.rpartition(b"/")[2]:
            yield Blob("", item.data, WorktreeFile(label + path))
        else:
            yield Failure(
                "corrupt-objects", os.fsdecode(label + path), "its content is not what its name says"
            )


def is_at_hand(failure: Failure, names: dict[str, bytes]) -> bool:
    name = _NAME.search(failure.reason) if failure.kind == "lfs" else None
    return name is not None and name[1] in names
