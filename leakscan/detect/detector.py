"""The stages in order: anchors, randomness, what stands around, pairs; then, once its paths are known, judgement."""

from __future__ import annotations

import functools
import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from itertools import chain

from leakscan.anchors import bare_values
from leakscan.detect.candidate import Candidate, Match, Venue
from leakscan.detect.companions import Companions
from leakscan.detect.context import Tier, context_windows, is_made_up
from leakscan.detect.crowd import mark_crowds
from leakscan.detect.encoded import is_armoured, may_be_armoured
from leakscan.detect.environment import NOTHING_TOLD
from leakscan.detect.filename import mark_whole
from leakscan.detect.fits import Fits
from leakscan.detect.judge import Judge
from leakscan.detect.label import Labeller
from leakscan.detect.lazy import lazy
from leakscan.detect.mentions import OTHER, KeywordIndex
from leakscan.detect.naming import Label, split_words
from leakscan.detect.nesting import ABOVE
from leakscan.detect.pair import pair
from leakscan.detect.pem import LITERALS, read_private_keys
from leakscan.detect.privatekey import PrivateKey
from leakscan.detect.proofs import proven
from leakscan.detect.randomness import token_bits
from leakscan.detect.tokens import MOST_VALUES, Tokens
from leakscan.detect.venue import Named, Venues
from leakscan.detect.words import SERVICES
from leakscan.model import Part, Secret, Span
from leakscan.rules import PemShape, RuleSet


@dataclass(frozen=True, slots=True)
class Inspection:
    """What one content holds. `published` counts the example values of official documents that were left out; `cut`:
    there is more."""

    candidates: tuple[Candidate, ...] = ()
    published: int = 0
    cut: bool = False


NOTHING = Inspection()
_MOST = 100_000
_REMEMBERED, _LEAST_REMEMBERED = 16, 48  # characters of an example, of a value that begins as one
_BESIDE = 500
_SHORT, _BINARY_REACH = 24, 64
_OF_FILE = lazy(rb"\"[^\"\n]{0,200}/[^\"\n]{0,100}\.[A-Za-z0-9]{1,8}\"\s{0,4}:\s{0,4}\"\Z")  # a digest of it
_CRYPT = lazy(rb"\$2[abxy]?\$[0-9]{2}\$\Z")  # the hash of a password
_HEADER = lazy(rb"-----BEGIN [A-Z0-9 ]{3,40}-----(?:\\[rn]|\s){0,4}\\?\Z")  # of a block that is cut short
_QUERY = lazy(rb"://([\w.-]{4,100})[^\s\"'`<>]{0,200}[?&][\w.-]{1,40}=\Z")
_PUBLIC_HOST = lazy(rb"[\w.-]{1,90}\.[a-z]{2,12}")
# A private key of Google's: `"type": "service_account", …, "client_email": "…@….iam.gserviceaccount.com"`.
_OF_SERVICE_ACCOUNT = lazy(rb"[\"']service_account[\"']|\.gserviceaccount\.com")
# The id of a key of AWS: the 40 characters beside it are its secret.
_KEY_ID_OF_AWS = lazy(rb"(?<![A-Za-z0-9/+])A[KS]IA[A-Z0-9]{16}(?![A-Za-z0-9/+])")
_SECRET_OF_AWS, _BESIDE_AWS, _LINE = 40, 200, 200
_QUERY_REACH, _UUID_LENGTH = 320, 36
_ASSIGNED_TO = lazy(rb"[:=][ \t]{0,4}[\"']?\Z")
_OTHER_HALF: dict[Part | None, Part] = {"key": "secret", "secret": "key"}
_PATH_REACH = 4096  # a tree of git's may hold names of any length
_MAX_REMEMBERED = 2048  # times 4 kB; the versions of a file have most of their lines in common
_CALLED = lazy(rb"(?:<[A-Z][\w, ]{0,40}>)?\(")
_LISTED = lazy(rb"[ \t]{1,4}\*?[\w./@+-]{1,200}\.[A-Za-z0-9]{1,8}[ \t\r]*(?:\n|\Z)")  # `<digest>  file.zip`


