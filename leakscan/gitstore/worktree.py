"""The files of a working tree by name. git only tells which of them it ignores: nothing else is left out."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from leakscan.errors import GitError
from leakscan.gitstore.faults import Faults, readable
from leakscan.gitstore.index import read_index
from leakscan.gitstore.layout import Layout, is_repository
from leakscan.gitstore.plainfile import is_regular, open_folder

if TYPE_CHECKING:
    from pathlib import Path

    from leakscan.gitstore.command import Git

_MAX_IGNORING_S = 20  # of CPU time: millions of files take less, a rule of many `**/` takes for ever


@dataclass(frozen=True, slots=True)
class Worktree:
    """Paths below the root, sorted. `nested`: roots of other repositories and submodules, not looked into."""

    paths: tuple[bytes, ...]
    nested: tuple[bytes, ...]


@dataclass(slots=True)
class _Index:
    """What an index lists: `tracked` files and `gitlinks`; unreadable, it lists nothing."""

    readable: bool = True
    tracked: set[bytes] = field(default_factory=set)
    gitlinks: set[bytes] = field(default_factory=set)


@dataclass(slots=True)
class _Walk:
    files: set[bytes] = field(default_factory=set)
    nested: set[bytes] = field(default_factory=set)
    has_odd_ignore_file: bool = False


def read_worktree(git: Git, layout: Layout, faults: Faults, *, ignored: bool) -> Worktree:
    """Regular files and symbolic links, tracked or not; those that git ignores only if `ignored`."""
    if layout.work_tree is None:
        return Worktree((), ())
    walk = _walk(os.fsencode(layout.work_tree), faults)
    index = _read_index(git, layout, faults)
    if not ignored and index.readable and not walk.has_odd_ignore_file:
        out = _ignored_paths(git, layout, layout.work_tree, faults)
        walk.files -= out - index.tracked
        walk.nested -= {path.rstrip(b"/") for path in out} - index.gitlinks
    inside = [path for path in index.tracked - walk.files if _stands(layout.work_tree, path)]
    root = os.fsencode(layout.work_tree)
    absent = index.gitlinks - walk.nested
    here = {path for path in absent if os.path.lexists(os.path.join(root, path))}
    for path in sorted(absent):
        if not os.path.lexists(os.path.join(root, path, b".git")):
            reason = "the submodule is not checked out: git submodule update --init, then scan again"
            faults.add("submodule-absent", readable(path), reason)
    return Worktree(tuple(sorted(walk.files.union(inside))), tuple(sorted(walk.nested | here)))


def _read_index(git: Git, layout: Layout, faults: Faults) -> _Index:
    path = layout.git_dir / "index"
    index = _Index()
    if not os.path.lexists(path):
        return index
    entries = read_index(git, path, faults)
    if entries is None:
        return _Index(readable=False)
    for entry in entries:
        (index.gitlinks if entry.is_gitlink else index.tracked).add(entry.path)
    return index


def _ignored_paths(git: Git, layout: Layout, work_tree: Path, faults: Faults) -> set[bytes]:
    """Untracked files that git ignores; nested repositories among them end in a slash."""
    arguments = ["ls-files", "-z", "--others", "--ignored", "--exclude-per-directory=.gitignore"]
    exclude = layout.common_dir / "info" / "exclude"
    if is_regular(exclude):
        arguments.append(f"--exclude-from={exclude}")
    try:
        output = git.run(
            *arguments,
            env={"GIT_INDEX_FILE": str(layout.git_dir / "index")},
            work_tree=work_tree,
            max_cpu_s=_MAX_IGNORING_S,
        )
    except GitError as error:
        faults.add(
            "unreadable", str(work_tree), f"ignore rules cannot be applied, all files are taken: {error}"
        )
        return set()
    return set(output.split(b"\0"))


def _stands(work_tree: Path, path: bytes) -> bool:
    """Whether a tracked path is there, by folders only: behind a symbolic link it is another file."""
    root = os.fsencode(work_tree)
    full = os.path.join(root, path)
    parent = os.path.dirname(full)
    try:
        kind = os.lstat(full).st_mode
    except (OSError, ValueError):
        return False
    return os.path.realpath(parent) == parent and (stat.S_ISREG(kind) or stat.S_ISLNK(kind))


def _walk(root: bytes, faults: Faults) -> _Walk:
    """Every file below `root` but in `.git` and in other repositories; a link is a file, never followed."""
    walk = _Walk()
    folders = [b""]
    while folders:
        folder = folders.pop()
        try:
            descriptor = open_folder(root, folder)
        except OSError as error:
            faults.add(
                "unreadable",
                readable(folder) or readable(root),
                f"the folder cannot be read: {error.strerror}",
            )
            continue
        try:
            with os.scandir(descriptor) as entries:
                found = list(entries)
            if folder and any(entry.name == ".git" for entry in found) and is_repository(root, folder):
                walk.nested.add(folder)
            else:
                folders += _sort(found, folder, walk)
        except OSError as error:
            faults.add(
                "unreadable",
                readable(folder) or readable(root),
                f"the folder cannot be read: {error.strerror}",
            )
        finally:
            os.close(descriptor)
    return walk


def _sort(entries: list[os.DirEntry[str]], folder: bytes, walk: _Walk) -> list[bytes]:
    """Puts a folder's files into `walk` and returns its folders."""
    folders: list[bytes] = []
    for entry in entries:
        name = os.fsencode(entry.name)
        path = folder + b"/" + name if folder else name
        is_file = entry.is_file(follow_symlinks=False)
        if name == b".gitignore" and not is_file:
            walk.has_odd_ignore_file = True
        if path == b".git":
            continue
        if is_file or entry.is_symlink():
            walk.files.add(path)
        elif entry.is_dir(follow_symlinks=False):
            folders.append(path)
    return folders
