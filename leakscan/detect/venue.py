"""Which exchange does the text around a value name, and how near?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from leakscan.detect.candidate import Venue
from leakscan.detect.context import Tier, near_span
from leakscan.detect.label import Label, Labeller, iter_names, split_words
from leakscan.detect.mentions import OTHER, KeywordIndex, Kind, Mention, Mentions
from leakscan.detect.nesting import parent_spans
from leakscan.detect.words import SERVICES
from leakscan.model import Span
from leakscan.rules import Exchange, RuleSet, RunShape

_SWITCHED_ON = rb"(?i)(?<![a-z0-9])(%b)(?:_?mode)?['\"]?\s{0,3}[=:(]\s{0,3}['\"]?(?:true|1|yes)\b"
_NAME_END = re.compile(rb"[\w-]{0,40}")
_NAME_START = re.compile(rb"[\w-]{0,40}\Z")
_MAX_ASKED = 8
_HOST_REACH = 240
_LONGEST_HEADING = 40  # longer lines are prose and code that mention others by the way


@dataclass(frozen=True, slots=True)
class Named:
    """Every exchange that one content names, by kind."""

    own: Mentions
    shared: Mentions
    alike: Mentions
    other: Mentions
    length: int

    @classmethod
    def sorted(cls, mentions: Sequence[Mention], length: int) -> Named:
        own, shared, alike, other = (Mentions(m for m in mentions if m.kind is kind) for kind in Kind)
        return cls(own, shared, alike, other, length)


class Venues:
    """Decides between the exchanges of a rule set."""

    def __init__(self, rules: RuleSet, labeller: Labeller) -> None:
        self._labeller = labeller
        self._index = KeywordIndex(rules.exchanges)
        variants = [exchange for exchange in rules.exchanges if exchange.variant_of]
        # The one that asks for more comes first: "futures testnet" before "testnet".
        self._variants = sorted(variants, key=lambda exchange: (not exchange.variant_also, exchange.id))
        words = sorted({word for variant in variants for word in variant.variant_words})
        self._switch = (
            re.compile(_SWITCHED_ON % b"|".join(map(re.escape, map(str.encode, words)))) if words else None
        )
        self._hex = {
            exchange.id
            for exchange in rules.exchanges
            for rule in exchange.rules
            if isinstance(rule.shape, RunShape) and rule.shape.alphabet == "hex-lower"
        }
        parents = {exchange.variant_of for exchange in variants if exchange.id in self._hex}
        self._hex_words = [
            word.encode() for e in rules.exchanges if e.id in self._hex | parents for word in e.keywords
        ]

    def may_hold_hexadecimal(self, data: bytes) -> bool:
        """False if no exchange whose keys look like digests is named anywhere in the content."""
        lower = data.lower()
        return any(word in lower for word in self._hex_words)

    def mentions(self, data: bytes, windows: Sequence[Span]) -> Named:
        return Named.sorted(self._index.mentions(data, windows), len(data))

    def in_path(self, path: bytes) -> str | None:
        """The exchange that a path names, the most specific one: `bots/binance/testnet/keys.json`."""
        mentions = [m for m in self._index.mentions(path, [Span(0, len(path))]) if m.exchange != OTHER]
        if not mentions:
            return None
        words = frozenset(split_words(path.decode("utf-8", "replace")))
        return self._variant(mentions[-1].exchange, words, hexadecimal=False)

    def nearest(
        self, data: bytes, span: Span, label: Label, named: Named, *, hexadecimal: bool
    ) -> Venue | None:
        """The exchange with the best evidence, or None where the content names none."""
        parents, near = parent_spans(data, span.start), near_span(data, span)
        found = self._by_name(label, named) or self._by_parent(data, parents, named)
        if found is None and label.kind != "foreign":
            found = self._by_distance(data, span, near, named)
        found = self._by_header(label, parents, named, found)
        if found is None or found.exchange == OTHER:
            return found
        around = b" ".join(data[parent.start : parent.end] for parent in parents)
        words = frozenset((*label.words, *split_words(around.decode("latin-1"))))
        words |= self._switches(data[near.start : near.end])
        variant = self._variant(found.exchange, words, hexadecimal=hexadecimal)
        if variant == found.exchange and found.tier is not Tier.LABEL:
            variant = self._variant_beside(data, span, found.exchange, named)
        return Venue(variant, found.tier)

    def _by_name(self, label: Label, named: Named) -> Venue | None:
        for kind in (named.own, named.alike, named.other):
            if mention := next(kind.touching(label.span), None):
                return Venue(mention.exchange, Tier.LABEL)
        return None

    def _by_parent(self, data: bytes, parents: Sequence[Span], named: Named) -> Venue | None:
        """The nearest line or bracket that names an exchange, or another service: `telegram:`."""
        for parent in parents:
            for kind in (named.own, named.alike):
                if mention := next(kind.touching(parent), None):
                    return Venue(mention.exchange, Tier.PARENT)
            if parent.end - parent.start <= _LONGEST_HEADING and self._heads_another(data, parent, named):
                return Venue(OTHER, Tier.PARENT)
        return None

    def _by_header(
        self, label: Label, parents: Sequence[Span], named: Named, found: Venue | None
    ) -> Venue | None:
        """A header names its whole family: which one of them it is, says a keyword near it."""
        for tier, spans in ((Tier.LABEL, (label.span,)), (Tier.PARENT, tuple(parents))):
            header = next((m for span in spans for m in named.shared.touching(span)), None)
            if header is not None and (found is None or found.tier < tier):
                told = found is not None and found.tier >= Tier.FILE and found.exchange != OTHER
                return Venue(found.exchange if found and told else header.exchange, tier)
        return found

    def _heads_another(self, data: bytes, parent: Span, named: Named) -> bool:
        words = split_words(data[parent.start : parent.end].decode("latin-1"))
        return next(named.other.touching(parent), None) is not None or not SERVICES.isdisjoint(
            iter_names(words)
        )

    def _by_distance(self, data: bytes, span: Span, near: Span, named: Named) -> Venue | None:
        everywhere = Span(0, named.length)
        sibling: Mention | None = None
        for tier, within in ((Tier.NEAR, near), (Tier.FILE, everywhere)):
            asked = sorted(
                (mention for kind in (named.own, named.alike) for mention in _around(kind, span, within)),
                key=lambda mention: (_distance(mention, span), mention.kind),
            )
            for mention in asked:
                if mention.kind is Kind.OWN and self._names_another_value(data, mention.span):
                    sibling = sibling or mention
                else:
                    return Venue(mention.exchange, tier)
            if header := next(_around(named.shared, span, within), None):
                return Venue(header.exchange, tier)
        return Venue(sibling.exchange, Tier.SIBLING) if sibling else None

    def _variant_beside(self, data: bytes, span: Span, exchange: str, named: Named) -> str:
        """`UMFutures(key=…, base_url="https://testnet.…")`: the host beside the value, unless the live one is, too."""
        reach = Span(max(0, span.start - _HOST_REACH), span.end + _HOST_REACH)
        beside = list(_around(named.own, span, reach))
        if any(m.exchange == exchange and data.startswith(b".com", m.span.end) for m in beside):
            return exchange
        of = {variant.id for variant in self._variants if variant.variant_of == exchange}
        return next((m.exchange for m in beside if m.exchange in of), exchange)

    def _names_another_value(self, data: bytes, mention: Span) -> bool:
        """True for `BINANCE_API_KEY`: the exchange is named by the name of some other value."""
        end = _NAME_END.match(data, mention.end)
        if end is None:
            return False
        low = max(0, mention.start - 40)
        start = _NAME_START.search(data[low : mention.start])
        name = Span(low + start.start() if start else mention.start, end.end())
        return self._labeller.judge_unit(data[name.start : name.end], name).kind == "named"

    def _switches(self, text: bytes) -> frozenset[str]:
        """Variant words that are switched on near the value: `testnet=True`."""
        found = self._switch.finditer(text) if self._switch else ()
        return frozenset(match[1].decode().lower() for match in found)

    def _variant(self, exchange: str, words: frozenset[str], *, hexadecimal: bool) -> str:
        for variant in self._variants:
            if variant.variant_of == exchange and self._is_named(variant, words, hexadecimal=hexadecimal):
                return variant.id
        return exchange

    def _is_named(self, variant: Exchange, words: frozenset[str], *, hexadecimal: bool) -> bool:
        if words.isdisjoint(variant.variant_words):
            return False
        if hexadecimal:  # the form itself tells the classic futures test network from the others
            return variant.id in self._hex
        return not variant.variant_also or not words.isdisjoint(variant.variant_also)


def _around(mentions: Mentions, span: Span, within: Span) -> Iterator[Mention]:
    before = islice(mentions.before(span.start, within.start), _MAX_ASKED)
    return chain(before, islice(mentions.after(span.end, within.end), _MAX_ASKED))


def _distance(mention: Mention, value: Span) -> int:
    """What stands behind a value speaks of it half as often as what stands before."""
    if mention.span.end <= value.start:
        return value.start - mention.span.end
    return 2 * (mention.span.start - value.end)
