"""Keeps, grades or drops a candidate, and says why.

Evidence adds points; 4 points are high confidence, 2 medium, half a point low. The reasons are shown to the user."""

from __future__ import annotations

import re
from collections.abc import Collection

from leakscan.detect.candidate import Candidate, Match, Venue
from leakscan.detect.context import Tier
from leakscan.detect.mentions import OTHER
from leakscan.detect.venue import Venues
from leakscan.detect.words import EXAMPLE_PATHS, VENDORED_PATHS
from leakscan.model import Confidence, Part
from leakscan.rules import PemShape, Rule, RuleSet

_TIER_POINTS = {
    Tier.LABEL: 4.0,
    Tier.PARENT: 3.5,
    Tier.NEAR: 3.0,
    Tier.FILE: 2.0,
    Tier.PATH: 1.5,
    Tier.SIBLING: 0.5,
}
_TIER_WORDS = {
    Tier.LABEL: "its name says {}",
    Tier.PARENT: "stands under {}",
    Tier.NEAR: "{} is named within ten lines",
    Tier.FILE: "{} is named in the same file",
    Tier.SIBLING: "{} is named by values beside it",
    Tier.PATH: "{} is named in the path",
}
_LEVELS = ((4.0, Confidence.HIGH), (2.0, Confidence.MEDIUM), (0.5, Confidence.LOW))
_CROWD_POINTS = (0.0, -1.5, -3.0)
_TYPE_NAMES = {"rsa": "RSA", "dsa": "DSA", "ec": "elliptic-curve", "ed25519": "Ed25519", "other": "other"}
_PATH_WORD = re.compile(r"[a-z]+")


class Judge:
    def __init__(self, rules: RuleSet, venues: Venues) -> None:
        self._rules = rules
        self._venues = venues
        self._asymmetric = next((e.id for e in rules.exchanges if e.asymmetric), rules.generic.id)

    def judge(
        self, candidate: Candidate, partner: Candidate | None, paths: Collection[bytes]
    ) -> Match | None:
        """The rule that fits the candidate in content that stands at `paths` (none known: empty), or None."""
        venue = self._venue(candidate, partner, paths)
        part: Part = "private-key" if candidate.key else candidate.part or candidate.label.part or "secret"
        rule = self._rule(candidate, venue, part)
        if rule is None:
            return None
        evidence = [_shape_evidence(candidate)]
        evidence += self._venue_evidence(candidate, rule, venue)
        if candidate.key is None:
            evidence += _label_evidence(candidate, venue, partnered=partner is not None)
        if partner is not None:
            evidence.append((1.5, f"stands with its {_partner_word(part, partner)}"))
        points = sum(points for points, _ in evidence)
        reasons = [*(reason for _, reason in evidence if reason), *candidate.decoded]
        confidence = _level(points)
        if confidence is None or (rule.needs_name and not _is_named(candidate, partner)):
            return None
        for is_doubtful, reason in _DOUBTFUL_PATHS:
            if paths and all(is_doubtful(path) for path in paths):
                confidence = _lowered(confidence, named=venue is not None)
                reasons.append(reason)
        return Match(
            rule_id=rule.id,
            exchange=rule.exchange,
            part=part,
            span=candidate.span,
            secret=candidate.secret,
            identity=candidate.identity,
            confidence=confidence,
            score=round(1 / (1 + 2**-points), 2),
            reasons=tuple(reasons),
            encrypted=candidate.key is not None and candidate.key.encrypted,
            partner=partner.identity if partner else None,
            public_key=candidate.key.public if candidate.key else "",
        )

    def _venue(
        self, candidate: Candidate, partner: Candidate | None, paths: Collection[bytes]
    ) -> Venue | None:
        found = [candidate.venue, partner.venue if partner else None]
        if partner is not None and bool(partner.key) != bool(candidate.key):
            found.append(Venue(self._asymmetric, Tier.NEAR))
        named_in_text = [venue for venue in found if venue is not None]
        if named_in_text:  # the same for both parts of a credential
            return max(named_in_text, key=lambda v: (v.tier, self._is_variant(v.exchange), v.exchange))
        named = [name for path in sorted(paths) if (name := self._venues.in_path(path)) is not None]
        return Venue(named[0], Tier.PATH) if named else None

    def _is_variant(self, exchange: str) -> bool:
        return exchange != OTHER and bool(self._rules.exchange(exchange).variant_of)

    def _rule(self, candidate: Candidate, venue: Venue | None, part: Part) -> Rule | None:
        exchanges = [self._rules.exchange(venue.exchange)] if venue and venue.exchange != OTHER else []
        for exchange in [*exchanges, self._rules.generic]:
            for rule in exchange.rules:
                if rule.part == part and _has_shape(candidate, rule):
                    return rule
        return None

    def _venue_evidence(
        self, candidate: Candidate, rule: Rule, venue: Venue | None
    ) -> list[tuple[float, str]]:
        if venue is None:
            return []
        if venue.exchange == OTHER:
            return [(-3.0, "stands with the name of another service")] if candidate.key is None else []
        if rule.exchange != venue.exchange:
            return []
        name = self._rules.exchange(venue.exchange).name
        return [(_TIER_POINTS[venue.tier], _TIER_WORDS[venue.tier].format(name))]


