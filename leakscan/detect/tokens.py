"""Where a credential could stand at all: anchors (leakscan/anchors), and the values within and beside them."""

from __future__ import annotations

import functools
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import accumulate

from leakscan.anchors import LONGEST_TOKEN, SHORTEST_TOKEN, AnchorSpec, Matcher, Words, bare_values
from leakscan.detect.anchors import LONGEST_ESCAPE, iter_run_values, stands_alone
from leakscan.detect.encoded import is_piece_of_encoding
from leakscan.detect.fits import Fits
from leakscan.detect.label import Labeller
from leakscan.detect.lazy import lazy
from leakscan.detect.mentions import KeywordIndex
from leakscan.detect.rewrite import Piece
from leakscan.detect.shapes import Shapes
from leakscan.detect.short import before_first, decoded, iter_short
from leakscan.detect.spans import Cover, merged
from leakscan.detect.words import CREDENTIAL_HINTS
from leakscan.model import Span
from leakscan.rules import RUN_LENGTH, RuleSet, TextShape

_TOKEN = lazy(
    rb"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{%d,%d}(?![A-Za-z0-9+/_-])"
    % (
        SHORTEST_TOKEN,
        LONGEST_TOKEN,
    )
)
_PAD_ENDS = lazy(rb"=(?:[\"'`\r\n,;|)\]}&\\<]|\Z)")
_PADS = lazy(rb"={0,2}")
# What sticks to a value after an escape: \n, =3D in a quoted-printable mail, %3D or %253D in a URL, \u003d in a script;
# the rest of a colour in the output of a terminal; the dash of `${NAME:-…}`.
_ESCAPES = lazy(
    rb"(?:(?<=\\)[nrt]|(?<=%)25[0-9A-Fa-f]{2}|(?<=[%=])[0-9A-Fa-f]{2}|(?<=\\)u[0-9A-Fa-f]{4}|//"
    rb"|(?P<certain>(?:(?<=\x1b\[)|(?<=1[bB]\[)|(?<=33\[)|(?<=\\e\[)|(?<=[0-9];))[0-9]{1,3}m|(?<=[A-Za-z0-9_]:)-))"
)
# What stands before a string of 64 bytes in compiled Python, its type and its length: a letter may follow it.
_MARSHALLED = lazy(rb"(?:[Zz\xda\xfa]@|[sau\xf3\xe1\xf5]@\0\0\0)\Z")
_NAME_ENDS = lazy(rb"[\"'`\])]{0,2}[ \t]{0,4}(?:[:=](?![=])|\()")  # `NAME=`, `"name": `, `name(`
# Keys of others, by their own prefixes: public ones of SSH, Google, JSON Web Tokens, GitHub, Slack, Stripe, AWS,
# OpenAI, BIP-32 wallets; and what is no key: `YoUrApIkEy`, `xxxx` for the first part of one.
_ANOTHERS = lazy(
    rb"(?i:your|xxxx)|AAAA|AIza|eyJ[A-Za-z0-9]|gh[opsu]_|github_pat_|xox[abp]-|[srp]k_(?:live|test)_|AKIA|sk-|glpat-|[xyztuv](?:prv|pub)[1-9A-HJ-NP-Za-km-z]{50}"
)
_ROW = lazy(rb"(?i)\bvalues\s{0,8}\([^()]*\Z")
# The first line of what is signed or public: every signed commit has one.
_ARMOUR = lazy(rb"-----BEGIN (?:PGP [A-Z ]{1,30}|CERTIFICATE|(?:RSA |EC )?PUBLIC KEY)-----\s{0,8}\Z")
_HEXADECIMAL = lazy(rb"[0-9A-Fa-f_-]*")
_ANY_HEAD = tuple(bytes((code,)) for code in range(256) if _TOKEN.match(bytes((code,)) * SHORTEST_TOKEN))
_BESIDE = 300
_MAX_REMEMBERED = 1 << 15
MOST_VALUES = 500_000  # in one content, 700 bytes each
_MAX_HELD = 4 << 20  # bytes of the content that was read last
_Read = tuple[bytes, list[tuple[int, int]], dict[Span, Fits]]