class Detector:
    """Finds credentials by a rule set. Safe to share, cheap to ask; it remembers a bounded number of answers, and the
    content that it was asked about last, if that is not large.

    Content without an anchor of `spec` holds no candidate, unless it is UTF-16 or UTF-32.
    `spec_of_names`: see `Tokens`."""

    literals = LITERALS

    def __init__(self, rules: RuleSet) -> None:
        strong: dict[str, Part] = {}
        weak: dict[str, Part] = {}
        for exchange in rules.exchanges:
            for rule in exchange.rules:
                if rule.needs != "group":
                    strong.update(dict.fromkeys(rule.names, rule.part))
                    weak.update(dict.fromkeys(rule.weak_names, rule.part))
        self._labeller = Labeller(strong, weak)
        self._published = rules.published
        index = KeywordIndex(rules.exchanges)
        self._tokens = Tokens(rules, self.literals, self._labeller, index)
        self.spec = self._tokens.spec
        self.spec_of_names = self._tokens.spec_of_names
        self.iter_short = self._tokens.iter_short
        self._venues = Venues(rules, self._labeller, index)
        self._companions = Companions(rules)
        self._is_nameless = functools.lru_cache(_MAX_REMEMBERED)(self._venues.is_nameless)
        self._judge = Judge(rules, self._venues, self._labeller.vocabulary)
        self._parents = {e.id: e.variant_of for e in rules.exchanges if e.variant_of}
        self._with_pem = frozenset(
            rule.exchange for rule in rules.by_id.values() if isinstance(rule.shape, PemShape)
        )

    def inspect(
        self, data: bytes, is_wanted: Callable[[Span], bool] = lambda _: True, *, most: int = _MOST
    ) -> Inspection:
        """Every value in UTF-8 (or unknown) content that could be a credential, with its evidence, 1.5 kB each: the
        first ones, if there are more than `most`. Nothing if none of them `is_wanted`."""
        keys = read_private_keys(data)
        values = self._tokens.values(data)
        if not any(map(is_wanted, chain(values, (key.span for key in keys)))):
            return NOTHING
        return self._weigh(data, values, keys, most)

    def _weigh(self, data: bytes, values: dict[Span, Fits], keys: list[PrivateKey], most: int) -> Inspection:
        mentions = self._venues.mentions(data, context_windows(data, [*values, *(key.span for key in keys)]))
        known = {key.identity for key in keys if self._is_published(key.identity)}
        candidates = [self._key_candidate(data, key, mentions) for key in keys if key.identity not in known]
        published = sum(key.identity in known for key in keys)
        floor, cut = 0, len(values) >= MOST_VALUES
        starts = [key.span.start for key in keys]
        armour, bare = may_be_armoured(data), bool(bare_values(data))
        for span, fits in values.items():
            if len(candidates) >= most:
                cut = True
                break
            value = data[span.start : span.end]
            above = bisect_right(starts, span.start)
            if span.start < floor or (above and span.start < keys[above - 1].span.end):
                continue
            if self._is_example(value):
                published += 1
            elif candidate := self._candidate(data, span, floor, fits, mentions, armour=armour, bare=bare):
                candidates.append(candidate)
            floor = span.end
        candidates = sorted(candidates, key=lambda candidate: candidate.span)
        kept = candidates if bare else _without_hopeless(candidates)
        candidates = mark_whole(data, mark_crowds(data, kept))
        paired = pair(data, candidates, self._with_pem, self._parents)
        return Inspection(tuple(self._companions.join(data, paired)), published, cut)

    def _is_example(self, value: bytes) -> bool:
        """As documents print it; or how one of those begins, and then something else: whoever, or whatever, wrote it
        remembered no more."""
        told = (value, value[:_REMEMBERED]) if len(value) >= _LEAST_REMEMBERED else (value,)
        return any(self._is_published(hashlib.sha256(text).hexdigest().encode()) for text in told)

    def _is_published(self, digest: bytes) -> bool:
        return digest.decode() in self._published

    def _key_candidate(self, data: bytes, key: PrivateKey, mentions: Named) -> Candidate:
        label = self._labeller.label(data, key.span, 0)
        venue = self._venues.nearest(data, key.span, label, mentions, self._with_pem)
        if _OF_SERVICE_ACCOUNT.search(data, max(0, key.span.start - _BESIDE), key.span.end + _BESIDE):
            venue = Venue(OTHER, Tier.PARENT)
        secret = Secret(data[key.span.start : key.span.end])
        mock = is_made_up(data, key.span)
        return Candidate(key.span, secret, key.identity, Fits(), 0.0, key, label, venue, mock=mock)

    def _candidate(
        self, data: bytes, span: Span, floor: int, fits: Fits, mentions: Named, *, armour: bool, bare: bool
    ) -> Candidate | None:
        host = _queried_host(data, span.start)
        if _is_of_code(data, span, fits) or (host and _is_of_service(data, host)):
            return None
        label = _of_public_key(self._labeller.label(data, span, floor), fits)
        if label.kind == "negative" and not fits.alone:
            return None
        is_listed = _LISTED.match(data, span.end) or (armour and is_armoured(data, span))
        if is_listed and not _is_on_line(data, label, span):
            return None
        able = fits.exchanges
        needs_both = fits.needs_both and not bare  # where the path may tell both
        if label.strength < 1 and needs_both and self._is_lost(data, span, mentions, able):
            return None
        venue = self._venues.nearest(data, span, label, mentions, able)
        told = venue is not None and venue.tier >= Tier.PARENT
        if not told and (
            (fits.needs_both and _is_of_aws(data, span))
            or (host and not fits.alone and _is_of_host(data, span, label, host, mentions))
        ):
            return None
        if needs_both and (label.strength < 1 if venue is None else _is_elsewhere(venue, label)):
            return None  # the exchange may yet be in the path, but then a name must say what the value is
        value = data[span.start : span.end]
        proof = next(filter(None, (proven(kind, value, data, span.start) for kind in fits.proofs)), "")
        return Candidate(
            span,
            Secret(value),
            value,
            fits,
            token_bits(value),
            None,
            label,
            venue,
            proof=proof,
            mock=is_made_up(data, span),
            told=self._venues.told(data, span, label) if venue is None else NOTHING_TOLD,
        )

    def _is_lost(self, data: bytes, span: Span, mentions: Named, able: frozenset[str]) -> bool:
        """Nothing names an exchange for it."""
        above = data[max(0, span.start - ABOVE) : span.start]
        return not self._venues.may_name(mentions, able) and self._is_nameless(above, able)

    def judge(self, inspection: Inspection, paths: Collection[bytes] = ()) -> list[Match]:
        """The matches among the candidates of content that stands at `paths`, of which the ends count."""
        return self._judge.judge(inspection.candidates, [path[-_PATH_REACH:] for path in paths])


