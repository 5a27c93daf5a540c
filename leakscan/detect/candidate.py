"""What the detectors pass on to each other: a value with the evidence found around it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from leakscan.detect.context import Tier
from leakscan.detect.environment import NOTHING_TOLD, Told
from leakscan.detect.fits import Fits
from leakscan.detect.naming import Label
from leakscan.detect.privatekey import PrivateKey
from leakscan.model import Confidence, Part, Secret, Span
from leakscan.rules import Rule


@dataclass(frozen=True, slots=True)
class Venue:
    """An exchange that the text names, and how near. `live`: the text also says that it is not its test network;
    `misnamed`: the value's name is of an exchange that has no such values."""

    exchange: str
    tier: Tier
    live: bool = False
    misnamed: bool = False

    def of(self, exchange: str) -> Venue:
        """The same, where that exchange is named."""
        return self if exchange == self.exchange else replace(self, exchange=exchange)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A value that could be a credential, with everything its content says about it.

    `identity` is what makes two of them the same value; `fits`: the rules whose form it has, none for a private key
    block; `proof`: what it proves about itself, in words; `bits` the randomness score; `crowd`: 1 if some others
    without a name stand near it, 2 if the content is full of them; `partner` is the place of the other part of its
    credential among the candidates; `decoded` says how it came to light, if it does not stand there as it is; `mock`: a
    word beside it says that it is made up; `accompanied`: a passphrase stands beside it; `told`: its environment, where
    nothing in the content names the exchange; `whole`: it is all that the content holds."""

    span: Span
    secret: Secret
    identity: bytes = field(repr=False)
    fits: Fits
    bits: float
    key: PrivateKey | None
    label: Label
    venue: Venue | None
    crowd: int = 0
    part: Part | None = None
    partner: int | None = None
    decoded: tuple[str, ...] = ()
    proof: str = ""
    mock: bool = False
    accompanied: bool = False
    told: Told = NOTHING_TOLD
    whole: bool = False

    @property
    def is_companion(self) -> bool:
        """It is nothing without the part that it stands with."""
        return self.fits.in_groups_only

    @property
    def able(self) -> frozenset[str]:
        """The exchanges whose values look like this one."""
        return self.fits.exchanges

    def matched(
        self,
        rule: Rule,
        confidence: Confidence,
        score: float,
        reasons: Iterable[str],
        partner: bytes | None,
        *,
        live: bool = False,
    ) -> Match:
        """What a rule makes of it. `partner`: the identity of the value that it stands with."""
        return Match(
            rule_id=rule.id,
            exchange=rule.exchange,
            part=rule.part,
            span=self.span,
            secret=self.secret,
            identity=self.identity,
            confidence=confidence,
            score=score,
            reasons=tuple(reasons),
            encrypted=self.key is not None and self.key.encrypted,
            partner=partner,
            public_key=self.key.public if self.key else "",
            live=live,
        )


@dataclass(frozen=True, slots=True)
class Match:
    """A rule said yes, and how sure it is. `partner`: the identity of the other part of its credential; `public_key`:
    SHA-256 of the public half of a private key, where it is known; `live`: the text says that it is of no test
    network."""

    rule_id: str
    exchange: str
    part: Part
    span: Span
    secret: Secret
    identity: bytes = field(repr=False)
    confidence: Confidence
    score: float
    reasons: tuple[str, ...]
    encrypted: bool
    partner: bytes | None = field(repr=False)
    public_key: str = ""
    live: bool = False
