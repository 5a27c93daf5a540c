"""SARIF that leakscan wrote: each result carries its finding in `properties.finding`."""

from __future__ import annotations

from collections.abc import Mapping

from leakscan.errors import ReportError
from leakscan.model import FAILURE_KINDS, Coverage, Failure, FailureKind, RuleInfo, ScanResult
from leakscan.saved.fields import Fields
from leakscan.saved.finding import parse_finding

_KINDS: dict[str, FailureKind] = {kind: kind for kind in FAILURE_KINDS}  # type: ignore[misc]


def parse_sarif(fields: Fields, rules: Mapping[str, RuleInfo]) -> ScanResult:
    runs = list(fields.objects("runs"))
    tools = [tool.object("driver") for run in runs if (tool := run.object("tool"))]
    if not runs or any(driver is None or driver.text("name") != "leakscan" for driver in tools):
        raise ReportError(f"{fields.where}: SARIF of another tool: only that of leakscan can be read")
    findings, failures, accepted = [], [], set()
    for run in runs:
        for result in run.objects("results"):
            properties = result.object("properties")
            finding = properties and properties.object("finding")
            if finding is None:
                raise ReportError(f"{result.where}: has no finding in it: scan again to save it again")
            findings.append(parse_finding(finding, rules))
        for invocation in run.objects("invocations"):
            for failure, is_accepted in _failures(invocation, fields.where):
                failures.append(failure)
                accepted |= {failure.kind} if is_accepted else set()
    failures.append(Failure("partial-report", fields.where, "SARIF does not count what was read"))
    return ScanResult(
        target=fields.where,
        findings=tuple(findings),
        skipped=(),
        failures=tuple(failures),
        coverage=Coverage(),
        rules=tuple(rules.values()),
        rules_digest="",
        accepted=frozenset(accepted - {"partial-report"}),
    )


def _failures(invocation: Fields, where: str) -> list[tuple[Failure, bool]]:
    found = []
    for note in invocation.objects("toolExecutionNotifications"):
        descriptor, message = note.object("descriptor"), note.object("message")
        group, _, kind = descriptor.text("id").partition("/") if descriptor else ("", "", "")
        text = message.text("text") if message else ""
        if group == "incomplete":
            found.append(
                (Failure(_KINDS.get(kind, "partial-report"), where, text), note.text("level", "") == "note")
            )
        elif group == "omitted" and kind != "confidence":
            found.append((Failure("partial-report", where, text), False))
    return found
