"""Reads content once, keeps what was seen in it, counts the rest."""

from __future__ import annotations

import contextlib
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from leakscan.anchors import Matcher
from leakscan.detect import Detector
from leakscan.gitstore import Bounds, Store, StoredObject, Sweep, bounds
from leakscan.model import Blob, Coverage, Failure, Skipped, WorktreeFile
from leakscan.scan.files import Share, view, view_files
from leakscan.scan.options import ScanOptions
from leakscan.scan.sighting import Look, Sighting, look
from leakscan.sources import Item
from leakscan.sources.history import contents
from leakscan.sources.tree import Entry

Progress = Callable[[Coverage], None]
_PROGRESS_EVERY_S = 0.1


class _OutOfTime(Exception):
    pass


@dataclass(slots=True)
class Reader:
    """Takes what sources give. `skipped`, `failures` and the counts tell what became of it."""

    detector: Detector
    timeout_s: float = 0.0
    on_progress: Progress | None = None
    skipped: list[Skipped] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    timed_out: bool = False
    _counts: Counter[str] = field(default_factory=Counter)
    _started: float = field(default_factory=time.monotonic)
    _told: float = 0.0
    _has_anchor: Callable[[bytes], bool] = field(init=False)

    def __post_init__(self) -> None:
        self._has_anchor = Matcher(self.detector.spec).has_anchor

    def read(self, items: Iterable[Item]) -> list[Sighting]:
        """What stands in content that is at hand: standard input, one file."""
        return self._within_time(self._read(items))

    def read_files(self, root: Path, listing: Iterable[Entry], *, jobs: int) -> list[Sighting]:
        """What stands in the files of a listing below `root`, by path; in up to so many processes."""
        seen = self._within_time(self._read_files(root, listing, jobs))
        return sorted(seen, key=_path_of)

    def read_history(self, store: Store, options: ScanOptions) -> list[Sighting]:
        """What stands in any object of the store."""
        limits = bounds(options.max_memory, options.jobs)
        store.reader.limit = limits.alone
        full = options.full or not hasattr(os, "pread")  # Windows
        seen = self._read_all(store) if full else self._sweep(store, options.jobs, limits)
        return sorted(self._within_time(seen), key=lambda sighting: sighting.oid)

    def _read(self, items: Iterable[Item]) -> Iterator[Sighting]:
        for item in items:
            yield from self._take(view([item], self._look))

    def _read_files(self, root: Path, listing: Iterable[Entry], jobs: int) -> Iterator[Sighting]:
        entries: list[Entry] = []
        for entry in listing:
            entries.append(entry)
            self._tick()
        with contextlib.closing(view_files(root, entries, self._look, jobs)) as shares:
            for share in shares:
                yield from self._take(share or Share())

    def _take(self, share: Share) -> Iterator[Sighting]:
        self.skipped += share.skipped
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
                yield from self._keep(look(self.detector, _everywhere, blob))
            self._tick()

    def _sweep(self, store: Store, jobs: int, limits: Bounds) -> Iterator[Sighting]:
        before = self._counts.copy()
        sweep = store.keep_open(
            Sweep(store, self.detector.spec, jobs=jobs, held_bytes=limits.held, object_bytes=limits.shared)
        )

        def go_on() -> bool:
            total = sweep.totals
            history = {f"{kind}s": total[kind] for kind in ("blob", "commit", "tag")}
            history["bytes"] = total["blob bytes"] + total["text bytes"]
            self._counts = before + Counter(history)
            self._tick()
            return True

        for looks in sweep.run(self._visit, texts=True, go_on=go_on):
            for one in looks:
                yield from self._keep(one)
        store.adopt(sweep.history())

    def _visit(self, stored: StoredObject) -> list[Look] | None:
        """Called in worker processes: it may use nothing of what `read` gathers."""
        looks = [found for blob in contents(stored) if (found := self._look(blob)) is not None]
        return looks or None

    def _look(self, blob: Blob) -> Look | None:
        return look(self.detector, self._has_anchor, blob)

    def _keep(self, found: Look | None) -> Iterator[Sighting]:
        if found is not None:
            self._counts["published"] += found.published
            if found.sighting is not None:
                yield found.sighting

    def _within_time(self, seen: Iterator[Sighting]) -> list[Sighting]:
        sightings: list[Sighting] = []
        if self.timed_out:
            return sightings
        try:
            sightings.extend(seen)
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
        counts = self._counts
        return Coverage(
            files=counts["files"],
            blobs=counts["blobs"],
            commits=counts["commits"],
            tags=counts["tags"],
            bytes=counts["bytes"],
            published_examples=counts["published"],
            seconds=time.monotonic() - self._started,
        )


def _everywhere(data: bytes) -> bool:
    """For the slow path: no test, all content is looked at."""
    return True


def _path_of(sighting: Sighting) -> bytes:
    return sighting.origin.path if isinstance(sighting.origin, WorktreeFile) else b""
