"""SARIF 2.1.0 as code scanning services take it: one run, previews only, at most 5,000 results."""

from __future__ import annotations

import zlib
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from leakscan import __version__
from leakscan.reporters.escape import dump_json, sarif_text
from leakscan.reporters.sarif_results import Selection, is_in_checkout, result_fields
from leakscan.reporters.sarif_rules import rule_fields, rules_of
from leakscan.reporters.words import counted

if TYPE_CHECKING:
    from leakscan.model import Failure, Finding, ScanResult
    from leakscan.reporters import RenderOptions

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_HOME = "https://github.com/leakscan/leakscan"
_MAX_ZIPPED = 9_500_000
# (results, related locations each): the first that fits into an upload of 10 MB.
_LIMITS = ((5000, 100), (5000, 0), (2000, 0), (500, 0), (100, 0), (20, 0))
_MAX_RELATED = 50_000
_SHOWN_PLACES = 3
_MAX_NOTES = 100


def render_sarif(result: ScanResult, options: RenderOptions) -> str:
    for max_results, max_related in _LIMITS:
        text = _render(result, options, max_results, max_related)
        if len(text) <= _MAX_ZIPPED or len(zlib.compress(text.encode())) <= _MAX_ZIPPED:
            break
    return text


def _render(result: ScanResult, options: RenderOptions, max_results: int, max_related: int) -> str:
    kept = [
        finding
        for finding in result.findings
        if not finding.baseline
        and finding.locations
        and (options.sarif_history or any(map(is_in_checkout, finding.locations)))
    ]
    ranked = sorted(kept, key=lambda finding: (-finding.severity, -finding.score))[:max_results]
    max_related = min(max_related, _MAX_RELATED // max(len(ranked), 1))
    rules = rules_of(result)
    selection = Selection.of(kept, rules, history=options.sarif_history, max_related=max_related)
    run = {
        "tool": {
            "driver": {
                "name": "leakscan",
                "semanticVersion": __version__,
                "informationUri": _HOME,
                "rules": [rule_fields(rule) for rule in rules],
            }
        },
        "automationDetails": {"id": "leakscan/"},
        "columnKind": "unicodeCodePoints",
        "redactionTokens": ["…"],
        "invocations": [
            {
                "executionSuccessful": result.complete,
                "toolExecutionNotifications": [
                    *_failure_notes(result),
                    *_omission_notes(result, kept, len(ranked)),
                ],
            }
        ],
        "results": [result_fields(finding, selection) for finding in ranked],
    }
    return dump_json({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _failure_notes(result: ScanResult) -> list[dict[str, Any]]:
    """One notification a kind, an error unless the user accepted that kind."""
    kinds: dict[str, list[Failure]] = defaultdict(list)
    for failure in result.failures:
        kinds[failure.kind].append(failure)
    notes = []
    for kind, failures in sorted(kinds.items()):
        level = "note" if kind in result.accepted else "error"
        notes.append(_note(f"incomplete/{kind}", level, _failure_text(kind, failures)))
    return notes


def _failure_text(kind: str, failures: list[Failure]) -> str:
    places = [f"{failure.where} ({failure.reason})" for failure in failures[:_SHOWN_PLACES]]
    more = len(failures) - len(places)
    end = f" and {more:,} more" if more else ""
    return f"Not read, {kind}: {counted(len(failures), 'place')}: {', '.join(places)}{end}."


def _omission_notes(result: ScanResult, kept: list[Finding], shown: int) -> list[dict[str, Any]]:
    notes = []
    if known := sum(finding.baseline for finding in result.findings):
        text = f"{counted(known, 'value')} that the baseline knows left out: see the json report."
        notes.append(_note("omitted/baseline", "note", text))
    if result.policy.allowed:
        text = f"{counted(len(result.policy.allowed), 'value')} that the policy allows left out: see the json report."
        notes.append(_note("omitted/allowed", "note", text))
    notes += [_note("policy", "warning", f"{note}.") for note in result.policy.notes[:_MAX_NOTES]]
    if history_only := len(result.findings) - known - len(kept):
        text = f"{counted(history_only, 'value')} found only in the history left out: see the json report."
        notes.append(_note("omitted/history-only", "warning", text))
    if cut := len(kept) - shown:
        text = f"{counted(cut, 'result')} of lower rank cut: see the json report."
        notes.append(_note("omitted/limit", "warning", text))
    if result.hidden:
        text = f"{counted(result.hidden, 'value')} below the confidence asked for left out."
        notes.append(_note("omitted/confidence", "note", text))
    return notes


def _note(descriptor: str, level: str, text: str) -> dict[str, Any]:
    return {"descriptor": {"id": descriptor}, "level": level, "message": {"text": sarif_text(text)}}
