"""One content looked at closely: what it holds and where, and then it is let go."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from leakscan.anchors import bare_values, find_hidden
from leakscan.decisions import Mark
from leakscan.detect import (
    DER_HEAD,
    NOTHING,
    Candidate,
    Cover,
    Detector,
    Inspection,
    Unfolded,
    as_utf8,
    unfold,
)
from leakscan.findings.place import LineIndex
from leakscan.model import Blob, CommittedFile, Failure, Origin, Span, StagedFile, Stdin, WorktreeFile
from leakscan.policy.marks import mark_at
from leakscan.scanning.room import Room
from leakscan.unpack import Trouble, is_compiled, iter_members


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one content holds and where in it: a place, a line's hash and a mark for each candidate. `member`: the path
    inside the archive that it came out of, empty for what was packed without a name or not at all. `unseen`: it was not
    looked at, for it held nothing at the paths with this checksum."""

    oid: str
    origin: Origin
    inspection: Inspection
    places: tuple[tuple[int, int, int, int], ...]
    line_hashes: tuple[str, ...]
    marks: tuple[Mark | None, ...]
    member: bytes = b""
    unseen: int | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """`published` counts the example values of official documents; `failures`: what of an archive was not read."""

    published: int
    sightings: tuple[Sighting, ...]
    failures: tuple[Failure, ...] = ()


def look(
    detector: Detector,
    has_anchor: Callable[[bytes], bool],
    blob: Blob,
    room: Room,
    anchored: bool | None = None,
) -> Look | None:
    """None for content with nothing in it: nearly all there is. `has_anchor` is the cheap test that rules that out;
    `anchored` is its answer for the data of the blob, if it was asked before. For what is found there is so much
    `room`."""
    published = 0
    sightings: list[Sighting] = []
    failures: list[Failure] = []
    if not room.most and (has_anchor(blob.data) if anchored is None else anchored):
        return Look(0, (), (_cut(blob),))
    try:
        for seen in _iter_contents(detector, has_anchor, blob, failures, room, anchored):
            published += seen.inspection.published
            kept = _first(seen, room.take(c.identity for c in seen.inspection.candidates))
            sightings += [kept] if kept.inspection.candidates else []
            if seen.inspection.cut or kept is not seen:
                failures.append(_cut(blob))
                break
    except Exception as error:  # one content that a library does not bear must not end the scan of all others
        failures.append(Failure("crashed", _name_of(blob), f"{type(error).__name__} while it was looked at"))
    return Look(published, tuple(sightings), tuple(failures)) if published or sightings or failures else None


def _cut(blob: Blob) -> Failure:
    reason = "more values than there is memory for: not all of it was looked at; give it more --max-memory"
    return Failure("too-large", _name_of(blob), reason)


def _iter_contents(
    detector: Detector,
    has_anchor: Callable[[bytes], bool],
    blob: Blob,
    failures: list[Failure],
    room: Room,
    anchored: bool | None,
) -> Iterator[Sighting]:
    """The content itself, and what it holds if it is an archive."""
    if not is_compiled(blob.data):
        text, anchored = _read(blob.data, has_anchor, anchored)
        for inspection, spans in _iter_readings(detector, text, room.most, anchored):
            yield _sighting(blob, text, inspection, spans)
    for member in iter_members(blob.data):
        if isinstance(member, Trouble):
            where = _name_of(blob) + (f"!{os.fsdecode(member.path)}" if member.path else "")
            failures.append(Failure(member.kind, where, member.reason))
            continue
        text, anchored = _read(member.data, has_anchor)
        packing = f"unpacked from {', '.join(member.packing)}"
        for inspection, spans in _iter_readings(detector, text, room.most, anchored):
            marked = replace(inspection, candidates=_decoded(inspection.candidates, packing))
            inner = _sighting(blob, text, marked, spans, packed=True)
            yield replace(inner, member=member.path)


def _read(
    data: bytes, has_anchor: Callable[[bytes], bool], anchored: bool | None = None
) -> tuple[bytes, bool]:
    """The content as UTF-8, and whether it holds an anchor; `anchored`: whether the data do."""
    text = as_utf8(data)
    return text, has_anchor(text) if anchored is None or text is not data else anchored


