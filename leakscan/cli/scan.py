"""`leakscan scan`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click

from leakscan.cli.cachefolder import cache_folder
from leakscan.cli.options import report_options, scan_options
from leakscan.cli.outcome import check_folders, exit_code, report
from leakscan.cli.progress import ProgressLine
from leakscan.cli.size import parse_memory
from leakscan.cli.verifying import asking_options, check_consent, verified
from leakscan.gitstore import DEFAULT_MEMORY
from leakscan.gitstore.kernel import COMPILED, NOT_COMPILED
from leakscan.model import ScanResult
from leakscan.scanning import Scan
from leakscan.scanning.settings import Settings, files_at_root, settle
from leakscan.sources import Item

_NO_KERNEL = (
    f"leakscan: the compiled kernel is missing, {NOT_COMPILED}: install a C compiler, then"
    " install leakscan again"
)


@click.command(
    short_help="Find exchange credentials in files, folders, repositories and their whole history."
)
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@click.option("--tree/--no-tree", default=None, help="Read the working tree of a repository (default: yes).")
@click.option(
    "--history/--no-history", default=None, help="Read every object of a repository (default: yes)."
)
@click.option("--staged", is_flag=True, help="Only what the index changes (GIT_INDEX_FILE is honoured).")
@click.option("--range", "range_", metavar="A..B", help="Only what B leads to and A does not.")
@click.option("--ignored", is_flag=True, help="Also the files that git ignores.")
@scan_options
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
@click.option("--cache-dir", type=click.Path(file_okay=False), default=None, metavar="DIR",
              help="Where histories are remembered (default: the user's cache folder).")  # fmt: skip
@click.option("--no-cache", is_flag=True, help="Read the whole history anew and remember nothing.")
@click.option("--full", is_flag=True, help="Look at every version whole, to check the fast way: slow.")
@click.option("--check-objects", is_flag=True, help="Hash every object: is its content what its id says?")
@click.option("--verify", is_flag=True, help="Also ask the exchanges whether what was found still works.")
@asking_options
@report_options
@click.option("--progress/--no-progress", default=None, help="The progress line (default: on a terminal).")
def scan(targets: tuple[str, ...], **given: Any) -> int:
    """Find exchange credentials in TARGET: files, folders, git repositories with their whole history, or "-" for
    standard input. The default is the current folder.

    \b
    Exit codes: 0 everything was read and nothing was found, 1 findings, 2 no answer (usage or internal error),
    3 nothing found but not everything could be read, 130 interrupted.
    """
    targets = targets or (".",)
    check_folders(path for _, path in given["outputs"])
    if given["verify"]:
        check_consent(given)
    settings = settle(
        given,
        files_at_root(targets),
        tree=given["tree"],
        history=given["history"],
        ignored=given["ignored"],
        jobs=given["jobs"] or os.cpu_count() or 1,
        max_memory=given["max_memory"],
        full=given["full"],
        check_objects=given["check_objects"],
        cache=None if given["no_cache"] else _cache(given["cache_dir"]),
    )
    if given["staged"] or given["range_"] is not None:
        result = _scan_changes(targets, settings, given)
        report(result, given)
        return exit_code(result, settings.fail_on)
    progress = ProgressLine(wanted=False if given["quiet"] else given["progress"])
    work = Scan(settings.rules, settings.options, stdin=_read_stdin, on_progress=progress)
    try:
        result = work.run(targets)
    finally:
        progress.stop()
    for is_warning, note in work.recall.notes if work.recall else ():
        if not given["quiet"] and (is_warning or given["verbose"]):
            click.echo(f"leakscan: {note}", err=True)
    _warn_of_kernel(result, given)
    if given["verify"]:
        unknown = {finding.fingerprint for finding in result.findings if not finding.baseline}
        result = verified(result, work.holdings(), unknown, given)
    report(result, given)
    return exit_code(result, settings.fail_on)


def _cache(folder: str | None) -> Path | None:
    """An empty one, of a variable that nobody set, is not the current folder, which may be what is scanned."""
    return Path(folder) if folder else cache_folder()


def _scan_changes(targets: tuple[str, ...], settings: Settings, given: dict[str, Any]) -> ScanResult:
    from leakscan.cli.hooking import scan_index
    from leakscan.gitstore.layout import find_here
    from leakscan.scanning.changes import ChangeScan, Range
    from leakscan.scanning.outcome import open_session

    asked = given["tree"] is not None or given["history"] is not None or given["ignored"] or given["full"]
    asked = asked or given["check_objects"]
    asked = asked or given["verify"]
    if asked or (given["staged"] and given["range_"] is not None) or len(targets) != 1:
        raise click.UsageError("--staged and --range stand alone, with one repository")
    folder = Path(targets[0])
    here = targets[0] == "."
    layout = find_here(Path.cwd() if here else folder, os.environ if here else {})
    scan = ChangeScan(open_session(settings.rules, settings.options))
    if given["staged"]:
        return scan_index(scan, layout, Path.cwd() if here else folder, ())
    return scan.range(layout, Range.parse(given["range_"]))


def _warn_of_kernel(result: ScanResult, given: dict[str, Any]) -> None:
    if result.coverage.blobs and not COMPILED and not given["full"] and not given["quiet"]:
        click.echo(_NO_KERNEL, err=True)


def _read_stdin() -> Item:
    from leakscan.sources.stdin import read_stdin

    return read_stdin(sys.stdin.buffer)
