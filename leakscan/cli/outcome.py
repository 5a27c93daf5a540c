"""From a result to reports and an exit code, the same way in every command."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from leakscan.cli.streams import terminal_width, use_color, write_file, write_stdout
from leakscan.errors import ConfigError, ExitCode
from leakscan.model import Confidence, ScanResult
from leakscan.reporters import RenderOptions, iter_report
from leakscan.reporters.coverage import coverage_line


def exit_code(result: ScanResult, fail_on: str) -> ExitCode:
    """The one place where a result becomes an exit code. `fail_on`: a confidence or "never"; what the baseline knows
    does not count."""
    if fail_on != "never":
        least = Confidence[fail_on.upper()]
        if any(f.confidence >= least and not f.baseline for f in result.findings):
            return ExitCode.FINDINGS
    return ExitCode.CLEAN if result.complete else ExitCode.INCOMPLETE


def report(result: ScanResult, given: Mapping[str, Any]) -> None:
    """Writes every report that was asked for; the coverage line goes to stderr."""
    width = terminal_width()
    shown = RenderOptions(
        use_color(given["color"]), width, given["sarif_history"], given["verbose"], time.time()
    )
    for form, path in given["outputs"]:
        write_file(path, iter_report(form, result, shown._replace(color=False)))
    write_stdout(iter_report(given["form"], result, shown))
    if not given["quiet"]:
        print(f"leakscan: {coverage_line(result)}", file=sys.stderr)


def check_folders(paths: Iterable[Path]) -> None:
    """Before the scan, not after it: a report that cannot be written, or that another one would replace, is found out
    early."""
    taken: set[Path] = set()
    for path in paths:
        if not path.parent.is_dir():
            raise ConfigError(f"--output: {path.parent}: no such folder")
        place = path.parent.resolve() / path.name
        if place in taken and (path.is_file() or not path.exists()):
            raise ConfigError(f"--output: {path}: two reports cannot be one file; give each its own")
        taken.add(place)