def _iter_readings(
    detector: Detector, text: bytes, most: int, anchored: bool
) -> Iterator[tuple[Inspection, Sequence[Span]]]:
    """What stands in a text, and what hides in it: each with the places of its candidates in the text."""
    if not anchored and not text.startswith(DER_HEAD) and not bare_values(text):
        return
    plain = detector.inspect(text, most=most)
    unfolded = unfold(text, find_hidden, detector.iter_short)
    hidden, spans = _hidden(detector, unfolded, plain, most) if unfolded else (NOTHING, [])
    revealed = Cover(spans)
    kept = {n for n, c in enumerate(plain.candidates) if not revealed.touches(c.span)}
    plain = replace(plain, candidates=_only(plain.candidates, kept))
    if plain.candidates or plain.published or plain.cut:
        yield plain, [candidate.span for candidate in plain.candidates]
    if hidden.candidates or hidden.cut:
        yield hidden, spans


def _hidden(
    detector: Detector, unfolded: Unfolded, plain: Inspection, most: int
) -> tuple[Inspection, list[Span]]:
    """What hides in a text and does not stand there plainly, too, with what it stands with."""
    known = {candidate.identity for candidate in plain.candidates}
    found = detector.inspect(unfolded.text, unfolded.touches, most=most)
    candidates = found.candidates
    traced = [unfolded.trace(candidate.span) for candidate in candidates]
    wanted = {
        number
        for number, (candidate, (_, hows)) in enumerate(zip(candidates, traced, strict=True))
        if hows and candidate.identity not in known
    }
    wanted |= {other for number in wanted if (other := candidates[number].partner) is not None}
    wanted |= {number for number, candidate in enumerate(candidates) if candidate.partner in wanted}
    decoded = [replace(c, decoded=hows) for c, (_, hows) in zip(candidates, traced, strict=True)]
    return Inspection(_only(decoded, wanted), cut=found.cut), [traced[number][0] for number in sorted(wanted)]


def _first(seen: Sighting, number: int) -> Sighting:
    """What there is memory for."""
    if number == len(seen.inspection.candidates):
        return seen
    kept = replace(seen.inspection, candidates=_only(seen.inspection.candidates, range(number)))
    places, hashes, marks = seen.places[:number], seen.line_hashes[:number], seen.marks[:number]
    return replace(seen, inspection=kept, places=places, line_hashes=hashes, marks=marks)


def _only(candidates: Sequence[Candidate], numbers: Collection[int]) -> tuple[Candidate, ...]:
    """Those of these numbers; partners are still partners where both are among them."""
    place_of = {number: place for place, number in enumerate(sorted(numbers))}
    return tuple(
        candidate
        if candidate.partner is None
        else replace(candidate, partner=place_of.get(candidate.partner))
        for candidate in map(candidates.__getitem__, place_of)
    )


def _decoded(candidates: Sequence[Candidate], how: str) -> tuple[Candidate, ...]:
    return tuple(replace(candidate, decoded=(*candidate.decoded, how)) for candidate in candidates)


def _name_of(blob: Blob) -> str:
    match blob.origin:
        case WorktreeFile(path=path):
            return os.fsdecode(path)
        case Stdin():
            return "-"
    return blob.oid


def _sighting(
    blob: Blob, text: bytes, inspection: Inspection, spans: Sequence[Span], *, packed: bool = False
) -> Sighting:
    index = LineIndex(text)
    places = tuple(index.place(span) for span in spans)
    hashes: dict[int, str] = {}
    if isinstance(blob.origin, WorktreeFile | StagedFile | CommittedFile | Stdin) and not packed:
        hashes = index.line_hashes(frozenset(place[0] for place in places))
    named = tuple(hashes.get(place[0], "") for place in places)
    marks = tuple(None if packed else mark_at(text, span) for span in spans)
    return Sighting(blob.oid, blob.origin, inspection, places, named, marks)
