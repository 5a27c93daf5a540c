"""Exposures as bars on a line of time: from the commit that brought a value in to the one that took it out or now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from leakscan.reporters.escape import show_path
from leakscan.reporters.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from leakscan.model import Finding
    from leakscan.reporters.credentials import Credential

_DAY = 86400
_MAX_ROWS = 25
_ROW = 22
_LEFT = 230
_WIDTH = 960
_TICKS = 5
_LABEL = 29


class Span(NamedTuple):
    """When the first value came, when the last one went (None: not yet), and when that was looked up, to the day; all
    in seconds since the epoch. `path`: where the first one came in."""

    start: float
    gone: float | None
    now: float
    path: bytes


class Axis(NamedTuple):
    """`scale`: units of the picture for each second."""

    start: float
    end: float
    scale: float


@dataclass(frozen=True, slots=True)
class Bar:
    """`x`, `y` and `width` in the picture's own units; `open`: the value still stands there."""

    number: int
    label: str
    severity: str
    x: float
    y: int
    width: float
    open: bool
    text: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """`ticks` are places and days; `more` counts the exposures that are not drawn."""

    width: int
    height: int
    left: int
    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, str], ...]
    more: int


def timeline_of(credentials: Sequence[Credential]) -> Timeline | None:
    """The first credentials that have a date; None if none has. A bar has the number of its credential."""
    dated = [
        (number, credential, span)
        for number, credential in enumerate(credentials)
        if (span := _span(credential.parts))
    ]
    if not dated:
        return None
    drawn = dated[:_MAX_ROWS]
    start = min(span.start for *_, span in drawn)
    end = max(max(span.now, span.gone or 0) for *_, span in dated)
    scale = (_WIDTH - _LEFT - 10) / max(end - start, _DAY)
    bars = [
        _bar(number, credential, span, Axis(start, max(end, start + _DAY), scale), row)
        for row, (number, credential, span) in enumerate(drawn)
    ]
    steps = [(_LEFT + (_WIDTH - _LEFT - 10) * index / (_TICKS - 1)) for index in range(_TICKS)]
    days: dict[str, float] = {}
    for x in steps:
        days.setdefault(_day(start + (x - _LEFT) / scale), round(x, 1))
    ticks = tuple((x, day) for day, x in days.items())
    return Timeline(_WIDTH, len(bars) * _ROW + 28, _LEFT, tuple(bars), ticks, len(dated) - len(drawn))


def _span(parts: Iterable[Finding]) -> Span | None:
    exposures = [part.exposure for part in parts]
    dated = [(e.introduced.commit.timestamp, e) for e in exposures if e.introduced]
    if not dated:
        return None
    gone = [e.removed.commit.timestamp for _, e in dated if e.removed and not (e.in_head or e.in_tree)]
    return Span(
        start=min(moment for moment, _ in dated),
        gone=max(gone) if len(gone) == len(dated) else None,
        now=max(moment + (e.days or 0) * _DAY for moment, e in dated),
        path=next(e.introduced.path for _, e in dated if e.introduced),
    )


def _bar(number: int, credential: Credential, span: Span, axis: Axis, row: int) -> Bar:
    last = max(span.start, axis.end if span.gone is None else span.gone)
    until = "now" if span.gone is None else _day(span.gone)
    path = show_path(span.path) or "a message"
    days = counted(int((last - span.start) // _DAY), "day")
    severity = str(credential.worst.severity)
    return Bar(
        number=number,
        label=path if len(path) <= _LABEL else f"…{path[1 - _LABEL :]}",
        severity=severity,
        x=round(_LEFT + (span.start - axis.start) * axis.scale, 1),
        y=row * _ROW + 4,
        width=round(max((last - span.start) * axis.scale, 4), 1),
        open=span.gone is None,
        text=f"{credential.exchange}, {severity}: {_day(span.start)} to {until}, {days}, {path}",
    )


def _day(moment: float) -> str:
    try:
        return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d")
    except (OverflowError, ValueError, OSError):  # a commit may claim any year
        return "?"
