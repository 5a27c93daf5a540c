"""Which words around a value tell the environment of its exchange: a test network's, or the live one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from leakscan.detect.naming import Label, split_words
from leakscan.model import Span

_SWITCHED_ON = rb"(?i)(?<![a-z0-9])(%b)(?:_?mode)?['\"]?\s{0,3}[=:(]\s{0,3}['\"]?(?:true|1|yes)\b"
_OF_DEMONSTRATION = re.compile(rb"\bclass\s{1,4}\w{0,80}Demo\w{0,80}")  # shows how; no demo account
# `Client("<key>", "<secret>", True)`: what switches a client to its test network, by its place.
_THIRD_IS_TRUE = re.compile(
    rb"[\"'`](?:\s{0,8},\s{0,80}[\"'`][A-Za-z0-9+/_=-]{16,136}[\"'`])?\s{0,8},\s{0,80}[Tt]rue\s{0,8}\)"
)


class Environments:
    """`words`: those that tell one, such as *testnet*."""

    def __init__(self, words: Iterable[str]) -> None:
        told = b"|".join(re.escape(word.encode()) for word in sorted(set(words)))
        self._switch = re.compile(_SWITCHED_ON % told) if told else None

    def words(
        self, data: bytes, span: Span, near: Span, label: Label, parents: Sequence[Span]
    ) -> frozenset[str]:
        """Those of its name and of what it stands under, and what is switched on near it."""
        around = _OF_DEMONSTRATION.sub(b"", b" ".join(data[p.start : p.end] for p in parents))
        words = {*label.words, *split_words(around.decode("latin-1"))}
        if self._switch:  # `testnet=True`
            words |= {m[1].decode().lower() for m in self._switch.finditer(data, near.start, near.end)}
        if label.kind in ("argument", "none") and _THIRD_IS_TRUE.match(data, span.end):
            words.add("testnet")
        return frozenset(words)
