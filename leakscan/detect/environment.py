"""Which words around a value tell the environment of its exchange: a test network's, or the live one."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence
from functools import cached_property
from itertools import chain
from typing import NamedTuple

from leakscan.detect.context import is_commented, line_start
from leakscan.detect.hosts import (
    given_to_tests,
    is_asked_for,
    is_choice,
    is_host,
    is_left_unused,
    is_of_all,
    last_name,
)
from leakscan.detect.lazy import lazy
from leakscan.detect.mentions import Mention
from leakscan.detect.naming import Label, split_words, words_and_pairs
from leakscan.detect.switches import Switches, is_asked, is_off, switched_on
from leakscan.model import Span

_LIVE = frozenset({"mainnet", "live", "production", "real"})
_LONGEST_HEADING = 7  # four words and the pairs of them
_NAMED_LIVE = frozenset({"live", "mainnet", "real", "actual"})
_OF_PRODUCTS = frozenset({"pro", "exchange"})  # which nothing switches on
_LEAST_WORDS, _NOWHERE, _CALL_REACH = 2, Span(0, 0), 480
_OF_BOTH = lazy(rb"(?i)[ \t]{0,40}(?:#|//|/?\*|--|;)[^\n]{0,120}\b(?:else|otherwise)\b")
# `API_KEY_TEST = "…"`, `testnetSecret: "…"`: names of values.
_OF_TEST = lazy(
    rb"(?i)(?<!\w)(\w{0,40}test(?:net)?\w{0,40})[\"'\]]{0,2}\s{0,20}[:=]\s{0,3}[\"'`]?[\w+/=-]{16}"
)
_OF_VALUE, _NAMES_REACH = lazy(rb"(?i)key|secret"), 2048
# `class DemoUtils` shows how, and has no demo account; `def connect(key, secret, testnet):` asks.
_ASKS_OR_SHOWS = lazy(
    rb"\bclass\s{1,4}\w{0,80}Demo\w{0,80}|(?<=[(,])\s?\w{0,8}(?i:testnet|sandbox|demo)(?:: ?bool(?:ean)?)?\s?(?=[,)])"
)
# `Client("<key>", "<secret>", True)`: what switches a client to its test network, by its place.
_THIRD_IS_TRUE = lazy(
    rb"[\"'`](?:\s{0,8},\s{0,80}[\"'`][A-Za-z0-9+/_=-]{16,136}[\"'`])?\s{0,8},\s{0,80}[Tt]rue\s{0,8}\)"
)
# `BINANCE_API_KEY_TEST`, `test_secret`, `testApiKey`: what is left of it is the name of the live one.
_TEST_OF_NAME = lazy(rb"(?i)[_.-]test\Z|\Atest[_.-]|(?<=[_.-])test[_.-]|\Atest(?=[A-Z])")
_LIVE_OF_NAME = lazy(
    rb"(?i)[_.-](?:W)\Z|\A(?:W)[_.-]|(?<=[_.-])(?:W)[_.-]".replace(b"W", rb"actual|real|live|prod|main")
)
_NAMED_VALUE = lazy(
    rb"(?<![\w.-])([\w.-]{1,80})[\"'\]]{0,2}\s{0,20}[:=]\s{0,3}(?:[\"'`]?[\w+/=-]{16}|\"\"|'')"
)
# `# KEY=<key> testnet`, `"<key>",  # testnet`: behind a value, on its line.
_BEHIND = lazy(
    rb"[\"'`,;)]{0,4}[ \t]{1,40}(?:(?:#|//|--|/\*)[ \t]{0,4})?([A-Za-z][\w \t-]{1,40})[ \t*/]{0,8}(?:[\r\n]|\Z)"
)
# `binance_testnet = ccxt.binance({`: what the client is called, in which a value stands.
_GIVEN_TO = lazy(rb"([\w.]{1,60})[ \t]{0,8}:?=[ \t]{0,8}(?:await |new |&)?[\w.]{0,40}\Z")
# `New(bybit.TestnetBaseURL, "<key>", "<secret>")`: what else a call gets, before the two.
_GIVEN_BEFORE = lazy(
    rb"\(\s{0,8}((?:&?[\w.]{1,60}\s{0,4},\s{0,40}){1,4})"
    rb"(?:[\"'`][A-Za-z0-9+/_=-]{16,136}[\"'`]\s{0,4},\s{0,40})?@?[\"'`]\Z"
)
_HOLDS_VALUE = lazy(
    rb"[ \t]{0,40}(?:#|//|;|--)[^:=\n]{1,60}"
    rb"(?:[:=][ \t]{0,4}[\"']?[\w+/=-]{16}|=[ \t]{0,4}[\"']?(?:https?|wss?)://)"
)


class Told(NamedTuple):
    """`words`: those that may name a test network; `live`: it is said that it is none."""

    words: frozenset[str]
    live: bool


NOTHING_TOLD = Told(frozenset(), live=False)


class Whole:
    """What a content says of the environment of the one exchange that it names; asked for once at most. `own`: where it
    names it, or one of its `variants`."""

    def __init__(
        self, data: bytes, switches: Switches, own: Sequence[Mention], variants: Container[str]
    ) -> None:
        self._data, self._switches, self._own, self._variants = data, switches, own, variants

    @cached_property
    def switched(self) -> frozenset[str]:
        """`client = Client(key, secret, testnet=True)`, far from the two."""
        return frozenset(self._switches.all_on(self._data))

    @cached_property
    def given(self) -> frozenset[bytes]:
        """`client = newTestNetClient(api_key, secret)`: the names of values that nothing else gets."""
        return given_to_tests(self._data)

    def host(self, *, commented: bool) -> str:
        """`BASE_URL = "https://testnet.…"`, `post("https://testnet.…")`: the variant whose address it is, if the live
        one's stands nowhere. Of what is `commented` out, that of a comment, if nothing else names the exchange."""
        return self._hosts[commented]

    @cached_property
    def _hosts(self) -> tuple[str, str]:
        used = [m for m in self._own if not is_commented(self._data, m.span)]
        return self._host(used), "" if used else self._host(self._own)

    def _host(self, used: Sequence[Mention]) -> str:
        data = self._data
        if any(m.exchange not in self._variants and is_host(data, m.span) for m in used):
            return ""
        told = [
            m
            for m in used
            if m.exchange in self._variants and (is_of_all(data, m.span) or is_asked_for(data, m.span))
        ]
        hosts = {m.exchange for m in told if not is_choice(data, _NOWHERE, m.span)}
        return hosts.pop() if len(hosts) == 1 else ""


