"""Reads content once, keeps what was seen in it, counts the rest."""

from __future__ import annotations

import contextlib
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from leakscan.anchors import Matcher
from leakscan.detect import Detector
from leakscan.gitstore.bounds import DEFAULT_MEMORY, bounds
from leakscan.model import Blob, Coverage, Failure, Skipped, StoredBlob, WorktreeFile
from leakscan.scanning.again import see_again, unseen
from leakscan.scanning.files import Share, view, view_files
from leakscan.scanning.options import ScanOptions
from leakscan.scanning.room import Room
from leakscan.scanning.sighting import Look, Sighting, look
from leakscan.sources import Item
from leakscan.sources.history import contents
from leakscan.sources.names import git_dir_items, link_targets, name_tests, names_with_anchors
from leakscan.sources.tree import Entry
from leakscan.unpack import HEADS

if TYPE_CHECKING:
    from leakscan.gitstore import AnchorSpec, Store, StoredObject, Sweep
    from leakscan.gitstore.memory import Memory
    from leakscan.scanning.recall import Recollection

Progress = Callable[[Coverage], None]
_PROGRESS_EVERY_S = 0.1


class _OutOfTime(Exception):
    pass


@dataclass(slots=True)
class Reader:
    """Takes what sources give. `skipped`, `failures` and the counts tell what became of it; `history` counts what the
    history held, `found` has what was seen in objects of it."""

    detector: Detector
    timeout_s: float = 0.0
    on_progress: Progress | None = None
    room: Room = field(default_factory=lambda: Room(DEFAULT_MEMORY // 2))
    skipped: list[Skipped] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    timed_out: bool = False
    history: dict[str, int] = field(default_factory=dict)
    found: dict[str, list[Look]] = field(default_factory=dict)
    _counts: Counter[str] = field(default_factory=Counter)
    _started: float = field(default_factory=time.monotonic)
    _told: float = 0.0
    _listed: list[bytes] = field(default_factory=list)
    _links: list[bytes] = field(default_factory=list)
    _spec: AnchorSpec = field(init=False)
    has_anchor: Callable[[bytes], bool] = field(init=False)

    def __post_init__(self) -> None:
        self._spec = replace(self.detector.spec, hidden=True, openings=HEADS)
        self.has_anchor = Matcher(self._spec).has_anchor

    def read(self, items: Iterable[Item]) -> list[Sighting]:
        """What stands in content that is at hand: standard input, one file."""
        return self._within_time(self._read(items))

    def read_files(
        self, root: Path, listing: Iterable[Entry], *, jobs: int, max_memory: int = DEFAULT_MEMORY
    ) -> list[Sighting]:
        """What stands in the files of a listing below `root`, by path; in up to so many processes, which together take
        up to so many bytes."""
        seen = self._within_time(self._read_files(root, listing, jobs, max_memory))
        return sorted(seen, key=_path_of)

    def read_names(self, root: Path) -> list[Sighting]:
        """What stands in the paths of the files that `read_files` was given last, and in the targets of links."""
        found = chain(names_with_anchors(self._listed, self.has_anchor), link_targets(root, self._links))
        return self.read_beside(found)

    def read_git_dir(self, store: Store) -> list[Sighting]:
        """What stands in the names of refs and in the git directory's own files; they do not count as files."""
        refs = [ref.name for ref in store.refs.refs]
        return self.read_beside(git_dir_items(store.layout, refs, self.has_anchor, store.head_data))

    def read_beside(self, items: Iterable[Item]) -> list[Sighting]:
        """What stands in names and the like, which do not count as files."""
        share = view(items, self._look)
        self.skipped += share.skipped
        return self._within_time(self._take(Share(share.looks, [], share.failures)))

    def read_history(
        self, store: Store, options: ScanOptions, recollection: Recollection | None = None
    ) -> list[Sighting]:
        """What stands in any object of the store; only what is not remembered is read."""
        from leakscan.gitstore.sweep import Sweep

        limits = bounds(options.max_memory, options.jobs)
        store.reader.limit = limits.alone
        full = options.full or not hasattr(os, "pread")  # Windows
        before, self.found = self._counts.copy(), {}
        sweep = partial(Sweep, store, self._spec, jobs=options.jobs, held_bytes=limits.held)
        sweep = partial(sweep, object_bytes=limits.shared)
        if full:
            seen = self._read_all(store)
        elif recollection is not None and recollection.memory is not None:
            seen = self._remembered(store, sweep, recollection, recollection.memory)
        else:
            seen = self._read_new(store, sweep)
        sightings = sorted(self._within_time(seen), key=lambda sighting: (sighting.oid, sighting.member))
        kinds = ("blobs", "commits", "tags", "bytes")
        self.history = {kind: self._counts[kind] - before[kind] for kind in kinds}
        return sightings

    def look_again(self, store: Store, oids: Iterable[str]) -> list[Sighting]:
        """What stands in objects that were read and counted before."""
        counts = self._counts.copy()
        found = map(self._visit, store.reader.fetch(oids))
        sightings = [sighting for seen in found if seen for sighting in self._keep_all(*seen)]
        self._counts = counts
        return sightings

    def read_objects(self, blobs: Iterable[Blob], kind: str) -> list[Sighting]:
        """What stands in contents of the store; `kind` is what to count them as: "blobs", "commits" or "tags"."""
        return self._within_time(self._read_blobs(blobs, kind))

    def count_files(self, number: int) -> None:
        """Of files that were read as objects."""
        self._counts["files"] += number

    def _read_blobs(self, blobs: Iterable[Blob], kind: str) -> Iterator[Sighting]:
        for blob in blobs:
            self._counts[kind] += 1
            self._counts["bytes"] += len(blob.data)
            yield from self._keep(self._look(blob))
            self._tick()

    def _read(self, items: Iterable[Item]) -> Iterator[Sighting]:
        for item in items:
            yield from self._take(view([item], self._look))

    def _read_files(
        self, root: Path, listing: Iterable[Entry], jobs: int, max_memory: int
    ) -> Iterator[Sighting]:
        entries: list[Entry] = []
        for entry in listing:
            entries.append(entry)
            self._tick()
        self._listed = [entry for entry in entries if isinstance(entry, bytes)]
        limits = bounds(max_memory, jobs)
        with contextlib.closing(view_files(root, entries, self._look, jobs, limits)) as shares:
            for share in shares:
                yield from self._take(share or Share())

    def _take(self, share: Share) -> Iterator[Sighting]:
        self.skipped += share.skipped
        self._links += [os.fsencode(skipped.where) for skipped in share.skipped]
        self.failures += share.failures
        self._counts["files"] += share.files
        self._counts["bytes"] += share.size
        for found in share.looks:
            yield from self._keep(found)
        self._tick()

    def _read_all(self, store: Store) -> Iterator[Sighting]:
        for stored in store.iter_objects():
            self._counts[f"{stored.kind}s"] += 1
            self._counts["bytes"] += len(stored.data)
            for blob in contents(stored):
                yield from self._keep(look(self.detector, lambda data: True, blob, self.room))
            self._tick()

    def _remembered(
        self, store: Store, make: Callable[..., Sweep], recollection: Recollection, memory: Memory
    ) -> Iterator[Sighting]:
        """As `_read_new`, of what came since; if that does not fit to what is remembered, of everything."""
        from leakscan.gitstore.trees import Untraceable

        counts, faults, failures = self._counts.copy(), store.faults.copy(), self.failures.copy()
        try:
            sightings = self._recall(store, make, recollection, memory)
        except Untraceable:
            store.adopt(None)
            store.faults.restore(faults)
            self._counts, self.failures, self.found = counts, failures, {}
            recollection.recall.notes.append((False, "cache: what is new does not fit to it, all is read"))
            yield from self._read_new(store, make)
            return
        recollection.recall.notes.append((False, "cache: only what is new was read"))
        yield from sightings

    def _recall(
        self, store: Store, make: Callable[..., Sweep], recollection: Recollection, memory: Memory
    ) -> list[Sighting]:
        """What stands in new objects, and what is seen again. Untraceable if the two do not fit together."""
        from leakscan.gitstore.fresh import Fresh, Known
        from leakscan.gitstore.recalled import Recalled
        from leakscan.gitstore.remember import is_sound
        from leakscan.gitstore.trees import Untraceable

        sightings: list[Sighting] = []
        fresh, moved = Fresh(), recollection.containers.moved
        if recollection.is_new:
            known = Known(memory.containers, store.object_dirs, store.layout.hex_length // 2)
            sweep = store.keep_open(make(known=known))
            sightings += self._sweep(sweep)
            fresh = sweep.fresh()
            if not all(fresh.holds(oid) or known.packs_hold(bytes.fromhex(oid)) for oid in moved):
                raise Untraceable
        before = len(self.found)
        skipped = memory.alike.keys() | memory.quiet.keys()
        for seen in map(self._visit, store.reader.fetch(oid for oid in memory.found if oid not in skipped)):
            sightings += self._keep_all(*seen) if seen else ()
        there = store.reader.kinds(skipped)
        for oid, looks in see_again(memory.alike, self.found, there, self.room):
            sightings += self._keep_all(oid, looks)
        quiet = unseen(memory.quiet, there)
        if len(self.found) - before + len(quiet) != len(memory.found):
            raise Untraceable
        sightings += quiet
        self._counts.update(memory.counts | {"published": sum(number for number, _ in memory.quiet.values())})
        store.adopt(recalled := Recalled(store, memory, fresh))
        oids = {s.oid for s in sightings if isinstance(s.origin, StoredBlob)}
        recalled.prepare(oids, name_tests(self.detector))
        if not is_sound(store):
            raise Untraceable
        return sightings

    def _read_new(self, store: Store, make: Callable[..., Sweep]) -> Iterator[Sighting]:
        sweep = store.keep_open(make())
        yield from self._sweep(sweep)
        store.is_known = sweep.holds
        store.adopt(sweep.history())

    def _sweep(self, sweep: Sweep) -> Iterator[Sighting]:
        before = self._counts.copy()

        def go_on() -> bool:
            total = sweep.totals
            history = {f"{kind}s": total[kind] for kind in ("blob", "commit", "tag")}
            history["bytes"] = total["blob bytes"] + total["text bytes"]
            self._counts = before + Counter(history)
            self._tick()
            return True

        for oid, looks in sweep.run(self._visit, texts=True, go_on=go_on):
            yield from self._keep_all(oid, looks)

    def _visit(self, stored: StoredObject) -> tuple[str, list[Look]] | None:
        """Called in worker processes: it may use nothing of what `read` gathers."""
        seen = (self._look(blob, stored.anchored) for blob in contents(stored))
        looks = [found for found in seen if found is not None]
        return (stored.oid, looks) if looks else None

    def _keep_all(self, oid: str, looks: list[Look]) -> Iterator[Sighting]:
        self.found[oid] = looks
        for one in looks:
            yield from self._keep(one)

    def _look(self, blob: Blob, anchored: bool | None = None) -> Look | None:
        return look(self.detector, self.has_anchor, blob, self.room, anchored)

    def _keep(self, found: Look | None) -> Iterator[Sighting]:
        if found is not None:
            self._counts["published"] += found.published
            self.failures += found.failures
            yield from found.sightings

    def _within_time(self, seen: Iterator[Sighting]) -> list[Sighting]:
        sightings: list[Sighting] = []
        try:
            sightings.extend(() if self.timed_out else seen)
        except _OutOfTime:
            self.timed_out = True
            reason = f"stopped after {self.timeout_s:g} s; what was not read by then was not scanned"
            self.failures.append(Failure("timeout", "scan", reason))
        return sightings

    def _tick(self) -> None:
        now = time.monotonic()
        if self.timeout_s and now - self._started > self.timeout_s:
            raise _OutOfTime
        if self.on_progress is not None and now - self._told > _PROGRESS_EVERY_S:
            self._told = now
            self.on_progress(self.coverage())

    def coverage(self) -> Coverage:
        counts = {name: self._counts[name] for name in ("files", "blobs", "commits", "tags", "bytes")}
        seconds = time.monotonic() - self._started
        return Coverage(**counts, published_examples=self._counts["published"], seconds=seconds)


def _path_of(sighting: Sighting) -> bytes:
    return sighting.origin.path if isinstance(sighting.origin, WorktreeFile) else b""
