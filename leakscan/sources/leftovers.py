"""What lies in a git directory and is part of no history that was read: what a broken fetch or push left among the
objects, objects of another format, and repositories of submodules that are not checked out."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from leakscan.errors import GitError
from leakscan.gitstore.layout import find_layout, is_repository, read_settings
from leakscan.gitstore.refs import git_dirs
from leakscan.model import Blob, Failure, Skipped, WorktreeFile
from leakscan.sources.tree import iter_files, iter_folder

if TYPE_CHECKING:
    from leakscan.gitstore import Layout
    from leakscan.sources import Item

_MAX_MODULES = 10_000
# Packs are read, all of them; the others are made from objects, or name refs with their ids.
_OF_GIT = re.compile(
    rb"pack/[^/]+\.(?:pack|idx)|pack/pack-[^/]+\.(?:rev|bitmap|mtimes|promisor)"
    rb"|pack/multi-pack-index(?:-[0-9a-f]+\.(?:bitmap|rev)|\.d/multi-pack-index-(?:chain|[0-9a-f]+\.[a-z]+))?"
    rb"|info/(?:commit-graph|commit-graphs/(?:graph-[0-9a-f]+\.graph|commit-graph-chain))",
    re.DOTALL,
)
_OF_STORE = re.compile(r"[0-9a-f]{2}|pack|\.")  # folders: the store tells that they cannot be read


def left_among_objects(layout: Layout, label: bytes) -> Iterator[Item]:
    """Files below the object folder that hold no object of the store, to be read as any file is: some are archives."""
    loose = re.compile(rb"[0-9a-f]{2}/[0-9a-f]{%d}" % (layout.hex_length - 2))
    yield from _files(layout.objects, label, lambda path: loose.fullmatch(path) or _OF_GIT.fullmatch(path))
    if layout.git_dir != layout.common_dir:  # nobody's objects, if there are any
        yield from _files(layout.git_dir / "objects", label, lambda path: False)


def unfinished_packs(layout: Layout) -> dict[str, tuple[int, ...]]:
    """Packs that git writes, or wrote when it was ended: under the name that a failure has for each, what the file
    system says of it now."""
    label = ".git/" if layout.work_tree is not None else ""
    found: dict[str, tuple[int, ...]] = {}
    with contextlib.suppress(OSError), os.scandir(layout.objects / "pack") as entries:
        for entry in entries:
            if entry.name.startswith("tmp_pack_"):
                status = entry.stat(follow_symlinks=False)
                state = (status.st_ino, status.st_size, status.st_mtime_ns)
                found[f"{label}objects/pack/{entry.name}"] = state
    return found


def unseen_modules(layout: Layout) -> Iterator[Item]:
    """Git directories of submodules, below that of the repository, that no checkout of theirs leads to, and files
    beside them."""
    label = b".git/" if layout.work_tree is not None else b""
    pending = [folder / "modules" for folder in git_dirs(layout)]
    for _ in range(_MAX_MODULES):
        if not pending:
            return
        folder = pending.pop()
        below = os.fsencode(folder.relative_to(layout.common_dir))
        where = os.fsdecode(label + below)
        if is_repository(os.fsencode(folder), b""):
            if not _is_checked_out(folder):
                yield Skipped(where, "history of a nested repository: scan it by its own name")
            pending.append(folder / "modules")
            continue
        try:
            with os.scandir(folder) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            yield Failure("unreadable", where, error.strerror or "cannot be listed")
            continue
        files: list[bytes] = []
        for entry in found:
            if entry.is_dir(follow_symlinks=False):
                pending.append(Path(entry.path))
            else:
                files.append(below + b"/" + os.fsencode(entry.name))
        yield from _told_below(label, iter_files(layout.common_dir, files))
    if pending:
        reason = f"over {_MAX_MODULES:,} folders of submodules: the rest was not read"
        yield Failure("too-deep", os.fsdecode(label + b"modules"), reason)


def _is_checked_out(git_dir: Path) -> bool:
    try:
        module = find_layout(git_dir)
        if module is None:
            return False
        places = [s.value for s in read_settings(module) if (s.section, s.key) == ("core", "worktree")]
        found = find_layout(module.git_dir / places[-1]) if places else None
    except (GitError, OSError, ValueError):
        return False
    return found is not None and found.git_dir == Path(os.path.realpath(module.git_dir))


def _files(folder: Path, label: bytes, is_read: Callable[[bytes], object]) -> Iterator[Item]:
    if not os.path.isdir(folder):
        return
    entries = (e for e in iter_folder(folder) if not isinstance(e, bytes) or not is_read(e))
    yield from _told_below(
        label + b"objects/",
        (i for i in iter_files(folder, entries) if not isinstance(i, Failure | Skipped) or _is_told(i)),
    )


def _is_told(item: Failure | Skipped) -> bool:
    """Whether nobody else tells it."""
    return isinstance(item, Failure) and item.kind != "vanished" and not _OF_STORE.fullmatch(item.where)


def _told_below(label: bytes, items: Iterable[Item]) -> Iterator[Item]:
    for item in items:
        if isinstance(item, Blob) and isinstance(item.origin, WorktreeFile):
            yield Blob("", item.data, WorktreeFile(label + item.origin.path))
        elif isinstance(item, Failure | Skipped):
            yield replace(item, where=os.fsdecode(label) + item.where)
