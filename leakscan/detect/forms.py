"""Which exchange a pair belongs to by its forms alone: 18 and 36 letters and digits, UUID and 32 upper-case digits."""

from __future__ import annotations

from collections.abc import Collection, Container, Mapping

from leakscan.detect.candidate import Candidate
from leakscan.detect.naming import Label, iter_names, split_words
from leakscan.model import Part, Severity
from leakscan.rules import TextShape

_HEXADECIMAL = frozenset(b"0123456789abcdef")
_BOTH_HINTS, _FULL_AND_HINT, _BOTH_FULL = 2, 3, 4
_LEAST_BITS = 12  # of pairs of 16 random letters and digits each one in 600 has fewer
_LONG_BASE64 = 88
_OF_KEYS = frozenset({"apikey", "apikeys"})
_OF_ANY_PAIR = {("public", "key"), ("private", "key")}  # of WireGuard, of a server that pushes messages ...
_OF_PYUPBIT = {("access",), ("secret",)}  # what everybody calls the two who learned from its examples


def exchange_of_forms(
    candidate: Candidate,
    partner: Candidate,
    parents: Mapping[str, str],
    in_threes: Container[str] = frozenset(),
    paths: Collection[bytes] = (),
) -> str | None:
    """The exchange (a parent before its variants, see `parents`) if it is the only one whose key and secret look like
    these two and their names say that they are key and secret; of hexadecimal digits, which are everywhere, in full;
    with a passphrase, for 64 bytes in base64, a key that begins in its own way, or in `apikey.json` hints are
    enough. One that is closed only where no other has them; nor, where the two stand alone and are an API's by name,
    one `in_threes`, whose credentials have a third part. Of Kraken and Kraken Futures the former."""
    labels = (candidate.label, partner.label)
    doubtful = any(map(_is_doubtful, labels, reversed(labels)))
    if {label.words[-2:] for label in labels} == _OF_ANY_PAIR:
        return None
    if doubtful or any(label.kind != "named" for label in labels) or candidate.crowd or partner.crowd:
        return None
    if candidate.bits + partner.bits < _LEAST_BITS:
        return None  # two names of functions
    hexadecimal = _HEXADECIMAL.issuperset(candidate.identity + partner.identity)
    enough = _BOTH_FULL if hexadecimal else _FULL_AND_HINT
    accompanied = candidate.accompanied or partner.accompanied
    usual = not hexadecimal and {label.words for label in labels} == _OF_PYUPBIT
    of_keys = not hexadecimal and any(map(_is_of_keys, paths))
    if accompanied or usual or of_keys or any(map(_speaks, (candidate, partner))):
        enough = _BOTH_HINTS
    if sum(label.strength for label in labels) < enough:
        return None
    able = _with_form(candidate) & _with_form(partner)
    exchanges = {exchange for exchange, is_closed in able if not is_closed} or {e for e, _ in able}
    of_api = of_keys or any(word.startswith("api") for label in labels for word in label.words)
    if of_api and not accompanied:
        exchanges = {exchange for exchange in exchanges if exchange not in in_threes} or exchanges
    families = {parents.get(exchange, exchange) for exchange in exchanges}
    first = min(families, key=len, default="")
    if not first or any(family != first and not family.startswith(first + "-") for family in families):
        return None
    return min(exchanges, key=lambda exchange: (exchange in parents, exchange))


def _speaks(candidate: Candidate) -> bool:
    """It is 64 bytes in base64, or begins as an exchange's keys do: `PAPER_KEY = "PK…"`."""
    return is_base64_of_64(candidate) or (candidate.label.part == "key" and candidate.fits.heads_keys)


def is_base64_of_64(candidate: Candidate) -> bool:
    """64 bytes in base64: nothing but a secret has this form, where a key stands beside it."""
    return len(candidate.identity) == _LONG_BASE64 and candidate.identity.endswith(b"==")


def _is_of_keys(path: bytes) -> bool:
    name = path.rpartition(b"/")[2].decode("utf-8", "replace")
    return not _OF_KEYS.isdisjoint(iter_names(split_words(name)))


def _is_doubtful(label: Label, other: Label) -> bool:
    """The secret of a web framework has no key by full name beside it."""
    return label.doubtful and not (label.part == "secret" and other.part == "key" and other.strength == 2)


def _with_form(candidate: Candidate) -> set[tuple[str, bool]]:
    """With whether each is closed: a whole credential of it is worth little."""
    part: Part | None = candidate.label.part
    return {
        (rule.exchange, rule.paired is Severity.LOW)
        for rule in candidate.fits
        if rule.part == part and rule.needs == "name and exchange" and isinstance(rule.shape, TextShape)
        if not rule.shape.loose
    }
