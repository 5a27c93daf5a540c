"""How values stand in the objects of a repository -> what git filter-repo has to look for, and what it cannot."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from leakscan.detect import as_utf8
from leakscan.findings.collect import Holding
from leakscan.findings.place import LineIndex
from leakscan.gitstore import Store
from leakscan.model import CommitMessage, CommittedFile, Finding, Location, Secret, StoredBlob, TagMessage
from leakscan.unpack import iter_members

_BINARY_HEAD = 8192  # bytes; content with a NUL among them is not looked into by git filter-repo
_SHORT = 16  # characters; a shorter value, or one that a person made up, may stand elsewhere by chance
_LEAST_CONTEXT, _MAX_CONTEXT, _MAX_SNIPPET = 6, 40, 1 << 16


@dataclass(slots=True)
class Forms:
    """`anywhere`: texts to be replaced wherever they stand; `in_context`: only behind the first of two texts; `blobs`:
    ids of contents that can only be taken out whole."""

    anywhere: set[Secret] = field(default_factory=set)
    in_context: set[tuple[Secret, Secret]] = field(default_factory=set)
    blobs: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.anywhere or self.in_context or self.blobs)


def find_forms(store: Store, findings: Iterable[tuple[Finding, Holding]]) -> Forms:
    """Reads every content that is known to hold one of the values."""
    forms = Forms()
    standing: dict[str, list[tuple[bool, Holding, Location]]] = {}
    for finding, holding in findings:
        short = is_short(finding)
        stored = [
            place for place in holding.locations if isinstance(place.origin, CommittedFile | StoredBlob)
        ]
        if not short and any(is_in_history(place) for place in holding.locations):
            forms.anywhere.update(holding.spellings)
        for place in filter(_blob_of, stored):
            standing.setdefault(_blob_of(place), []).append((short, holding, place))
    for content in store.reader.fetch(sorted(standing)):
        for short, holding, place in standing[content.oid]:
            _study(forms, content.data, holding, place, short=short)
    return forms


def is_short(finding: Finding) -> bool:
    return finding.length < _SHORT or finding.part not in ("key", "secret", "private-key")


def is_in_history(place: Location) -> bool:
    """In an object of the repository: one that a commit names, a commit or tag itself, or one that nothing leads to."""
    return isinstance(place.origin, CommittedFile | StoredBlob | CommitMessage | TagMessage)


def _blob_of(place: Location) -> str:
    """Empty for a place in a name."""
    assert isinstance(place.origin, CommittedFile | StoredBlob)
    return place.origin.oid


def _study(forms: Forms, data: bytes, holding: Holding, place: Location, *, short: bool) -> None:
    values = [secret.reveal() for secret in holding.spellings]
    if b"\0" in data[:_BINARY_HEAD]:
        forms.blobs.add(_blob_of(place))
        return
    if not short and any(value in data for value in values):
        return
    text = as_utf8(data)
    index = LineIndex(text)
    start, end = index.offset(place.line, place.column), index.offset(place.end_line, place.end_column)
    snippet = text[start:end]
    packed = snippet not in values and next(iter_members(data), None) is not None
    if packed or snippet not in data or not min(map(len, values)) <= len(snippet) <= _MAX_SNIPPET:
        forms.blobs.add(_blob_of(place))
    elif short:
        forms.in_context.add((Secret(_context(text, index.offset(place.line, 1), start)), Secret(snippet)))
    else:
        forms.anywhere.add(Secret(snippet))


def _context(text: bytes, line: int, start: int) -> bytes:
    """What stands before a value in its line; where that says too little, the line before as well."""
    context = text[max(line, start - _MAX_CONTEXT) : start]
    return context if len(context.strip()) >= _LEAST_CONTEXT else text[max(0, start - _MAX_CONTEXT) : start]
