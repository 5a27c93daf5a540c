"""The store: one repository opened through its shadow, and every question that is asked of it."""

from __future__ import annotations

import contextlib
import hashlib
from typing import TYPE_CHECKING, TypeVar

from leakscan.gitstore.attribution import HistoryWalk, Placement, Sightings, placements
from leakscan.gitstore.command import Git
from leakscan.gitstore.commits import CommitGraph, GitCommits
from leakscan.gitstore.connectivity import ConnectivityCheck
from leakscan.gitstore.dangling import note_dangling, note_paths
from leakscan.gitstore.faults import Faults, readable
from leakscan.gitstore.history import History
from leakscan.gitstore.layout import Layout, check_format, is_promisor, is_reftable
from leakscan.gitstore.objects import ObjectReader, StoredObject
from leakscan.gitstore.packs import check_packs, find_object_dirs, has_promisor_pack
from leakscan.gitstore.plainfile import is_regular
from leakscan.gitstore.recalled import Recalled, RecalledGraph
from leakscan.gitstore.refs import Refs, git_dirs, read_refs
from leakscan.gitstore.salvage import salvage_pack
from leakscan.gitstore.shadow import Shadow
from leakscan.gitstore.tags import tagged_commits
from leakscan.gitstore.trees import Untraceable
from leakscan.gitstore.worktree import Worktree, read_worktree

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path
    from types import TracebackType

    from leakscan.model import Commit, Failure


T = TypeVar("T")


