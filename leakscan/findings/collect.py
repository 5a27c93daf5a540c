"""Matches at their places -> findings: one a value, however many places it stands in."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from leakscan.detect import Match
from leakscan.findings.exposure import Trace
from leakscan.findings.groups import group_values
from leakscan.findings.identity import fingerprint, group_name, masks, preview
from leakscan.model import (
    CommitMessage,
    CommittedFile,
    Confidence,
    Finding,
    Location,
    Origin,
    RuleInfo,
    Secret,
    Severity,
    StagedFile,
    Stdin,
    StoredBlob,
    TagMessage,
    WorktreeFile,
)


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """`paired`: the severity with the credential's other part; `generic`: the rule names no exchange; `variant_of`: the
    exchange whose test network the rule is about, empty for others."""

    info: RuleInfo
    paired: Severity
    generic: bool
    variant_of: str = ""


@dataclass(frozen=True, slots=True)
class Holding:
    """The values behind a finding: as it was judged best, each way it was written, and every place of it. `partners`:
    the fingerprints of what it stood with."""

    secret: Secret
    spellings: frozenset[Secret]
    locations: frozenset[Location]
    partners: frozenset[str] = frozenset()


class Collector:
    """Merges placed matches. `rules` gives the facts of every rule that may come up; values (their identities) that
    are put into `known` make no finding."""

    def __init__(self, rules: Mapping[str, RuleFacts], *, show_secrets: bool, digests: bool = False) -> None:
        self._rules = rules
        self._show_secrets = show_secrets
        self._digests = digests
        self._matches: dict[bytes, list[Match]] = defaultdict(list)
        self._locations: dict[bytes, set[Location]] = defaultdict(set)
        self.traces: dict[bytes, Trace] = defaultdict(Trace)
        self.known: set[bytes] = set()

    def add(self, match: Match, locations: Iterable[Location]) -> None:
        self._matches[match.identity].append(match)
        self._locations[match.identity].update(locations)

    def commits(self) -> set[str]:
        """Every commit that brought a value in: those whose refs `findings` wants to know."""
        return {oid for identity in self._matches for oid in self.traces[identity].commits}

    def masks(self, others: Iterable[Secret]) -> dict[str, str]:
        """What to show in the place of every value that was found, reported or not, and of the others."""
        return masks([*others, *(match.secret for found in self._matches.values() for match in found)])

    def holdings(self) -> dict[str, Holding]:
        """Fingerprint -> what the finding holds, for who is asked to use values: nothing of it may be shown."""
        best = self._best(self._members())
        names = {identity: fingerprint(match.rule_id, identity) for identity, match in best.items()}
        return {
            names[identity]: Holding(
                match.secret,
                frozenset(other.secret for other in self._matches[identity]),
                frozenset(self._locations[identity]),
                frozenset(names[m.partner] for m in self._matches[identity] if m.partner in names),
            )
            for identity, match in best.items()
        }

    def findings(self, refs_of: Mapping[str, Collection[str]], now: float) -> tuple[Finding, ...]:
        """Sorted: gravest first, then by name and place."""
        groups = self._members()
        best = self._best(groups)
        names = {
            identity: group_name(fingerprint(best[member].rule_id, member) for member in members)
            for members in groups
            for identity in members
        }
        parts = {
            names[identity]: {best[member].part for member in members}
            for members in groups
            for identity in members
        }
        made = [
            self._finding(
                identity,
                chosen,
                names[identity],
                paired=len(parts[names[identity]]) > 1,
                refs_of=refs_of,
                now=now,
            )
            for identity, chosen in best.items()
            if identity not in self.known
        ]
        return tuple(sorted(made, key=_rank))

    def _best(self, groups: Iterable[Collection[bytes]]) -> dict[bytes, Match]:
        """How each value was judged best; the parts of a credential alike, if each was, somewhere, of one exchange."""
        best = {identity: max(matches, key=self._certainty) for identity, matches in self._matches.items()}
        for members in groups:
            if len({best[identity].exchange for identity in members}) > 1:
                best.update(self._alike(members, best))
            best.update(self._of_environment(members, best))
        return best

    def _members(self) -> list[set[bytes]]:
        partners = {identity: [m.partner for m in matches] for identity, matches in self._matches.items()}
        parts = {identity: matches[0].part for identity, matches in self._matches.items()}
        return group_values(partners, parts)

    def _alike(self, members: Collection[bytes], best: Mapping[bytes, Match]) -> dict[bytes, Match]:
        """Of the exchanges that all of them have as surely as their best one, the one judged best, or the environment
        of it that is told somewhere."""
        sure = {
            identity: [m for m in self._matches[identity] if m.confidence == best[identity].confidence]
            for identity in members
        }
        shared = frozenset.intersection(*(frozenset(m.exchange for m in found) for found in sure.values()))
        ways = [
            {
                identity: max((m for m in found if m.exchange == exchange), key=self._certainty)
                for identity, found in sure.items()
            }
            for exchange in sorted(shared)
        ]
        # The ids of environments begin with that of their exchange: the later one says more.
        return max(reversed(ways), key=lambda way: sum(match.score for match in way.values()), default={})

    def _of_environment(self, members: Collection[bytes], best: Mapping[bytes, Match]) -> dict[bytes, Match]:
        """Of the live exchange if one place says that it is no test network's, else of the test network that is told in
        one place where others name the exchange alone."""
        chosen_so_far = {best[identity].exchange for identity in members}
        live = self._live(best[next(iter(members))])
        ways: list[dict[str, Match]] = []
        is_stated = False
        for identity in members:
            matches = [m for m in self._matches[identity] if m.confidence >= Confidence.MEDIUM]
            matches = [m for m in matches if self._live(m) == live]
            is_stated |= any(match.live and match.exchange == live for match in matches)
            ways.append({match.exchange: match for match in sorted(matches, key=self._certainty)})
        shared = set.intersection(*map(set, ways))
        wanted = shared & {live} if is_stated else shared - {live}
        if not wanted or (wanted & chosen_so_far and len(chosen_so_far) == 1):
            return {}
        chosen = max(wanted & chosen_so_far or wanted)
        return {
            identity: replace(way[chosen], confidence=best[identity].confidence, score=best[identity].score)
            for identity, way in zip(members, ways, strict=True)
        }

    def _live(self, match: Match) -> str:
        """Its exchange, or the one whose test network it is of."""
        return self._rules[match.rule_id].variant_of or match.exchange

    def _certainty(self, match: Match) -> tuple[int, bool, float, str, str, tuple[str, ...]]:
        named = not self._rules[match.rule_id].generic
        return match.confidence, named, match.score, match.exchange, match.rule_id, match.reasons

    def _finding(
        self,
        identity: bytes,
        chosen: Match,
        group: str,
        *,
        paired: bool,
        refs_of: Mapping[str, Collection[str]],
        now: float,
    ) -> Finding:
        facts = self._rules[chosen.rule_id]
        severity = facts.paired if paired else facts.info.severity
        if chosen.encrypted:
            severity = Severity(max(Severity.LOW, severity - 1))
        return Finding(
            fingerprint=fingerprint(chosen.rule_id, identity),
            rule_id=chosen.rule_id,
            exchange=facts.info.exchange,
            part=chosen.part,
            title=facts.info.title,
            severity=severity,
            confidence=chosen.confidence,
            score=chosen.score,
            preview=preview(chosen.secret),
            length=len(chosen.secret),
            reasons=chosen.reasons,
            group=group,
            locations=_tell_apart(self._locations[identity]),
            exposure=self.traces[identity].exposure(refs_of, now),
            help=facts.info.help,
            public_key_sha256=chosen.public_key,
            revealed=chosen.secret.reveal().decode("utf-8", "replace") if self._show_secrets else None,
            sha1=hashlib.sha1(chosen.secret.reveal()).hexdigest() if self._digests else "",
        )


def _tell_apart(locations: Iterable[Location]) -> tuple[Location, ...]:
    """Sorted, and of the many versions of one file only the first and the one that HEAD holds."""
    ordered = sorted(locations, key=_place)
    first: dict[bytes, CommittedFile] = {}
    for location in ordered:
        match location.origin:
            case CommittedFile(path=path, commit=commit) as origin if commit is not None:
                earlier = first.get(path)
                if earlier is None or _age(origin) < _age(earlier):
                    first[path] = origin
    return tuple(location for location in ordered if _is_told(location.origin, first))


def _is_told(origin: Origin, first: Mapping[bytes, CommittedFile]) -> bool:
    match origin:
        case CommittedFile(path=path, commit=commit) if commit is not None:
            return origin.in_head or origin == first[path]
        case CommittedFile(path=path):
            return path not in first
    return True


def _age(origin: CommittedFile) -> tuple[int, str]:
    return (origin.commit.order, origin.commit.oid) if origin.commit else (0, "")


def _place(location: Location) -> tuple[int, int, bytes, str, int, int]:
    kind, time, path, oid = _origin_order(location.origin)
    return kind, time, path, oid, location.line, location.column


def _origin_order(origin: Origin) -> tuple[int, int, bytes, str]:
    match origin:
        case WorktreeFile(path=path) | StagedFile(path=path):
            return 0, 0, path, ""
        case Stdin():
            return 0, 0, b"", ""
        case CommittedFile(oid=oid, path=path, commit=commit, in_head=in_head):
            return (1 if in_head else 2), commit.order if commit else 0, path, oid
        case CommitMessage(oid=oid, commit=commit):
            return 3, commit.order if commit else 0, b"", oid
        case TagMessage(oid=oid):
            return 4, 0, b"", oid
        case StoredBlob(oid=oid):
            return 5, 0, b"", oid


def _rank(finding: Finding) -> tuple[int, int, str, str, str]:
    return -finding.severity, -finding.confidence, finding.group, finding.rule_id, finding.fingerprint