class Tokens:
    """Finds values that fit a rule, where `spec` says. `spec_of_names` is for single names of paths: what may be an
    anchor with the names of folders before it."""

    def __init__(
        self, rules: RuleSet, literals: tuple[bytes, ...], labeller: Labeller, index: KeywordIndex
    ) -> None:
        self._shapes = Shapes(rules)
        self._labeller = labeller
        self._index = index
        self._family = {exchange.id: exchange.variant_of for exchange in rules.exchanges}
        words = {w.encode() for e in rules.exchanges for w in (*e.keywords, *e.headers)} | CREDENTIAL_HINTS
        heads = {
            head
            for exchange in rules.exchanges
            for rule in exchange.rules
            if rule.needs == "nothing" and isinstance(rule.shape, TextShape)
            for head in rule.shape.pattern.heads
        }
        self.spec = AnchorSpec(
            RUN_LENGTH,
            RUN_LENGTH + LONGEST_ESCAPE,
            literals,
            tuple(_without_longer(words)),
            tuple(sorted(heads)),
            functools.lru_cache(_MAX_REMEMBERED)(self._is_promising),
            phrases=True,
        )
        self._hint = lazy(b"|".join(map(re.escape, self.spec.hints)))
        accepts = functools.lru_cache(_MAX_REMEMBERED)(self._is_possible)
        self.spec_of_names = replace(self.spec, heads=_ANY_HEAD, accepts=accepts)
        self._matcher = Matcher(self.spec)
        self._last: _Read = (b"", [], {})

    def values(self, data: bytes) -> dict[Span, Fits]:
        """Every value that an anchor gives, and those beside it that could be parts of the same credential, with the
        rules that each fits; by position. `MOST_VALUES`, if there are more."""
        return self._read(data)[2]

    def iter_short(self, data: bytes) -> Iterator[Piece]:
        """What is encoded or in pieces at the anchors and beside the values."""
        _, tokens, values = self._read(data)
        return iter_short(data, [*tokens, *values])

    def _read(self, data: bytes) -> _Read:
        """The content, the tokens that are anchors, and the values; of one content it is asked twice."""
        last = self._last
        if last[0] is not data:
            runs, tokens = self._matcher.values(data)
            tokens = sorted({*tokens, *bare_values(data)})
            last = (data, tokens, self._values(data, runs, tokens))
            if len(data) <= _MAX_HELD:
                self._last = last
        return last

    def _values(
        self, data: bytes, runs: Iterable[tuple[int, int]], tokens: Iterable[tuple[int, int]]
    ) -> dict[Span, Fits]:
        found: dict[Span, Fits] = {}
        for span in iter_run_values(data, runs, RUN_LENGTH):
            if (fits := self._shapes.fits(data[span.start : span.end])) and not is_piece_of_encoding(
                data, span
            ):
                found[span] = fits
            if len(found) == MOST_VALUES:
                return found
        read = {span for span in found if not _ESCAPES.match(data, span.start)}  # as a run
        for token in map(Span._make, tokens):
            if token not in read:
                read.add(token)
                found.update(self._readings(data, token))
                if len(found) == MOST_VALUES:
                    break
        values = Cover(found)
        for low, high in merged((max(0, span.start - _BESIDE), span.end + _BESIDE) for span in found):
            for match in _TOKEN.finditer(data, low, high):
                token = Span(*match.span())
                if token.end == high or token in read or values.touches(token):
                    continue
                if not _NAME_ENDS.match(data, token.end) or _is_padded(data, token):
                    found.update(self._readings(data, token))
        return dict(sorted(found.items()))

    def _readings(self, data: bytes, token: Span) -> Iterator[tuple[Span, Fits]]:
        """The value in a token, with the rules that it fits: as far as an escape sticks to it, without that."""
        for span in _values_of(data, token):
            fits = self._shapes.fits(data[span.start : span.end])
            if fits and stands_alone(data, span):
                if not is_piece_of_encoding(data, span):
                    yield span, fits
                return

    def _is_promising(self, before: bytes, token: bytes, after: bytes) -> bool:
        """The last word on an anchor: whether the value, or what it is an encoding or a piece of, fits a rule, and its
        name or an exchange stands beside it."""
        if _ARMOUR.search(before):
            return False
        data = before + token + after
        place = Span(len(before), len(before) + len(token))
        if self._is_name(data, place):
            return False
        reading = next(self._readings(data, place), None)
        inner, begun = decoded(token, after), before_first(before, after)
        if reading is None and inner is None and begun is None:
            return False
        if self._is_something_else(data, place):
            return False
        if reading is not None and self._is_told(data, before, *reading):
            return True
        if inner is not None:
            return self._is_promising(before, inner.text, after[inner.original.end - len(token) :])
        if begun is None:
            return False
        label = self._labeller.label(begun + token, Span(len(begun), len(begun) + len(token)), 0)
        return label.kind in ("named", "hmac") or bool(self._index.mentions(begun, [Span(0, len(begun))]))

    def _is_possible(self, before: bytes, token: bytes, after: bytes) -> bool:
        """As `_is_promising` says, or might say of the name of a file with those of folders before it. Digests name
        files everywhere: they need a hint in the name itself."""
        if _HEXADECIMAL.fullmatch(token) and not self._hint.search(before.lower()):
            return False
        data, place = before + token + after, Span(len(before), len(before) + len(token))
        if next(self._readings(data, place), None) or decoded(token, after) is not None:
            return True
        return before_first(before, after) is not None

    def _is_told(self, data: bytes, before: bytes, span: Span, fits: Fits) -> bool:
        if not fits.needs_both or fits.may_be_phrase:
            return True
        if not fits.is_loose and _ROW.search(before):
            return True  # its column's name stands further away
        label = self._labeller.label(data, span, 0)
        if label.kind in ("named", "hmac") and (label.strength > 1 or not fits.is_loose):
            return True
        if label.kind == "argument" and not fits.is_loose:
            return True
        return label.kind in ("named", "argument", "none", "other") and self._is_named(before, fits)

    def _is_name(self, data: bytes, token: Span) -> bool:
        """`DYDX_V3_API_SECRET=`, which looks drawn because of its digit."""
        name = data[token.start : token.end]
        if b"_" not in name or not _NAME_ENDS.match(data, token.end):
            return False
        return self._labeller.vocabulary.judge(name, token).strength > 1

    def _is_something_else(self, data: bytes, token: Span) -> bool:
        """Its name says so, and no rule does without a name."""
        return all(
            not self._shapes.speaks(data[span.start : span.end])
            and self._labeller.label(data, span, 0).kind in ("negative", "foreign")
            for span in _values_of(data, token)
        )

    def _is_named(self, before: bytes, fits: Fits) -> bool:
        able = fits.exchanges | {self._family[exchange] for exchange in fits.exchanges}
        return any(m.exchange in able for m in self._index.mentions(before, [Span(0, len(before))]))


