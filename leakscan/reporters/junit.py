"""JUnit XML: a test case a credential, failed; an error for each kind of thing that was not read."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from leakscan.reporters.coverage import coverage_line, failures_by_kind, remedy
from leakscan.reporters.credentials import credentials_of, fresh, part_name, places_of
from leakscan.reporters.escape import show_text

if TYPE_CHECKING:
    from leakscan.model import Failure, ScanResult
    from leakscan.reporters import RenderOptions
    from leakscan.reporters.credentials import Credential


def render_junit(result: ScanResult, options: RenderOptions) -> str:
    credentials = credentials_of(fresh(result))
    kinds = failures_by_kind(result, accepted=False)
    cases = [_failed(credential) for credential in credentials]
    cases += [_error(kind, failures) for kind, failures in kinds.items()]
    if not cases:
        cases = ['    <testcase classname="leakscan" name="no exchange credentials"/>']
    counts = f'tests="{len(cases)}" failures="{len(credentials)}" errors="{len(kinds)}"'
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name="leakscan" {counts}>',
        f'  <testsuite name="leakscan" {counts}>',
        *cases,
        f"    <system-out>{_text(coverage_line(result, clock=False))}</system-out>",
        "  </testsuite>",
        "</testsuites>",
    ]
    return "\n".join(lines) + "\n"


def _failed(credential: Credential) -> str:
    worst = credential.worst
    names = ", ".join(dict.fromkeys(part_name(part, credential.exchange) for part in credential.parts))
    places = [f"{place} {part.rule_id}" for part in credential.parts for place in places_of(part)]
    name = places[0] if places else worst.title
    return (
        f'    <testcase classname="leakscan.{_text(worst.rule_id)}" name="{_text(name)}">\n'
        f'      <failure type="{worst.severity}" message="{_text(f"{credential.exchange}: {names}")}">'
        f"{_text('; '.join([*places, *worst.help.steps[:1]]))}</failure>\n    </testcase>"
    )


def _error(kind: str, failures: list[Failure]) -> str:
    places = "; ".join(f"{failure.where}: {failure.reason}" for failure in failures[:20])
    return (
        f'    <testcase classname="leakscan.incomplete" name="{kind}">\n'
        f'      <error type="{kind}" message="{_text(remedy(kind))}">{_text(places)}</error>\n    </testcase>'
    )


def _text(text: str) -> str:
    return escape(show_text(text)).encode("ascii", "xmlcharrefreplace").decode()
