"""What a rule file says, as plain frozen data. Compiled things stay inside `detect`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from leakscan.model import Help, Part, RuleInfo, Severity
from leakscan.rules.pattern import Pattern

RUN_LENGTH = 64  # letters and digits of this length are searched for wherever they stand
KeyType = Literal["rsa", "ed25519", "ec", "dsa", "other"]
Proof = Literal["", "objectid-time", "uuid4", "ed25519-pair", "ed25519-seed"]
Needs = Literal["nothing", "name or exchange", "name and exchange", "group"]


@dataclass(frozen=True, slots=True)
class TextShape:
    """A value that matches `pattern` as a whole. `decodes_to`: it is base64 of so many bytes; 0 if that is not known.

    `loose`: the pattern is only a frame for a format that nobody has written down."""

    pattern: Pattern
    decodes_to: int = 0
    proof: Proof = ""
    loose: bool = False


@dataclass(frozen=True, slots=True)
class PemShape:
    """A private key block that parses as one of these types."""

    types: frozenset[KeyType]


@dataclass(frozen=True, slots=True)
class PhraseShape:
    """A recovery phrase of so many English words (BIP 39), the last of which checks the others."""

    words: int


Shape = TextShape | PemShape | PhraseShape


@dataclass(frozen=True, slots=True)
class Rule:
    """One part of one exchange's credentials.

    `names` say by themselves what a value is, written without separators (`apikey` stands for API_KEY, apiKey and
    "api key"); `weak_names` only hint at it. `paired` is the severity when another part of the credential is found with
    it. `needs`: what must stand with a value of this shape before it is one; "group": another part of the credential,
    and alone it is never reported."""

    id: str
    exchange: str
    part: Part
    title: str
    shape: Shape
    names: tuple[str, ...]
    weak_names: tuple[str, ...]
    severity: Severity
    paired: Severity
    needs: Needs
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
    _named: dict[str, Exchange] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_named", {exchange.id: exchange for exchange in self.exchanges})

    def exchange(self, exchange_id: str) -> Exchange:
        return self._named[exchange_id]

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
