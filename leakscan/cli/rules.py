"""`leakscan rules`."""

from __future__ import annotations

import difflib
from pathlib import Path

import click

from leakscan.errors import ConfigError, ExitCode
from leakscan.rules import PemShape, PhraseShape, Rule, load_rules

_places = click.option(
    "--rules",
    "places",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Rule files beside the built-in ones.",
)


@click.group(short_help="List, show and check the rules.")
def rules() -> None:
    """List, show and check the rules."""


@rules.command("list")
@_places
def list_rules(places: tuple[Path, ...]) -> None:
    """Every rule: its id, and what it finds."""
    described = load_rules(places).describe()
    width = max(len(info.rule_id) for info in described)
    for info in described:
        click.echo(f"{info.rule_id:<{width}}  {info.title}")


@rules.command("show")
@click.argument("rule_id", metavar="RULE")
@_places
def show_rule(rule_id: str, places: tuple[Path, ...]) -> None:
    """One rule: the form it looks for, the names and words around it, and why."""
    loaded = load_rules(places)
    rule = loaded.by_id.get(rule_id)
    if rule is None:
        close = difflib.get_close_matches(rule_id, loaded.by_id, 1)
        hint = f"did you mean {close[0]}?" if close else "see leakscan rules list"
        raise ConfigError(f"no rule {rule_id!r}; {hint}")
    exchange = loaded.exchange(rule.exchange)
    rows = {
        "rule": rule.id,
        "finds": rule.title,
        "form": form(rule),
        "why": rule.why,
        "names": ", ".join((*rule.names, *rule.weak_names)),
        "exchange": f"{exchange.name} ({exchange.id})",
        "words": ", ".join((*exchange.keywords, *exchange.headers)),
        "severity": f"{rule.severity}, {rule.paired} with the other part of the credential",
        "revoke": exchange.help.revoke_url,
        "docs": exchange.help.docs_url,
    }
    for title, text in rows.items():
        if text:
            click.echo(f"{title:<9} {text}")


def form(rule: Rule) -> str:
    if isinstance(rule.shape, PemShape):
        return f"private key (PEM): {', '.join(sorted(rule.shape.types))}"
    if isinstance(rule.shape, PhraseShape):
        return f"recovery phrase of {rule.shape.words} words (BIP 39)"
    if rule.shape.loose:
        return (
            f"{rule.shape.pattern.least} to {rule.shape.pattern.most} characters; the format is not published"
        )
    return rule.shape.pattern.text


@rules.command("check")
@click.argument("places", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE|FOLDER]...")
def check(places: tuple[Path, ...]) -> int:
    """Run the examples and counterexamples of every rule, those of FILE or FOLDER too."""
    from leakscan.check import check_rules

    loaded = load_rules(places)
    complaints = list(check_rules(loaded))
    for complaint in complaints:
        click.echo(f"leakscan: {complaint}", err=True)
    examples = sum(len(rule.examples) + len(rule.counterexamples) for rule in loaded.by_id.values())
    verdict = f"{len(complaints)} failed" if complaints else "all right"
    click.echo(
        f"{len(loaded.by_id)} rules of {len(loaded.exchanges)} exchanges, {examples} examples: {verdict}"
    )
    return ExitCode.ERROR if complaints else ExitCode.CLEAN