def _shape_evidence(candidate: Candidate) -> tuple[float, str]:
    key = candidate.key
    if key is None:
        digits = "hexadecimal digits" if candidate.hexadecimal else "letters and digits"
        return 0.0, f"{len(candidate.secret)} {digits}, {candidate.bits:.0f} bits of randomness"
    form = f", {key.form}" if key.form else ""
    if key.encrypted:
        return 4.0, "private key, protected by a password" + (f" ({key.note})" if key.note else "") + form
    size = f" of {key.bits} bits" if key.type in ("rsa", "dsa", "ec") else ""
    return 4.0, f"a valid {_TYPE_NAMES.get(key.type, key.type)} private key{size}, no password{form}"


def is_example_path(path: bytes) -> bool:
    return not EXAMPLE_PATHS.isdisjoint(_PATH_WORD.findall(path.decode("utf-8", "replace").lower()))


def is_vendored_path(path: bytes) -> bool:
    return not VENDORED_PATHS.isdisjoint(path.decode("utf-8", "replace").lower().split("/")[:-1])


_DOUBTFUL_PATHS = (
    (is_example_path, "in a path of tests, documents or examples"),
    (is_vendored_path, "in a copy of somebody else's library"),
)


def _has_shape(candidate: Candidate, rule: Rule) -> bool:
    if isinstance(rule.shape, PemShape):
        return candidate.key is not None and candidate.key.type in rule.shape.types
    alphabet = "hex-lower" if candidate.hexadecimal else "alnum"
    return (
        candidate.key is None
        and rule.shape.alphabet == alphabet
        and rule.shape.length == len(candidate.secret)
    )


def _is_named(candidate: Candidate, partner: Candidate | None) -> bool:
    """A full name, or hints on both halves of a pair: `key=`, `secret=`."""
    strengths = (candidate.label.strength, partner.label.strength if partner else 0)
    return strengths[0] >= 2 or min(strengths) >= 1


def _label_evidence(candidate: Candidate, venue: Venue | None, *, partnered: bool) -> list[tuple[float, str]]:
    label = candidate.label
    crowd = _CROWD_POINTS[candidate.crowd]
    match label.kind:
        case "hmac":
            return [(2.0, "is the key of an HMAC call")]
        case "named" if label.doubtful and not partnered:
            return [(-3.0, f"assigned to {label.text}, as web frameworks call a secret of their own")]
        case "named":
            points = (
                2.0 if label.strength == 2 and label.part == "secret" else 1.5 if label.strength == 2 else 1.0
            )
            return [(points, f"assigned to {label.text}")]
        case "foreign":
            return [(-3.0, f"assigned to {label.text}, which speaks of something else")]
        case "other" if venue is None or venue.tier is not Tier.LABEL:
            return [(-1.5 + crowd, "assigned to a name that says nothing of a key")]
        case "none" if crowd:
            return [(-1.0 + crowd, "one of many values without a name")]
        case "none":
            return [(-1.0, "" if candidate.part else "nothing says whether it is the key or the secret")]
    return []


def _partner_word(part: Part, partner: Candidate) -> str:
    return "private key" if partner.key else "secret" if part == "key" else "API key"


def _level(points: float) -> Confidence | None:
    return next((level for least, level in _LEVELS if points >= least), None)


def _lowered(confidence: Confidence, *, named: bool) -> Confidence:
    """One step down; where the exchange is named, tests and documents lower a finding but never hide it."""
    floor = min(confidence, Confidence.MEDIUM) if named else Confidence.LOW
    return max(floor, Confidence(max(1, confidence - 1)))
