"""What a rule file says, as plain frozen data. Compiled things stay inside `detect`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from leakscan.model import Help, Part, RuleInfo, Severity

RUN_LENGTH = 64  # the one length of runs that is searched for
Alphabet = Literal["alnum", "hex-lower"]
KeyType = Literal["rsa", "ed25519", "ec", "dsa", "other"]


@dataclass(frozen=True, slots=True)
class RunShape:
    """An unbroken run of exactly `length` characters of `alphabet`, nothing of base64 on either side."""

    alphabet: Alphabet
    length: int


@dataclass(frozen=True, slots=True)
class PemShape:
    """A private key block that parses as one of these types."""

    types: frozenset[KeyType]


Shape = RunShape | PemShape


@dataclass(frozen=True, slots=True)
class Rule:
    """One part of one exchange's credentials.

    `names` say by themselves what a value is, written without separators (`apikey` stands for API_KEY, apiKey and
    "api key"); `weak_names` only hint at it. `paired` is the severity when the other
    part of the credential is found with it; `needs_name` keeps shapes that much else has (hexadecimal) from matching
    without both the exchange and a name."""

    id: str
    exchange: str
    part: Part
    title: str
    shape: Shape
    names: tuple[str, ...]
    weak_names: tuple[str, ...]
    severity: Severity
    paired: Severity
    needs_name: bool
    why: str
    examples: tuple[str, ...]
    counterexamples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Exchange:
    """An exchange, or one environment of it.

    `keywords` name it by themselves; `headers` too, but whole families share them, so that any keyword near a value
    outdoes them. A variant (`variant_of`) is also named by its parent together with one of
    `variant_words`, and one of `variant_also` where given. `generic` is the one that stands for "unknown".
    `asymmetric`: its key beside any private key names it, for nobody else has that form."""

    id: str
    name: str
    generic: bool
    asymmetric: bool
    keywords: tuple[str, ...]
    headers: tuple[str, ...]
    variant_of: str
    variant_words: tuple[str, ...]
    variant_also: tuple[str, ...]
    help: Help
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Every rule in force. `published` holds SHA-256 of example values printed in official documents;
    `digest` names the content of all rule files."""

    exchanges: tuple[Exchange, ...]
    published: frozenset[str]
    digest: str
    by_id: dict[str, Rule] = field(compare=False)

    def exchange(self, exchange_id: str) -> Exchange:
        return next(exchange for exchange in self.exchanges if exchange.id == exchange_id)

    @property
    def generic(self) -> Exchange:
        return next(exchange for exchange in self.exchanges if exchange.generic)

    def describe(self) -> tuple[RuleInfo, ...]:
        """What reporters may say, sorted by rule id."""
        infos = [
            RuleInfo(
                rule.id,
                exchange.id,
                exchange.name,
                rule.title,
                rule.why,
                rule.part,
                rule.severity,
                exchange.help,
            )
            for exchange in self.exchanges
            for rule in exchange.rules
        ]
        return tuple(sorted(infos, key=lambda info: info.rule_id))
