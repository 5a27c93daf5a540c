"""What is named but absent: every ref, HEAD, reflog and index entry is followed to the last blob."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakscan.gitstore.commits import parse_links
from leakscan.gitstore.index import read_index
from leakscan.gitstore.named import entries_of
from leakscan.gitstore.objects import FOLDER
from leakscan.gitstore.tags import follow_tips

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from leakscan.gitstore.commits import CommitGraph
    from leakscan.gitstore.history import History
    from leakscan.gitstore.opened import Opened
    from leakscan.gitstore.recalled import Recalled, RecalledGraph

_HEX = frozenset("0123456789abcdef")
_MAX_LISTED = 100
_WALK = "rev-list --objects --no-object-names --no-walk=unsorted --missing=print --stdin"


class ConnectivityCheck:
    """Finds absent objects of one store. `missing` maps an absent id to what names it, `reached` flags the commits that
    `tips` lead to. `is_known` tells of an id whether the object was there to be scanned, None that all were."""

    def __init__(
        self,
        store: Opened,
        graph: CommitGraph | RecalledGraph,
        history: History | Recalled | None,
        *,
        check_kinds: bool = False,
        is_known: Callable[[str], bool] | None = None,
    ) -> None:
        self._store = store
        self._check_kinds = check_kinds
        self._is_known = is_known
        self._graph = graph
        self._history = history
        self._objects = history or store.reader
        self.missing: dict[str, str] = {}
        self.reached = bytearray()
        self.tips: set[str] = set()

    def run(self) -> None:
        """Fills `missing` and records each of them, or that the walk itself had to stop."""
        kinds, self.missing = follow_tips(self._store.refs, self._objects)
        reached = self.reached = self._graph.reachable(kinds, self._store.shallow)
        self.tips = set(kinds)
        commits = self._graph.all
        absent = [
            (commits.oid(number), parents) for number, parents in commits.absent.items() if reached[number]
        ]
        for oid, parents in sorted(absent):
            if oid not in self._store.shallow:
                for parent in parents:
                    self.missing.setdefault(parent, f"commit {oid} names it as a parent")
        others = [oid for oid, kind in kinds.items() if kind in ("tree", "blob")]
        if self._history is not None:
            for oid in self._history.absent(reached, others):
                self.missing.setdefault(oid, "a tree or a commit names it")
        else:
            # In pack order: sorted by id, the same walk takes several times as long on a large history.
            self._walk([*(commits.oid(number) for number, flag in enumerate(reached) if flag), *others])
            if self._check_kinds:
                self._compare_kinds()
            if self._is_known is not None:
                self._find_late(self._is_known)
        self._index()
        self._record()

    def _walk(self, tips: Iterable[str]) -> None:
        feed = "".join(f"{oid}\n" for oid in tips).encode()
        if not feed:
            return
        with self._store.git.stream(*_WALK.split(), feed=feed) as process:
            for line in process.out:
                if line.startswith(b"?"):
                    self.missing.setdefault(line[1:].split()[0].decode(), "a tree or a commit names it")
            if process.wait() != 0:
                reason = f"whether all objects are there cannot be told: {process.complaint()}"
                self._store.faults.add("corrupt-objects", str(self._store.layout.objects), reason)

    def _find_late(self, is_known: Callable[[str], bool]) -> None:
        """What git finds now and was not there to be scanned: somebody is at work on the store, and what git follows
        is not what was read."""
        listed = self._store.reader.inventory(anew=True).content.decode().split()
        late = sum(1 for oid in listed if not is_known(oid))
        if late:
            reason = f"{late:,} objects came into it while it was read, and were not scanned: scan again"
            self._store.faults.add("missing-objects", str(self._store.layout.objects), reason)

    def _compare_kinds(self) -> None:
        """What trees and commits name as a file or a folder, and is none: git follows the names of neither."""
        reader, hex_length = self._store.reader, self._store.layout.hex_length
        inventory = reader.inventory()
        trees = {parse_links(commit.data, hex_length)[0] for commit in reader.read(inventory.commits)}
        said = {oid: "tree" for oid in trees if len(oid) == hex_length and _HEX.issuperset(oid)}
        for tree in reader.read(inventory.trees):
            for mode, _, oid in entries_of(tree, hex_length):
                said[oid] = "tree" if mode == FOLDER else "blob"
        for oid, kind in reader.kinds(sorted(said)).items():
            if kind != said[oid]:
                self.missing[oid] = f"it is named as a {said[oid]}"

    def _index(self) -> None:
        """Blobs that the index names. git knows the empty blob without having it."""
        for index in self._store.indexes():
            entries = read_index(self._store.git, index, self._store.faults) or ()
            staged = {e.oid.decode() for e in entries if not e.is_gitlink and e.oid.strip(b"0")}
            present = self._objects.kinds(sorted(staged))
            self.missing.update((oid, "the index names it") for oid in staged - present.keys())

    def _record(self) -> None:
        faults, store = self._store.faults, self._store
        known = {
            failure.where for failure in faults.failures if failure.kind in ("corrupt-objects", "unreadable")
        }
        missing = sorted((oid, by) for oid, by in self.missing.items() if oid not in known)
        if missing and store.is_partial:
            reason = f"{len(missing):,} objects were never fetched: run git fetch --refetch without a filter"
            faults.add("partial-clone", str(store.layout.git_dir), reason)
            return
        present = self._objects.kinds([oid for oid, _ in missing[:_MAX_LISTED]])
        for oid, named_by in missing[:_MAX_LISTED]:
            if oid in present:
                faults.add("corrupt-objects", oid, f"the object is a {present[oid]}: {named_by}")
            else:
                faults.add("missing-objects", oid, f"the object is not in the store: {named_by}")
        if len(missing) > _MAX_LISTED:
            faults.add(
                "missing-objects", "object store", f"{len(missing) - _MAX_LISTED:,} more objects are missing"
            )
