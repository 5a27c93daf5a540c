"""What a commit is about to hold: the changes of an index, and given files that it holds unchanged."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from leakscan.errors import TargetError
from leakscan.gitstore.changes import Change
from leakscan.gitstore.layout import Layout
from leakscan.gitstore.quick import QuickStore


class StagedWork(NamedTuple):
    """`changes` of files that the index holds; `untracked` files are to be read from the working tree."""

    changes: tuple[Change, ...]
    untracked: tuple[bytes, ...] = ()


def staged_work(store: QuickStore, index: Path, files: Sequence[bytes] | None) -> StagedWork:
    """All that the index changes; or of `files` (paths below the root) what it changes in them, and those that it
    does not change as if they were new. TargetError for a file that is nowhere."""
    changes = store.staged(index)
    if files is None:
        return StagedWork(tuple(changes))
    by_path = {change.path: change for change in changes}
    found = [by_path[path] for path in files if path in by_path]
    rest = [path for path in dict.fromkeys(files) if path not in by_path]
    if not rest:
        return StagedWork(tuple(found))
    listed = {entry.path: entry for entry in store.entries(index)}
    untracked = []
    for path in rest:
        if path in listed:
            if not listed[path].is_gitlink:
                found.append(Change(path, listed[path].oid.decode(), ()))
            continue
        below = path + b"/" if path else b""
        inside = [entry for entry in listed.values() if entry.path.startswith(below) and not entry.is_gitlink]
        if inside or path == b"":
            found += [by_path.get(e.path) or Change(e.path, e.oid.decode(), ()) for e in inside]
        else:
            untracked.append(_standing(store.layout, path))
    return StagedWork(tuple(dict.fromkeys(found)), tuple(untracked))


def paths_below(layout: Layout, folder: Path, names: Iterable[str]) -> list[bytes]:
    """File names given in `folder` as paths below the repository's root. TargetError for one outside of it."""
    root = os.fsencode(os.path.realpath(layout.work_tree or layout.git_dir))
    found = []
    for name in names:
        head, tail = os.path.split(os.path.abspath(os.path.join(folder, name)))
        path = os.path.join(os.fsencode(os.path.realpath(head)), os.fsencode(tail))
        if path != root and not path.startswith(root + b"/"):
            raise TargetError(f"{name}: outside of the repository {os.fsdecode(root)}")
        found.append(path[len(root) + 1 :])
    return found


def _standing(layout: Layout, path: bytes) -> bytes:
    if layout.work_tree is None or not os.path.lexists(os.path.join(os.fsencode(layout.work_tree), path)):
        raise TargetError(f"{os.fsdecode(path)}: neither in the index nor on disk")
    return path
