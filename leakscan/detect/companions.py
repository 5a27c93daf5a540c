"""Parts that are nothing by themselves: passphrases, user ids, short key ids. Looked for beside the others only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from leakscan.detect.candidate import Candidate
from leakscan.detect.fits import Fits, Listing
from leakscan.detect.lazy import lazy
from leakscan.detect.naming import Label, names_of, split_words
from leakscan.detect.spans import Cover
from leakscan.detect.words import OTHERS_PASSWORDS
from leakscan.model import Part, Secret, Span
from leakscan.rules import Rule, RuleSet, TextShape

_REACH_BYTES, _REACH_LINES = 500, 8
_MAX_REMEMBERED = 2048  # lines, of a thousand bytes at most
# What has no quotes may hold assignments of its own: `url = Client(key = …`, `https://…?key=…`. What stands for a value
# that is not set is one, too: `process.env.PASSPHRASE ?? "…"`; and what a setter gets: `setPassphrase("…")`.
_ASSIGNED = lazy(
    rb"([A-Za-z][\w.\-]{0,60}+)[\"'\])]{0,3}[ \t]{0,40}(?:=>|:=|[:=]|to[ \t]|(?:\?\?|\|\||\()(?=[ \t]{0,4}[\"'`]))"
    rb"[ \t]{0,40}(?:[bru](?=[\"']))?"
    rb"(?:\"([^\"\n]{1,200})\"|'([^'\n]{1,200})'|`([^`\n]{1,200})`|(?=([^\s\"'`,;&]{1,200})))"
)
# Between two arguments, in Rust with a conversion: `"…".to_string(), String::from("…")`.
_BETWEEN = rb"(?:\.[a-z_]{2,12}\(\))?\s{0,20},\s{0,80}(?:String::from\()?[bru]?"
# An argument beside the value, in a call or in `curl -u id:secret`.
_BEFORE = lazy(rb"(?:[\"'`]([^\"'`\n]{1,100})[\"'`]" + _BETWEEN + rb"[\"'`]|[\s\"'/]([^\s\"':/@]{1,100}):)\Z")
_AFTER = lazy(rb"[\"']" + _BETWEEN + rb"[\"']([^\"'\n]{1,100})[\"'](?!\s{0,8}[:=])")
# `KEY = os.getenv("<key>")`: who gives it the value in place of a name, does so with the passphrase, too.
_IN_ENV = rb"(?:getenv|environ\.get|environ|process\.env)[(\[][ \t]?[\"']"
_IS_IN_ENV = lazy(_IN_ENV + rb"\Z")
_ASSIGNED_ENV = lazy(
    rb"([A-Za-z][\w.\-]{0,60}+)[ \t]{0,20}[:=][ \t]{0,20}(?:\w{1,20}\.)?"
    + _IN_ENV
    + rb"([^\"'\n]{1,200})[\"']"
)
_OF_ENV = lazy(rb"[A-Z][A-Z0-9_]{0,80}|\w{0,60}(?i:pass|secret|key|code|memo|uid)\w{0,60}")
_ID = ("id",)
_MARKS = (b"=", b":", b"to", b"(", b"?", b"|")
_NAME = lazy(rb"(?i)[a-z]\w{0,60}(?:key|secret|pass|token|memo|auth|sign)\w{0,20}")
_REFERENCE = lazy(
    rb"(?i)^[$<{%\[(]|\$\{|\{\{|\}\}|\(|process\.env|os\.environ|getenv|secrets?\.|config\.|self\.|ENC\[|^none$|^null$"
    rb"|^(?:true|false)$|^1\d{9}(?:\d{3})?$|your|example|change_?me|placeholder|^x+$|^\*+$|^\.+$|^<|^(?:api)?_?(?:pass(?:phrase|word)?|memo|uid)$"
)


class _Wanted(NamedTuple):
    """Rules of such parts, and all their names."""

    rules: tuple[Rule, ...]
    names: frozenset[str]


class Companions:
    """The parts of a rule set that stand in groups only, by exchange."""

    def __init__(self, rules: RuleSet) -> None:
        self._rules: dict[str, list[Rule]] = defaultdict(list)
        for exchange in rules.exchanges:
            for rule in exchange.rules:
                if rule.needs == "group":
                    self._rules[exchange.id].append(rule)
        self._listing = Listing(rules.by_id.values())
        self._wanted = lru_cache(_MAX_REMEMBERED)(self._wanted_of)
        self._assigned_in = lru_cache(_MAX_REMEMBERED)(self._read_line)

    def join(self, data: bytes, candidates: Sequence[Candidate]) -> list[Candidate]:
        """The candidates, and behind them those that stand with one of them."""
        joined = list(candidates)
        places = {candidate.span: at for at, candidate in enumerate(candidates)}
        taken = Cover(places)
        for place in sorted(range(len(candidates)), key=lambda place: candidates[place].venue is None):
            candidate = candidates[place]
            other = None if candidate.partner is None else candidates[candidate.partner]
            if candidate.part == "key" and other is not None and other.key is None:
                continue  # its secret looks for both
            exchanges = _exchanges(candidate)
            for rules, span, label in (
                self._beside(data, candidate, candidates, exchanges) if self._wanted(exchanges).rules else ()
            ):
                at = places.get(span, len(joined))
                if at < len(joined):
                    if at == place or _is_more(joined[at], rules):
                        continue
                elif taken.touches(span):
                    continue
                else:
                    taken.add(span)
                value, places[span] = data[span.start : span.end], at
                if joined[place].partner is None:
                    joined[place] = replace(joined[place], partner=at)
                if label.kind == "named" and rules[0].part == "passphrase":
                    joined[place] = replace(joined[place], accompanied=True)
                companion = Candidate(
                    span,
                    Secret(value),
                    value,
                    rules,
                    0.0,
                    None,
                    label,
                    None,
                    part=rules[0].part,
                    partner=place,
                )
                joined[at : at + 1] = [companion]
        return joined

    def _wanted_of(self, exchanges: frozenset[str]) -> _Wanted:
        rules = tuple(rule for exchange in sorted(exchanges) for rule in self._rules.get(exchange, ()))
        return _Wanted(rules, frozenset(chain.from_iterable(rule.names for rule in rules)))

    def _beside(
        self, data: bytes, candidate: Candidate, candidates: Sequence[Candidate], exchanges: frozenset[str]
    ) -> Iterator[tuple[Fits, Span, Label]]:
        """At most one of each part, the nearest; with all rules that it fits."""
        spans = [candidate.span]
        if candidate.partner is not None and candidates[candidate.partner].key is None:
            spans.append(candidates[candidate.partner].span)
        start, end = min(spans).start, max(spans).end
        nearest: dict[Part, tuple[list[Rule], Span, Label]] = {}
        wanted = self._wanted(exchanges).rules
        found = [
            self._assigned(data, start, end, exchanges, frozenset(candidate.label.words)),
            list(self._arguments(data, start, end, wanted)),
        ]
        if candidate.label.kind == "argument":
            found.reverse()  # what stands beside it in the call comes first
        for rule, span, label in chain(*found, _partnered(candidate, candidates, wanted)):
            rules, chosen, _ = nearest.setdefault(rule.part, ([], span, label))
            if chosen == span:
                rules.append(rule)
        for rules, span, label in nearest.values():
            yield self._listing.of(rules), span, label

    def _assigned(
        self, data: bytes, start: int, end: int, exchanges: frozenset[str], own: frozenset[str]
    ) -> list[tuple[Rule, Span, Label]]:
        """Those first whose names have most words of the candidate's `own`: `id_testnet` and `secret_testnet` above
        `id_realnet`; of equals the nearest."""
        low, high = _lines_around(data, start, end)
        quoted = data[start - 1 : start] in (b'"', b"'", b"`")
        in_env = quoted and _IS_IN_ENV.search(data, max(0, start - 20), start) is not None
        found = []
        for line in data[low:high].split(b"\n"):
            for rule, words, name, value, bare in self._assigned_in(line, exchanges, in_env):
                if not (bare and quoted):
                    label = Label("named", words, rule.part, 2, Span(low + name.start, low + name.end))
                    found.append((rule, Span(low + value.start, low + value.end), label))
            low += len(line) + 1
        return sorted(
            found,
            key=lambda item: (
                -len(own.intersection(item[2].words)),
                min(abs(item[1].start - end), abs(item[1].end - start)),
            ),
        )

    def _read_line(
        self, line: bytes, exchanges: frozenset[str], in_env: bool
    ) -> tuple[tuple[Rule, tuple[str, ...], Span, Span, bool], ...]:
        """The rules whose parts a line assigns, the words of the name, where name and value stand, and whether that has
        no quotes. The windows of neighbours have most of their lines in common."""
        wanted = self._wanted(exchanges)
        return tuple(
            (rule, words, name, value, bare)
            for name, words, names, value, bare in chain(
                _assignments(line), _from_env(line) if in_env else ()
            )
            if not (names.isdisjoint(wanted.names) or _REFERENCE.search(line[value.start : value.end]))
            for rule in wanted.rules
            if _is_named(rule, words, names) and _is_of(rule, line[value.start : value.end])
        )

    def _arguments(
        self, data: bytes, start: int, end: int, wanted: Sequence[Rule]
    ) -> Iterator[tuple[Rule, Span, Label]]:
        low = max(0, start - 200)
        before, after = _BEFORE.search(data[low:start]), _AFTER.match(data, end, end + 200)
        for rule in wanted:
            match, shift = (after, 0) if rule.part == "passphrase" else (before, low)
            if match is None:
                continue
            group = match.lastindex or 1
            value = match[group]
            if _REFERENCE.search(value) or _NAME.fullmatch(value):
                continue
            if _is_of(rule, value):
                yield rule, Span(match.start(group) + shift, match.end(group) + shift), Label("none")


def _is_more(candidate: Candidate, rules: Fits) -> bool:
    """It is found already, or may be another part of the same exchange: not what is called a passphrase, which says
    that it is none, or `id`."""
    may_be = not candidate.able.isdisjoint(rules.exchanges)
    is_id = candidate.label.words == _ID and candidate.partner is None
    return candidate.is_companion or (may_be and not is_id and candidate.label.kind != "foreign")


def _exchanges(candidate: Candidate) -> frozenset[str]:
    """Whose parts may stand beside it."""
    return candidate.able if candidate.venue is None else candidate.able & {candidate.venue.exchange}


def _assignments(line: bytes) -> Iterator[tuple[Span, tuple[str, ...], frozenset[str], Span, bool]]:
    """What one line assigns: where the name stands, its words and all that they may be read as, where the value stands,
    and whether it has no quotes."""
    if not any(mark in line for mark in _MARKS):
        return
    for match in _ASSIGNED.finditer(line):
        kind = next(group for group in (2, 3, 4, 5) if match[group] is not None)
        words = split_words(match[1].decode("latin-1"))
        names = names_of(words)
        if OTHERS_PASSWORDS.isdisjoint(names):
            yield Span(*match.span(1)), words, names, Span(*match.span(kind)), kind == 5


def _from_env(line: bytes) -> Iterator[tuple[Span, tuple[str, ...], frozenset[str], Span, bool]]:
    """The same of what is looked up in the environment by what is no name of a variable."""
    for match in _ASSIGNED_ENV.finditer(line):
        if not _OF_ENV.fullmatch(match[2]):
            words = split_words(match[1].decode("latin-1"))
            yield Span(*match.span(1)), words, names_of(words), Span(*match.span(2)), False


def _partnered(
    candidate: Candidate, candidates: Sequence[Candidate], wanted: Sequence[Rule]
) -> Iterator[tuple[Rule, Span, Label]]:
    """Its partner, where the name of that says the part."""
    partner = None if candidate.partner is None else candidates[candidate.partner]
    if partner is not None and partner.label.kind == "named":
        for rule in wanted:
            if rule.part == partner.label.part and _is_of(rule, partner.identity):
                yield rule, partner.span, partner.label


def _is_named(rule: Rule, words: tuple[str, ...], names: frozenset[str]) -> bool:
    """`id`, which everything has, must be all of a name."""
    told = names.intersection(rule.names)
    return bool(told) and (words == _ID or not told.issubset(_ID))


def _is_of(rule: Rule, value: bytes) -> bool:
    return isinstance(rule.shape, TextShape) and rule.shape.pattern.is_of(value)


def _lines_around(data: bytes, start: int, end: int) -> tuple[int, int]:
    low, high = start, end
    for _ in range(_REACH_LINES + 1):
        low = data.rfind(b"\n", max(0, start - _REACH_BYTES), low)
        if low < 0:
            low = max(0, start - _REACH_BYTES)
            break
    for _ in range(_REACH_LINES + 1):
        high = data.find(b"\n", high + 1, end + _REACH_BYTES)
        if high < 0:
            high = min(len(data), end + _REACH_BYTES)
            break
    return low, high
