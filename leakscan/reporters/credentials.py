"""Findings as a person thinks of them: credentials made of parts, and places in words."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from leakscan.model import (
    Commit,
    CommitMessage,
    CommittedFile,
    StagedFile,
    StoredBlob,
    TagMessage,
    WorktreeFile,
)
from leakscan.reporters.escape import show_path, show_text
from leakscan.reporters.words import counted, day, listed_and, short_oid

if TYPE_CHECKING:
    from leakscan.model import Event, Exposure, Finding, Location, Origin, ScanResult
    from leakscan.verdict import Verification

# "Replace them every 30-90 days": How to Use an API Key Securely, binance.com/en/square/post/276340 (read 2026-11).
ROTATION_DAYS = 90
_PART_ORDER = {"key": 0, "secret": 1, "private-key": 2}


@dataclass(frozen=True, slots=True)
class Credential:
    """The parts of one credential, the public half first; `worst` is the most severe of them."""

    exchange: str
    parts: tuple[Finding, ...]
    worst: Finding

    @property
    def is_published(self) -> bool:
        return any(part.exposure.published for part in self.parts)

    @property
    def is_present(self) -> bool:
        """It stands in a file or in HEAD, not in the history alone."""
        return any(
            part.exposure.in_tree or part.exposure.in_head or _is_in_a_file(part) for part in self.parts
        )


def credentials_of(result: ScanResult) -> list[Credential]:
    """Most severe first, then what is published, what still stands in the code, what is most certain; then in the
    order of the result."""
    groups: dict[str, list[Finding]] = {}
    for finding in result.findings:
        groups.setdefault(finding.group or finding.fingerprint, []).append(finding)
    names = {rule.exchange: rule.exchange_name for rule in result.rules}
    credentials = [_credential(parts, names) for parts in groups.values()]
    return sorted(credentials, key=_gravity)


def _gravity(credential: Credential) -> tuple[float, ...]:
    worst = credential.worst
    return -worst.severity, not credential.is_published, not credential.is_present, -worst.score


def _is_in_a_file(finding: Finding) -> bool:
    return any(_present_path(location.origin) is not None for location in finding.locations)


def fresh(result: ScanResult) -> ScanResult:
    """The result without the findings that the baseline knows."""
    return replace(result, findings=tuple(f for f in result.findings if not f.baseline))


def sum_text(credentials: list[Credential]) -> str:
    """`2 credentials (3 values) in 5 places: 1 critical, 1 high`."""
    findings = [part for credential in credentials for part in credential.parts]
    values = counted(len(findings), "value")
    places = counted(len({place for finding in findings for place in places_of(finding)}), "place")
    severities = Counter(credential.worst.severity for credential in credentials)
    by_severity = ", ".join(f"{severities[level]:,} {level}" for level in sorted(severities, reverse=True))
    return f"{counted(len(credentials), 'credential')} ({values}) in {places}: {by_severity}"


def _credential(parts: list[Finding], names: dict[str, str]) -> Credential:
    parts.sort(key=lambda part: _PART_ORDER.get(part.part, len(_PART_ORDER)))
    worst = max(parts, key=lambda part: (part.severity, part.score))
    return Credential(show_text(names.get(worst.exchange, worst.exchange)), tuple(parts), worst)


def part_name(part: Finding, exchange: str) -> str:
    """The title without the exchange in front of it, which the headline has said."""
    title = show_text(part.title)
    return title.removeprefix(f"{exchange} ") or title


def places_of(finding: Finding) -> list[str]:
    """Each place once, the checkout first and without the committed copies of what still stands there."""
    checkout = {
        (location.origin.path, location.line, location.column)
        for location in finding.locations
        if isinstance(location.origin, WorktreeFile)
    }
    places = sorted(finding.locations, key=lambda location: not isinstance(location.origin, WorktreeFile))
    return list(dict.fromkeys(place_text(place) for place in places if not _is_repeated(place, checkout)))


def _is_repeated(location: Location, checkout: set[tuple[bytes, int, int]]) -> bool:
    origin = location.origin
    return isinstance(origin, CommittedFile) and (origin.path, location.line, location.column) in checkout


def place_text(location: Location) -> str:
    """`path:line:column`, with the commit where the place is one of the history."""
    at = f":{location.line}:{location.column}"
    match location.origin:
        case WorktreeFile(path=path) | StagedFile(path=path):
            return show_path(path) + at
        case CommittedFile(path=path, commit=Commit() as commit):
            return f"{show_path(path)}{at} in commit {_commit_text(commit)}"
        case CommittedFile(oid=oid, path=path):
            return f"{show_path(path)}{at} in blob {show_text(short_oid(oid))} (no commit leads to it)"
        case StoredBlob(oid=oid):
            return f"blob {show_text(short_oid(oid))}{at} (no commit leads to it)"
        case CommitMessage(oid=oid, header=header, commit=commit):
            named = _commit_text(commit) if commit else show_text(short_oid(oid))
            return f"{'header' if header else 'message'} of commit {named}, line {location.line}"
        case TagMessage(oid=oid, header=header, name=name):
            tag = f"{show_text(name)} ({short_oid(oid)})" if name else show_text(short_oid(oid))
            return f"{'header' if header else 'message'} of tag {tag}, line {location.line}"
        case _:
            return f"stdin{at}"


def _commit_text(commit: Commit) -> str:
    return f"{show_text(short_oid(commit.oid))} ({show_text(day(commit.date))}, {_author(commit)})"


def _author(commit: Commit) -> str:
    """The name without the address."""
    return show_text(commit.author.partition(" <")[0])


def exposure_text(exposure: Exposure, *, verbose: bool) -> str:
    """Since when, until when, who can see it; empty for a value that no commit is known to hold."""
    if not (exposure.introduced or exposure.removed or exposure.in_head or exposure.published):
        return ""
    facts = [_event_text("introduced", exposure.introduced), _event_text("removed", exposure.removed)]
    if exposure.in_head:
        facts.append("still in HEAD")
    elif exposure.in_tree:
        facts.append("still in the tree")
    facts.append("published" if exposure.published else "local only")
    if exposure.days is not None:
        facts.append(counted(exposure.days, "day"))
    if verbose and exposure.refs:
        facts.append(f"in {', '.join(map(show_text, exposure.refs))}")
    return " · ".join(filter(None, facts))


def _event_text(verb: str, event: Event | None) -> str:
    if event is None:
        return ""
    commit = event.commit
    return f"{verb} {show_text(day(commit.date))} in {show_text(short_oid(commit.oid))} by {_author(commit)}"


def verification_text(verification: Verification) -> str:
    """What the exchange said; empty if it was not asked, for want of being told to."""
    if verification.status == "active":
        facts = ["it works, on the test network" if verification.is_test else "it works"]
        facts += [f"may {listed_and(list(verification.permissions))}"] if verification.permissions else []
        if verification.ip_restricted is not None:
            facts += ["from listed addresses only" if verification.ip_restricted else "from any address"]
        facts += [f"until {show_text(verification.expires)}"] if verification.expires else []
    elif verification.status == "inactive":
        facts = ["it does not work"]
    elif verification.reason:
        facts = ["not known" if verification.status == "unknown" else "not asked"]
    else:
        return ""
    return " · ".join([*facts, *([show_text(verification.reason)] if verification.reason else [])])


def reuse_text(finding: Finding) -> str:
    """Advice on a value that stands in more than one file now; empty otherwise. A file that moved is no reuse."""
    paths = {path for location in finding.locations if (path := _present_path(location.origin)) is not None}
    if len(paths) < 2:
        return ""
    return f"the same value in {len(paths):,} files: give each application a key of its own"


def _present_path(origin: Origin) -> bytes | None:
    match origin:
        case WorktreeFile(path=path) | StagedFile(path=path) | CommittedFile(path=path, in_head=True):
            return path
    return None


def rotation_text(days: int | None) -> str:
    """Advice on a value that is older than a key should be; empty otherwise."""
    if days is None or days <= ROTATION_DAYS:
        return ""
    return f"{days:,} days old: a key is due for replacement after {ROTATION_DAYS} days even if nobody saw it"


def advice_of(finding: Finding) -> tuple[str, ...]:
    """What the places and the age of a value call for, beside revoking it."""
    return tuple(filter(None, (reuse_text(finding), rotation_text(finding.exposure.days))))
