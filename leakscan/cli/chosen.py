"""Which findings a command is about: all that count, or those that were named."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from leakscan.errors import ConfigError
from leakscan.model import Finding
from leakscan.rules import RuleSet

_FINGERPRINT = re.compile(r"[0-9a-f]{6,32}")
F = TypeVar("F", bound=Callable[..., Any])
_ONLY = click.option("--only", multiple=True, metavar="FINGERPRINT",
                     help="Only this finding (repeatable; six digits or more are enough).")  # fmt: skip
_FROM = click.option("--from", "report", type=click.Path(path_type=Path), metavar="FILE",
                     help="Only what this saved report holds; values are never read from it.")  # fmt: skip


def choice_options(command: F) -> F:
    """`--only` and `--from`."""
    return _ONLY(_FROM(command))


def choose(
    findings: Iterable[Finding], rules: RuleSet, only: Sequence[str], report: Path | None
) -> list[Finding]:
    """Those that were named, by fingerprint or by a report; without a name all but what the baseline knows.
    ConfigError for a name that nothing has."""
    chosen = list(findings)
    if report is not None:
        from leakscan.saved import load_saved

        known = {finding.fingerprint for finding in load_saved(report, rules.describe()).findings}
        chosen = [finding for finding in chosen if finding.fingerprint in known]
    for name in only:
        if not _FINGERPRINT.fullmatch(name):
            raise ConfigError(f"--only: {name!r} is no fingerprint: 6 to 32 of 0-9 and a-f")
        if not any(finding.fingerprint.startswith(name) for finding in chosen):
            raise ConfigError(f"--only: nothing that was found has a fingerprint like {name}")
    if only:
        return [finding for finding in chosen if finding.fingerprint.startswith(tuple(only))]
    return chosen if report is not None else [finding for finding in chosen if not finding.baseline]
