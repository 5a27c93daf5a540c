"""Where the text names an exchange: one search for all their names, then questions answered by bisection."""

from __future__ import annotations

import string
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum
from itertools import accumulate, chain, islice
from typing import NamedTuple

from leakscan.anchors import Words
from leakscan.detect.lazy import lazy
from leakscan.detect.randomness import token_bits
from leakscan.detect.words import OTHER_VENUES
from leakscan.model import Span
from leakscan.rules import Exchange

_LONG = 7  # shorter names stand in other words by chance: only whole words count
_TOP_LEVEL = "com"
_GOES_ON = (b"api", b"key", b"secret", b"pass", b"access", b"test", b"fut", b"spot", b"perp", b"pro")
# What makes an exchange's name of a common word: `XtRestClient(`, `ccxt.pro.apex({`, `exchange: woo`, `# Derive`.
_TELLING = (
    *("{}client", "{}exchange", "{}trader", "{}restclient", "{}api", "exchange {}"),
    *("ccxt.{}", "ccxt.pro.{}", "ccxt.new{}", "ccxt.async_support.{}", "ccxt\\{}"),
    *("'{}.btc-", "'{}.eth-"),  # `selector = 'extended.BTC-USD'`
    *('"{}"', "'{}'", "`{}`", "={}\n", ": {}\n", "# {}\n", "// {}\n", "# {} api", "// {} api", "= {}\n"),
    *("\n{}\n", "\n{},", ">{}</h", "key for {},", "key for {}\n", "keys for {}\n"),
)
_WHOLE = b"\"'`#/=:\n>"  # how those begin in which the word stands alone: they speak of what is near only
_OF_COINBASE = lazy(
    rb"(?i)[ ._/-]?(?:api|pro|prime|exchange|advanced|cloud|com\b|io\b|rest|client|wallet|commerce|trad|key|secret"
    rb"|cdp|sdk|auth|web|ws|bot)"
)
_TO_COINBASE = lazy(rb"(?:ccxt\.|import |from |require\([\"']|exchange[\"']?\s?[:=(]\s?[\"']?)\Z")
_CODE_REACH, _LONG_CODE = 40, 24
_MAX_FIRST = 400
_MAX_ASKED, _LONGEST_LIST, _MANY_NAMED = 8, 400, 4
_CODE_BEFORE, _CODE_AFTER = lazy(rb"[A-Za-z0-9+/]{0,40}\Z"), lazy(rb"[A-Za-z0-9+/]{0,40}")
OTHER = ""  # an exchange that no rule is about
_LOWER, _UPPER = frozenset(string.ascii_lowercase.encode()), frozenset(string.ascii_uppercase.encode())


class Kind(IntEnum):
    """SHARED: a header that a family of exchanges has in common. OTHER: an exchange that no rule is about."""

    OWN = 0
    SHARED = 1
    OTHER = 2


class Mention(NamedTuple):
    span: Span
    exchange: str
    kind: Kind


class _Keyword(NamedTuple):
    """`ends`, `starts`: only where a word does."""

    exchange: str
    kind: Kind
    ends: bool
    starts: bool


class Mentions:
    """The mentions of one kind in one content, by position; of two that overlap only the longer."""

    def __init__(self, found: Iterable[Mention]) -> None:
        self._found = list(found)
        self._starts = [mention.span.start for mention in self._found]

    def before(self, place: int, floor: int) -> Iterator[Mention]:
        """Those that end at or before `place`, the nearest first."""
        for at in range(bisect_right(self._starts, place) - 1, -1, -1):
            mention = self._found[at]
            if mention.span.start < floor:
                return
            if mention.span.end <= place:
                yield mention

    def after(self, place: int, ceiling: int) -> Iterator[Mention]:
        """Those that start at or after `place`, the nearest first."""
        for at in range(bisect_left(self._starts, place), len(self._found)):
            if self._found[at].span.end > ceiling:
                return
            yield self._found[at]

    def first(self) -> Sequence[Mention]:
        """Some hundreds of them."""
        return self._found[:_MAX_FIRST]

    def around(self, span: Span, within: Span) -> Iterator[Mention]:
        """The nearest before and behind a value, a few of each."""
        before = islice(self.before(span.start, within.start), _MAX_ASKED)
        return chain(before, islice(self.after(span.end, within.end), _MAX_ASKED))

    def is_listed(self, data: bytes, mention: Span, value: Span) -> bool:
        """It stands in a line that names many exchanges, and not the value: `SUPPORTED = binance,bybit,okx,kraken`."""
        low, high = max(0, mention.start - _LONGEST_LIST), mention.end + _LONGEST_LIST
        line = Span(data.rfind(b"\n", low, mention.start) + 1 or low, data.find(b"\n", mention.end, high))
        if line.end < 0 or line.start <= value.start < line.end:
            return False
        return len({other.exchange for other in self.touching(line)}) >= _MANY_NAMED

    def touching(self, span: Span) -> Iterator[Mention]:
        """Those that share a byte with `span`, the last first."""
        for at in range(bisect_left(self._starts, span.end) - 1, -1, -1):
            if self._found[at].span.end <= span.start:
                return
            yield self._found[at]


