"""How far the text around a value speaks of it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from leakscan.detect.lazy import lazy
from leakscan.detect.nesting import parent_spans
from leakscan.detect.spans import merged
from leakscan.model import Span

_HEAD = 32 * 1024  # imports and titles stand at the head of a file
_BEFORE, _AFTER = 8 * 1024, 2 * 1024
_NEAR_LINES, _NEAR_BYTES = 10, 2048
_MADE_UP = lazy(
    rb"(?:(?<![A-Za-z])(?i:mock|dummy|fake)|(?<=[a-z])(?:Mock|Dummy|Fake))(?:s|d|ed)?(?![a-z])"
    rb"|(?i:not (?:a )?real\b|made[ -]up|hardhat|ganache|\banvil\b)"
)
COMMENT_LINE = lazy(rb"[ \t]{0,80}\"?(?:#|//|;|--|\*|/\*|<!--)")  # also in a notebook
_SAID_ABOVE, _LINE, _LONGEST_NAME = 3, 200, 40


class Tier(IntEnum):
    """How near an exchange is named, best first. SIBLING: only in the names of other values beside this one; FORMS: not
    at all, but nobody else has a pair of such values."""

    LABEL = 6
    PARENT = 5
    NEAR = 4
    FILE = 3
    SIBLING = 2
    PATH = 1
    FORMS = 0


def context_windows(data: bytes, spans: Iterable[Span]) -> list[Span]:
    """The head of the content and the neighbourhood of each span, merged: bounded work in a file of any size."""
    near = ((max(0, start - _BEFORE), min(len(data), end + _AFTER)) for start, end in spans)
    return merged([(0, min(len(data), _HEAD)), *near])


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


def line_start(data: bytes, place: int, reach: int = _LINE) -> int:
    """Where the line of a place begins, or so many bytes before it: a line may be megabytes long."""
    low = max(0, place - reach)
    return max(low, data.rfind(b"\n", low, place) + 1)


def is_commented(data: bytes, span: Span) -> bool:
    return COMMENT_LINE.match(data, line_start(data, span.start), span.start) is not None


def is_made_up(data: bytes, span: Span) -> bool:
    """The line of a value, a comment right above it or the name of what it stands in says that it is none:
    `# noqa: mock`, `DUMMY_KEY = "…"`, `dummyConfig = {`."""
    low = line_start(data, span.start)
    high = data.find(b"\n", span.end, span.end + _LINE)
    behind = data[span.end : high if high >= 0 else span.end + _LINE]
    if _MADE_UP.search(data[low : span.start]) or _MADE_UP.search(behind):
        return True
    lines = data[max(0, low - _SAID_ABOVE * _LINE) : max(0, low - 1)].split(b"\n")
    if any(COMMENT_LINE.match(line) and _MADE_UP.search(line) for line in lines[-_SAID_ABOVE:]):
        return True
    names = (name for name in parent_spans(data, span.start) if name.end - name.start <= _LONGEST_NAME)
    return any(_MADE_UP.search(data, *name) and not COMMENT_LINE.match(data, name.start) for name in names)
