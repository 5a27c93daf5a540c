"""Keeps, grades or drops a candidate, and says why.

Evidence adds points; 4 points are high confidence, 2 medium, half a point low. The reasons are shown to the user."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from leakscan.detect.candidate import Candidate, Match, Venue
from leakscan.detect.context import Tier
from leakscan.detect.doubts import doubted, told_venue
from leakscan.detect.evidence import label_evidence, level, may_be_of_wallet, shape_evidence
from leakscan.detect.filename import named_by_file
from leakscan.detect.forms import exchange_of_forms, is_base64_of_64
from leakscan.detect.mentions import OTHER
from leakscan.detect.naming import Vocabulary, names_of
from leakscan.detect.paths import is_of_server, words_of_test_network
from leakscan.detect.venue import Venues
from leakscan.model import Part
from leakscan.rules import PemShape, Rule, RuleSet, TextShape

_TIER_POINTS = {
    Tier.LABEL: 4.0,
    Tier.PARENT: 3.5,
    Tier.NEAR: 3.0,
    Tier.FILE: 2.0,
    Tier.PATH: 1.5,
    Tier.SIBLING: 0.5,
    Tier.FORMS: 0.0,
}
_TIER_WORDS = {
    Tier.LABEL: "its name says {}",
    Tier.PARENT: "stands under {}",
    Tier.NEAR: "{} is named within ten lines",
    Tier.FILE: "{} is named in the same file",
    Tier.SIBLING: "{} is named by values beside it",
    Tier.PATH: "{} is named in the path",
    Tier.FORMS: "only {} has a key and a secret of these forms",
}
_PART_WORDS: dict[Part, str] = {
    "key": "API key",
    "secret": "secret",
    "private-key": "private key",
    "passphrase": "passphrase",
    "user-id": "user id",
}


class Judge:
    def __init__(self, rules: RuleSet, venues: Venues, vocabulary: Vocabulary) -> None:
        self._rules = rules
        self._vocabulary = vocabulary
        self._generic = rules.generic
        self._venues = venues
        self._parents = {
            exchange.id: exchange.variant_of for exchange in rules.exchanges if exchange.variant_of
        }
        self._in_threes = {rule.exchange for rule in rules.by_id.values() if rule.needs == "group"}
        self._asymmetric = next((e.id for e in rules.exchanges if e.asymmetric), rules.generic.id)

    def judge(self, candidates: Sequence[Candidate], paths: Collection[bytes]) -> list[Match]:
        """The matches among the candidates of content that stands at `paths` (none known: empty), in their order."""
        candidates = named_by_file(candidates, paths, self._vocabulary, self._venues.names_one)
        matches: dict[int, Match] = {}
        for place, candidate in enumerate(candidates):
            if not candidate.is_companion:
                partner = None if candidate.partner is None else candidates[candidate.partner]
                if match := self._match(candidate, partner, paths, candidates):
                    matches[place] = match
        for place, candidate in enumerate(candidates):
            other = matches.get(candidate.partner) if candidate.partner is not None else None
            if candidate.is_companion and other and (match := _joined(candidate, other)):
                matches[place] = match
        return [matches[place] for place in sorted(matches)]

    def _match(
        self,
        candidate: Candidate,
        partner: Candidate | None,
        paths: Collection[bytes],
        beside: Sequence[Candidate],
    ) -> Match | None:
        venue = self._venue(candidate, partner, paths)
        rule = self._rule(candidate, venue)
        if rule is None:
            return None
        if partner is not None and not _is_of_one(rule, partner, self._parents):
            partner = None
        evidence = [*shape_evidence(candidate, rule), *self._venue_evidence(candidate, rule, venue)]
        if candidate.key is None:
            evidence += label_evidence(candidate, rule, venue, partnered=partner is not None)
        if partner is not None:
            evidence.append((1.5, f"stands with its {_partner_word(rule.part, partner)}"))
        points = sum(points for points, _ in evidence)
        reasons = [*(reason for _, reason in evidence if reason), *candidate.decoded]
        confidence = level(points)
        if confidence is None or not _has_what_it_needs(rule, candidate, partner, venue):
            return None
        loose = isinstance(rule.shape, TextShape) and rule.shape.loose
        lone = partner is None and loose and candidate.label.kind == "named"
        confidence, doubts = doubted(confidence, candidate, venue, paths, beside, lone=lone)
        score = round(1 / (1 + 2**-points), 2)
        partner_identity = partner.identity if partner else None
        is_live = venue is not None and venue.live and venue.exchange == rule.exchange
        said = (*reasons, *doubts)
        return candidate.matched(rule, confidence, score, said, partner_identity, live=is_live)

    def _venue(
        self, candidate: Candidate, partner: Candidate | None, paths: Collection[bytes]
    ) -> Venue | None:
        found = [told_venue(candidate, paths)]
        if partner is not None and not self._is_of_wallet(candidate, partner, partner.venue):
            found.append(partner.venue)
        of_form = (self._of_form(candidate, partner, venue) for venue in found if venue is not None)
        named_in_text = [venue for venue in of_form if self._may_be(candidate, partner, venue)]
        if named_in_text:  # the same for both parts of a credential
            best = max(named_in_text, key=lambda v: (v.tier, v.exchange in self._parents, v.exchange))
            by_form = _of_own_form(candidate, partner) if best.tier is Tier.SIBLING else None
            if best.misnamed and partner and partner.venue and partner.venue.misnamed:
                by_form = self._of_forms(candidate, partner, paths)
            return by_form or self._of_partner(self._of_path(best, candidate, paths), candidate, partner)
        able = candidate.able | (partner.able if partner else frozenset())
        telling = [path for path in sorted(paths) if candidate.key is None or not is_of_server(path)]
        named = [n for path in telling if (n := self._venues.in_path(path, candidate.able, candidate.told))]
        by_path = Venue(named[0], Tier.PATH, live=candidate.told.live) if named else None
        if by_path is not None and not self._is_of_wallet(candidate, partner, by_path):
            return by_path
        if partner is not None and (alone := partner.fits.alone):
            certain = (rule.exchange for rule in reversed(alone) if rule.exchange in candidate.able)
            return next((Venue(exchange, Tier.NEAR) for exchange in certain), None)
        if partner is not None and bool(partner.key) != bool(candidate.key) and self._asymmetric in able:
            api_key = partner if candidate.key else candidate
            named_key = api_key.label.kind in ("named", "argument")
            return Venue(self._asymmetric, Tier.FORMS) if named_key else None
        if partner is None or any(map(self._venues.names_one, paths)):
            return None  # a path that names somebody else speaks against it
        if candidate.fits.alone:
            return None  # its own form says whose it is
        return self._of_forms(candidate, partner, paths)

    def _of_forms(self, candidate: Candidate, partner: Candidate, paths: Collection[bytes]) -> Venue | None:
        by_forms = exchange_of_forms(candidate, partner, self._parents, self._in_threes, paths)
        if by_forms is None:
            return None
        told = candidate.told
        words = told.words.union(candidate.label.words, partner.label.words)  # `TESTNET_API_KEY`
        variant = by_forms if told.live else self._venues.variant(by_forms, words, candidate.able)
        return Venue(variant, Tier.FORMS, live=told.live)

    def _of_path(self, venue: Venue, candidate: Candidate, paths: Collection[bytes]) -> Venue:
        """The test network's, where the path says so and the text does not say that it is the live one's."""
        words = words_of_test_network(paths)
        if venue.live or not words:
            return venue
        words = words.union(candidate.label.words)
        return venue.of(self._venues.variant(venue.exchange, words, candidate.able))

    def _of_form(self, candidate: Candidate, partner: Candidate | None, venue: Venue) -> Venue:
        """The variant of the exchange that is named, where only its values begin so: the partner may have told."""
        told = venue.of(self._venues.told_by_form(venue.exchange, candidate.able))
        return venue if told is venue or self._is_of_wallet(candidate, partner, told) else told

    def _of_partner(self, venue: Venue, candidate: Candidate, partner: Candidate | None) -> Venue:
        """The variant that the form of the other half tells: a secret beside a key that only a test network has."""
        if partner is None or may_be_of_wallet(partner):
            return venue
        told = self._venues.told_by_form(venue.exchange, partner.able)
        if told not in partner.able:
            told = self._parents.get(told, told)  # a key that only the live one has
        return venue.of(told) if told in partner.able & candidate.able else venue

    def _is_of_wallet(self, candidate: Candidate, partner: Candidate | None, venue: Venue | None) -> bool:
        """By form it would be of the variant that `venue` names, by name it is a wallet's, on a chain that bears the
        name of the exchange; where a key beside it, too, can be the variant's alone, it is the variant's."""
        if venue is None or venue.exchange not in self._parents or not may_be_of_wallet(candidate):
            return False
        if partner is None or partner.label.kind != "named" or venue.exchange not in partner.able:
            return True
        return self._parents[venue.exchange] in partner.able

    def _may_be(self, candidate: Candidate, partner: Candidate | None, venue: Venue) -> bool:
        """What is named far off must have pairs of such a key and such a secret, too."""
        if candidate.key is not None or venue.exchange == OTHER:
            return True
        if partner is None or partner.key is not None or venue.tier > Tier.FILE:
            return venue.exchange in candidate.able
        return any(_is_of_one(rule, partner, self._parents) for rule in candidate.fits.of(venue.exchange))

    def _rule(self, candidate: Candidate, venue: Venue | None) -> Rule | None:
        """The named exchange's; else one whose form says it all; else one of no exchange."""
        if candidate.key is not None:
            exchanges = [self._rules.exchange(venue.exchange)] if venue and venue.exchange != OTHER else []
            rules = [rule for exchange in [*exchanges, self._generic] for rule in exchange.rules]
            return next((rule for rule in rules if _is_of_type(candidate, rule)), None)
        named = candidate.fits.of(venue.exchange) if venue is not None else ()
        part = candidate.part or candidate.label.part or "secret"
        if part == "secret" and "private" in candidate.label.words:
            part = "private-key"
        for fitting in (named, candidate.fits.alone, candidate.fits.of(self._generic.id)):
            if fitting:
                rule = min(fitting, key=lambda rule: _distance(part, rule.part))  # of equals the first
                is_public = rule.part == "private-key" and "publickey" in names_of(candidate.label.words)
                return None if is_public else rule
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


