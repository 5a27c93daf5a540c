"""A saved report -> `ScanResult`. What a form does not carry is said as a failure: nothing read back looks complete
that may not have been."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn, cast

from leakscan.decisions import Allowed, PolicyUse
from leakscan.errors import ReportError
from leakscan.model import FAILURE_KINDS, Coverage, Failure, FailureKind, RuleInfo, ScanResult, Skipped
from leakscan.saved.fields import Fields
from leakscan.saved.finding import parse_finding, parse_path
from leakscan.saved.sarif import parse_sarif
from leakscan.sources.named import read_named

MAX_BYTES = 1 << 29
_NOT_OURS = "not a report of leakscan: save one with leakscan scan -o json=FILE"


def load_saved(path: Path, rules: Sequence[RuleInfo]) -> ScanResult:
    """`rules`: what is known of rules today; a report may name others. ReportError if it is no report of ours."""
    name = str(path)
    data = read_named(path, MAX_BYTES, ReportError, f"larger than {MAX_BYTES >> 20} MiB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ReportError(f"{name}: {_NOT_OURS}") from None
    known = {rule.rule_id: rule for rule in rules}
    return _parse(text, name, known)


def _parse(text: str, name: str, rules: Mapping[str, RuleInfo]) -> ScanResult:
    first = text.lstrip()[:1]
    if not first:
        return _parse_lines([], name, rules)
    if first != "{":
        raise ReportError(f"{name}: {_NOT_OURS}")
    line, _, rest = text.partition("\n")
    if line.rstrip() not in ("{", "") and (rest.strip() or _is_finding(line)):
        return _parse_lines(text.splitlines(), name, rules)
    value = _json(text, name)
    if value.get("tool") == "leakscan":
        return _parse_json(Fields(value, name), rules)
    if "runs" in value:
        return parse_sarif(Fields(value, name), rules)
    raise ReportError(f"{name}: {_NOT_OURS}")


def _is_finding(line: str) -> bool:
    return line.startswith('{"fingerprint"')


def _json(text: str, name: str) -> dict[str, Any]:
    try:
        value = json.loads(text, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        raise ReportError(
            f"{name}:{error.lineno}: not JSON, or cut off: scan again to save it again"
        ) from None
    except (ValueError, RecursionError):
        raise ReportError(f"{name}: {_NOT_OURS}") from None
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _parse_lines(lines: Sequence[str], name: str, rules: Mapping[str, RuleInfo]) -> ScanResult:
    findings = [
        parse_finding(Fields(_json(line, f"{name}:{number}"), f"{name}:{number}"), rules)
        for number, line in enumerate(lines, 1)
        if line.strip()
    ]
    reason = "JSON lines do not say what was read"
    return ScanResult(
        target=name,
        findings=tuple(findings),
        skipped=(),
        failures=(Failure("partial-report", name, reason),),
        coverage=Coverage(),
        rules=tuple(rules.values()),
        rules_digest="",
    )


def _parse_json(fields: Fields, rules: Mapping[str, RuleInfo]) -> ScanResult:
    read = fields.object("coverage")
    if read is None or not fields.has("complete") or not fields.has("findings"):
        raise ReportError(
            f"{fields.where}: coverage, complete or findings is missing: scan again to save it again"
        )
    failures = tuple(_failure(failure) for failure in fields.objects("failures"))
    complete = fields.flag("complete")
    if not complete and not failures:
        failures = (Failure("partial-report", fields.where, "says that it is not complete, and not why"),)
    names = ("files", "blobs", "commits", "tags", "bytes", "published_examples")
    return ScanResult(
        target=fields.text("target"),
        findings=tuple(parse_finding(finding, rules) for finding in fields.objects("findings")),
        skipped=tuple(Skipped(s.text("where"), s.text("rule")) for s in fields.objects("skipped")),
        failures=failures,
        coverage=Coverage(**{name: read.number(name, 0) for name in names}),
        rules=tuple(rules.values()),
        rules_digest=fields.text("rules_digest", ""),
        hidden=fields.number("hidden", 0),
        # which kinds were accepted is not saved: all of them, or the report would not be complete
        accepted=frozenset(failure.kind for failure in failures) if complete else frozenset(),
        policy=_policy(fields.object("policy")),
    )


def _failure(fields: Fields) -> Failure:
    """A kind that only a newer version knows is a report that this one does not understand in full."""
    kind = fields.text("kind")
    known = cast("FailureKind", kind if kind in FAILURE_KINDS else "partial-report")
    reason = fields.text("reason")
    return Failure(known, fields.text("where"), reason if kind == known else f"{kind}: {reason}")


def _policy(fields: Fields | None) -> PolicyUse:
    if fields is None:
        return PolicyUse()
    allowed = tuple(
        Allowed(
            item.text("fingerprint"),
            item.text("rule_id"),
            parse_path(item.text("path", "")),
            item.number("start_line", 0),
            item.text("by", ""),
            item.text("reason", ""),
        )
        for item in fields.objects("allowed")
    )
    return PolicyUse(fields.texts("sources"), fields.texts("settings"), allowed, fields.texts("notes"))
