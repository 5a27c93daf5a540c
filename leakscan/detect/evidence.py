"""What a value's form and name say, in points and in words."""

from __future__ import annotations

from leakscan.detect.candidate import Candidate, Venue
from leakscan.detect.context import Tier
from leakscan.detect.lazy import lazy
from leakscan.detect.randomness import describe
from leakscan.detect.words import NEUTRAL, OF_ANY_KEY, OF_NOBODY, PARTNERS
from leakscan.model import Confidence, Severity
from leakscan.rules import PhraseShape, Rule, TextShape

Evidence = list[tuple[float, str]]
_LEVELS = ((4.0, Confidence.HIGH), (2.0, Confidence.MEDIUM), (0.5, Confidence.LOW))
_CROWD_POINTS = (0.0, -1.5, -3.0)
_KEY_OF_WALLET = lazy(rb"(?:0x)?[0-9a-fA-F]{64}")
_COMMON = lazy(rb"[0-9a-fA-F-]{24,64}")  # a UUID, hexadecimal digits
_OF_SOMEBODY = {Tier.NEAR: 3.0, Tier.FILE: 2.0}  # points
_A_NAME = 4  # letters; shorter ones abbreviate anything
_OF_OAUTH = ("client", "secret")
_TYPE_NAMES = {"rsa": "RSA", "dsa": "DSA", "ec": "elliptic-curve", "ed25519": "Ed25519", "other": "other"}


def shape_evidence(candidate: Candidate, rule: Rule) -> Evidence:
    key = candidate.key
    if key is None:
        told = f"{describe(candidate.identity)}, {candidate.bits:.0f} bits of randomness"
        if isinstance(rule.shape, PhraseShape):
            told = f"a recovery phrase of {rule.shape.words} words, the last of which agrees with the others"
        evidence = [(3.0, told + "; nothing else has this form") if rule.needs == "nothing" else (0.0, told)]
        if isinstance(rule.shape, TextShape) and rule.shape.loose:
            evidence.append((-1.0, ""))  # what its exchange's keys look like is not known
        if candidate.proof and isinstance(rule.shape, TextShape) and rule.shape.proof:
            evidence.append((1.5, candidate.proof))
        return evidence
    form = f", {key.form}" if key.form else ""
    if key.encrypted:
        note = f" ({key.note})" if key.note else ""
        return [(4.0, f"private key, protected by a password{note}{form}")]
    size = f" of {key.bits} bits" if key.type in ("rsa", "dsa", "ec") else ""
    return [(4.0, f"a valid {_TYPE_NAMES.get(key.type, key.type)} private key{size}, no password{form}")]


def label_evidence(candidate: Candidate, rule: Rule, venue: Venue | None, *, partnered: bool) -> Evidence:
    label = candidate.label
    crowd = _CROWD_POINTS[candidate.crowd]
    if rule.needs == "nothing" and label.kind not in ("named", "hmac"):
        return []
    match label.kind:
        case "hmac":
            return [(2.0, "is the key of an HMAC call")]
        case "named" if label.doubtful and not partnered:
            return [(-3.0, f"assigned to {label.text}, which may as well be something else's")]
        case "named" if not partnered and venue is None and label.words[-2:] == _OF_OAUTH:
            return [(-1.0, f"assigned to {label.text}, which may as well be another service's")]
        case "named" if not partnered and _is_as_likely_of_wallet(candidate, rule, venue):
            return [(-1.0, f"assigned to {label.text}, which may as well be a wallet's")]
        case "named":
            points = (
                2.0 if label.strength == 2 and label.part == "secret" else 1.5 if label.strength == 2 else 1.0
            )
            if not PARTNERS.isdisjoint(label.words):
                return [(points - 2.0, f"assigned to {label.text}, which many programs share")]
            is_key = "key" in (rule.part, label.part)
            if not partnered and is_key and (less := _of_somebody(candidate, venue)):
                return [(points - less, f"assigned to {label.text}, which may be another service's")]
            if not partnered and (label.part, rule.part, label.strength) == ("key", "secret", 2):
                return [(points - 2.0, f"assigned to {label.text}, and looks like a secret")]
            return [(points, f"{'in a file named' if candidate.whole else 'assigned to'} {label.text}")]
        case "argument":
            return [(1.0, "the argument of a client")]
        case "foreign":
            return [(-3.0, f"assigned to {label.text}, which speaks of something else")]
        case "other" if venue is None or venue.tier is not Tier.LABEL:
            return [(-2.0 + crowd, "assigned to a name that says nothing of a key")]
        case "none" if crowd:
            return [(-1.0 + crowd, "one of many values without a name")]
        case "none":
            return [(-1.0, "" if candidate.part else "nothing says whether it is the key or the secret")]
    return []


def _of_somebody(candidate: Candidate, venue: Venue | None) -> float:
    """What it costs a key that its name begins with another word than its exchange, which is named apart:
    `Sms77ApiKey`; more where keys of many services look so."""
    words = [word for word in candidate.label.words if len(word) > 1 and word.isalpha()]
    if venue is None or OF_ANY_KEY.union(NEUTRAL).issuperset(words):
        return 0.0
    if venue.tier is Tier.SIBLING:
        return 1.0
    told = _COMMON.fullmatch(candidate.identity) and any(
        len(word) >= _A_NAME and word not in OF_ANY_KEY | NEUTRAL | OF_NOBODY for word in words
    )
    return _OF_SOMEBODY.get(venue.tier, 0.0) if told else 0.0


def may_be_of_wallet(candidate: Candidate) -> bool:
    """By its form and its name it may be the key of a wallet."""
    if candidate.key is not None:
        return False
    return candidate.label.is_of_wallet and _KEY_OF_WALLET.fullmatch(candidate.identity) is not None


def _is_as_likely_of_wallet(candidate: Candidate, rule: Rule, venue: Venue | None) -> bool:
    """It may be one, far from the name of an exchange that takes none (or no more: Binance DEX)."""
    tier = None if venue is None else venue.tier
    if tier is not None and tier >= Tier.NEAR:
        return False
    takes_one = rule.part == "private-key" and (rule.severity is not Severity.LOW or tier is Tier.PATH)
    return not takes_one and may_be_of_wallet(candidate)


def level(points: float) -> Confidence | None:
    return next((level for least, level in _LEVELS if points >= least), None)
