"""A summary for pull requests and job pages: what leaked, where, what to do, read in ten seconds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from leakscan.reporters.coverage import coverage_line, failures_by_kind, remedy
from leakscan.reporters.credentials import (
    credentials_of,
    exposure_text,
    fresh,
    part_name,
    places_of,
    sum_text,
    verification_text,
)
from leakscan.reporters.escape import show_text
from leakscan.reporters.policy_words import policy_lines
from leakscan.reporters.words import counted

if TYPE_CHECKING:
    from leakscan.model import Help, ScanResult
    from leakscan.reporters import RenderOptions
    from leakscan.reporters.credentials import Credential

# GitHub takes 1 MiB a step; a person takes less.
_MAX_ROWS = 30
_MAX_CELL = 300
_SHOWN_PLACES = 3
_SHOWN_STEPS = 3
_SPECIAL = re.compile(r"[^\w ,;:.()/=+…·-]|_|(?<=www)\.|:(?=//)", re.ASCII)


def render_markdown(result: ScanResult, options: RenderOptions) -> str:
    credentials = credentials_of(fresh(result))
    blocks = [_headline(result, credentials)]
    if credentials:
        blocks.append(_table(credentials))
        blocks += _steps(credentials)
    blocks += [_incomplete(result), *(safe(line) for line in policy_lines(result, verbose=options.verbose))]
    blocks.append(f"<sub>leakscan {safe(coverage_line(result, clock=False))}</sub>")
    return "\n\n".join(filter(None, blocks)) + "\n"


def _headline(result: ScanResult, credentials: list[Credential]) -> str:
    if credentials:
        return f"### leakscan: {sum_text(credentials)}"
    if not result.complete:
        return "### leakscan: not everything was read, no verdict"
    return f"### leakscan: no {'new ' if result.findings else ''}exchange credentials found"


def _table(credentials: list[Credential]) -> str:
    rows = ["| | credential | where | exposed |", "|---|---|---|---|"]
    for credential in credentials[:_MAX_ROWS]:
        parts = [f"{part_name(part, credential.exchange)} {part.preview}" for part in credential.parts]
        places = list(dict.fromkeys(place for part in credential.parts for place in places_of(part)))
        shown = "<br>".join(f"<code>{_cell(place)}</code>" for place in places[:_SHOWN_PLACES])
        more = f"<br>and {len(places) - _SHOWN_PLACES:,} more" if len(places) > _SHOWN_PLACES else ""
        worst = credential.worst
        said = (exposure_text(worst.exposure, verbose=False), verification_text(worst.verification))
        exposed = "<br>".join(_cell(text) for text in said if text)
        what = f"**{_cell(credential.exchange)}**<br>{'<br>'.join(map(_cell, parts))}"
        rows.append(f"| **{credential.worst.severity}** | {what} | {shown}{more} | {exposed} |")
    if more_rows := len(credentials) - _MAX_ROWS:
        rows += [f"| | and {counted(more_rows, 'more credential')} | | |"] if more_rows > 0 else []
    return "\n".join(rows)


def _steps(credentials: list[Credential]) -> list[str]:
    helps: dict[str, Help] = {}
    for credential in credentials:
        helps.setdefault(credential.exchange, credential.worst.help)
    return [
        f"**Do now: {safe(exchange)}**\n\n"
        + "\n".join(f"{number}. {_linked(step)}" for number, step in enumerate(help_.steps[:_SHOWN_STEPS], 1))
        for exchange, help_ in helps.items()
        if help_.steps
    ]


def _linked(step: str) -> str:
    """A step of a rule file: its addresses stay addresses."""
    return " ".join(
        word if re.fullmatch(r"https://[\w./%#-]+", word) else safe(word) for word in step.split(" ")
    )


def _incomplete(result: ScanResult) -> str:
    kinds = failures_by_kind(result, accepted=False)
    lines = [f"- {kind} {len(failures):,}: {safe(remedy(kind))}" for kind, failures in kinds.items()]
    return "\n".join(["**The scan is not complete.**", "", *lines]) if lines else ""


def _cell(text: str) -> str:
    return safe(text if len(text) <= _MAX_CELL else text[: _MAX_CELL - 1] + "…")


def safe(text: str) -> str:
    """Nothing in it is Markdown, HTML, a mention or a link: what is not plain is written as a character reference."""
    return _SPECIAL.sub(
        lambda found: f"&#{ord(found[0])};" if ord(found[0]) < 128 else found[0], show_text(text)
    )
