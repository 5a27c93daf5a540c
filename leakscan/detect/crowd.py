"""Values without a name that stand in numbers: a list of something, not somebody's keys."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from leakscan.detect.candidate import Candidate

_REACH_BYTES = 1000
_SOME, _MANY = 4, 20  # two accounts noted down without a word make four


def mark_crowds(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates in order, each with its `crowd`."""
    unnamed = [c.span.start for c in candidates if c.key is None and c.label.kind in ("none", "other")]
    if len(unnamed) > _MANY:
        return [replace(candidate, crowd=2) for candidate in candidates]
    if len(unnamed) <= _SOME:
        return list(candidates)
    return [replace(c, crowd=int(_near(unnamed, c.span.start) > _SOME)) for c in candidates]


def _near(places: Sequence[int], place: int) -> int:
    return bisect_left(places, place + _REACH_BYTES) - bisect_left(places, place - _REACH_BYTES)