class Environments:
    """`words`: those that tell one, such as *testnet*."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(words)
        self._switches = Switches(self._words - _OF_PRODUCTS)

    def told(
        self,
        data: bytes,
        span: Span,
        near: Span,
        label: Label,
        parents: Sequence[Span],
        whole: Whole | None = None,
    ) -> Told:
        """Of a value: by its name, what it stands under, what stands behind it and what is switched on, or off, near
        it, or in the `whole` content."""
        lines = [data[p.start : p.end] for p in parents if not holds_value(data, p)]
        sets = [self._switches.first(line) for line in lines]
        above = [_above(line, switch) for line, switch in zip(lines, sets, strict=True)]
        is_live = self._is_live(above)
        switches = [] if is_live else self._switches.near(data, span, near)
        off = bool(switches) and is_off(switches[0]) and not is_asked(data, switches[0])
        if off:  # `# for tests set TESTNET=True` heads nothing where it is False
            above = [words for words, switch in zip(above, sets, strict=True) if not switch or is_off(switch)]
        words = {*label.words, *chain.from_iterable(above)}
        if is_live:
            words -= self._words.difference(label.words)
        for parent in parents:
            if given := _GIVEN_TO.search(data, line_start(data, parent.start), parent.start):
                words |= self._words.intersection(_words(given[1]))
        if before := _GIVEN_BEFORE.search(data, max(0, span.start - _CALL_REACH), span.start):
            words |= self._words.intersection(_words(before[1]))
        if behind := _BEHIND.match(data, span.end):
            words |= self._words.intersection(_words(behind[1]))
        words |= switched_on(switches)
        if whole and not switches and not is_live and not is_commented(data, span):
            words |= whole.switched
            if whole.given and last_name(data, label) in whole.given:
                words.add("testnet")
        if label.kind in ("argument", "none") and _THIRD_IS_TRUE.match(data, span.end):
            words.add("testnet")
        if _stands_beside_live(data, span, label):
            words.add("testnet")
        named = "test" in words or not words.isdisjoint(self._words)
        return Told(frozenset(words), is_live or (off and not named))

    def whole(self, data: bytes, own: Sequence[Mention], variants: Container[str]) -> Whole:
        return Whole(data, self._switches, own, variants)

    def says_live(self, data: bytes, span: Span, label: Label) -> bool:
        """`live_SECRET_KEY = "…"`; also `API_KEY = "…"` where `API_KEY_TEST = "…"` stands not far from it."""
        if label.kind != "named" or not self._words.isdisjoint(label.words) or "test" in label.words:
            return False
        if not _NAMED_LIVE.isdisjoint(label.words):
            return True
        low, high = max(0, span.start - _NAMES_REACH), span.end + _NAMES_REACH
        if b"test" not in data[low:high].lower():  # sooner told than by the pattern
            return False
        names = _OF_TEST.finditer(data, low, high)
        return any(_OF_VALUE.search(name[1]) for name in names)

    def leaves_open(self, data: bytes, span: Span, near: Span, label: Label, host: Span) -> bool:
        """A switch decides whether the host is taken, or nothing takes it, and near the value none is on."""
        is_open = is_choice(data, span, host) or is_left_unused(data, label, host)
        return is_open and not switched_on(self._switches.near(data, span, near))

    def _is_live(self, above: Iterable[frozenset[str]]) -> bool:
        """`# main net`, and no test network named nearer."""
        for words in above:
            if not words.isdisjoint(self._words):
                return False
            if not words.isdisjoint(_LIVE) and "realtime" not in words and len(words) <= _LONGEST_HEADING:
                return True
        return False


def _above(line: bytes, switch: re.Match[bytes] | None) -> frozenset[str]:
    """What a line that a value stands under says; `# TESTNET=False` is of the live one, `# else sandbox` of both."""
    if not switch and _OF_BOTH.match(line):
        return frozenset()
    return frozenset({"live"}) if switch and is_off(switch) else _words(_ASKS_OR_SHOWS.sub(b"", line))


def _stands_beside_live(data: bytes, span: Span, label: Label) -> bool:
    """`BYBIT_TEST_API_KEY = "…"` where `BYBIT_API_KEY = "…"` or `BYBIT_REAL_API_KEY = "…"` stands not far from it."""
    if label.kind != "named" or "test" not in label.words:
        return False
    last = data[label.span.start : label.span.end].rpartition(b" ")[2]  # `String testKey`
    name = _TEST_OF_NAME.sub(b"", last, count=1)
    if name == last or len(split_words(name.decode("latin-1"))) < _LEAST_WORDS:
        return False  # `key` is everywhere
    name, low = name.lower(), max(0, span.start - _NAMES_REACH)
    values = _NAMED_VALUE.finditer(data, low, span.end + _NAMES_REACH)
    names = (_LIVE_OF_NAME.sub(b"", match[1], count=1).lower() for match in values)
    return any(other == name or other.endswith(b"." + name) for other in names)


def holds_value(data: bytes, line: Span) -> bool:
    """A value in a comment heads nothing: `# KEY=<another key> testnet`, `# BASE_URL=https://testnet.…`."""
    return _HOLDS_VALUE.match(data, line.start, line.end) is not None


def _words(text: bytes) -> frozenset[str]:
    return words_and_pairs(text.decode("latin-1"))