def _values_of(data: bytes, token: Span) -> Iterator[Span]:
    """The value in a token: with the padding behind it; and without an escape that sticks to it: that first where it is
    certainly one, behind a per cent sign or a backslash, or a colour."""
    if token.end - token.start > RUN_LENGTH and _MARSHALLED.search(
        data, max(0, token.start - 5), token.start
    ):
        yield Span(token.start, token.start + RUN_LENGTH)
    pads = _PADS.match(data, token.end)
    span = Span(token.start, pads.end() if pads else token.end)
    escape = _ESCAPES.match(data, token.start)
    stripped = Span(escape.end(), span.end) if escape else span
    if _ANOTHERS.match(data, stripped.start):
        return
    if escape is None:
        yield span
        return
    is_certain = data[token.start - 1 : token.start] in (b"%", b"\\") or escape["certain"] is not None
    yield from (stripped, span) if is_certain else (span, stripped)


def _is_padded(data: bytes, token: Span) -> bool:
    """The one `=` behind it fills up base64, and nothing is assigned."""
    return (token.end - token.start) % 4 == 3 and _PAD_ENDS.match(data, token.end) is not None


def _without_longer(words: set[bytes]) -> list[bytes]:
    """Without words that hold another one: to find that is enough. Sorted."""
    listed = sorted(words)
    starts = [0, *accumulate(len(word) + 1 for word in listed)]
    within = (
        (bisect_right(starts, place) - 1, number)
        for place, number in Words(listed).find(b"\0".join(listed), 0, starts[-1])
    )
    longer = {holder for holder, number in within if holder != number}
    return [word for number, word in enumerate(listed) if number not in longer]
