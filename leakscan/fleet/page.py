"""An organisation as one HTML page: how hot which repository is at which exchange, what stands open, what is shared."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from leakscan.fleet.organisation import Organisation, Spread
from leakscan.fleet.views import (
    age_text,
    concerned,
    exchange_names,
    places_text,
    spread_text,
    states_text,
    verdict,
)
from leakscan.reporters.coverage import coverage_line, failures_by_kind, remedy
from leakscan.reporters.escape import show_text
from leakscan.reporters.html_page import TEMPLATES, render_page

_OWN = files("leakscan.fleet") / "templates"
_ROWS = 500
_SPREADS = 200
_PLACES = 10
_FAILURES = 100


def render_fleet_html(fleet: Organisation) -> str:
    """Values are masked, as in every report; the page asks for nothing from the network."""
    names = exchange_names(fleet.result)
    held = concerned(fleet)
    severities = [str(spread.credential.worst.severity) for spread in fleet.credentials]
    numbers = [("repositories", len(fleet.repositories)), ("with credentials", len(held))]
    numbers += [("credentials", len(fleet.credentials))]
    numbers += [(level, severities.count(level)) for level in ("critical", "high", "medium", "low")]
    numbers += [("in several repositories", len(fleet.reused)), ("still open", len(fleet.oldest))]
    numbers += [("not read", len(fleet.result.failures))]
    return render_page(
        (_OWN / "fleet.html").read_text("utf-8"),
        style=(TEMPLATES / "report.css").read_text("utf-8") + (_OWN / "fleet.css").read_text("utf-8"),
        target=show_text(fleet.result.target),
        verdict=show_text(verdict(fleet)),
        complete=fleet.result.complete,
        found=bool(fleet.credentials),
        numbers=[(name, f"{number:,}") for name, number in numbers],
        states=states_text(fleet.states),
        exchanges=[show_text(names.get(exchange, exchange)) for exchange in fleet.exchanges],
        heat=[
            (show_text(r.name), [_cell(r.cells.get(exchange)) for exchange in fleet.exchanges])
            for r in held[:_ROWS]
        ],
        more_rows=max(len(held) - _ROWS, 0),
        oldest=[_row(spread) for spread in fleet.oldest[:_SPREADS]],
        more_oldest=max(len(fleet.oldest) - _SPREADS, 0),
        reused=[_row(spread) for spread in fleet.reused[:_SPREADS]],
        more_reused=max(len(fleet.reused) - _SPREADS, 0),
        coverage=coverage_line(fleet.result, clock=False),
        unread=_unread(fleet),
    )


def _cell(cell: tuple[int, Any] | None) -> tuple[str, str]:
    """How many, and how grave: the word stands beside the colour."""
    return ("", "") if cell is None else (f"{cell[0]:,}", str(cell[1]))


def _row(spread: Spread) -> dict[str, Any]:
    places = places_text(spread)
    return {
        "severity": str(spread.credential.worst.severity),
        "text": spread_text(spread),
        "age": age_text(spread),
        "repositories": [show_text(name) for name in spread.repositories[:_PLACES]],
        "more_repositories": max(len(spread.repositories) - _PLACES, 0),
        "places": places[:_PLACES],
        "more_places": max(len(places) - _PLACES, 0),
    }


def _unread(fleet: Organisation) -> list[dict[str, Any]]:
    return [
        {
            "kind": show_text(kind),
            "remedy": remedy(kind),
            "accepted": accepted,
            "shown": [(show_text(f.where), show_text(f.reason)) for f in failures[:_FAILURES]],
            "more": max(len(failures) - _FAILURES, 0),
        }
        for accepted in (False, True)
        for kind, failures in failures_by_kind(fleet.result, accepted=accepted).items()
    ]
