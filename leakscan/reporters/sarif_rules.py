"""The rules of a SARIF run, with everything that code scanning shows of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from leakscan.model import RuleInfo, Severity
from leakscan.reporters.escape import show_text

if TYPE_CHECKING:
    from leakscan.model import Finding, Help, ScanResult

_MAX_DESCRIPTION = 1024
LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
}
_SECURITY = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "2.5"}


def rules_of(result: ScanResult) -> tuple[RuleInfo, ...]:
    """Every rule of the scan, and those that only a finding names (merged reports): one each, by id."""
    rules = {finding.rule_id: _rule_of(finding) for finding in result.findings}
    rules.update((rule.rule_id, rule) for rule in result.rules)
    return tuple(rules[rule_id] for rule_id in sorted(rules))


def _rule_of(finding: Finding) -> RuleInfo:
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
    docs = _web_uri(rule.help.docs_url)
    return {
        "id": rule.rule_id,
        "name": "".join(word.capitalize() for word in rule.rule_id.split("-")),
        "shortDescription": {"text": title},
        "fullDescription": {"text": description},
        "help": {
            "text": _help_text(rule.help, title),
            "markdown": _help_markdown(rule.help, title, description),
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


def _help_text(help_: Help, title: str) -> str:
    steps = [f"{number}. {show_text(step)}" for number, step in enumerate(help_.steps, 1)]
    links = [f"Revoke: {help_.revoke_url}"] if help_.revoke_url else []
    return "\n".join([*(steps or [f"Revoke it, then remove it: {title}"]), *links])


def _help_markdown(help_: Help, title: str, description: str) -> str:
    steps = [f"{number}. {show_text(step)}" for number, step in enumerate(help_.steps, 1)]
    links = [
        f"[{label}]({uri})"
        for label, uri in (
            ("Revoke it at the exchange", _web_uri(help_.revoke_url)),
            ("How these keys work", _web_uri(help_.docs_url)),
        )
        if uri
    ]
    now = "Do now:\n\n" + "\n".join(steps) if steps else ""
    blocks = [f"**{title}**", "" if description == title else description, now, " · ".join(links)]
    return "\n\n".join(block for block in blocks if block)


def _web_uri(url: str) -> str:
    """The address as a URI that cannot end a Markdown link early, or nothing if it is not one of the web."""
    if not url.startswith(("https://", "http://")):
        return ""
    return quote(url.encode("utf-8", "replace"), safe=":/?#@!$&'*+,;=%~")
