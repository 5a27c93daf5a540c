"""`leakscan explain`."""

from __future__ import annotations

import re
from pathlib import Path

import click

from leakscan.cli.streams import terminal_width, write_stdout
from leakscan.errors import ConfigError
from leakscan.model import Finding
from leakscan.reporters.guide import guide_markdown, guide_of, guide_text
from leakscan.rules.load import describe_rule

_FINGERPRINT = re.compile(r"[0-9a-f]{6,32}")
_FILE = click.Path(path_type=Path)


@click.command(short_help="What a rule or a finding means, and what to do in the next ten minutes.")
@click.argument("name", metavar="RULE|FINGERPRINT")
@click.option(
    "--from", "report", type=_FILE, metavar="FILE", help="The saved report that holds the fingerprint."
)
@click.option(
    "-f", "--format", "form", type=click.Choice(["text", "markdown"]), default="text", show_default=True
)
@click.option("--rules", "places", multiple=True, type=_FILE, help="Rule files beside the built-in ones.")
def explain(name: str, report: Path | None, form: str, places: tuple[Path, ...]) -> None:
    """Say what RULE finds, what such a value allows and what to do, in order; of a FINGERPRINT (six digits or more are
    enough) also where it stands and since when.

    \b
    leakscan explain binance-hmac-secret
    leakscan explain 3f9a2c --from scan.json
    """
    finding = None
    if report is not None:
        from leakscan.reporters.sarif_rules import rule_of

        finding = _find(name, report, places)
        rule = describe_rule(finding.rule_id, places) or rule_of(finding)
    else:
        known = describe_rule(name, places)
        if known is None:
            raise ConfigError(_unknown(name, places))
        rule = known
    guide = guide_of(rule)
    width = min(terminal_width(), 110)
    if form == "markdown":
        write_stdout(("".join(f"- {line}\n" for line in _facts(finding, markdown=True)) + "\n" if finding else "")
                     + guide_markdown(guide))  # fmt: skip
    else:
        write_stdout(("".join(f"{line}\n" for line in _facts(finding)) + "\n" if finding else "")
                     + guide_text(guide, width))  # fmt: skip


def _unknown(name: str, places: tuple[Path, ...]) -> str:
    import difflib

    from leakscan.rules import load_rules

    if _FINGERPRINT.fullmatch(name):
        return f"{name} is no rule; a fingerprint is looked up in a saved report: leakscan explain {name} --from FILE"
    rules = load_rules(places)
    for exchange in rules.exchanges:
        if name.casefold() in (exchange.id, exchange.name.casefold()):
            listed = ", ".join(rule.id for rule in exchange.rules)
            return f"{exchange.name} is an exchange; its rules are {listed}"
    close = difflib.get_close_matches(name, [*rules.by_id, *(exchange.id for exchange in rules.exchanges)], 1)
    return f"no rule {name!r}; " + (f"did you mean {close[0]}?" if close else "see leakscan rules list")


def _find(name: str, report: Path, places: tuple[Path, ...]) -> Finding:
    from leakscan.rules import load_rules
    from leakscan.saved import load_saved

    if not _FINGERPRINT.fullmatch(name):
        raise ConfigError(f"{name!r} is no fingerprint: 6 to 32 of 0-9 and a-f, as the json report has it")
    findings = load_saved(report, load_rules(places).describe()).findings
    found = [finding for finding in findings if finding.fingerprint.startswith(name)]
    if len(found) != 1:
        raise ConfigError(
            f"{report}: {len(found)} findings of {len(findings)} have a fingerprint like {name}"
        )
    return found[0]


def _facts(finding: Finding, *, markdown: bool = False) -> list[str]:
    from leakscan.reporters.credentials import advice_of, exposure_text, places_of, verification_text
    from leakscan.reporters.escape import show_text
    from leakscan.reporters.guide import escape_markdown

    lines = [
        f"{finding.severity}, {finding.confidence} confidence: {show_text(finding.preview)}"
        f" ({finding.length} characters), rule {show_text(finding.rule_id)}",
        f"why: {'; '.join(map(show_text, finding.reasons))}",
        exposure_text(finding.exposure, verbose=True),
        verification_text(finding.verification),
        *advice_of(finding),
        *places_of(finding),
    ]
    return [escape_markdown(line) if markdown else line for line in lines if line]
