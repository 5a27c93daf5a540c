"""One content looked at closely: what it holds and where, and then it is let go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from leakscan.decisions import Mark
from leakscan.detect import Detector, Inspection, as_utf8
from leakscan.findings.place import LineIndex
from leakscan.model import Blob, CommittedFile, Origin, StagedFile, Stdin, WorktreeFile
from leakscan.policy.marks import mark_at


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one content holds and where in it: a place, a line's hash and a mark for each candidate."""

    oid: str
    origin: Origin
    inspection: Inspection
    places: tuple[tuple[int, int, int, int], ...]
    line_hashes: tuple[str, ...]
    marks: tuple[Mark | None, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """`published` counts the example values of official documents; `sighting`: None if there is nothing else."""

    published: int
    sighting: Sighting | None


def look(detector: Detector, has_anchor: Callable[[bytes], bool], blob: Blob) -> Look | None:
    """None for content with nothing in it: nearly all there is. `has_anchor` is the cheap test that rules that out."""
    text = as_utf8(blob.data)
    if not has_anchor(text):
        return None
    inspection = detector.inspect(text)
    if inspection.candidates:
        return Look(inspection.published, _sighting(blob, text, inspection))
    return Look(inspection.published, None) if inspection.published else None


def _sighting(blob: Blob, text: bytes, inspection: Inspection) -> Sighting:
    index = LineIndex(text)
    places = tuple(index.place(candidate.span) for candidate in inspection.candidates)
    hashes: dict[int, str] = {}
    if isinstance(blob.origin, WorktreeFile | StagedFile | CommittedFile | Stdin):
        hashes = index.line_hashes(frozenset(place[0] for place in places))
    named = tuple(hashes.get(place[0], "") for place in places)
    marks = tuple(mark_at(text, candidate.span) for candidate in inspection.candidates)
    return Sighting(blob.oid, blob.origin, inspection, places, named, marks)
