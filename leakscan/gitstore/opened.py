"""A repository opened through its shadow: what lies there, and git to ask about it."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Self, TypeVar

from leakscan.gitstore.command import Git
from leakscan.gitstore.faults import Faults
from leakscan.gitstore.layout import Layout, check_format, is_promisor
from leakscan.gitstore.lent import lent_objects
from leakscan.gitstore.objects import ObjectReader, StoredObject
from leakscan.gitstore.packs import check_packs, find_object_dirs, has_promisor_pack
from leakscan.gitstore.plainfile import is_regular
from leakscan.gitstore.refs import Refs, git_dirs, read_refs
from leakscan.gitstore.salvage import salvage_pack
from leakscan.gitstore.shadow import Shadow
from leakscan.gitstore.worktree import Worktree, read_worktree

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType

    from leakscan.model import Failure

T = TypeVar("T")


class Opened:
    """A context manager. `failures` grows with every question.

    `git` runs on the shadow: whoever needs another answer of git's asks it there."""

    git: Git
    reader: ObjectReader
    refs: Refs
    shallow: set[str]
    is_partial: bool
    object_dirs: tuple[Path, ...]

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.faults = Faults()
        self._closing = contextlib.ExitStack()

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as opened:
            self._open(opened)
            self._closing = opened.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.close()

    @property
    def failures(self) -> list[Failure]:
        """What was found wrong so far."""
        return self.faults.failures

    def iter_objects(self) -> Iterator[StoredObject]:
        """Every blob, commit and tag of the store, once each, in pack order. Trees are left out."""
        from leakscan.gitstore.packindex import PackIndex, note_shared_places  # who reads so waits anyway

        width = self.layout.hex_length // 2
        for pack in (pack for packs in self._packs.values() for pack in packs if not pack.fault):
            note_shared_places(pack.path, PackIndex(pack.index, width).offsets, self.faults)
        return self.reader.read(self.reader.inventory().content)

    def tree_files(self, *, ignored: bool = False) -> Worktree:
        """The files of the working tree, by name; see `read_worktree`."""
        return read_worktree(self.git, self.layout, self.faults, ignored=ignored)

    def indexes(self) -> list[Path]:
        """The index files of this and all linked work trees that there are."""
        folders = [self.layout.git_dir, *git_dirs(self.layout)]
        return [path for path in dict.fromkeys(folder / "index" for folder in folders) if is_regular(path)]

    def keep_open(self, resource: contextlib.AbstractContextManager[T]) -> T:
        """Enters it, and leaves it when the store is closed."""
        return self._closing.enter_context(resource)

    def _open(self, opened: contextlib.ExitStack) -> None:
        layout = self.layout
        settings = check_format(layout, self.faults)
        self.refs = read_refs(layout, self.faults)
        folders = find_object_dirs(layout.objects, self.faults, lent_objects(layout, os.environ))
        self.object_dirs = tuple(folders)
        packs = {folder: check_packs(folder, layout.hex_length // 2, self.faults) for folder in folders}
        self.is_partial = is_promisor(settings) or any(map(has_promisor_pack, folders))
        self._shadow = Shadow(layout, self.refs, folders, self.faults)
        opened.callback(self._shadow.close)
        self.shallow = self._shadow.shallow
        if self.shallow:
            reason = f"history ends at {len(self.shallow)} boundary commits: run git fetch --unshallow"
            self.faults.add("shallow", str(layout.git_dir), reason)
        self.git = Git(self._shadow.git_dir, layout.outside)
        opened.callback(self.git.close)
        for number, pack in enumerate(
            pack for of_folder in packs.values() for pack in of_folder if pack.fault
        ):
            salvage_pack(self.git, pack.path, self._shadow.objects, number)
        packs[self._shadow.objects] = check_packs(self._shadow.objects, layout.hex_length // 2, self.faults)
        self._packs = packs
        self.reader = ObjectReader(self.git, packs, layout.hex_length, self.faults)
