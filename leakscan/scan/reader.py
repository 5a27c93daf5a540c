"""Reads content once, keeps what was seen in it, counts the rest."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from leakscan.detect import Detector, Inspection, as_utf8
from leakscan.findings.place import LineIndex
from leakscan.model import (
    Blob,
    CommitMessage,
    Coverage,
    Failure,
    Origin,
    Skipped,
    Stdin,
    StoredBlob,
    TagMessage,
    WorktreeFile,
)
from leakscan.sources import Item

Progress = Callable[[Coverage], None]
_PROGRESS_EVERY_S = 0.1


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one content holds and where in it, a place for each candidate; the content itself is let go."""

    oid: str
    origin: Origin
    inspection: Inspection
    places: tuple[tuple[int, int, int, int], ...]
    line_hashes: tuple[str, ...]


class _OutOfTime(Exception):
    pass


@dataclass(slots=True)
class Reader:
    """Takes what sources give. After `read`, `skipped`, `failures` and the counts tell what became of it."""

    detector: Detector
    timeout_s: float = 0.0
    on_progress: Progress | None = None
    skipped: list[Skipped] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    timed_out: bool = False
    _counts: dict[str, int] = field(default_factory=dict)
    _started: float = field(default_factory=time.monotonic)
    _told: float = 0.0

    def read(self, items: Iterable[Item]) -> list[Sighting]:
        sightings: list[Sighting] = []
        if self.timed_out:
            return sightings
        try:
            for item in items:
                match item:
                    case Skipped():
                        self.skipped.append(item)
                    case Failure():
                        self.failures.append(item)
                    case Blob():
                        self._inspect(item, sightings)
                self._tick()
        except _OutOfTime:
            self.timed_out = True
            reason = f"stopped after {self.timeout_s:g} s; what was not read by then was not scanned"
            self.failures.append(Failure("timeout", "scan", reason))
        return sightings

    def _inspect(self, blob: Blob, sightings: list[Sighting]) -> None:
        self._count(blob)
        text = as_utf8(blob.data)
        inspection = self.detector.inspect(text)
        self._add("published", inspection.published)
        if inspection.candidates:
            sightings.append(_sighting(blob, text, inspection))

    def _count(self, blob: Blob) -> None:
        self._add("bytes", len(blob.data))
        match blob.origin:
            case StoredBlob():
                self._add("blobs", 1)
            case CommitMessage(header=header):
                self._add("commits", not header)
            case TagMessage(header=header):
                self._add("tags", not header)
            case _:
                self._add("files", 1)

    def _add(self, name: str, number: int) -> None:
        self._counts[name] = self._counts.get(name, 0) + number

    def _tick(self) -> None:
        now = time.monotonic()
        if self.timeout_s and now - self._started > self.timeout_s:
            raise _OutOfTime
        if self.on_progress is not None and now - self._told > _PROGRESS_EVERY_S:
            self._told = now
            self.on_progress(self.coverage())

    def coverage(self) -> Coverage:
        count = self._counts.get
        return Coverage(
            files=count("files", 0),
            blobs=count("blobs", 0),
            commits=count("commits", 0),
            tags=count("tags", 0),
            bytes=count("bytes", 0),
            published_examples=count("published", 0),
            seconds=time.monotonic() - self._started,
        )


def _sighting(blob: Blob, text: bytes, inspection: Inspection) -> Sighting:
    index = LineIndex(text)
    places = tuple(index.place(candidate.span) for candidate in inspection.candidates)
    hashes: dict[int, str] = {}
    if isinstance(blob.origin, WorktreeFile | Stdin):
        hashes = index.line_hashes(frozenset(place[0] for place in places))
    return Sighting(
        blob.oid, blob.origin, inspection, places, tuple(hashes.get(place[0], "") for place in places)
    )