def _without_hopeless(candidates: list[Candidate]) -> list[Candidate]:
    """Without those that no path can save: a hint at a name, no exchange, and neither a full name nor a hint at the
    other half (`key = "…"`, `secret = "…"`) beside it."""
    strong = [c.span.start for c in candidates if c.label.strength > 1]
    hints: dict[Part | None, list[int]] = {
        part: [c.span.start for c in candidates if c.label.kind == "named" and c.label.part == part]
        for part in _OTHER_HALF
    }

    def is_hopeless(candidate: Candidate) -> bool:
        if candidate.venue is not None or candidate.key is not None or candidate.label.strength > 1:
            return False
        if not candidate.fits.needs_both:
            return False
        other = _OTHER_HALF.get(candidate.label.part) if candidate.label.strength else None
        return not any(_is_near(places, candidate.span.start) for places in (strong, hints.get(other, [])))

    return [candidate for candidate in candidates if not is_hopeless(candidate)]


def _of_public_key(label: Label, fits: Fits) -> Label:
    """`PUB_KEY = "PK…"` beside `SEC_KEY`: the key of an API."""
    is_key = label.words[-2:] == ("pub", "key") and fits.heads_keys
    return replace(label, kind="named", part="key", strength=1) if is_key else label


def _is_near(places: list[int], place: int) -> bool:
    return bisect_left(places, place - _BESIDE) < bisect_right(places, place + _BESIDE)


