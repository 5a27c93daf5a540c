"""Sightings and what git knows of them -> matches at their places."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from leakscan.detect import Detector, Match
from leakscan.findings.collect import Collector
from leakscan.model import (
    Blob,
    Commit,
    CommitMessage,
    CommittedFile,
    Location,
    Origin,
    StagedFile,
    StoredBlob,
    WorktreeFile,
)
from leakscan.scanning.again import LookAgain, awake, checksum
from leakscan.scanning.sighting import Sighting
from leakscan.sources import Item
from leakscan.sources.names import as_text

if TYPE_CHECKING:
    from leakscan.gitstore import Placement, Store


def place(
    sightings: Sequence[Sighting],
    store: Store | None,
    detector: Detector,
    collector: Collector,
    read: Callable[[Iterable[Item]], list[Sighting]] | None = None,
    look: LookAgain | None = None,
) -> dict[str, int]:
    """Judges every sighting at its paths and hands the matches to the collector; returns the blobs of history that hold
    none, with the checksums of their paths. `store`: None without history. `read` says what stands in names of
    committed files, `look` what stands in blobs."""
    placements: Mapping[str, tuple[Placement, ...]] = {}
    commits: Mapping[str, Commit] = {}
    if store is not None:
        placements = store.attribute({s.oid for s in sightings if isinstance(s.origin, StoredBlob)})
        commits = store.commits({s.oid for s in sightings if isinstance(s.origin, CommitMessage)})
        sightings = [*sightings, *(read(_names(store, placements)) if read else ())]
    oids = {s.oid for s in sightings if isinstance(s.origin, StoredBlob)}
    without = {oid: checksum(p.path for p in placements.get(oid, ())) for oid in oids}
    for sighting in awake(sightings, without, look):
        standing = _standing(sighting, placements)
        origins = _origins(sighting.origin, standing, commits)
        if sighting.member:
            origins = tuple(_inside(origin, sighting.member) for origin in origins)
        for match in add_matches(sighting, origins, detector, collector):
            _trace(collector, match.identity, sighting, origins, standing)
            if isinstance(sighting.origin, StoredBlob):
                without.pop(sighting.oid, None)
    return without


def add_matches(
    sighting: Sighting, origins: Sequence[Origin], detector: Detector, collector: Collector
) -> list[Match]:
    """Judges a sighting at its paths and hands the matches to the collector."""
    matches = detector.judge(sighting.inspection, _paths(origins))
    spots = {candidate.span: number for number, candidate in enumerate(sighting.inspection.candidates)}
    holder = "" if isinstance(sighting.origin, CommittedFile) and not sighting.origin.oid else sighting.oid
    for match in matches:
        n = spots[match.span]
        details = (*sighting.places[n], holder, sighting.line_hashes[n], sighting.marks[n])
        collector.add(match, tuple(Location(origin, *details) for origin in origins))
    return matches


def _names(store: Store, placements: Mapping[str, Sequence[Placement]]) -> Iterator[Blob]:
    """The paths of committed files whose names may hold a value."""
    for oid in sorted(store.named):
        for p in placements.get(oid, ()):
            yield Blob(oid, as_text(p.path), CommittedFile("", p.path, p.commit, p.in_head))


def _standing(sighting: Sighting, placements: Mapping[str, Sequence[Placement]]) -> Sequence[Placement]:
    """Where what was seen stands in history."""
    match sighting.origin:
        case StoredBlob():
            return placements.get(sighting.oid, ())
        case CommittedFile(path=path):
            return [p for p in placements[sighting.oid] if p.path == path]
    return ()


def _origins(
    origin: Origin, standing: Sequence[Placement], commits: Mapping[str, Commit]
) -> tuple[Origin, ...]:
    match origin:
        case StoredBlob() if standing:
            return tuple(CommittedFile(p.oid, p.path, p.commit, p.in_head) for p in standing)
        case CommitMessage(oid=oid):
            return (replace(origin, commit=commits.get(oid)),)
    return (origin,)


def _inside(origin: Origin, member: bytes) -> Origin:
    """`dist/app.whl!bot/config.py`"""
    if isinstance(origin, WorktreeFile | CommittedFile):
        return replace(origin, path=origin.path + b"!" + member)
    return origin


def _paths(origins: Iterable[Origin]) -> frozenset[bytes]:
    return frozenset(o.path for o in origins if isinstance(o, WorktreeFile | StagedFile | CommittedFile))


def _trace(
    collector: Collector,
    identity: bytes,
    sighting: Sighting,
    origins: Sequence[Origin],
    standing: Sequence[Placement],
) -> None:
    trace = collector.traces[identity]
    trace.oids.add(sighting.oid)
    for origin in origins:
        match origin:
            case WorktreeFile():
                trace.in_tree = True
            case CommitMessage(commit=Commit() as commit):
                trace.arrive(commit, b"")
    for placement in standing:
        trace.in_head |= placement.in_head
        for commit in placement.added:
            trace.arrive(commit, placement.path)
        for commit, successor in placement.replaced:
            trace.leave(commit, placement.path, successor)
