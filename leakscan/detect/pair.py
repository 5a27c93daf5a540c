"""Joins the halves of one credential: key and secret, or key and private key."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

from leakscan.detect.candidate import Candidate
from leakscan.detect.context import Tier
from leakscan.detect.evidence import may_be_of_wallet
from leakscan.detect.fits import Fits
from leakscan.detect.lazy import lazy
from leakscan.model import Part

_REACH_BYTES, _REACH_LINES = 500, 8
_HEXADECIMAL = frozenset(b"0123456789abcdef-")
_COMMA = lazy(rb"[\"'`]\s{0,4},\s{0,40}[\"'`]")
_NEXT_LINE = lazy(
    rb"[\"'`]?[ \t]{0,4}[,;]?[ \t\r]{0,4}\n[ \t]{0,40}(?:#|//)?[ \t]{0,4}[\w.$ \t\[\]\"'-]{1,40}"
    rb"(?:=>|:=|[=:])[ \t]{0,8}[\"'`]?"
)
_MAX_WORDS = 3  # of a name that names an exchange, and no part
_MAX_REMEMBERED = 1 << 10
_MAX_CROSS = 8  # how many of the values that follow one are weighed as its other half


def pair(
    data: bytes, candidates: Sequence[Candidate], with_pem: frozenset[str], parents: Mapping[str, str]
) -> list[Candidate]:
    """The candidates in order, each with its part and its partner where it has one. `with_pem`: the exchanges whose
    keys go with private key blocks; `parents`: of variants, whose names may stand for them."""
    paired = [replace(c, part=_part_of(c)) if c.key is None else c for c in candidates]
    in_rows = _in_rows(data, paired)
    runs = [place for place, c in enumerate(paired) if c.key is None and (_fits(c) or place in in_rows)]
    offers = [
        (offer, first, second)
        for at, first in enumerate(runs)
        for second in runs[at + 1 : at + 1 + _MAX_CROSS]
        if (offer := _offer(data, paired[first], paired[second], parents)) is not None
    ]
    for _, first, second in sorted(offers, reverse=True, key=lambda offer: (offer[0], -offer[1], -offer[2])):
        if paired[first].partner is None and paired[second].partner is None:
            parts = _parts(paired[first], paired[second])
            paired[first] = replace(paired[first], part=parts[0], partner=second)
            paired[second] = replace(paired[second], part=parts[1], partner=first)
    _pair_private_keys(paired, [run for run in runs if _goes_with_pem(paired[run], with_pem)])
    return paired


def _offer(
    data: bytes, first: Candidate, second: Candidate, parents: Mapping[str, str]
) -> tuple[int, int, int] | None:
    """How well the two fit, better is greater: shared words in their names, then nearness in lines, on one line in
    bytes; None if they do not. Of rows of keys and secrets in turn the first two go together."""
    gap = second.span.start - first.span.end
    if gap > _REACH_BYTES or first.identity == second.identity:
        return None
    if _are_one_part(first, second):
        return None
    lines = data.count(b"\n", first.span.end, second.span.start)
    if lines > _REACH_LINES:
        return None
    if _differ(first, second, parents) or not _ways(first, second):
        return None
    shared = set(first.label.words) & set(second.label.words)
    if may_be_of_wallet(first) or may_be_of_wallet(second):
        shared.discard("key")  # `private_key` above `apiKey`, which its `secret` stands beside
    return len(shared), -lines, 0 if lines else -gap


def _are_one_part(first: Candidate, second: Candidate) -> bool:
    """By their names: `key1`, `key2`. Where those say little, as `key` above `pkey` do, the forms may tell more."""
    part = first.label.part
    if part is None or part != second.label.part:
        return False
    return max(first.label.strength, second.label.strength) > 1 or len(_ways(first, second)) != 1


def _fits(candidate: Candidate) -> bool:
    """Values in a crowd are a pair only where their names say so."""
    match candidate.label.kind:
        case "named" | "hmac" | "argument":
            return True
        case "none":
            return candidate.crowd < 2
        case "other":  # `binance_login`, `| Binance | … |`; `id: "…", secret: "…"`
            words = candidate.label.words
            if candidate.venue is None or candidate.crowd > 1 or len(words) > _MAX_WORDS:
                return False  # `com.bithumb.coin.CoinService`
            is_id = words == ("id",) and not _HEXADECIMAL.issuperset(candidate.identity)  # nor a UUID
            return candidate.venue.tier >= (Tier.NEAR if is_id else Tier.LABEL)
    return False


def _in_rows(data: bytes, candidates: Sequence[Candidate]) -> set[int]:
    """`binance := exchange{"<key>", "<secret>", 3000}`, `BKEY = "…"` above `BSEC = "…"`: of a form that is known, side
    by side, the exchange near."""
    return {
        place
        for at, (first, second) in enumerate(pairwise(candidates))
        if all(_is_of_known_form(c) and c.venue and c.venue.tier >= Tier.NEAR for c in (first, second))
        and _are_side_by_side(data, first, second)
        for place in (at, at + 1)
    }


def _are_side_by_side(data: bytes, first: Candidate, second: Candidate) -> bool:
    """Between commas; or both are assigned, line below line, to names that say nothing."""
    if _COMMA.fullmatch(data, first.span.end, second.span.start):
        return True
    if not first.label.kind == second.label.kind == "other":
        return False
    return _NEXT_LINE.fullmatch(data, first.span.end, second.span.start) is not None


def _is_of_known_form(candidate: Candidate) -> bool:
    if candidate.key is not None or candidate.crowd or candidate.fits.needs_both:
        return False
    return not _HEXADECIMAL.issuperset(candidate.identity)


def _differ(first: Candidate, second: Candidate, parents: Mapping[str, str]) -> bool:
    """Both names, or what they stand under, say of which exchange they are, and not of the same: ALPACA_KEY may be that
    of its test network."""
    venues = {
        c.venue.exchange for c in (first, second) if c.venue is not None and c.venue.tier >= Tier.PARENT
    }
    return len(venues) > 1 and not any(parents.get(venue) in venues for venue in venues)


def _ways(first: Candidate, second: Candidate) -> frozenset[tuple[Part, Part]]:
    """Which parts of one exchange the two can be, if they can be two parts of it."""
    exchanges = first.able & second.able
    told = {c.venue.exchange for c in (first, second) if c.venue is not None and c.venue.tier >= Tier.NEAR}
    if told & exchanges:
        exchanges &= told
    return _ways_of(first.fits, second.fits, exchanges)


@lru_cache(_MAX_REMEMBERED)
def _ways_of(first: Fits, second: Fits, exchanges: frozenset[str]) -> frozenset[tuple[Part, Part]]:
    parts: dict[str, set[Part]] = {exchange: set() for exchange in exchanges}
    for rule in second:
        if rule.exchange in exchanges:
            parts[rule.exchange].add(rule.part)
    ways = {(rule.part, part) for rule in first for part in parts.get(rule.exchange, ())}
    return frozenset(way for way in ways if way[0] != way[1])


def _parts(first: Candidate, second: Candidate) -> tuple[Part, Part]:
    """EXCHANGES 3a: the names decide; where they do not, the forms; where they do not, the key stands first."""
    ways = sorted(_ways(first, second))  # "key" comes first
    for way in ways:
        if all(c.label.part in (None, part) for c, part in zip((first, second), way, strict=True)):
            return way
    return ways[0]


def _part_of(candidate: Candidate) -> Part | None:
    """What its name says, or its form if that allows one part only."""
    parts = candidate.fits.parts
    return candidate.label.part or (next(iter(parts)) if len(parts) == 1 else None)


def _goes_with_pem(candidate: Candidate, with_pem: frozenset[str]) -> bool:
    """A key whose form, or whose exchange where much else has that form, says that it may go with a private key."""
    told = candidate.venue.exchange if candidate.venue else None
    return any(
        rule.part == "key"
        and rule.exchange in with_pem
        and (rule.needs != "name and exchange" or rule.exchange == told)
        for rule in candidate.fits
    )


def _pair_private_keys(paired: list[Candidate], runs: Sequence[int]) -> None:
    """A private key with the nearest unpaired API key of the same content."""
    free = [run for run in runs if paired[run].partner is None and paired[run].part != "secret"]
    for place, candidate in enumerate(paired):
        if candidate.key is None or not free:
            continue
        at = bisect_left(free, place)
        around = free[max(0, at - 1) : at + 1]
        nearest = min(around, key=lambda run: abs(paired[run].span.start - candidate.span.start))
        free.remove(nearest)
        paired[place] = replace(candidate, partner=nearest)
        paired[nearest] = replace(paired[nearest], part="key", partner=place)
