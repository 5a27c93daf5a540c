"""`leakscan scan`."""

from __future__ import annotations

import difflib
import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from leakscan.cli.cachefolder import cache_folder
from leakscan.cli.progress import ProgressLine
from leakscan.cli.size import parse_memory
from leakscan.cli.streams import use_color, write_file, write_stdout
from leakscan.errors import ConfigError, ExitCode
from leakscan.gitstore import DEFAULT_MEMORY
from leakscan.gitstore.kernel import COMPILED
from leakscan.model import FAILURE_KINDS, Confidence, ScanResult
from leakscan.reporters import REPORTERS, RenderOptions, render
from leakscan.reporters.coverage import coverage_line
from leakscan.rules import RuleSet, load_rules
from leakscan.scan import Scan, ScanOptions
from leakscan.sources import Item

_NO_KERNEL = (
    "leakscan: the compiled kernel is missing, history takes two to three times as long: install a C compiler, then"
    " install leakscan again"
)
_LEVELS = click.Choice([str(level) for level in Confidence])


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


@click.command(
    short_help="Find exchange credentials in files, folders, repositories and their whole history."
)
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@click.option("--tree/--no-tree", default=None, help="Read the working tree of a repository (default: yes).")
@click.option(
    "--history/--no-history", default=None, help="Read every object of a repository (default: yes)."
)
@click.option("--ignored", is_flag=True, help="Also the files that git ignores.")
@click.option("-f", "--format", "form", type=click.Choice(list(REPORTERS)), default="text", show_default=True,
              help="What to print.")  # fmt: skip
@click.option("-o", "--output", "outputs", multiple=True, callback=_parse_outputs, metavar="FORMAT=FILE",
              help="Also write a report to a file (repeatable).")  # fmt: skip
@click.option(
    "--min-confidence", type=_LEVELS, default="medium", show_default=True, help="Report from here on."
)
@click.option("--fail-on", type=click.Choice([*map(str, Confidence), "never"]), default="low",
              help="What makes the exit code 1 (default: whatever is reported).")  # fmt: skip
@click.option("--exchange", "exchanges", multiple=True, help="Report this exchange only (repeatable).")
@click.option("--rules", "rule_places", multiple=True, type=click.Path(path_type=Path),
              help="A rule file, or a folder of them, beside the built-in ones.")  # fmt: skip
@click.option("--show-secrets", is_flag=True, help="Print values in full.")
@click.option("--sarif-history", is_flag=True, help="Keep findings that stand only in history in SARIF.")
@click.option("--accept-incomplete", callback=_parse_kinds, default="", metavar="KIND,…",
              help="Kinds of failure that do not make exit code 3; they are still reported.")  # fmt: skip
@click.option(
    "--timeout", type=click.FloatRange(min=0), default=0.0, metavar="S", help="Stop reading after S seconds."
)
@click.option(
    "--max-memory",
    default=f"{DEFAULT_MEMORY >> 20}M",
    show_default=True,
    callback=parse_memory,
    metavar="SIZE",
    help="For all processes together; objects of a history that do not fit are not read.",
)
@click.option(
    "--jobs", type=click.IntRange(min=1), default=None, metavar="N", help="Processes (default: one a core)."
)
@click.option("--cache-dir", type=click.Path(path_type=Path, file_okay=False), default=None, metavar="DIR",
              help="Where histories are remembered (default: the user's cache folder).")  # fmt: skip
@click.option("--no-cache", is_flag=True, help="Read the whole history anew and remember nothing.")
@click.option("--full", is_flag=True, help="Look at every version whole, to check the fast way: slow.")
@click.option("-q", "--quiet", is_flag=True, help="No coverage line and no progress.")
@click.option("-v", "--verbose", is_flag=True, help="Also what was skipped, one by one.")
@click.option("--progress/--no-progress", default=None, help="The progress line (default: on a terminal).")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True,
              help="Colours in the text report.")  # fmt: skip
def scan(targets: tuple[str, ...], **given: Any) -> int:
    """Find exchange credentials in TARGET: files, folders, git repositories with their whole history, or "-" for
    standard input. The default is the current folder.

    \b
    Exit codes: 0 everything was read and nothing was found, 1 findings, 2 no answer (usage or internal error),
    3 nothing found but not everything could be read, 130 interrupted.
    """
    rules = load_rules(given["rule_places"])
    _check_folders(path for _, path in given["outputs"])
    options = ScanOptions(
        tree=given["tree"],
        history=given["history"],
        ignored=given["ignored"],
        min_confidence=Confidence[given["min_confidence"].upper()],
        exchanges=_known_exchanges(given["exchanges"], rules),
        show_secrets=given["show_secrets"],
        accepted=given["accept_incomplete"],
        timeout_s=given["timeout"],
        jobs=given["jobs"] or os.cpu_count() or 1,
        max_memory=given["max_memory"],
        full=given["full"],
        cache=None if given["no_cache"] else given["cache_dir"] or cache_folder(),
    )
    progress = ProgressLine(wanted=False if given["quiet"] else given["progress"])
    work = Scan(rules, options, stdin=_read_stdin, on_progress=progress)
    try:
        result = work.run(targets or (".",))
    finally:
        progress.stop()
    for is_warning, note in work.recall.notes if work.recall else ():
        if not given["quiet"] and (is_warning or given["verbose"]):
            click.echo(f"leakscan: {note}", err=True)
    _report(result, given)
    return exit_code(result, given["fail_on"])


def exit_code(result: ScanResult, fail_on: str) -> ExitCode:
    """The one place where a result becomes an exit code. `fail_on`: a confidence or "never"."""
    if fail_on != "never" and any(f.confidence >= Confidence[fail_on.upper()] for f in result.findings):
        return ExitCode.FINDINGS
    return ExitCode.CLEAN if result.complete else ExitCode.INCOMPLETE


def _report(result: ScanResult, given: dict[str, Any]) -> None:
    width = shutil.get_terminal_size((100, 24)).columns
    for form, path in given["outputs"]:
        plain = RenderOptions(False, width, given["sarif_history"], given["verbose"])
        write_file(path, render(form, result, plain))
    shown = RenderOptions(use_color(given["color"]), width, given["sarif_history"], given["verbose"])
    write_stdout(render(given["form"], result, shown))
    if given["quiet"]:
        return
    if result.coverage.blobs and not COMPILED and not given["full"]:
        click.echo(_NO_KERNEL, err=True)
    click.echo(f"leakscan: {coverage_line(result)}", err=True)


def _read_stdin() -> Item:
    from leakscan.sources.stdin import read_stdin

    return read_stdin(sys.stdin.buffer)


def _known_exchanges(names: Iterable[str], rules: RuleSet) -> frozenset[str]:
    known = [exchange.id for exchange in rules.exchanges]
    for name in names:
        if name not in known:
            close = difflib.get_close_matches(name, known, 1)
            hint = f"did you mean {close[0]}?" if close else f"known: {', '.join(known)}"
            raise ConfigError(f"--exchange: unknown exchange {name!r}; {hint}")
    return frozenset(names)


def _check_folders(paths: Iterable[Path]) -> None:
    """Before the scan, not after it: a report that cannot be written is found out early."""
    for path in paths:
        if not path.parent.is_dir():
            raise ConfigError(f"--output: {path.parent}: no such folder")
