"""Sightings and what git knows of them -> matches at their places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from leakscan.detect import Detector, Match
from leakscan.findings.collect import Collector
from leakscan.model import (
    Commit,
    CommitMessage,
    CommittedFile,
    Location,
    Origin,
    StagedFile,
    StoredBlob,
    WorktreeFile,
)
from leakscan.scanning.sighting import Sighting

if TYPE_CHECKING:
    from leakscan.gitstore import Placement, Store


def place(
    sightings: Sequence[Sighting], store: Store | None, detector: Detector, collector: Collector
) -> None:
    """Judges every sighting at its paths and hands the matches to the collector. `store`: None without history."""
    placements: Mapping[str, tuple[Placement, ...]] = {}
    commits: Mapping[str, Commit] = {}
    if store is not None:
        placements = store.attribute({s.oid for s in sightings if isinstance(s.origin, StoredBlob)})
        commits = store.commits({s.oid for s in sightings if isinstance(s.origin, CommitMessage)})
    for sighting in sightings:
        standing = placements.get(sighting.oid, ()) if isinstance(sighting.origin, StoredBlob) else ()
        origins = _origins(sighting.origin, standing, commits)
        if sighting.member:
            origins = tuple(_inside(origin, sighting.member) for origin in origins)
        for match in add_matches(sighting, origins, detector, collector):
            _trace(collector, match.identity, sighting, origins, standing)


def add_matches(
    sighting: Sighting, origins: Sequence[Origin], detector: Detector, collector: Collector
) -> list[Match]:
    """Judges a sighting at its paths and hands the matches to the collector."""
    matches = detector.judge(sighting.inspection, _paths(origins))
    spots = {candidate.span: number for number, candidate in enumerate(sighting.inspection.candidates)}
    for match in matches:
        n = spots[match.span]
        details = (*sighting.places[n], sighting.oid, sighting.line_hashes[n], sighting.marks[n])
        collector.add(match, tuple(Location(origin, *details) for origin in origins))
    return matches


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
