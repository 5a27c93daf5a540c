"""Values without a name that stand in numbers: a list of something, not somebody's keys."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from leakscan.detect.candidate import Candidate
from leakscan.detect.lazy import lazy
from leakscan.model import Span

_REACH_BYTES = 1000
_COMMAS = lazy(rb"[\"'`\s,;|:]{1,60}")
_ROW_ENDS = lazy(rb"[\"'`]?\s{0,8}[}\])][^=:]{0,160}")
_SOME, _MANY = 4, 20  # two accounts noted down without a word make four


def mark_crowds(data: bytes, candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates in order, each with its `crowd`."""
    spans = [c.span for c in candidates if c.key is None and c.label.kind in ("none", "other")]
    unnamed = [span.start for span in spans]
    if len(unnamed) > _SOME and _are_rows(data, spans):
        return list(candidates)
    if len(unnamed) > _MANY:
        return [replace(candidate, crowd=2) for candidate in candidates]
    if len(unnamed) <= _SOME:
        return list(candidates)
    return [replace(c, crowd=int(_near(unnamed, c.span.start) > _SOME)) for c in candidates]


def _are_rows(data: bytes, spans: Sequence[Span]) -> bool:
    """`{"main", "<key>", "<secret>"}, {"second", "<key>", "<secret>"}`: two in each, and more than commas between."""
    firsts, seconds = spans[::2], spans[1::2]
    return (
        len(firsts) == len(seconds)
        and all(_COMMAS.fullmatch(data, a.end, b.start) for a, b in zip(firsts, seconds, strict=True))
        and all(_ROW_ENDS.fullmatch(data, a.end, b.start) for a, b in zip(seconds, firsts[1:], strict=False))
    )


def _near(places: Sequence[int], place: int) -> int:
    return bisect_left(places, place + _REACH_BYTES) - bisect_left(places, place - _REACH_BYTES)