def is_weak(data: bytes, mention: Mention) -> bool:
    """It speaks of what is near only: a common word that is an exchange's name where it stands alone (`# Derive`,
    `exchange: "gate"`), and the coinbase of a block, who mines it."""
    start, end = mention.span
    if data[start] in _WHOLE:
        return True
    return (
        data[start:end].lower() == b"coinbase"
        and not _OF_COINBASE.match(data, end)
        and not _TO_COINBASE.search(data, max(0, start - 20), start)
    )


class KeywordIndex:
    """All keywords and headers, and the names of exchanges that no rule is about."""

    def __init__(self, exchanges: Iterable[Exchange]) -> None:
        listed = list(exchanges)
        index = {word: _Keyword(OTHER, Kind.OTHER, ends=True, starts=True) for word in OTHER_VENUES}
        for exchange in listed:
            name = exchange.id.replace("-", "")
            telling = [form.format(name) for form in _TELLING] if _is_common(exchange, name) else []
            for word in telling if not exchange.generic else ():
                index[word] = _Keyword(
                    exchange.id, Kind.OWN, ends=word[-1].isalpha(), starts=word[0].isalpha()
                )
        keywords = {keyword for exchange in listed for keyword in exchange.keywords}
        for exchange in listed:
            for header in exchange.headers:
                index[header] = _Keyword(exchange.id, Kind.SHARED, ends=False, starts=len(header) < _LONG)
            for word in exchange.keywords:
                # "binanceus" is Binance.US, but "binanceusdm" is Binance: a longer name ends where a word ends.
                # And no "cryptocom" in CryptoCompare.
                whole = len(word) < _LONG or not keywords.isdisjoint(accumulate(word[:-1]))
                whole |= word.endswith(_TOP_LEVEL)
                # no "aster_key" in a master_key, no "gateapi" in a DelegateAPI
                starts = len(word.removesuffix("api")) < _LONG or "_" in word or "-" in word
                index[word] = _Keyword(exchange.id, Kind.OWN, ends=whole, starts=starts)
        self._words = Words([word.encode() for word in index])
        self._keywords = [(len(word.encode()), keyword) for word, keyword in index.items()]

    def mentions(self, data: bytes, windows: Iterable[Span]) -> list[Mention]:
        """Every mention in the windows, by position; of two that overlap the first, the longer of those
        that start together: "binance.us" is one, and in HYPERLIQUID_SECRET stands no Liquid."""
        found = chain.from_iterable(self._in_window(data, window) for window in windows)
        kept: list[Mention] = []
        for mention in sorted(found, key=lambda mention: (mention.span.start, -mention.span.end)):
            if not kept or mention.span.start >= kept[-1].span.end:
                kept.append(mention)
        return kept

    def _in_window(self, data: bytes, window: Span) -> Iterator[Mention]:
        for start, number in self._words.find(data, *window):
            size, keyword = self._keywords[number]
            span = Span(start, start + size)
            if keyword.ends and not _ends_word(data, span.end):
                continue
            if not keyword.starts or (_starts_word(data, start) and not _is_in_value(data, span)):
                yield Mention(span, keyword.exchange, keyword.kind)


def _is_common(exchange: Exchange, name: str) -> bool:
    """None of its keywords is its bare name: that is a common word, or a short one."""
    return not exchange.variant_of and not any(keyword in name for keyword in exchange.keywords)


def _ends_word(data: bytes, end: int) -> bool:
    """`binanceUSKey`, `BINANCEUS_KEY` and `binanceus.com` end the word after "us"; `binanceusdm` goes on."""
    following = data[end : end + 2]
    if not following or following[0] not in _LOWER | _UPPER:
        return True
    if data[end - 1] in b"_-." or data[end : end + 6].lower().startswith(_GOES_ON):  # "okxapikey", "xt_key"
        return True
    return following[0] in _UPPER and (
        data[end - 1] in _LOWER or (len(following) == 2 and following[1] in _LOWER)
    )


def _is_in_value(data: bytes, mention: Span) -> bool:
    """By chance, a piece of something encoded: three letters stand in it soon. Or a function that gets a bit."""
    if data[mention.start : mention.end] == b"bitGet":
        return True
    start = _CODE_BEFORE.search(data, max(0, mention.start - _CODE_REACH), mention.start)
    end = _CODE_AFTER.match(data, mention.end)
    token = data[start.start() if start else mention.start : end.end() if end else mention.end]
    return len(token) >= _LONG_CODE and token_bits(token) > _LONG_CODE / 2


def _starts_word(data: bytes, start: int) -> bool:
    before = data[start - 1] if start else 32
    return before not in _LOWER | _UPPER or (before in _LOWER and data[start] in _UPPER)