class Store:
    """A context manager. `failures` grows with every question; `check_connectivity` finds what is absent.

    What was asked last stays: `seen` by `attribute`, `traced` by `refs_reaching`, `connectivity`.

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
        self._graph: CommitGraph | RecalledGraph | None = None
        self._history: History | Recalled | None = None
        self.seen = Sightings(frozenset())
        self.traced: set[str] = set()
        self.connectivity: ConnectivityCheck | None = None

    def __enter__(self) -> Store:
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
        return self.reader.read(self.reader.inventory().content)

    def adopt(self, history: History | Recalled | None) -> None:
        """From here on, commits and trees are asked of `history`, which must stay open; None: of git, as before."""
        self._history = history
        self._graph = history.graph() if history else None

    def trace(self, oids: Collection[str]) -> bool:
        """Prepares what `check_connectivity` and `attribute` will be asked of these blobs. True if our own reader
        has the answers; else git is asked, and the two may be asked at once."""
        if self._history is not None:
            try:
                self._history.trace(oids)
            except Untraceable:
                self.adopt(None)
        self.commit_graph()
        return self._history is not None

    def check_objects(self) -> None:
        """Records every object whose content is not what its id says: each is read and hashed once more."""
        inventory = self.reader.inventory()
        for found in self.reader.read(inventory.content + inventory.trees):
            head = f"{found.kind} {len(found.data)}\0".encode()
            digest = hashlib.new(self.layout.object_format, head, usedforsecurity=False)
            digest.update(found.data)
            if digest.hexdigest() != found.oid:
                self.faults.add("corrupt-objects", found.oid, "its content is not what its id says")

    def check_connectivity(self) -> None:
        """Records what refs, HEADs, reflogs and the index lead to and the store does not have."""
        self.connectivity = ConnectivityCheck(self, self.commit_graph())
        self.connectivity.run()

    def attribute(self, oids: Collection[str]) -> dict[str, tuple[Placement, ...]]:
        """Where blobs stand: oid -> placements, oldest first; none for a blob that nothing names."""
        if not oids:
            return {}
        seen = self.seen = Sightings(frozenset(oid.encode() for oid in oids))
        if self._history is not None:
            try:
                self._history.compare(seen, self.shallow)
            except Untraceable:
                self.adopt(None)
                seen = Sightings(seen.wanted)
        walk = HistoryWalk(self.git, self.layout.hex_length, self.faults)
        if self._history is None:
            self._compare(walk, seen)
        elif self.refs.head:
            self._history.head_tree(self.refs.head, seen)
        if seen.unplaced():
            for index in self.indexes():
                walk.index(index, seen)
        if seen.unplaced() and self._history is not None:
            note_paths(seen, self._history.holders(seen.unplaced()))
        elif seen.unplaced():
            note_dangling(self.git, self.reader, self.layout.hex_length, seen, self.faults)
        for oid in seen.crowded():
            self.faults.add("too-deep", oid, "the blob stands at more places than are listed")
        return placements(seen, self.commits(seen.commits()), oids)

    def _compare(self, walk: HistoryWalk, seen: Sightings) -> None:
        """Every commit with its parents, by git."""
        complaints = walk.compare(self.reader.inventory().commits, seen, self._isolate_commits)
        if complaints and not self.is_partial:
            reason = (
                f"{len(complaints):,} commits cannot be compared with their parents, first {complaints[0]}"
            )
            self.faults.add("corrupt-objects", "history", reason)
        if self.refs.head and self.reader.kinds([self.refs.head]):
            complaint = walk.head_tree(self.refs.head, seen)
            if complaint and not self.is_partial:
                self.faults.add("corrupt-objects", "HEAD", f"its tree cannot be read: {complaint}")

    def commits(self, oids: Collection[str]) -> dict[str, Commit]:
        """Author, date and time of those that are readable commits."""
        return self.commit_graph().commits(oids) if oids else {}

    def refs_reaching(self, commits: Collection[str]) -> dict[str, tuple[str, ...]]:
        """commit -> full names of the refs that lead to it, sorted; "HEAD" is among them when detached."""
        if not commits:
            return {}
        self.traced = {oid for oid in commits if self.commit_graph().all.find(oid) >= 0}
        names: dict[str, list[str]] = {}
        peeled = tagged_commits(self.refs, self.objects())
        for ref in self.refs.refs:
            names.setdefault(peeled.get(ref.oid, ref.oid), []).append(readable(ref.name))
        if self.refs.head and self.refs.detached:
            names.setdefault(self.refs.head, []).append("HEAD")
        above = self.commit_graph().tips_above(commits, names.keys())
        return {oid: tuple(sorted(n for tip in tips for n in names[tip])) for oid, tips in above.items()}

    def tree_files(self, *, ignored: bool = False) -> Worktree:
        """The files of the working tree, by name; see `read_worktree`."""
        return read_worktree(self.git, self.layout, self.faults, ignored=ignored)

    def indexes(self) -> list[Path]:
        """The index files of this and all linked work trees that there are."""
        folders = [self.layout.git_dir, *git_dirs(self.layout)]
        return [path for path in dict.fromkeys(folder / "index" for folder in folders) if is_regular(path)]

    def _open(self, opened: contextlib.ExitStack) -> None:
        layout = self.layout
        settings = check_format(layout, self.faults)
        if is_reftable(layout, settings):
            reason = "refs are stored as reftable: objects are scanned, names of refs are not known"
            self.faults.add("unsupported-format", str(layout.common_dir / "reftable"), reason)
            self.refs = Refs()
        else:
            self.refs = read_refs(layout, self.faults)
        folders = find_object_dirs(layout.objects, self.faults)
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
        self.reader = ObjectReader(self.git, packs, layout.hex_length, self.faults)

    def commit_graph(self) -> CommitGraph | RecalledGraph:
        """What commits have to do with each other."""
        if self._graph is None:
            self._graph = CommitGraph(GitCommits(self.reader, self.layout.hex_length))
        return self._graph

    @property
    def history(self) -> History | Recalled | None:
        return self._history

    def keep_open(self, resource: contextlib.AbstractContextManager[T]) -> T:
        """Enters it, and leaves it when the store is closed."""
        return self._closing.enter_context(resource)

    def _isolate_commits(self) -> None:
        commits = self.commit_graph().all
        orphans = {commits.oid(number) for number in commits.absent}
        self._shadow.set_shallow(self.shallow | orphans)

    def objects(self) -> ObjectReader | History | Recalled:
        """Whoever can tell the kind and content of single objects."""
        return self._history or self.reader
