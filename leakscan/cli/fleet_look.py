"""`leakscan fleet status` and `leakscan fleet merge`, and what they share with `run`: the forms of a report on many."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leakscan.cli.outcome import check_folders, exit_code
from leakscan.cli.streams import write_file, write_stdout
from leakscan.fleet.folder import RunFolder
from leakscan.model import Confidence
from leakscan.rules import load_rules

if TYPE_CHECKING:
    from leakscan.fleet.organisation import Organisation

FORMS = ("text", "json", "markdown", "html")
FILE_FORMS = (*FORMS, "sqlite")
_FILE = click.Path(path_type=Path)


def _parse_outputs(
    ctx: click.Context, param: click.Parameter, values: tuple[str, ...]
) -> list[tuple[str, Path]]:
    outputs = []
    for value in values:
        form, _, file = value.partition("=")
        if form not in FILE_FORMS or not file:
            raise click.BadParameter(f"{value!r} is not FORMAT=FILE with a format of {', '.join(FILE_FORMS)}")
        outputs.append((form, Path(file)))
    return outputs


form_option = click.option("-f", "--format", "form", type=click.Choice(FORMS), default="text", show_default=True,
                           help="What to print.")  # fmt: skip
output_option = click.option("-o", "--output", "outputs", multiple=True, callback=_parse_outputs, metavar="FORMAT=FILE",
                             help=f"Also write a report to a file (repeatable): {', '.join(FILE_FORMS)}.")  # fmt: skip
quiet_option = click.option("-q", "--quiet", is_flag=True, help="Nothing but the report.")
_fail_on = click.option("--fail-on", type=click.Choice([*map(str, Confidence), "never"]), default="low",
                        show_default=True, help="What makes the exit code 1.")  # fmt: skip
_rules = click.option("--rules", "rule_places", multiple=True, type=_FILE,
                      help="Rule files beside the built-in ones.")  # fmt: skip


def renderer(form: str) -> Callable[[Organisation], str]:
    if form == "html":
        from leakscan.fleet.page import render_fleet_html

        return render_fleet_html
    from leakscan.fleet import views

    return {
        "json": views.render_fleet_json,
        "markdown": views.render_fleet_markdown,
        "text": views.render_fleet_text,
    }[form]


def write_reports(fleet: Organisation, given: Mapping[str, Any]) -> None:
    """Every report that was asked for, and on standard error one line of what was read."""
    from leakscan.reporters.coverage import coverage_line

    for form, path in given["outputs"]:
        if form == "sqlite":
            from leakscan.fleet.export import write_sqlite

            write_sqlite(path, fleet)
        else:
            write_file(path, renderer(form)(fleet))
    write_stdout(renderer(given["form"])(fleet))
    if not given["quiet"]:
        print(f"leakscan: {coverage_line(fleet.result, clock=False)}", file=sys.stderr)


@click.command("status", short_help="How far a run is, what failed, what is missing.")
@click.argument("folder", type=_FILE, metavar="FOLDER", default=Path("leakscan-fleet"))
@_fail_on
@click.option("-f", "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True,
              help="What to print.")  # fmt: skip
def status(folder: Path, form: str, fail_on: str) -> int:
    """How far the run in FOLDER is, what failed, what is missing. The exit code is that of a scan with what is there:
    3 as long as anything is missing."""
    from leakscan.fleet.status import render_status, status_of

    facts = status_of(RunFolder(folder), load_rules())
    write_stdout(render_status(facts, form))
    return exit_code(facts.fleet.result, fail_on)


@click.command("merge", short_help="The shards of a run, or several runs, as one.")
@click.argument("folders", nargs=-1, required=True, type=_FILE, metavar="FOLDER...")
@_fail_on
@_rules
@form_option
@output_option
@quiet_option
def merge(folders: Iterable[Path], **given: Any) -> int:
    """One report of the runs in FOLDERS: the shards of one list (--shard), or runs of different lists. A shard that is
    missing makes it incomplete; a repository that stands in several counts as it was read last."""
    from leakscan.fleet.gathered import organisation_of

    check_folders(path for _, path in given["outputs"])
    fleet = organisation_of(list(map(RunFolder, folders)), load_rules(given["rule_places"]))
    write_reports(fleet, given)
    return exit_code(fleet.result, given["fail_on"])
