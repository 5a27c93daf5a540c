"""Which words around a value tell the environment of its exchange: a test network's, or the live one."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence
from itertools import chain, pairwise

from leakscan.detect.context import COMMENT_LINE
from leakscan.detect.mentions import Mention
from leakscan.detect.naming import Label, split_words
from leakscan.model import Span

_SWITCHED_ON = rb"(?i)(?<![a-z0-9])(%b)(?:_?mode)?['\"]?\s{0,3}[=:(]\s{0,3}['\"]?(?:true|1|yes)\b"
_LIVE, _LONGEST_HEADING = frozenset({"mainnet", "live", "production"}), 7  # four words and the pairs of them
_LINE, _HOST_REACH = 200, 240
_OF_DEMONSTRATION = re.compile(rb"\bclass\s{1,4}\w{0,80}Demo\w{0,80}")  # shows how; no demo account
# `Client("<key>", "<secret>", True)`: what switches a client to its test network, by its place.
_THIRD_IS_TRUE = re.compile(
    rb"[\"'`](?:\s{0,8},\s{0,80}[\"'`][A-Za-z0-9+/_=-]{16,136}[\"'`])?\s{0,8},\s{0,80}[Tt]rue\s{0,8}\)"
)
# `# KEY=<key> testnet`, `"<key>",  # testnet`: behind a value, on its line.
_BEHIND = re.compile(
    rb"[\"'`,;)]{0,4}[ \t]{1,40}(?:(?:#|//|--|/\*)[ \t]{0,4})?([A-Za-z][\w \t-]{1,40})[ \t*/]{0,8}(?:[\r\n]|\Z)"
)
_HOLDS_VALUE = re.compile(rb"[ \t]{0,40}(?:#|//|;|--)[^:=\n]{1,60}[:=][ \t]{0,4}[\"']?[\w+/=-]{16}")


class Environments:
    """`words`: those that tell one, such as *testnet*."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(words)
        told = b"|".join(re.escape(word.encode()) for word in sorted(self._words))
        self._switch = re.compile(_SWITCHED_ON % told) if told else None

    def words(
        self, data: bytes, span: Span, near: Span, label: Label, parents: Sequence[Span]
    ) -> frozenset[str]:
        """Those of its name, of what it stands under and of what stands behind it, and what is switched on near it."""
        above = [
            _words(_OF_DEMONSTRATION.sub(b"", data[p.start : p.end]))
            for p in parents
            if not holds_value(data, p)
        ]
        words = {*label.words, *chain.from_iterable(above)}
        if is_live := self._is_live(above):
            words -= self._words.difference(label.words)
        if behind := _BEHIND.match(data, span.end):
            words |= self._words.intersection(_words(behind[1]))
        if self._switch and not is_live:  # `testnet=True`
            words |= {m[1].decode().lower() for m in self._switch.finditer(data, near.start, near.end)}
        if label.kind in ("argument", "none") and _THIRD_IS_TRUE.match(data, span.end):
            words.add("testnet")
        return frozenset(words)

    def _is_live(self, above: Iterable[frozenset[str]]) -> bool:
        """`# main net`, and no test network named nearer."""
        for words in above:
            if not words.isdisjoint(self._words):
                return False
            if not words.isdisjoint(_LIVE) and len(words) <= _LONGEST_HEADING:
                return True
        return False


def holds_value(data: bytes, line: Span) -> bool:
    """A value in a comment heads nothing: `# KEY=<another key> testnet`."""
    return _HOLDS_VALUE.match(data, line.start, line.end) is not None


def of_host(data: bytes, span: Span, near: Sequence[Mention], exchange: str, variants: Container[str]) -> str:
    """`UMFutures(key=…, base_url="https://testnet.…")`: the one of the `variants` whose host stands beside a value,
    unless the live one's does, too; also one further off, where the live one's is commented out and its is not."""
    live = [m for m in near if m.exchange == exchange and data.startswith(b".com", m.span.end)]
    others = [m for m in near if m.exchange in variants]
    is_unused = live and not _is_commented(data, span) and all(_is_commented(data, m.span) for m in live)
    used = [m.exchange for m in others if not _is_commented(data, m.span)]
    if is_unused and used:
        return used[0]
    reach = Span(span.start - _HOST_REACH, span.end + _HOST_REACH)
    if any(reach.start <= m.span.start and m.span.end <= reach.end for m in live):
        return exchange
    beside = (m for m in others if reach.start <= m.span.start and m.span.end <= reach.end)
    return next((m.exchange for m in beside), exchange)


def _is_commented(data: bytes, span: Span) -> bool:
    line = data.rfind(b"\n", max(0, span.start - _LINE), span.start) + 1
    return COMMENT_LINE.match(data, line, span.start) is not None


def _words(text: bytes) -> frozenset[str]:
    """Also of two: *test net*."""
    words = split_words(text.decode("latin-1"))
    return frozenset((*words, *map("".join, pairwise(words))))
