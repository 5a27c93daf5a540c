"""The options that every scanning command shares, and what they mean together with the configuration."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from leakscan.cli.policy import ReadFile, files_below, load_policy
from leakscan.errors import ConfigError, GitError
from leakscan.model import FAILURE_KINDS, Confidence
from leakscan.policy.config import BASELINE_NAME, CONFIG_NAME, Known
from leakscan.reporters import REPORTERS
from leakscan.rules import RuleSet, load_rules
from leakscan.scan.options import ScanOptions

F = TypeVar("F", bound=Callable[..., Any])
_LEVELS = click.Choice([str(level) for level in Confidence])
_FILE = click.Path(path_type=Path)


def _parse_outputs(
    ctx: click.Context, param: click.Parameter, values: tuple[str, ...]
) -> list[tuple[str, Path]]:
    outputs: list[tuple[str, Path]] = []
    for value in values:
        form, _, file = value.partition("=")
        if form not in REPORTERS or not file:
            raise click.BadParameter(f"{value!r} is not FORMAT=FILE with a format of {', '.join(REPORTERS)}")
        outputs.append((form, Path(file)))
    return outputs


def _parse_kinds(ctx: click.Context, param: click.Parameter, value: str) -> frozenset[str]:
    kinds = frozenset(value.split(",")) - {""}
    if unknown := sorted(kinds - set(FAILURE_KINDS)):
        raise click.BadParameter(f"unknown kind {unknown[0]!r}; known: {', '.join(FAILURE_KINDS)}")
    return kinds


_SCAN = (
    click.option("--min-confidence", type=_LEVELS, help="Report from here on (default: medium)."),
    click.option("--fail-on", type=click.Choice([*map(str, Confidence), "never"]),
                 help="What makes the exit code 1 (default: whatever is reported)."),
    click.option("--exchange", "exchanges", multiple=True, help="Report this exchange only (repeatable)."),
    click.option("--rules", "rule_places", multiple=True, type=_FILE,
                 help="A rule file, or a folder of them, beside the built-in ones."),
    click.option("--config", type=_FILE, help=f"The configuration (default: {CONFIG_NAME} at the target's root)."),
    click.option("--baseline", type=_FILE,
                 help=f"Known findings (default: {BASELINE_NAME} at the target's root, if it is there)."),
    click.option("--accept-incomplete", callback=_parse_kinds, default="", metavar="KIND,…",
                 help="Kinds of failure that do not make exit code 3; they are still reported."),
    click.option("--timeout", type=click.FloatRange(min=0), default=0.0, metavar="S",
                 help="Stop reading after S seconds."),
)  # fmt: skip
_REPORT = (
    click.option("-f", "--format", "form", type=click.Choice(list(REPORTERS)), default="text", show_default=True,
                 help="What to print."),
    click.option("-o", "--output", "outputs", multiple=True, callback=_parse_outputs, metavar="FORMAT=FILE",
                 help="Also write a report to a file (repeatable)."),
    click.option("--show-secrets", is_flag=True, help="Print values in full."),
    click.option("--sarif-history", is_flag=True, help="Keep findings that stand only in history in SARIF."),
    click.option("-q", "--quiet", is_flag=True, help="No coverage line and no progress."),
    click.option("-v", "--verbose", is_flag=True, help="Also what was skipped, one by one."),
    click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True,
                 help="Colours in the text report."),
)  # fmt: skip
# What `settle` is given where there is no command line to speak of.
NOTHING_GIVEN: Mapping[str, Any] = {
    "rule_places": (),
    "config": None,
    "baseline": None,
    "min_confidence": None,
    "fail_on": None,
    "exchanges": (),
    "show_secrets": False,
    "accept_incomplete": frozenset(),
    "timeout": 0.0,
}


def scan_options(command: F) -> F:
    """What is looked for, and what counts."""
    for option in reversed(_SCAN):
        command = option(command)
    return command


def report_options(command: F) -> F:
    """Where the report goes, and what it looks like."""
    for option in reversed(_REPORT):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True)
class Settings:
    """The command line and the configuration together: the command line wins."""

    rules: RuleSet
    options: ScanOptions
    fail_on: str


def settle(given: Mapping[str, Any], read: ReadFile, **more: Any) -> Settings:
    """`read` gives the files of the policy; `more` are fields of ScanOptions. ConfigError for unknown names."""
    rules = load_rules(given["rule_places"])
    exchanges = [exchange.id for exchange in rules.exchanges]
    policy = load_policy(
        read, Known(rules.by_id, exchanges), config=given["config"], baseline=given["baseline"]
    )
    config = policy.config
    level = given["min_confidence"]
    options = ScanOptions(
        min_confidence=Confidence[level.upper()] if level else config.min_confidence or Confidence.MEDIUM,
        exchanges=_known_exchanges(given["exchanges"], exchanges) or frozenset(config.exchanges),
        show_secrets=given["show_secrets"],
        accepted=given["accept_incomplete"],
        timeout_s=given["timeout"],
        policy=policy,
        **more,
    )
    return Settings(rules, options, given["fail_on"] or config.fail_on or "low")


def files_at_root(targets: Iterable[str]) -> ReadFile:
    """The policy of the one place that the targets lie in; none for standard input and files outside repositories."""
    roots = {root for target in targets if target != "-" if (root := root_of(Path(target))) is not None}
    if len(roots) > 1 and any(
        (root / name).exists() for root in roots for name in (CONFIG_NAME, BASELINE_NAME)
    ):
        raise ConfigError(
            "the targets have policies of their own: scan them one by one, or name --config and --baseline"
        )
    return files_below(roots.pop()) if len(roots) == 1 else lambda name: None


def root_of(target: Path) -> Path | None:
    """The work tree that a file or folder lies in, or the folder itself; None for a file outside of one."""
    from leakscan.gitstore.layout import find_enclosing

    folder = target if target.is_dir() else target.parent
    try:
        enclosing = find_enclosing(folder)
    except GitError:  # a .git that leads nowhere is a failure of the scan, not of the policy
        enclosing = None
    if enclosing is not None:
        return enclosing.work_tree
    return Path(os.path.realpath(target)) if target.is_dir() else None


def _known_exchanges(names: Iterable[str], known: list[str]) -> frozenset[str]:
    import difflib

    for name in names:
        if name not in known:
            close = difflib.get_close_matches(name, known, 1)
            hint = f"did you mean {close[0]}?" if close else f"known: {', '.join(known)}"
            raise ConfigError(f"--exchange: unknown exchange {name!r}; {hint}")
    return frozenset(names)
