"""Which exchange does the text around a value name, and how near?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from leakscan.detect.candidate import Venue
from leakscan.detect.context import Tier, is_commented, near_span
from leakscan.detect.distance import Distances
from leakscan.detect.environment import NOTHING_TOLD, Environments, Told, Whole, holds_value
from leakscan.detect.hosts import is_put_by, of_host
from leakscan.detect.label import Labeller
from leakscan.detect.lazy import lazy
from leakscan.detect.mentions import OTHER, KeywordIndex, Kind, Mention, Mentions, is_weak
from leakscan.detect.naming import NO_LABEL, Label, names_of, split_words
from leakscan.detect.nesting import parent_spans
from leakscan.detect.paths import words_of
from leakscan.detect.words import NEUTRAL, SERVICES
from leakscan.model import Span
from leakscan.rules import RuleSet, TextShape

_REACH, _MAX_REMEMBERED = 2200, 1 << 11  # the versions of a file have most of their lines in common
_NAME_END, _NAME_START = lazy(rb"[\w-]{0,40}"), lazy(rb"[\w-]{0,40}\Z")
_RESOURCE = lazy(rb"resource\s{1,8}\"\w{1,80}\"|session\.auth")  # Terraform's, requests': no headings
_FIRST_OF_ITEM = lazy(rb"\A\s{0,80}-\s{1,4}[\w.-]{1,60}:(?=[ \t]{1,4}\S)")  # beside the value, not above it
_OF_PROSE = frozenset({"from", "no", "not", "of", "by", "without", "into", "public"})
_TEST_WORDS = frozenset({"testnet", "sandbox", "demo", "paper"})
_IN_ADDRESS = lazy(rb"://(?:[\w-]{1,20}\.){0,2}\Z")
_MAX_HEADING_WORDS, _LONGEST_HEADING = 3, 40  # a longer line is prose or code and mentions others by the way
# `API_KEY = "…"  # binance`: the comment behind a value, on its line.
_COMMENT_BEHIND = lazy(rb"[\"'`,;)\]}]{0,4}[ \t]{0,40}(?:#|//|--|/\*|<!--)([^\n]{1,80})")


@dataclass(frozen=True, slots=True)
class Named:
    """Every exchange that one content names, by kind. `whole`: where it is one alone that has test networks."""

    own: Mentions
    shared: Mentions
    other: Mentions
    length: int
    distances: Distances
    exchanges: frozenset[str] = frozenset()
    whole: Whole | None = None

    @classmethod
    def sorted(cls, mentions: Sequence[Mention], data: bytes) -> Named:
        own, shared, other = (Mentions(m for m in mentions if m.kind is kind) for kind in Kind)
        return cls(own, shared, other, len(data), Distances(data), frozenset(m.exchange for m in mentions))


class Venues:
    """Decides between the exchanges of a rule set."""

    def __init__(self, rules: RuleSet, labeller: Labeller, index: KeywordIndex) -> None:
        self._labeller = labeller
        self._index = index
        variants = [exchange for exchange in rules.exchanges if exchange.variant_of]
        # The one that asks for more comes first: "futures testnet" before "testnet".
        self._variants = sorted(variants, key=lambda exchange: (not exchange.variant_also, exchange.id))
        self._environments = Environments(word for variant in variants for word in variant.variant_words)
        self._told = lru_cache(_MAX_REMEMBERED)(self._read_told)
        self._families = lru_cache(_MAX_REMEMBERED)(self._with_parents)
        self._parent = {exchange.id: exchange.variant_of for exchange in variants}
        self._live = {v.id: v.variant_of for v in variants if not _TEST_WORDS.isdisjoint(v.variant_words)}
        self._with_variants = frozenset(exchange.variant_of for exchange in variants)
        self._told_by_form = {
            variant.variant_of: variant.id
            for variant in variants
            if any(isinstance(r.shape, TextShape) and r.shape.pattern.heads for r in variant.rules)
        }
        self._ids = {exchange.id.replace("-", ""): exchange.id for exchange in rules.exchanges}
        self._everybody = frozenset(exchange.id for exchange in rules.exchanges)

    def mentions(self, data: bytes, windows: Sequence[Span]) -> Named:
        named = Named.sorted(self._index.mentions(data, windows), data)
        families = {self._parent.get(exchange, exchange) for exchange in named.exchanges}
        if len(families) != 1 or families.isdisjoint(self._with_variants):
            return named
        whole = self._environments.whole(data, named.own.first(), self._parent)
        return replace(named, whole=whole)

    def in_path(self, path: bytes, able: frozenset[str], told: Told = NOTHING_TOLD) -> str | None:
        """The exchange that a path names, the most specific one: `bots/binance/testnet/keys.json`; its environment may
        be `told` by the text."""
        able = able or self._everybody
        family = self._families(able)
        mentions = [m for m in self._index.mentions(path, [Span(0, len(path))]) if m.exchange in family]
        if not mentions:
            return None
        exchange = mentions[-1].exchange
        return exchange if told.live else self.variant(exchange, words_of(path) | told.words, able)

    def names_one(self, path: bytes) -> bool:
        """The path names an exchange, be it one that no rule is about."""
        return bool(self._index.mentions(path, [Span(0, len(path))]))

    def told_by_form(self, exchange: str, able: frozenset[str]) -> str:
        """The variant of an exchange that cannot have a value: the only one that can, or the one whose values begin in
        their own way."""
        if exchange in able:
            return exchange
        only = [v.id for v in self._variants if v.variant_of == exchange and v.id in able]
        told = only[0] if len(only) == 1 else self._told_by_form.get(exchange)
        return told if told in able else exchange

    def may_name(self, named: Named, able: frozenset[str]) -> bool:
        """Whether the content names an exchange that is able to have a value, in more than a heading."""
        return not named.exchanges.isdisjoint(self._families(able))

    def is_nameless(self, above: bytes, able: frozenset[str]) -> bool:
        """Whether no heading names one of them for a value behind `above`, the `ABOVE` bytes before it."""
        span = Span(len(above), len(above))
        venue = self.nearest(above, span, NO_LABEL, Named.sorted((), above), able)
        return venue is None or venue.exchange == OTHER

    def nearest(
        self, data: bytes, span: Span, label: Label, named: Named, able: frozenset[str]
    ) -> Venue | None:
        """The exchange with the best evidence among those that are `able` to have the value (none given: all), or
        None where the content names none. OTHER where it stands under the name of one that is not."""
        able = able or self._everybody
        family = self._families(able)
        found = self._by_name(label, named, family)
        if found is not None and found.exchange not in self._with_variants:
            return found
        parents, near = parent_spans(data, span.start), near_span(data, span)
        found = found or self._by_comment(data, span, named, family)
        found = found or self._by_parent(data, span, parents, named, family)
        if found is None and label.kind != "foreign":
            found = self._by_distance(data, span, near, label, named, family)
        found = self._by_header(label, parents, named, found, family)
        if found is None or found.exchange == OTHER:
            return found
        live, by_name = self._live.get(found.exchange), found.tier is Tier.LABEL
        stated = self._environments.says_live(data, span, label)
        words, is_live = self._environments.told(data, span, near, label, parents, named.whole)
        # `testnet=False`, and its address below
        if live in able and not by_name and (stated or is_live):
            return Venue(live, found.tier, live=True)
        if found.exchange not in able and (found.tier is Tier.SIBLING or label.is_of_wallet):
            return found  # a wallet's, on a chain that bears the exchange's name
        variant = self.variant(found.exchange, words, able)
        if variant == found.exchange and not (is_live or stated):
            of = {v.id for v in self._variants if v.variant_of == variant} & able
            around = list(named.own.around(span, near))
            variant = of_host(data, span, label, around, variant, of, by_name=by_name)
            if named.whole and variant == found.exchange:
                host = named.whole.host(commented=is_commented(data, span))
                variant = host if host in of else variant
        return Venue(variant, found.tier, live=(is_live or stated) and variant == found.exchange)

    def told(self, data: bytes, span: Span, label: Label) -> Told:
        """What says within some lines of which environment a value is, whose exchange the content does not name."""
        low = max(0, span.start - _REACH)
        label = label.at(Span(label.span.start - low, label.span.end - low))
        return self._told(data[low : span.end + _REACH], Span(span.start - low, span.end - low), label)

    def _read_told(self, text: bytes, span: Span, label: Label) -> Told:
        parents = parent_spans(text, span.start)
        told = self._environments.told(text, span, near_span(text, span), label, parents)
        return told._replace(live=told.live or self._environments.says_live(text, span, label))

    def _with_parents(self, able: frozenset[str]) -> frozenset[str]:
        """With the parents of variants: a name of the parent may mean the variant."""
        return able | {self._parent[exchange] for exchange in able if exchange in self._parent}

    def _by_name(self, label: Label, named: Named, family: frozenset[str]) -> Venue | None:
        for kind in (named.own, named.other):
            if mention := next(kind.touching(label.span), None):
                own, able = kind is named.own, mention.exchange in family
                return Venue(mention.exchange if able else OTHER, Tier.LABEL, misnamed=own and not able)
        return self._named_by_id(label.words, family, Tier.LABEL) if label.kind == "named" else None

    def _named_by_id(self, words: Sequence[str], family: frozenset[str], tier: Tier) -> Venue | None:
        """`ASTER_API_KEY`, a section `gate:`: common words that name an exchange where they begin a name."""
        words = words[next((at for at, w in enumerate(words) if len(w) > 1 and w not in NEUTRAL), 0) :]
        if not _OF_PROSE.isdisjoint(words):
            return None  # `derive_private_key_from_seed`
        for count in (3, 2, 1):
            exchange = self._ids.get("".join(words[:count]))
            if exchange in family:
                return Venue(exchange, tier)
        return None

    def _by_comment(self, data: bytes, span: Span, named: Named, family: frozenset[str]) -> Venue | None:
        comment = _COMMENT_BEHIND.match(data, span.end)
        if comment is None:
            return None
        behind = Span(*comment.span(1))
        mention = next((m for m in named.own.touching(behind) if m.exchange in family), None)
        mention = mention or next(named.other.touching(behind), None)
        return Venue(mention.exchange, Tier.PARENT) if mention else None

    def _by_parent(
        self, data: bytes, span: Span, parents: Sequence[Span], named: Named, family: frozenset[str]
    ) -> Venue | None:
        """The nearest line or bracket that names an exchange, or another service: `telegram:`."""
        own = named.own
        for parent in parents:
            mentions = [m for m in own.touching(parent) if not is_put_by(data, span, m, self._parent, own)]
            if mention := next((m for m in mentions if m.exchange in family), None):
                return Venue(mention.exchange, Tier.PARENT)
            words = split_words(data[parent.start : min(parent.end, parent.start + 80)].decode("latin-1"))
            if len(words) <= _MAX_HEADING_WORDS and (venue := self._named_by_id(words, family, Tier.PARENT)):
                return venue
            if parent.end - parent.start <= _LONGEST_HEADING and (
                mentions or self._heads_another(data, parent, named)
            ):
                return Venue(OTHER, Tier.PARENT)
        return None

    def _by_header(
        self,
        label: Label,
        parents: Sequence[Span],
        named: Named,
        found: Venue | None,
        family: frozenset[str],
    ) -> Venue | None:
        """A header names its whole family: which one of them it is, says a keyword near it."""
        for tier, spans in ((Tier.LABEL, (label.span,)), (Tier.PARENT, tuple(parents))):
            headers = (m for span in spans for m in named.shared.touching(span))
            header = next((m for m in headers if m.exchange in family), None)
            if header is not None and (found is None or found.tier < tier):
                told = found if found and found.tier >= Tier.FILE and found.exchange != OTHER else header
                return Venue(told.exchange, tier)
        return found

    def _heads_another(self, data: bytes, parent: Span, named: Named) -> bool:
        if holds_value(data, parent):
            return False
        heading = _FIRST_OF_ITEM.sub(b"", _RESOURCE.sub(b"", data[parent.start : parent.end]))
        words = split_words(heading.decode("latin-1"))
        return next(named.other.touching(parent), None) is not None or not SERVICES.isdisjoint(
            names_of(words)
        )

    def _by_distance(
        self, data: bytes, span: Span, near: Span, label: Label, named: Named, family: frozenset[str]
    ) -> Venue | None:
        sibling: Mention | None = None
        theirs = _nearest_address_of_other(data, span, near, named)
        for tier, within in ((Tier.NEAR, near), (Tier.FILE, Span(0, named.length))):
            asked = sorted(
                (mention for mention in named.own.around(span, within) if mention.exchange in family),
                key=lambda mention: named.distances.of(mention.span, span),
            )
            for mention in asked:
                if tier is Tier.FILE and is_weak(data, mention):
                    continue
                if self._names_another_value(data, mention.span) or named.own.is_listed(
                    data, mention.span, span
                ):
                    sibling = sibling or mention
                    continue
                live = self._live.get(mention.exchange)
                if live and self._environments.leaves_open(data, span, near, label, mention.span):
                    mention = mention._replace(exchange=live)
                return _unless_theirs(named, mention, span, theirs, tier)
            headers = (m for m in named.shared.around(span, within) if m.exchange in family)
            if header := next(headers, None):
                return Venue(header.exchange, tier)
        return _unless_theirs(named, sibling, span, theirs, Tier.SIBLING) if sibling else None

    def _names_another_value(self, data: bytes, mention: Span) -> bool:
        """True for `BINANCE_API_KEY`: the exchange is named by the name of some other value."""
        end = _NAME_END.match(data, mention.end)
        if end is None:
            return False
        low = max(0, mention.start - 40)
        start = _NAME_START.search(data[low : mention.start])
        name = Span(low + start.start() if start else mention.start, end.end())
        return self._labeller.vocabulary.judge(data[name.start : name.end], name).kind == "named"

    def variant(self, exchange: str, words: frozenset[str], able: frozenset[str]) -> str:
        """The one of an exchange's environments that the words name: a test network's, or the live one."""
        for variant in self._variants:
            if variant.variant_of == exchange and variant.id in able:
                asked = variant.variant_also if exchange in able else ()  # the form tells it from its parent
                if not words.isdisjoint(variant.variant_words) and (not asked or not words.isdisjoint(asked)):
                    return variant.id
        return self.told_by_form(exchange, able)


def _nearest_address_of_other(data: bytes, span: Span, near: Span, named: Named) -> float:
    """How far `url = "https://api.coinalyze.net/…"` is, near a value: there it goes."""
    others = (
        named.distances.of(other.span, span)
        for other in named.other.around(span, near)
        if _IN_ADDRESS.search(data, max(0, other.span.start - 40), other.span.start)
    )
    return min(others, default=math.inf)


def _unless_theirs(named: Named, mention: Mention, value: Span, theirs: float, tier: Tier) -> Venue:
    return Venue(mention.exchange if named.distances.of(mention.span, value) <= theirs else OTHER, tier)
