"""`leakscan config`."""

from __future__ import annotations

from pathlib import Path

import click

from leakscan.errors import ConfigError
from leakscan.policy.apply import Policy
from leakscan.policy.config import CONFIG_NAME, Known
from leakscan.policy.files import files_below, load_policy
from leakscan.reporters.escape import show_text
from leakscan.reporters.words import counted
from leakscan.rules import load_rules
from leakscan.scanning.masking import without_random
from leakscan.scanning.settings import root_of

_target = click.argument("target", default=".", type=click.Path(path_type=Path))
_config = click.option(
    "--config", type=click.Path(path_type=Path), help=f"The file (default: {CONFIG_NAME} at the root)."
)


@click.group(short_help="Check and show the configuration.")
def config() -> None:
    """Check and show the configuration that a scan of TARGET would use."""


@config.command()
@_target
@_config
def check(target: Path, config: Path | None) -> None:
    """Read the configuration and the baseline; say what is wrong with them."""
    policy = _load(target, config)
    if not policy.config.where:
        raise ConfigError(f"{target}: no {CONFIG_NAME} there, nothing to check")
    allowed = counted(len(policy.config.allow), "allow entry", "allow entries")
    known = (
        f", {counted(len(policy.baseline), 'baseline entry', 'baseline entries')}"
        if policy.baseline_where
        else ""
    )
    click.echo(f"{policy.config.where}: all right: {allowed}{known}")


@config.command()
@_target
@_config
def show(target: Path, config: Path | None) -> None:
    """Print what holds, defaults included."""
    policy = _load(target, config)
    chosen = policy.config
    rows = {
        "config": chosen.where or "none",
        "baseline": f"{policy.baseline_where} ({len(policy.baseline):,})"
        if policy.baseline_where
        else "none",
        "min-confidence": str(chosen.min_confidence or "medium"),
        "fail-on": chosen.fail_on or "low",
        "exchanges": ", ".join(chosen.exchanges) or "all",
        "foreign-marks": "honoured" if chosen.foreign_marks else "not honoured",
    }
    for title, text in rows.items():
        click.echo(f"{title:<14} {text}")
    for allow in chosen.allow:
        named = {
            "path": allow.path,
            "rule": allow.rule,
            "fingerprint": allow.fingerprint,
            "until": allow.expires,
        }
        said = ", ".join(f"{key} {value}" for key, value in named.items() if value)
        click.echo(f"{'allow':<14} {show_text(without_random(f'{said}: {allow.reason}'))}")


def _load(target: Path, config: Path | None) -> Policy:
    rules = load_rules()
    known = Known(rules.by_id, [exchange.id for exchange in rules.exchanges])
    root = root_of(target)
    if root is None:
        raise ConfigError(f"{target}: no such folder")
    return load_policy(files_below(root), known, config=config, baseline=None)
