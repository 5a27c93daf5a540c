"""A file that holds one value, as secrets are given to containers: the name of the file is that of the value."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from leakscan.detect.candidate import Candidate
from leakscan.detect.naming import Label, Vocabulary
from leakscan.detect.paths import base_name
from leakscan.model import Span

_AROUND = 16  # bytes of quotes and ends of lines
_NOWHERE = Span(0, 0)


def mark_whole(data: bytes, candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates; one that is all there is in the content is marked."""
    if len(candidates) != 1 or candidates[0].key is not None:
        return list(candidates)
    start, end = candidates[0].span
    is_whole = len(data) - (end - start) <= _AROUND and not (data[:start] + data[end:]).strip(b"\"' \t\r\n")
    return [replace(candidates[0], whole=is_whole)]


def named_by_file(candidate: Candidate, paths: Collection[bytes], vocabulary: Vocabulary) -> Candidate:
    """With what the name of a file says where nothing else does: `secrets/binance_api_secret`."""
    if candidate.label.kind != "none":
        return candidate
    names = [base_name(path) for path in sorted(paths)]
    names = [name.rpartition(b".")[0] or name for name in names] + names  # also `binance.key`
    labels = [label for name in names if (label := _label(name, vocabulary)).kind == "named"]
    return replace(candidate, label=max(labels, key=lambda label: label.strength)) if labels else candidate


def _label(name: bytes, vocabulary: Vocabulary) -> Label:
    label = vocabulary.judge(name, _NOWHERE)
    return Label("named", label.words, "key", 1) if label.kind == "other" and "api" in label.words else label