def _of_own_form(candidate: Candidate, partner: Candidate | None) -> Venue | None:
    """The exchange that alone has values of its form or of the other half's: it outdoes names of values beside it."""
    both = (candidate, partner) if partner else (candidate,)
    alone = (rule.exchange for one in both for rule in one.fits.alone)
    return next((Venue(exchange, Tier.NEAR) for exchange in alone if exchange in candidate.able), None)


def _distance(wanted: Part, part: Part) -> int:
    """Secrets and private keys are taken for each other before a key is taken for one of them."""
    return 0 if part == wanted else 1 if "key" not in (part, wanted) else 2


def _is_of_one(rule: Rule, partner: Candidate, parents: Mapping[str, str]) -> bool:
    """The other half may be another part of the same exchange's: not a service's key, before a list of other values."""
    if partner.key is not None or isinstance(rule.shape, PemShape):
        return True
    own = parents.get(rule.exchange, rule.exchange)
    return any(parents.get(o.exchange, o.exchange) == own and o.part != rule.part for o in partner.fits)


def _is_of_type(candidate: Candidate, rule: Rule) -> bool:
    return (
        isinstance(rule.shape, PemShape)
        and candidate.key is not None
        and candidate.key.type in rule.shape.types
    )


def _has_what_it_needs(
    rule: Rule, candidate: Candidate, partner: Candidate | None, venue: Venue | None
) -> bool:
    if rule.needs != "name and exchange" or isinstance(rule.shape, PemShape):
        return True
    if venue is None or venue.exchange != rule.exchange:
        return False
    return _is_named(candidate, partner, venue)


