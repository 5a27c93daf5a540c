"""What a name says of what is assigned to it, by its own words."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Literal

from leakscan.detect.lazy import lazy
from leakscan.detect.words import (
    FOREIGN,
    NEGATIVE,
    NEUTRAL,
    OF_ANY_KEY,
    PREFIXES,
    SHARED_NAMES,
    WALLETS,
)
from leakscan.model import Part, Span

Kind = Literal["named", "hmac", "negative", "foreign", "argument", "other", "none"]

_MAX_REMEMBERED = 1 << 14  # times some 100 bytes
_MAX_WORDS_REMEMBERED, _SHORT = 1 << 11, 120  # the versions of a file have the same names, and lines
_FULL_NAMES = {("apikey",), ("apisecret",), ("secretkey",), ("accesskey",)}
# `private static final String CONDITION_ID`: it is the field that is private.
_MODIFIER = lazy(rb"(?i)\Aprivate (?=(?:static|final|readonly|const|string|val|var|let|lazy|lateinit)\b)")
_WORD = lazy(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_NOWHERE = Span(0, 0)
_LOGIN = ("login",)  # beside its secret
_LAST_WORDS, _LEAST_PARTS = ("key", "secret"), 2  # a `monkey` has one
_MISSPELT = frozenset(
    "scret seret secet secrt sceret serect secert secrte sercet secrect seceret sercret sectret secreet secrat secreat"
    " screct".split()
)
_KNOWN_WORDS = tuple(
    sorted(OF_ANY_KEY - {"id", "one", "acc", "apikey", "apisecret"}, key=lambda word: (-len(word), word))
)


@dataclass(frozen=True, slots=True)
class Label:
    """What the words before a value say. `strength`: 2 a full name such as API_SECRET, 1 a hint such as `secret`.

    `doubtful`: web frameworks have a secret of this name, and one of them is near, or orders have a field of it."""

    kind: Kind
    words: tuple[str, ...] = ()
    part: Part | None = None
    strength: int = 0
    span: Span = _NOWHERE
    doubtful: bool = False

    def at(self, span: Span) -> Label:
        """The same, where it stands in other data."""
        return Label(self.kind, self.words, self.part, self.strength, span, self.doubtful)

    @property
    def text(self) -> str:
        """As a reason shows it: words only, for what looks like a name may be somebody's password."""
        telling = [word for word in self.words if word not in NEUTRAL] or list(self.words)
        return "_".join(word for word in telling if word.isalpha())[:60]

    @property
    def is_of_wallet(self) -> bool:
        """BINANCE_PRIVATE_KEY, BINANCE_SMART_CHAIN_KEY, `key`: as likely a wallet's; not BINANCE_WALLET_API_KEY."""
        telling = [word for word in self.words if word not in NEUTRAL]
        return telling == ["key"] or ("api" not in telling and not WALLETS.isdisjoint(names_of(self.words)))


NO_LABEL = Label("none")


