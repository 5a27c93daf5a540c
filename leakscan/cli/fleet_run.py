"""`leakscan fleet run`."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from leakscan.cli.fleet_look import form_option, output_option, quiet_option, renderer, write_reports
from leakscan.cli.fleet_options import run_options
from leakscan.cli.options import finding_options
from leakscan.cli.outcome import check_folders, exit_code
from leakscan.cli.streams import write_file
from leakscan.errors import ConfigError
from leakscan.fleet.crew import Crew, LocalCrew
from leakscan.fleet.entries import (
    MAX_LIST_BYTES,
    Fleet,
    RefusedError,
    find_repositories,
    gather,
    is_address,
    parse_address,
    parse_list,
)
from leakscan.fleet.folder import RunFolder
from leakscan.fleet.forge import Listing, is_organisation, list_organisation
from leakscan.fleet.gathered import organisation_of
from leakscan.fleet.job import Entry, Outcome, Plan
from leakscan.fleet.journal import Journal
from leakscan.fleet.run import Order, Run, key_of
from leakscan.model import Failure
from leakscan.reporters.escape import show_text
from leakscan.scanning.settings import Settings, settle
from leakscan.sources.named import read_named

_TOO_LONG = f"over {MAX_LIST_BYTES >> 20} MiB: no list of repositories"
_SUMMARIES = {"json": "summary.json", "markdown": "summary.md", "html": "summary.html"}


@click.command("run", short_help="Scan many repositories; started again, it goes on where it was.")
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@finding_options
@run_options
@form_option
@output_option
@quiet_option
@click.option("-v", "--verbose", is_flag=True, help="A line for each repository as it is done.")
def run(sources: tuple[str, ...], **given: Any) -> int:
    """Scan every repository that SOURCES name: a file with a folder or an address a line, "-" for such a list on
    standard input, a folder with repositories below it, an address, github:ORGANISATION or gitlab:GROUP.

    The same command goes on with a run that was interrupted, whatever ended it. After a run that was finished it
    begins a new one, which reads only what is new since. Reports are kept in FOLDER: summary.html, summary.json,
    summary.md, and two of each repository in FOLDER/reports.

    \b
    Exit codes: 0 everything was read and nothing was found, 1 findings, 2 no answer (usage or internal error),
    3 nothing found but not every repository could be read, 130 interrupted.
    """
    check_folders(path for _, path in given["outputs"])
    settings = settle(
        given | {"show_secrets": False}, lambda name: None, jobs=1, max_memory=given["max_memory"]
    )
    folder = RunFolder(given["folder"])
    folder.make()
    os.environ["TMPDIR"] = str(folder.temporary.resolve())
    with Journal(folder.journal) as journal:
        folder.sweep()
        order = Order(sources, lambda: _gather(sources, given), given["shard"], given["restart"])
        fleet_run = Run(folder, journal, order, key_of(settings.rules, settings.options))
        _work(fleet_run, folder, settings, given)
        fleet = organisation_of([folder], settings.rules, accepted=settings.options.accepted)
        for form, name in _SUMMARIES.items():
            write_file(folder.path / name, renderer(form)(fleet))
        fleet_run.end()
    write_reports(fleet, given)
    return exit_code(fleet.result, settings.fail_on)


def _work(fleet_run: Run, folder: RunFolder, settings: Settings, given: dict[str, Any]) -> None:
    jobs = fleet_run.todo()
    total = len(fleet_run.fleet.entries)
    if fleet_run.is_resumed and not given["quiet"]:
        done = total - len(jobs)
        click.echo(
            f"leakscan: goes on with round {fleet_run.round.number}: {done:,} of {total:,} are done", err=True
        )
    workers = given["jobs"] or os.cpu_count() or 1
    plan = _plan(fleet_run, folder, settings, given, workers)
    progress = _Progress(verbose=given["verbose"], quiet=given["quiet"])
    crew = _crew(plan, workers, given["cluster"])
    fleet_run.work(crew, plan, jobs, progress, given["disk"] // 2)


def _plan(fleet_run: Run, folder: RunFolder, settings: Settings, given: dict[str, Any], workers: int) -> Plan:
    root = folder.path.resolve()
    return Plan(
        rules=settings.rules,
        options=replace(settings.options, cache=None),
        now=fleet_run.round.now,
        clones=root / folder.clones.name,
        cache=None if given["no_cache"] else root / folder.cache.name,
        timeout_s=given["timeout"],
        max_clone_bytes=given["disk"] // 2 // workers,
        protocols=given["protocols"],
        tokens=given["tokens"],
    )


def _crew(plan: Plan, workers: int, cluster: str | None) -> Crew:
    if cluster is None:
        return LocalCrew(plan, workers)
    try:
        from leakscan.fleet.cluster import ClusterCrew, is_local
    except ImportError:
        raise ConfigError("--cluster needs dask.distributed: pip install 'leakscan[cluster]'") from None
    if not is_local(cluster):
        click.echo(
            f"leakscan: the connection to {cluster} is not protected: use a scheduler with tls://", err=True
        )
    return ClusterCrew(plan, cluster, lambda note: click.echo(f"leakscan: {note}", err=True))


def _gather(sources: tuple[str, ...], given: dict[str, Any]) -> Fleet:
    how = Listing(given["protocols"], given["api"] or "", dict(given["tokens"]))
    return gather(item for source in sources for item in _from(source, how))


def _from(source: str, how: Listing) -> Iterator[Entry | Failure]:
    protocols = how.protocols
    if is_organisation(source):
        yield from list_organisation(source, how)
    elif source == "-":
        data = sys.stdin.buffer.read(MAX_LIST_BYTES + 1)
        if len(data) > MAX_LIST_BYTES:
            raise ConfigError(f"standard input: {_TOO_LONG}")
        yield from parse_list(data, Path.cwd(), protocols)
    elif is_address(source):
        try:
            yield parse_address(source, protocols)
        except RefusedError as error:
            raise ConfigError(f"{re.sub(r'//[^/]*@', '//', source)}: {error}") from None
    elif os.path.isdir(source):
        yield from find_repositories(Path(source))
    else:
        data = read_named(Path(source), MAX_LIST_BYTES, ConfigError, _TOO_LONG)
        yield from parse_list(data, Path(source).parent, protocols)


class _Progress:
    """A line for each repository (verbose), or one now and then on a terminal."""

    def __init__(self, *, verbose: bool, quiet: bool) -> None:
        self._verbose = verbose
        self._active = verbose or (sys.stderr.isatty() and not quiet)
        self._told = 0.0

    def __call__(self, entry: Entry, outcome: Outcome, number: int, total: int) -> None:
        now = time.monotonic()
        if not self._active or not (self._verbose or now - self._told > 1 or number == total):
            return
        self._told = now
        state = "as before" if outcome.is_same else outcome.state
        click.echo(f"leakscan: {number:,} of {total:,}: {show_text(entry.name)}: {state}", err=True)
