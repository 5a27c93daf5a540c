"""A file that holds one value or two, as secrets are given to containers: the name of the file is that of the value."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from leakscan.detect.candidate import Candidate
from leakscan.detect.naming import Label, Vocabulary, split_words
from leakscan.detect.paths import base_name
from leakscan.model import Span

_AROUND = 16  # bytes of quotes and ends of lines
_MOST = 4  # two keys and their secrets
_NOWHERE = Span(0, 0)
_HEXADECIMAL = frozenset(b"0123456789abcdefABCDEF")
_OF_BOTH = frozenset("api apis apikey apikeys key keys secret secrets credential credentials creds".split())


def mark_whole(data: bytes, candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates; one, or two without names, that are all there is in the content are marked."""
    if not 1 <= len(candidates) <= _MOST or any(candidate.key is not None for candidate in candidates):
        return list(candidates)
    around, place = b"", 0
    for candidate in candidates:
        around += data[place : candidate.span.start][: _AROUND + 1]
        place = candidate.span.end
    around += data[place : place + _AROUND + 1]
    if len(candidates) == 1:
        is_whole = len(around) <= _AROUND and not around.strip(b"\"' \t\r\n")
    else:  # a word may stand beside them
        is_whole = len(around) <= _AROUND and all(c.label.kind == "none" for c in candidates)
    return [replace(candidate, whole=True) for candidate in candidates] if is_whole else list(candidates)


def named_by_file(
    candidates: Sequence[Candidate],
    paths: Collection[bytes],
    vocabulary: Vocabulary,
    names_exchange: Callable[[bytes], bool],
) -> Sequence[Candidate]:
    """With what the name of a file says where nothing else does: `secrets/binance_api_secret`; `api.txt`, of two."""
    if not candidates or not all(
        candidate.whole and candidate.label.kind == "none" for candidate in candidates
    ):
        return candidates
    names = [base_name(path) for path in sorted(paths)]
    names = [name.rpartition(b".")[0] or name for name in names] + names  # also `binance.key`
    if len(candidates) == 1:
        labels = [_label(name, vocabulary, names_exchange) for name in names]
    else:
        digits = all(_HEXADECIMAL.issuperset(candidate.identity) for candidate in candidates)
        labels = [_label_of_both(name, vocabulary, names_exchange, digits=digits) for name in names]
    labels = [label for label in labels if label.kind == "named"]
    if not labels:
        return candidates
    label = max(labels, key=lambda label: label.strength)
    return [replace(candidate, label=label) for candidate in candidates]


def _label(name: bytes, vocabulary: Vocabulary, names_exchange: Callable[[bytes], bool]) -> Label:
    """`binance_api_secret`; a hint is a full name where the exchange stands with it: `kraken.key`."""
    label = vocabulary.judge(name, _NOWHERE)
    if label.kind == "other" and "api" in label.words:
        label = Label("named", label.words, "key", 1)
    is_full = label.kind == "named" and label.strength == 1 and names_exchange(name)
    return replace(label, strength=2) if is_full else label


def _label_of_both(
    name: bytes, vocabulary: Vocabulary, names_exchange: Callable[[bytes], bool], *, digits: bool
) -> Label:
    """A hint, and which of them is the key it does not say: `api.txt`, `kraken.key`, `upbit.txt`. Hexadecimal `digits`
    may be digests: the name must be the exchange's and no more, or say what they are."""
    words = split_words(name.decode("latin-1"))
    is_told = not _OF_BOTH.isdisjoint(words) or (names_exchange(name) and not (digits and len(words) > 1))
    is_else = vocabulary.judge(name, _NOWHERE).kind not in {"named", "other", "none"}
    return Label("named", words, None, 1) if is_told and not is_else else Label("none")
