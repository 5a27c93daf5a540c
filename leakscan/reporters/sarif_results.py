"""One finding as a SARIF result: where it stands, what belongs to it, what to say of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import filterfalse, islice
from typing import TYPE_CHECKING, Any

from leakscan.model import (
    Commit,
    CommitMessage,
    CommittedFile,
    StagedFile,
    Stdin,
    StoredBlob,
    TagMessage,
    WorktreeFile,
)
from leakscan.reporters.credentials import verification_text
from leakscan.reporters.escape import path_uri, sarif_text, show_path, show_text
from leakscan.reporters.json_report import finding_fields
from leakscan.reporters.sarif_rules import LEVELS
from leakscan.reporters.words import counted, day, short_oid

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from leakscan.model import Exposure, Finding, Location, Origin, RuleInfo

_LINKED_PLACES = 3


@dataclass(frozen=True, slots=True)
class Selection:
    """What a result needs to know of the others: their rules, and which of them form one credential."""

    rule_indexes: dict[str, int]
    groups: dict[str, list[Finding]]
    history: bool
    max_related: int

    @classmethod
    def of(
        cls, findings: Iterable[Finding], rules: Sequence[RuleInfo], *, history: bool, max_related: int
    ) -> Selection:
        groups: dict[str, list[Finding]] = defaultdict(list)
        for finding in findings:
            if finding.group:
                groups[finding.group].append(finding)
        indexes = {rule.rule_id: index for index, rule in enumerate(rules)}
        return cls(indexes, groups, history, max_related)

    def parts_beside(self, finding: Finding) -> list[Finding]:
        """The other values of the same credential."""
        others = (other for other in self.groups.get(finding.group, ()) if other is not finding)
        return list(islice(others, self.max_related))

    def places(self, finding: Finding) -> list[Location]:
        """Where to show it: the checkout first, the history after it or not at all."""
        checkout = list(filter(is_in_checkout, finding.locations))
        return checkout + list(filterfalse(is_in_checkout, finding.locations)) if self.history else checkout


def result_fields(finding: Finding, selection: Selection) -> dict[str, Any]:
    first, *others = selection.places(finding)
    parts = selection.parts_beside(finding)
    others = others[: selection.max_related - len(parts)]
    related = [(part.title, selection.places(part)[0]) for part in parts]
    related += [("the same value", place) for place in others]
    hashed = {"primaryLocationLineHash": first.line_hash} if first.line_hash else {}
    public = {"publicKeySha256": finding.public_key_sha256} if finding.public_key_sha256 else {}
    return {
        "ruleId": finding.rule_id,
        "ruleIndex": selection.rule_indexes[finding.rule_id],
        "level": LEVELS[finding.severity],
        "rank": round(finding.score * 100, 1),
        "message": {"text": _message(finding, first, parts, others)},
        "locations": [_location_fields(first)],
        "partialFingerprints": {**hashed, "leakscan/v1": finding.fingerprint},
        "relatedLocations": [
            {"id": number, **_location_fields(place), "message": {"text": sarif_text(text)}}
            for number, (text, place) in enumerate(related, 1)
        ],
        "properties": {
            "severity": str(finding.severity),
            "confidence": str(finding.confidence),
            "group": finding.group,
            "reasons": [show_text(reason) for reason in finding.reasons],
            "exchange": finding.exchange,
            **public,
            "finding": _saved_fields(finding, (first, *others)),
        },
    }


def _saved_fields(finding: Finding, places: tuple[Location, ...]) -> dict[str, Any]:
    """What `leakscan report` reads back: the finding at the places shown, never the value. The help is the rule's."""
    fields = finding_fields(replace(finding, revealed=None, locations=places))
    del fields["help"]
    return fields


def _message(finding: Finding, first: Location, parts: list[Finding], others: list[Location]) -> str:
    """Sentences; the first says what and where. `[text](n)` links to the related location n."""
    masked = f"{finding.preview}, " if finding.preview else ""
    size = counted(finding.length, "character")
    sentences = [f"{sarif_text(f'{finding.title} in {_named(first.origin)} ({masked}{size})')}."]
    if parts:
        links = [f"[{sarif_text(part.title)}]({number})" for number, part in enumerate(parts, 1)]
        sentences.append(f"Of the same credential: {', '.join(links)}.")
    if others:
        sentences.append(f"The same value also stands in {_links(others, len(parts) + 1)}.")
    if exposed := _exposed(finding.exposure):
        sentences.append(exposed)
    if said := verification_text(finding.verification):
        sentences.append(f"Asked at the exchange: {sarif_text(said)}.")
    if finding.help.revoke_url:
        sentences.append(f"Revoke it first, then remove it: {sarif_text(finding.help.revoke_url)}")
    return " ".join(sentences)


def _links(places: list[Location], start: int) -> str:
    links = [
        f"[{sarif_text(f'{_named(place.origin)}:{place.line}')}]({number})"
        for number, place in enumerate(places[:_LINKED_PLACES], start)
    ]
    more = len(places) - len(links)
    return ", ".join(links) + (f" and {counted(more, 'other place')}" if more else "")


def _exposed(exposure: Exposure) -> str:
    if exposure.introduced is None:
        return ""
    commit = exposure.introduced.commit
    published = "published" if exposure.published else "not known to be published"
    return sarif_text(
        f"In the history since {day(commit.date)} (commit {short_oid(commit.oid)}), {published}."
    )


def is_in_checkout(location: Location) -> bool:
    """Whether a reader who has checked out what was scanned finds the value there."""
    return isinstance(location.origin, Stdin) or checkout_path(location) is not None


def checkout_path(location: Location) -> bytes | None:
    """The path, if the value stands in the checkout, in the index or at the end of the scanned range."""
    match location.origin:
        case WorktreeFile(path=path) | StagedFile(path=path):
            return path
        case CommittedFile(path=path, source="range", in_head=True):
            return path
    return None


def path_of(origin: Origin) -> bytes | None:
    """The file that a place is in; None for messages, lone blobs and standard input."""
    return origin.path or None if isinstance(origin, WorktreeFile | StagedFile | CommittedFile) else None


def _location_fields(location: Location) -> dict[str, Any]:
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": _uri(location.origin)},
            "region": {
                "startLine": location.line,
                "startColumn": location.column,
                "endLine": location.end_line,
                "endColumn": location.end_column,
            },
        }
    }


def _uri(origin: Origin) -> str:
    match origin:
        case WorktreeFile(path=path) | StagedFile(path=path) | CommittedFile(path=path) if path:
            return path_uri(path)
        case CommitMessage(oid=oid):
            return path_uri(f"commit/{oid}".encode())
        case TagMessage(oid=oid):
            return path_uri(f"tag/{oid}".encode())
        case StoredBlob(oid=oid) | CommittedFile(oid=oid):
            return path_uri(f"blob/{oid}".encode())
        case _:
            return "stdin"


def _named(origin: Origin) -> str:
    match origin:
        case WorktreeFile(path=path) | StagedFile(path=path):
            return show_path(path)
        case CommittedFile(path=path, commit=Commit(oid=oid)) if path:
            return f"{show_path(path)} of commit {short_oid(oid)}"
        case CommittedFile(path=path) if path:
            return f"{show_path(path)} of the history"
        case StoredBlob(oid=oid) | CommittedFile(oid=oid):
            return f"blob {short_oid(oid)}"
        case CommitMessage(oid=oid):
            return f"the message of commit {short_oid(oid)}"
        case TagMessage(oid=oid):
            return f"the message of tag {short_oid(oid)}"
        case Stdin():
            return "the standard input"
