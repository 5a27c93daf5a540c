"""How far the text around a value speaks of it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from leakscan.model import Span

_HEAD = 32 * 1024  # imports and titles stand at the head of a file
_BEFORE, _AFTER = 8 * 1024, 2 * 1024
_NEAR_LINES, _NEAR_BYTES = 10, 2048


class Tier(IntEnum):
    """How near an exchange is named, best first. SIBLING: only in the names of other values beside this one."""

    LABEL = 6
    PARENT = 5
    NEAR = 4
    FILE = 3
    SIBLING = 2
    PATH = 1


def context_windows(data: bytes, spans: Iterable[Span]) -> list[Span]:
    """The head of the content and the neighbourhood of each span, merged: bounded work in a file of any size."""
    windows = [Span(0, min(len(data), _HEAD))]
    for start, end in sorted(spans):
        low, high = max(0, start - _BEFORE), min(len(data), end + _AFTER)
        if low <= windows[-1].end:
            windows[-1] = Span(windows[-1].start, max(high, windows[-1].end))
        else:
            windows.append(Span(low, high))
    return windows


def near_span(data: bytes, span: Span) -> Span:
    """Ten lines up and down, and never more than 2 kB: a minified file is one line."""
    start, end = span
    for _ in range(_NEAR_LINES + 1):
        start = data.rfind(b"\n", max(0, span.start - _NEAR_BYTES), start)
        if start < 0:
            start = max(0, span.start - _NEAR_BYTES)
            break
    for _ in range(_NEAR_LINES + 1):
        end = data.find(b"\n", end + 1, span.end + _NEAR_BYTES)
        if end < 0:
            end = min(len(data), span.end + _NEAR_BYTES)
            break
    return Span(start, end)
