"""What the next scan of a history need not look at again: versions of a file in which the same was seen as in another
one, and what held no finding, while it stands at the same paths."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from leakscan.detect import NOTHING, Candidate
from leakscan.gitstore.memory import Alike, Quiet
from leakscan.model import Span, StoredBlob
from leakscan.scanning.room import Room
from leakscan.scanning.sighting import Look, Sighting

_NOWHERE = Span(0, 0)
_MOST_FIRST = 16  # that hold the same values, yet say something else of them
_MOST_NUMBERS = 1 << 20

Found = Mapping[str, Sequence[Look]]
LookAgain = Callable[[Sequence[str]], Sequence[Sighting]]


def checksum(paths: Iterable[bytes]) -> int:
    """Of the paths at which a blob stands, in any order: 56 bits that nobody finds other paths for."""
    return int.from_bytes(hashlib.sha256(b"\0".join(sorted(set(paths)))).digest()[:7])


def is_simple(looks: Sequence[Look]) -> bool:
    """One content, of which all was seen."""
    return len(looks) == 1 and not looks[0].failures and not any(s.inspection.cut for s in looks[0].sightings)


def find_quiet(found: Found, without: Mapping[str, int], before: Quiet) -> Quiet:
    """Those of the blobs `without` a finding that need not be looked at again: with the checksums of their paths, the
    ones that were not looked at this time as they were `before`."""
    return {
        oid: (found[oid][0].published if oid in found else before[oid][0], paths)
        for oid, paths in without.items()
        if oid not in found or is_simple(found[oid])
    }


def find_alike(found: Found) -> Alike:
    """Those in which just the same was seen as in another one, wherever it stands: with that one, which is none of
    them. What stands in commits and tags is told with their names."""
    firsts: dict[tuple[bytes, ...], list[tuple[str, list[object]]]] = defaultdict(list)
    alike: Alike = {}
    left = _MOST_NUMBERS
    for oid in sorted(found):
        if not is_simple(found[oid]):
            continue
        [look] = found[oid]
        if not all(isinstance(s.origin, StoredBlob) for s in look.sightings):
            continue
        said = [look.published, *map(_what, look.sightings)]
        known = firsts[tuple(c.identity for s in look.sightings for c in s.inspection.candidates)]
        first = next((other for other, theirs in known if theirs == said), None)
        if first is not None:
            numbers = [number for s in look.sightings for place in s.places for number in place]
            left -= len(numbers)
            if left < 0:
                break
            alike[oid] = first, numbers
        elif len(known) < _MOST_FIRST:
            known.append((oid, said))
    return alike


def _what(sighting: Sighting) -> tuple[object, ...]:
    """All that a sighting says but where."""
    inspection = sighting.inspection
    candidates = tuple(map(_anywhere, inspection.candidates))
    return candidates, inspection.published, sighting.line_hashes, sighting.marks, sighting.member


def _anywhere(candidate: Candidate) -> Candidate:
    key = candidate.key and replace(candidate.key, span=_NOWHERE)
    return replace(candidate, span=_NOWHERE, key=key, label=candidate.label.at(_NOWHERE))


def see_again(
    alike: Alike, found: Found, there: Container[str], room: Room
) -> Iterator[tuple[str, list[Look]]]:
    """What would be seen in each: the same as was found in the first one, elsewhere in it. Without
    those that are not there, do not fit to what was found there, or have no room."""
    for oid, (first, numbers) in alike.items():
        looks = found.get(first, ())
        places = list(zip(*[iter(numbers)] * 4, strict=True))
        expected = sum(len(s.inspection.candidates) for one in looks for s in one.sightings)
        is_one = oid in there and is_simple(looks) and len(places) == expected
        if is_one and (seen := _moved(oid, looks[0], places, room)):
            yield oid, [seen]


def _moved(oid: str, seen: Look, places: Sequence[tuple[int, ...]], room: Room) -> Look | None:
    sightings = []
    for sighting in seen.sightings:
        candidates = sighting.inspection.candidates
        if room.take(c.identity for c in candidates) < len(candidates):
            return None
        own = tuple((line, column, last, end) for line, column, last, end in places[: len(candidates)])
        places = places[len(candidates) :]
        sightings.append(replace(sighting, oid=oid, origin=StoredBlob(oid), places=own))
    return Look(seen.published, tuple(sightings))


def unseen(quiet: Quiet, there: Container[str]) -> list[Sighting]:
    """They stand for blobs that are there, and looked at only if their paths are others now."""
    return [
        Sighting(oid, StoredBlob(oid), NOTHING, (), (), (), unseen=paths)
        for oid, (_, paths) in quiet.items()
        if oid in there
    ]


def awake(
    sightings: Sequence[Sighting], checksums: Mapping[str, int], look: LookAgain | None
) -> Iterator[Sighting]:
    """The sightings; what the unseen ones among them stand for in their place, where their paths are not the same."""
    moved = [s.oid for s in sightings if s.unseen is not None and s.unseen != checksums[s.oid]]
    seen: dict[str, list[Sighting]] = defaultdict(list)
    for sighting in sorted(look(moved) if moved and look else (), key=lambda sighting: sighting.member):
        seen[sighting.oid].append(sighting)
    for sighting in sightings:
        yield from [sighting] if sighting.unseen is None else seen[sighting.oid]
