"""The whole result as one HTML page that needs no network: script and style inside, everything else escaped.

Values stay masked even with --show-secrets: a page is made to be handed around."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from leakscan.reporters.coverage import coverage_line, failures_by_kind, remedy
from leakscan.reporters.credentials import (
    Credential,
    advice_of,
    credentials_of,
    exposure_text,
    part_name,
    places_of,
    rotation_text,
    verification_text,
)
from leakscan.reporters.escape import dump_json, show_text
from leakscan.reporters.html_page import TEMPLATES, render_page
from leakscan.reporters.html_timeline import timeline_of
from leakscan.reporters.words import counted

if TYPE_CHECKING:
    from leakscan.model import Failure, Finding, Help, ScanResult
    from leakscan.reporters import RenderOptions

_SHOWN_FAILURES = 50
# A page of 5,000 findings stays below 5 MB: each has 1 kB.
_MAX_PLACES = 15_000
_MAX_TEXT = 400
_STATES = {
    "present": "Still in the code",
    "history": "Only in the history",
    "published": "Published",
    "local": "Not known to be published",
    "old": "Older than 90 days",
    "known": "Known (baseline)",
}


@dataclass(frozen=True, slots=True)
class _Part:
    name: str
    rule_id: str
    fingerprint: str
    preview: str
    size: str
    why: str
    exposed: str
    advice: tuple[str, ...]
    places: tuple[str, ...]
    more: int


@dataclass(frozen=True, slots=True)
class _Card:
    """One credential as the page shows it; every text is one printable line."""

    number: int
    name: str
    severity: str
    confidence: str
    exchange: str
    title: str
    place: str
    states: tuple[str, ...]
    parts: tuple[_Part, ...]


@dataclass(frozen=True, slots=True)
class _Steps:
    exchange: str
    steps: tuple[str, ...]
    revoke_url: str
    docs_url: str


@dataclass(frozen=True, slots=True)
class _Unread:
    kind: str
    remedy: str
    accepted: bool
    shown: tuple[tuple[str, str], ...]
    more: int


def render_html(result: ScanResult, options: RenderOptions) -> str:
    credentials = credentials_of(result)
    shown = min(max(_MAX_PLACES // max(len(result.findings), 1), 3), 20)
    cards = [_card(number, credential, shown) for number, credential in enumerate(credentials)]
    return render_page(
        (TEMPLATES / "report.html").read_text("utf-8"),
        style=(TEMPLATES / "report.css").read_text("utf-8"),
        script=(TEMPLATES / "report.js").read_text("utf-8"),
        target=show_text(result.target),
        verdict=_verdict(result, credentials),
        complete=result.complete,
        numbers=_numbers(result, cards),
        cards=len(cards),
        data=_data(cards),
        states={
            state: text for state, text in _STATES.items() if any(state in card.states for card in cards)
        },
        exchanges=sorted({card.exchange for card in cards}),
        severities=list(dict.fromkeys(card.severity for card in cards)),
        timeline=timeline_of(credentials),
        helps=_helps(credentials),
        coverage=coverage_line(result, clock=False),
        unread=_unread(result),
        hidden=result.hidden,
        notes=[show_text(note) for note in result.policy.notes],
        allowed=len(result.policy.allowed),
    )


def _data(cards: list[_Card]) -> str:
    """The cards as JSON that may stand in a script element: nothing in it can end or open one."""
    text = dump_json([asdict(card) for card in cards])
    return re.sub("[<>&]", lambda found: f"\\u{ord(found[0]):04x}", text)


def _verdict(result: ScanResult, credentials: list[Credential]) -> str:
    if credentials:
        found = f"{counted(len(credentials), 'credential')} found"
        return found if result.complete else f"{found}, and the scan is NOT complete: there may be more"
    if not result.complete:
        return "No verdict: the scan is NOT complete, and what was not read may hold credentials"
    return "No exchange credentials found"


def _numbers(result: ScanResult, cards: list[_Card]) -> list[tuple[str, str]]:
    severities = Counter(card.severity for card in cards)
    states = Counter(state for card in cards for state in card.states)
    numbers = [("credentials", len(cards)), ("values", len(result.findings))]
    numbers += [(level, severities[level]) for level in ("critical", "high", "medium", "low")]
    numbers += [("published", states["published"]), ("still in the code", states["present"])]
    numbers += [("older than 90 days", states["old"]), ("not read", len(result.failures))]
    return [(name, f"{number:,}") for name, number in numbers]


def _card(number: int, credential: Credential, max_places: int) -> _Card:
    parts = tuple(_part(part, credential.exchange, max_places) for part in credential.parts)
    worst = credential.worst
    return _Card(
        number=number,
        name=worst.group or worst.fingerprint,
        severity=str(worst.severity),
        confidence=str(worst.confidence),
        exchange=credential.exchange,
        title=", ".join(dict.fromkeys(part.name for part in parts)),
        place=next((place for part in parts for place in part.places), ""),
        states=_states(credential),
        parts=parts,
    )


def _states(credential: Credential) -> tuple[str, ...]:
    states = {
        "present": credential.is_present,
        "history": not credential.is_present,
        "published": credential.is_published,
        "local": not credential.is_published,
        "old": any(rotation_text(part.exposure.days) for part in credential.parts),
        "known": all(part.baseline for part in credential.parts),
    }
    return tuple(state for state, holds in states.items() if holds)


def _part(part: Finding, exchange: str, max_places: int) -> _Part:
    places = places_of(part)
    return _Part(
        name=part_name(part, exchange),
        rule_id=show_text(part.rule_id),
        fingerprint=show_text(part.fingerprint),
        preview=show_text(part.preview) or "(masked)",
        size=counted(part.length, "character"),
        why=_cut("; ".join(map(show_text, part.reasons))),
        exposed=_cut(exposure_text(part.exposure, verbose=True)),
        advice=tuple(filter(None, (verification_text(part.verification), *advice_of(part)))),
        places=tuple(map(_cut, places[:max_places])),
        more=max(len(places) - max_places, 0),
    )


def _cut(text: str) -> str:
    return text if len(text) <= _MAX_TEXT else f"{text[: _MAX_TEXT - 1]}…"


def _helps(credentials: list[Credential]) -> list[_Steps]:
    helps: dict[str, Help] = {}
    for credential in credentials:
        helps.setdefault(credential.exchange, credential.worst.help)
    return [
        _Steps(name, tuple(map(show_text, help_.steps)), _link(help_.revoke_url), _link(help_.docs_url))
        for name, help_ in helps.items()
    ]


def _link(url: str) -> str:
    """The address if it is one of the web: rule files and saved reports may say anything."""
    return show_text(url) if url.startswith("https://") else ""


def _unread(result: ScanResult) -> list[_Unread]:
    return [
        _unread_kind(kind, failures, accepted=accepted)
        for accepted in (False, True)
        for kind, failures in failures_by_kind(result, accepted=accepted).items()
    ]


def _unread_kind(kind: str, failures: list[Failure], *, accepted: bool) -> _Unread:
    shown = [(_cut(show_text(f.where)), _cut(show_text(f.reason))) for f in failures[:_SHOWN_FAILURES]]
    more = max(len(failures) - _SHOWN_FAILURES, 0)
    return _Unread(show_text(kind), remedy(kind), accepted, tuple(shown), more)
