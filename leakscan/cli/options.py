"""The options that every scanning command shares."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from leakscan.model import FAILURE_KINDS, Confidence
from leakscan.policy.config import BASELINE_NAME, CONFIG_NAME
from leakscan.reporters import REPORTERS

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
    click.option("--exchange", "exchanges", multiple=True, help="Report this exchange only (repeatable)."),
    click.option("--rules", "rule_places", multiple=True, type=_FILE,
                 help="A rule file, or a folder of them, beside the built-in ones."),
    click.option("--config", type=_FILE, help=f"The configuration (default: {CONFIG_NAME} at the target's root)."),
    click.option("--baseline", type=_FILE,
                 help=f"Known findings (default: {BASELINE_NAME} at the target's root, if it is there)."),
    click.option("--accept-incomplete", callback=_parse_kinds, default="", metavar="KIND,…",
                 help="Kinds of failure that do not make exit code 3; they are still reported."),
)  # fmt: skip
_FAIL_ON = click.option("--fail-on", type=click.Choice([*map(str, Confidence), "never"]),
                        help="What makes the exit code 1 (default: whatever is reported).")  # fmt: skip


def _parse_seconds(context: click.Context, option: click.Parameter, value: float) -> float:
    if math.isnan(value):
        raise click.BadParameter("not a number")
    return value


_TIMEOUT = click.option("--timeout", type=click.FloatRange(min=0), default=0.0, callback=_parse_seconds, metavar="S",
                        help="Stop reading after S seconds.")  # fmt: skip
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


def scan_options(command: F) -> F:
    """What is looked for, and what counts, of one scan."""
    return finding_options(_TIMEOUT(command))


def finding_options(command: F) -> F:
    """What is looked for, and what counts."""
    return _looking(_FAIL_ON(command))


def search_options(command: F) -> F:
    """What is looked for, for commands whose exit code says something else."""
    return _looking(_TIMEOUT(command))


def _looking(command: F) -> F:
    for option in reversed(_SCAN):
        command = option(command)
    return command


def report_options(command: F) -> F:
    """Where the report goes, and what it looks like."""
    for option in reversed(_REPORT):
        command = option(command)
    return command
