"""The rules of a SARIF run, with everything that code scanning shows of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from leakscan.model import RuleInfo, Severity
from leakscan.reporters.escape import show_text
from leakscan.reporters.guide import guide_markdown, guide_of, guide_text, web_uri

if TYPE_CHECKING:
    from leakscan.model import Finding, ScanResult

_MAX_DESCRIPTION = 1024
_HELP_WIDTH = 100
LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
}
_SECURITY = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "2.5"}


def rules_of(result: ScanResult) -> tuple[RuleInfo, ...]:
    """Every rule of the scan, and those that only a finding names (merged reports): one each, by id."""
    rules = {finding.rule_id: rule_of(finding) for finding in result.findings}
    rules.update((rule.rule_id, rule) for rule in result.rules)
    return tuple(rules[rule_id] for rule_id in sorted(rules))


def rule_of(finding: Finding) -> RuleInfo:
    return RuleInfo(
        rule_id=finding.rule_id,
        exchange=finding.exchange,
        exchange_name=finding.exchange,
        title=finding.title,
        description=finding.title,
        part=finding.part,
        severity=finding.severity,
        help=finding.help,
    )


def rule_fields(rule: RuleInfo) -> dict[str, Any]:
    title = _described(rule.title, rule.rule_id)
    description = _described(rule.description, title)
    guide = guide_of(rule)
    docs = web_uri(rule.help.docs_url)
    return {
        "id": rule.rule_id,
        "name": "".join(word.capitalize() for word in rule.rule_id.split("-")),
        "shortDescription": {"text": title},
        "fullDescription": {"text": description},
        "help": {
            "text": guide_text(guide, _HELP_WIDTH),
            "markdown": guide_markdown(guide),
        },
        **({"helpUri": docs} if docs else {}),
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": {
            "security-severity": _SECURITY[rule.severity],
            "precision": "high",
            "tags": list(dict.fromkeys(("security", "secret", "exchange", rule.exchange))),
        },
    }


def _described(text: str, fallback: str) -> str:
    """Never empty and never too long: code scanning refuses both."""
    text = show_text(text.strip()) or fallback
    return text if len(text) <= _MAX_DESCRIPTION else text[: _MAX_DESCRIPTION - 3] + "..."