class Vocabulary:
    """`strong` and `weak` map names without separators to the part they name."""

    def __init__(self, strong: Mapping[str, Part], weak: Mapping[str, Part]) -> None:
        self._strengths: dict[str, tuple[Part, int]] = {name: (part, 1) for name, part in weak.items()}
        self._strengths.update({name: (part, 2) for name, part in strong.items()})
        self._judged = functools.lru_cache(_MAX_REMEMBERED)(self._judge)

    def judge(self, name: bytes, span: Span) -> Label:
        """What the name that stands at `span` says."""
        label = self._judged(name)
        return label if label is NO_LABEL else label.at(span)

    def judge_phrase(self, phrase: bytes, span: Span) -> Label:
        """`release BINANCE_SECRET_KEY`: a full name at the end of a phrase is the whole label."""
        phrase = _MODIFIER.sub(b"", phrase, count=1)
        last = phrase.rpartition(b" ")[2]
        label = self.judge(last, Span(span.end - len(last), span.end))
        return label if label.kind == "named" and label.strength == 2 else self.judge(phrase, span)

    def _judge(self, name: bytes) -> Label:
        read = ("secret" if word in _MISSPELT else word for word in split_words(name.decode("latin-1")))
        words = _without_prefix(tuple(read))
        words = tuple(chain.from_iterable(map(self._parts, words)))
        # `app.api.key`, the space of names of the program's own settings; not `app.key`
        if words[:1] == ("app",) and name[3:4] == b"." and (len(words) > 2 or words[1:] in _FULL_NAMES):
            words = words[1:]
        telling = tuple(
            word for word in words if word not in NEUTRAL and not word.isdigit() and len(word) > 1
        )
        named = [self._strengths[name] for name in iter_names(words) if name in self._strengths]
        if any(word in NEGATIVE for word in iter_names(tuple(word for word in words if word not in NEUTRAL))):
            return Label("negative", words)
        strong = [name for name in iter_names(words) if self._strengths.get(name, ("key", 0))[1] == 2]
        if any(word in FOREIGN and not any(word in name for name in strong) for word in iter_names(telling)):
            return Label("foreign", words)
        if named:
            # EXCHANGES 3a: in one name, the word for a secret beats the word for a key (API_KEY_SECRET).
            part: Part = "secret" if any(part == "secret" for part, _ in named) else "key"
            strength = 1 if "".join(telling) in SHARED_NAMES else max(strength for _, strength in named)
            return Label("named", words, part, strength)
        if words == _LOGIN:
            return Label("named", words, "key", 1)
        return Label("other", words) if telling else NO_LABEL

    def _parts(self, word: str) -> tuple[str, ...]:
        """`binancetestsecretkey`, `myapikey`: what stands before the words of any key, and these."""
        if word in self._strengths or not word.endswith(_LAST_WORDS):
            return (word,)
        parts: list[str] = []
        whose = word
        while last := next((known for known in _KNOWN_WORDS if whose.endswith(known)), ""):
            parts.insert(0, last)
            whose = whose[: -len(last)]
        if len(parts) < _LEAST_PARTS or len(whose) == 1:
            return (word,)
        return (whose, *parts) if whose else tuple(parts)


def split_words(name: str) -> tuple[str, ...]:
    """`binanceApiKey` or `BINANCE_API_KEY` -> ("binance", "api", "key")."""
    return _split_short(name) if len(name) <= _SHORT else _split(name)


def _split(name: str) -> tuple[str, ...]:
    return tuple(word.lower() for word in _WORD.findall(name))


_split_short = functools.lru_cache(_MAX_WORDS_REMEMBERED)(_split)


def words_and_pairs(text: str) -> frozenset[str]:
    """Also two neighbours as one: *test net*, *test-net*."""
    return _pair_short(text) if len(text) <= _SHORT else _pair(text)


def _pair(text: str) -> frozenset[str]:
    words = split_words(text)
    return frozenset((*words, *map("".join, pairwise(words))))


_pair_short = functools.lru_cache(_MAX_WORDS_REMEMBERED)(_pair)


@functools.lru_cache(_MAX_WORDS_REMEMBERED)
def names_of(words: tuple[str, ...]) -> frozenset[str]:
    """All that `iter_names` gives."""
    return frozenset(iter_names(words))


def iter_names(words: tuple[str, ...]) -> Iterator[str]:
    """Every run of one to four neighbouring words, joined: api, apikey, key."""
    for first in range(len(words)):
        for last in range(first + 1, min(len(words), first + 4) + 1):
            yield "".join(words[first:last])


def _without_prefix(words: tuple[str, ...]) -> tuple[str, ...]:
    """`REACT_APP_BINANCE_KEY` -> ("binance", "key"), `pub const KEY` -> ("key",)."""
    return words[2:] if words[:2] in PREFIXES else words
