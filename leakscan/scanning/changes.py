"""What a commit or a push is about to publish: only the values that were not there before."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from leakscan.detect import as_utf8
from leakscan.errors import TargetError
from leakscan.gitstore.changes import Change
from leakscan.gitstore.quick import QuickStore
from leakscan.gitstore.staged import staged_work
from leakscan.model import (
    Blob,
    Commit,
    CommitMessage,
    CommittedFile,
    Origin,
    ScanResult,
    StagedFile,
    StoredBlob,
    WorktreeFile,
)
from leakscan.scanning.outcome import Session
from leakscan.scanning.placing import add_matches
from leakscan.scanning.sighting import Sighting
from leakscan.sources.history import contents
from leakscan.sources.names import names_with_anchors
from leakscan.sources.tree import iter_files

if TYPE_CHECKING:
    from leakscan.gitstore.layout import Layout
    from leakscan.gitstore.objects import StoredObject

_CHANGE_BYTES = 400  # what a change in a range takes, at most on average


@dataclass(frozen=True, slots=True)
class Range:
    """Commits that `include` leads to and `exclude` does not: names or ids. `optional`: excluded as far as they are
    there; among them `--remotes` and `--remotes=NAME`, for all that is known of remotes. `refs`: names that are
    published with them. What is included may also be a tag of something else, a tree or a blob."""

    include: tuple[str, ...]
    exclude: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    refs: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Range:
        """`A..B`, where one end may be left out, which is HEAD. TargetError for anything else."""
        old, dots, new = text.partition("..")
        if not dots or new.startswith(".") or not (old or new):  # both ends are variables that nobody set
            raise TargetError(f"{text!r} is not a range: write A..B, for what B leads to and A does not")
        return cls((new or "HEAD",), (old or "HEAD",))

    def named(self) -> str:
        """As git would write it."""
        return " ".join((*self.include, *(f"^{name}" for name in (*self.exclude, *self.optional))))


class ChangeScan:
    """One scan of changes. TargetError for what does not resolve; whatever cannot be read is a `Failure`."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._detector = session.detector
        self._reader = session.reader
        self._collector = session.collector

    def staged(self, layout: Layout, index: Path, files: Sequence[bytes] | None = None) -> ScanResult:
        """What an index changes, or of it only `files` (paths below the root): a given file that is as in HEAD is read
        whole, and one that git does not track from the working tree."""
        with QuickStore(layout) as store:
            work = staged_work(store, index, files)
            origins: dict[str, list[Origin]] = {}
            for change in work.changes:
                if change.new:
                    origins.setdefault(change.new, []).append(StagedFile(change.new, change.path))
            self._reader.count_files(sum(map(len, origins.values())))
            self._scan_blobs(store, origins)
            self._scan_names(
                {c.path: StagedFile(c.new, c.path) for c in work.changes if c.new and not c.olds}
            )
            self._forget(store, work.changes)
            if work.untracked and layout.work_tree is not None:
                for sighting in self._reader.read(iter_files(layout.work_tree, work.untracked)):
                    self._place(sighting, (sighting.origin,))
            self._reader.failures += store.failures
        return self._session.result(str(layout.work_tree or layout.git_dir), whole=False)

    def range(self, layout: Layout, wanted: Range) -> ScanResult:
        """What the commits of a range added, with their messages."""
        with QuickStore(layout, all_refs=True) as store:
            include, exclude = _resolve(store, wanted)
            commits = store.commits_between(include, exclude)
            objects = store.named(wanted.include)
            trees, blobs, tags = (
                [o for o in objects if objects[o] == kind] for kind in ("tree", "blob", "tag")
            )
            changes = store.history(reversed(commits), self._session.options.max_memory // _CHANGE_BYTES)
            changes += [change for tree in trees for change in store.files(tree)]
            known = store.commits(commits)
            self._scan_blobs(store, {blob: [StoredBlob(blob)] for blob in blobs})
            self._scan_changes(store, changes, known, include[0] if commits else "")
            refs = (b".git/" + os.fsencode(ref) for ref in wanted.refs)
            self._scan_names({name: WorktreeFile(name) for name in refs})
            self._scan_messages(store.read([*commits, *tags]), known)
            self._forget(store, changes)
            self._reader.failures += store.failures
        return self._session.result(wanted.named(), whole=False)

    def nothing(self, layout: Layout) -> ScanResult:
        """The report of a push that publishes nothing, such as the deletion of a branch."""
        return self._session.result(str(layout.work_tree or layout.git_dir), whole=False)

    def _scan_changes(
        self, store: QuickStore, changes: Sequence[Change], known: Mapping[str, Commit], head: str
    ) -> None:
        """What stands in blobs that came, and in the paths of files that did. There may be millions of places: only
        those where something was seen are made up."""

        def origin(change: Change, *, in_head: bool = False) -> Origin:
            return CommittedFile(change.new, change.path, known.get(change.commit), in_head, "range")

        first: dict[str, Change] = {}
        for change in changes:
            if change.new:
                first.setdefault(change.new, change)
        blobs = (Blob(found.oid, found.data, origin(first[found.oid])) for found in store.blobs(first))
        seen = self._reader.read_objects(blobs, "blobs")
        paths = (change.path for change in changes if change.new and not change.olds)
        named = self._reader.read_beside(names_with_anchors(paths, self._reader.has_anchor))
        oids, names = {sighting.oid for sighting in seen}, set(_paths_of(named))
        shown = [c for c in changes if c.new and (c.new in oids or c.path in names)]
        held = store.held(head, {change.path for change in shown}) if head and shown else {}
        by_oid: dict[str, list[Origin]] = {}
        by_path: dict[bytes, Origin] = {}
        for change in shown:
            place = origin(change, in_head=held.get(change.path) == change.new)
            by_oid.setdefault(change.new, []).append(place)
            if not change.olds:
                by_path.setdefault(change.path, place)
        for sighting in seen:
            self._place(sighting, by_oid[sighting.oid])
        for sighting, path in zip(named, _paths_of(named), strict=True):
            self._place(sighting, (by_path[path],))

    def _scan_blobs(self, store: QuickStore, origins: dict[str, list[Origin]]) -> None:
        blobs = (Blob(found.oid, found.data, origins[found.oid][0]) for found in store.blobs(origins))
        for sighting in self._reader.read_objects(blobs, "blobs"):
            self._place(sighting, origins[sighting.oid])

    def _scan_names(self, origins: Mapping[bytes, Origin]) -> None:
        """What stands in the paths themselves."""
        for sighting in self._reader.read_beside(names_with_anchors(origins, self._reader.has_anchor)):
            if isinstance(sighting.origin, WorktreeFile):
                self._place(sighting, (origins[sighting.origin.path],))

    def _scan_messages(self, objects: Iterable[StoredObject], known: Mapping[str, Commit]) -> None:
        for found in objects:
            for number, blob in enumerate(contents(found)):
                for sighting in self._reader.read_objects([blob], "headers" if number else f"{found.kind}s"):
                    origin = sighting.origin
                    if isinstance(origin, CommitMessage):
                        origin = replace(origin, commit=known.get(origin.oid))
                    self._place(sighting, (origin,))

    def _place(self, sighting: Sighting, origins: Sequence[Origin]) -> None:
        for match in add_matches(sighting, origins, self._detector, self._collector):
            trace = self._collector.traces[match.identity]
            trace.oids.add(sighting.oid)
            for origin in origins:
                match origin:
                    case WorktreeFile() | StagedFile():
                        trace.in_tree = True
                    case CommittedFile(commit=Commit() as commit, path=path, in_head=in_head):
                        trace.arrive(commit, path)
                        trace.in_head |= in_head
                    case CommitMessage(commit=Commit() as commit):
                        trace.arrive(commit, b"")

    def _forget(self, store: QuickStore, changes: Sequence[Change]) -> None:
        """Values that stood in what was replaced are not new, wherever they went. `changes`: oldest first, so that
        what came and went again within them is known."""
        if not self._collector.traces:
            return
        paths: dict[str, list[bytes]] = {}
        come: set[tuple[bytes, str]] = set()
        for change in changes:
            for old in change.olds:
                if (change.path, old) not in come:
                    paths.setdefault(old, []).append(change.path)
            come.add((change.path, change.new))
        for found in store.read(paths):
            seen = self._detector.inspect(as_utf8(found.data))
            for match in self._detector.judge(seen, frozenset(paths[found.oid])):
                if match.confidence >= self._session.options.min_confidence:
                    self._collector.known.add(match.identity)


def _paths_of(sightings: Iterable[Sighting]) -> list[bytes]:
    """Of files of names in which something was seen."""
    return [s.origin.path for s in sightings if isinstance(s.origin, WorktreeFile)]


def _resolve(store: QuickStore, wanted: Range) -> tuple[list[str], list[str]]:
    """The commits that the names of a range lead to; what is included and leads to none is left out."""
    optional = [name for option in wanted.optional for name in _remote_ids(store, option)]
    names = (*wanted.include, *wanted.exclude, *optional)
    found = store.resolve(names)
    for name in (*wanted.include, *wanted.exclude):
        if name not in found and (name in wanted.exclude or not is_oid(name) or not store.named([name])):
            hint = (
                "it is not in this clone: git fetch it, or fetch-depth: 0 in CI"
                if is_oid(name)
                else "no such commit"
            )
            raise TargetError(f"{name[:200]!r} does not resolve: {hint}")
    known = [name for name in (*wanted.exclude, *optional) if name in found]
    return [found[name] for name in wanted.include if name in found], [found[name] for name in known]


def _remote_ids(store: QuickStore, option: str) -> list[str]:
    """What an optional end names: itself, or for `--remotes` the tips of remote-tracking refs."""
    if not option.startswith("--remotes"):
        return [option]
    below = f"refs/remotes/{option[10:]}/" if option.startswith("--remotes=") else "refs/remotes/"
    return [ref.oid for ref in store.refs.refs if ref.name.startswith(below.encode())]


def is_oid(name: str) -> bool:
    return len(name) in (40, 64) and not name.strip("0123456789abcdef")
