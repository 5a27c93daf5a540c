"""Annotations for GitHub's checks: workflow commands, the most severe first, as many as a step may show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakscan.model import Severity
from leakscan.reporters.coverage import coverage_line, failures_by_kind, remedy
from leakscan.reporters.credentials import fresh, places_of
from leakscan.reporters.escape import show_path, show_text
from leakscan.reporters.policy_words import policy_lines
from leakscan.reporters.sarif_results import checkout_path
from leakscan.reporters.words import counted

if TYPE_CHECKING:
    from leakscan.model import Finding, Location, ScanResult
    from leakscan.reporters import RenderOptions

# What GitHub shows of one step: ten errors, ten warnings, ten notices.
_SHOWN = 10
_SHOWN_PLACES = 3
_LEVELS = {
    Severity.LOW: "warning",
    Severity.MEDIUM: "warning",
    Severity.HIGH: "error",
    Severity.CRITICAL: "error",
}


def render_github(result: ScanResult, options: RenderOptions) -> str:
    """One line a finding that is new; what is cut is counted in a notice."""
    new = sorted(fresh(result).findings, key=lambda finding: (-finding.severity, -finding.score))
    lines = []
    for level in ("error", "warning"):
        of_level = [finding for finding in new if _LEVELS[finding.severity] == level]
        lines += [_annotation(level, finding) for finding in of_level[:_SHOWN]]
        if more := len(of_level) - _SHOWN:
            lines += (
                [_command("notice", {}, f"{counted(more, f'more {level}')}: see the other reports")]
                if more > 0
                else []
            )
    for kind, failures in failures_by_kind(result, accepted=False).items():
        text = f"{counted(len(failures), 'thing')} not read ({kind}): {remedy(kind)}"
        lines.append(_command("warning", {"title": "leakscan: not everything was read"}, text))
    lines += [
        _command("notice", {"title": "leakscan"}, line)
        for line in policy_lines(result, verbose=False)[:_SHOWN]
    ]
    lines.append(f"leakscan: {coverage_line(result, clock=False)}")
    return "\n".join(lines) + "\n"


def _annotation(level: str, finding: Finding) -> str:
    place = next((found for found in finding.locations if checkout_path(found) is not None), None)
    where = {} if place is None else _region(place)
    places = places_of(finding)
    more = f" and {len(places) - _SHOWN_PLACES:,} more" if len(places) > _SHOWN_PLACES else ""
    steps = f" {show_text(finding.help.steps[0])}" if finding.help.steps else ""
    text = (
        f"{show_text(finding.title)} ({show_text(finding.preview)}) at {', '.join(places[:_SHOWN_PLACES])}{more}."
        f"{steps} [{show_text(finding.rule_id)}]"
    )
    return _command(level, {**where, "title": f"{finding.severity}: {show_text(finding.title)}"}, text)


def _region(place: Location) -> dict[str, str]:
    one_line = place.end_line == place.line
    columns = {"col": str(place.column), "endColumn": str(place.end_column)} if one_line else {}
    path = show_path(checkout_path(place) or b"")
    return {"file": path, "line": str(place.line), "endLine": str(place.end_line), **columns}


def _command(name: str, properties: dict[str, str], text: str) -> str:
    said = ",".join(f"{key}={_escaped(value, also=':,')}" for key, value in properties.items())
    return f"::{name}{' ' if said else ''}{said}::{_escaped(text)}"


def _escaped(text: str, also: str = "") -> str:
    """As the runner's own toolkit does it (actions/toolkit, command.ts)."""
    for char in "%\r\n" + also:
        text = text.replace(char, f"%{ord(char):02X}")
    return text