def _is_of_code(data: bytes, span: Span, fits: Fits) -> bool:
    """`<value>(…)`, `<value><T>(…)`, a name that may have an unlikely case (what has no digit may stand apart); a
    digest that has a file for its name; `{<UUID>}`, the number of a project; a line of a block that is cut short; or a
    value in machine code, full of unlikely ones: short, of no known form, or assigned to nothing."""
    start, end = span
    apart = data[end : end + 1] == b" " and data[start:end].isalpha()
    if _CALLED.match(data, end + apart):
        return True
    if data[start - 1 : start] == b"$" and _CRYPT.search(data, max(0, start - 8), start):
        return True
    if end - start == _UUID_LENGTH and data[start - 1 : start] == b"{" and data[end : end + 1] == b"}":
        return True
    if b"-----" in data[max(0, start - 9) : start] and _HEADER.search(data, max(0, start - 64), start):
        return True
    if data[start - 1 : start] == b'"' and _OF_FILE.search(data, max(0, start - 240), start):
        return True
    if b"\0" not in data[max(0, start - _BINARY_REACH) : end + _BINARY_REACH] or not fits.needs_both:
        return False
    return end - start < _SHORT or fits.is_loose or not _ASSIGNED_TO.search(data[max(0, start - 8) : start])


def _queried_host(data: bytes, start: int) -> Span | None:
    """`https://<host>/…?name=`: of the address in whose query a value stands."""
    if data[start - 1 : start] != b"=":
        return None
    at = data.rfind(b"://", max(0, start - _QUERY_REACH), start)
    query = _QUERY.match(data, at, start) if at >= 0 else None
    return Span(*query.span(1)) if query else None


def _is_of_service(data: bytes, host: Span) -> bool:
    """`https://oapi.dingtalk.com/robot/send?access_token=`"""
    return not SERVICES.isdisjoint(split_words(data[host.start : host.end].decode("latin-1")))


def _is_of_aws(data: bytes, span: Span) -> bool:
    """The secret beside the id of a key of AWS."""
    low, high = max(0, span.start - _BESIDE_AWS), span.end + _BESIDE_AWS
    return span.end - span.start == _SECRET_OF_AWS and _KEY_ID_OF_AWS.search(data, low, high) is not None


def _is_of_host(data: bytes, span: Span, label: Label, host: Span, mentions: Named) -> bool:
    """A key alone in the query of an address that names no exchange."""
    if label.part != "key" or not _PUBLIC_HOST.fullmatch(data, *host):
        return False
    address = Span(host.start, span.start)
    own = next(mentions.own.touching(address), None) or next(mentions.shared.touching(address), None)
    return own is None and b"secret" not in data[span.end : span.end + _LINE].partition(b"\n")[0].lower()


def _is_on_line(data: bytes, label: Label, span: Span) -> bool:
    """A name on the value's own line: no line of a PEM block has one."""
    return label.kind in ("named", "hmac") and b"\n" not in data[label.span.end : span.start]


def _is_elsewhere(venue: Venue, label: Label) -> bool:
    """Of no exchange that has such values; a full name left from another one's program may be wrong."""
    return venue.exchange == OTHER and not (venue.misnamed and label.strength > 1)
