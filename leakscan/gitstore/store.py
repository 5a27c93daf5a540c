"""The store: one repository, and every question that is asked of it."""

from __future__ import annotations

import hashlib
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING

from leakscan.gitstore.attribution import HistoryWalk, Placement, Sightings, placements, sightings
from leakscan.gitstore.commits import CommitGraph, GitCommits
from leakscan.gitstore.connectivity import ConnectivityCheck
from leakscan.gitstore.dangling import note_dangling, note_paths
from leakscan.gitstore.faults import readable
from leakscan.gitstore.history import History
from leakscan.gitstore.named import files_below, named_in
from leakscan.gitstore.objects import is_tree
from leakscan.gitstore.opened import Opened
from leakscan.gitstore.recalled import Recalled, RecalledGraph
from leakscan.gitstore.tags import tagged_commits
from leakscan.gitstore.trees import Damaged, Untraceable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from leakscan.gitstore.layout import Layout
    from leakscan.gitstore.named import NameTests
    from leakscan.gitstore.objects import ObjectReader, StoredObject
    from leakscan.model import Commit


class Store(Opened):
    """`check_connectivity` finds what is absent.

    What was asked last stays: `seen` by `attribute`, `traced` by `refs_reaching`, `connectivity`. `named` are the files
    of which a name may hold a value, as far as `trace` was told how to know them."""

    def __init__(self, layout: Layout) -> None:
        super().__init__(layout)
        self._graph: CommitGraph | RecalledGraph | None = None
        self._history: History | Recalled | None = None
        self.seen = Sightings(frozenset())
        self.named: set[str] = set()
        self._tests: NameTests | None = None
        self.traced: set[str] = set()
        self.is_damaged = False
        self.connectivity: ConnectivityCheck | None = None
        self.is_known: Callable[[str], bool] | None = None

    def adopt(self, history: History | Recalled | None) -> None:
        """From here on, commits and trees are asked of `history`, which must stay open; None: of git, as before."""
        self._history = history
        self._graph = history.graph() if history else None

    def trace(self, oids: Collection[str], tests: NameTests | None = None) -> bool:
        """Prepares what `check_connectivity` and `attribute` will be asked of these blobs, and of those whose names may
        hold a value. True if our own reader has the answers; else git is asked, and the two may be asked at once."""
        self._tests, self.named = tests, set()
        if self._history is not None:
            try:
                self.named = self._history.trace(oids, tests)
            except Untraceable as error:
                self.adopt(None)
                self.is_damaged = isinstance(error, Damaged)
        if self._history is None and tests is not None:
            trees = self.reader.read(self.reader.inventory().trees)
            found = named_in(self._checked(trees), self.layout.hex_length, tests.may_hold)
            self.named = files_below(self.reader, found, self.layout.hex_length).files
        self.commit_graph()
        return self._history is not None

    def _checked(self, trees: Iterable[StoredObject]) -> Iterator[StoredObject]:
        """The trees; one that is malformed is recorded, for nothing may lead to it."""
        for tree in trees:
            if not is_tree(tree.data, self.layout.hex_length):
                self.faults.add("corrupt-objects", tree.oid, "the tree is malformed")
            yield tree

    def check_objects(self) -> None:
        """Records every object whose content is not what its id says: each is read and hashed once more."""
        inventory = self.reader.inventory()
        for found in self.reader.read(inventory.content + inventory.trees):
            head = f"{found.kind} {len(found.data)}\0".encode()
            digest = hashlib.new(self.layout.object_format, head, usedforsecurity=False)
            digest.update(found.data)
            if digest.hexdigest() != found.oid:
                self.faults.add("corrupt-objects", found.oid, "its content is not what its id says")

    def head_data(self) -> bytes:
        """What the commit says that HEAD names, empty if there is none."""
        head = self.refs.head
        return next((found.data for found in self.reader.fetch([head])), b"") if head else b""

    def check_connectivity(self) -> None:
        """Records what refs, HEADs, reflogs and the index lead to and the store does not have."""
        self.connectivity = ConnectivityCheck(
            self, self.commit_graph(), self._history, check_kinds=self.is_damaged, is_known=self.is_known
        )
        self.connectivity.run()

    def attribute(self, oids: Collection[str]) -> dict[str, tuple[Placement, ...]]:
        """Where blobs stand: oid -> placements, oldest first; none for a blob that nothing names. Those that are only
        `named` are among them, as far as their paths hold something."""
        seen = self.seen = sightings(oids, self.named, self._tests)
        if not seen.wanted:
            return {}
        if self._history is not None:
            try:
                self._history.compare(seen, self.shallow)
            except Untraceable:
                self.adopt(None)
                seen = self.seen = seen.blank()
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
        return placements(seen, self.commits(seen.commits()), {*oids, *self.named})

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

        @cache  # most commits are reached by the same thousands
        def names_of(tips: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(sorted(chain.from_iterable(map(names.__getitem__, tips))))

        above = self.commit_graph().tips_above(commits, names.keys())
        return {oid: names_of(tuple(tips)) for oid, tips in above.items()}

    def commit_graph(self) -> CommitGraph | RecalledGraph:
        """What commits have to do with each other."""
        if self._graph is None:
            self._graph = CommitGraph(GitCommits(self.reader, self.layout.hex_length))
        return self._graph

    @property
    def history(self) -> History | Recalled | None:
        return self._history

    def _isolate_commits(self) -> None:
        commits = self.commit_graph().all
        orphans = {commits.oid(number) for number in commits.absent}
        self._shadow.set_shallow(self.shallow | orphans)

    def objects(self) -> ObjectReader | History | Recalled:
        """Whoever can tell the kind and content of single objects."""
        return self._history or self.reader
