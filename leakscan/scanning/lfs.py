"""Git LFS: what a pointer stands for may lie in the git directory."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from leakscan.model import Blob, Failure, WorktreeFile
from leakscan.sources import Item
from leakscan.sources.tree import iter_files

if TYPE_CHECKING:
    from leakscan.gitstore import Layout

_NAME = re.compile("sha256:([0-9a-f]{64})")


def names_at_hand(layout: Layout, failures: Sequence[Failure]) -> dict[str, bytes]:
    """SHA-256 -> path below the common git directory, of the contents that failures miss and that are there."""
    found: dict[str, bytes] = {}
    for failure in failures:
        if failure.kind == "lfs" and (name := _NAME.search(failure.reason)):
            path = f"lfs/objects/{name[1][:2]}/{name[1][2:4]}/{name[1]}"
            if os.path.isfile(layout.common_dir / path):
                found[name[1]] = path.encode()
    return found


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