def _is_named(candidate: Candidate, partner: Candidate | None, venue: Venue) -> bool:
    """A full name; a hint under the exchange's own name, or on both halves of a pair (`key=`, `secret=`); or two values
    of different forms that stand as the exchange's key and secret do, or one that only its secret has."""
    strength, other = candidate.label.strength, partner.label.strength if partner else 0
    if partner is not None and strength < 1 and may_be_of_wallet(partner):
        other = 0  # a number beside a wallet's key
    enough = Tier.NEAR if _is_telling(candidate) else Tier.PARENT
    if strength >= 2 or (strength >= 1 and (other >= 1 or venue.tier >= enough)):
        return True
    if partner is None or candidate.crowd > 1:
        return False
    rules = partner.fits.of(venue.exchange)
    if any(rule.needs == "nothing" for rule in rules):
        return True  # the other half is certain
    apart = {rule.part for rule in candidate.fits.of(venue.exchange)}.isdisjoint(rule.part for rule in rules)
    digests = not apart and candidate.label.kind == partner.label.kind == "other"  # of queries
    return not digests and (venue.tier >= Tier.PARENT or (apart and venue.tier >= Tier.FILE) or other >= 2)


def _is_telling(candidate: Candidate) -> bool:
    """A private key, a recovery phrase or 64 bytes in base64 by its form: no web framework has such a `secret_key`."""
    value = candidate.identity
    of_wallet = (candidate.label.part != "key" and value[:2] in (b"0x", b"0X")) or b" " in value
    return of_wallet or is_base64_of_64(candidate)


def _joined(candidate: Candidate, match: Match) -> Match | None:
    """A part that stands in groups only, with the match that it stands with."""
    rule = next(iter(candidate.fits.of(match.exchange)), None)
    if rule is None:
        return None
    name = f"assigned to {candidate.label.text}" if candidate.label.kind == "named" else ""
    reasons = filter(None, (f"stands with its {_PART_WORDS[match.part]}", name))
    return candidate.matched(rule, match.confidence, match.score, reasons, match.identity)


def _partner_word(part: Part, partner: Candidate) -> str:
    if partner.is_companion and partner.part:
        return _PART_WORDS[partner.part]
    return "private key" if partner.key else "secret" if part == "key" else "API key"
