"""`leakscan report`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from leakscan.cli.options import report_options
from leakscan.cli.outcome import check_folders, exit_code
from leakscan.cli.outcome import report as write_reports
from leakscan.cli.streams import write_stdout
from leakscan.model import Confidence, Finding
from leakscan.reporters.credentials import places_of
from leakscan.reporters.escape import show_text
from leakscan.rules import load_rules
from leakscan.saved import Trend, load_saved, merge, trend_of

_SHOWN = 20
_FILE = click.Path(path_type=Path)


@click.command("report", short_help="Turn saved results into another format, merge and compare them.")
@click.argument("files", nargs=-1, required=True, type=_FILE, metavar="FILE...")
@click.option(
    "--since",
    type=_FILE,
    metavar="FILE",
    help="Also say what is new, fixed and still open since then.",
)
@click.option(
    "--rules", "rule_places", multiple=True, type=_FILE, help="Rule files beside the built-in ones."
)
@click.option(
    "--fail-on",
    type=click.Choice([*map(str, Confidence), "never"]),
    default="low",
    show_default=True,
    help="What makes the exit code 1.",
)
@report_options  # fmt: skip
def report(files: tuple[Path, ...], **given: Any) -> int:
    """Read saved reports of leakscan (json, jsonl, sarif) and write them in another format, several as one.

    \b
    leakscan report scan.json -o html=report.html     a page to look at
    leakscan report a.json b.json -f json             one report of two
    leakscan report today.json --since monday.json    what is new, fixed, still open

    The exit code is that of a scan with this result. Values in full are not taken over from a report that holds them.
    """
    check_folders(path for _, path in given["outputs"])
    rules = load_rules(given["rule_places"]).describe()
    result = merge([load_saved(file, rules) for file in files])
    if given["since"] is not None:
        lines = _trend_lines(trend_of(load_saved(given["since"], rules), result), str(given["since"]))
        text = "".join(f"{line}\n" for line in lines)
        if given["form"] == "text":
            write_stdout(text + "\n")
        elif not given["quiet"]:
            print(text, end="", file=sys.stderr)
    write_reports(result, given)
    return exit_code(result, given["fail_on"])


def _trend_lines(trend: Trend, since: str) -> list[str]:
    parts = {"new": trend.new, "fixed": trend.fixed, "still open": trend.open}
    if trend.unseen:
        parts["not seen by an incomplete scan"] = trend.unseen
    counts = ", ".join(f"{len(found):,} {name}" for name, found in parts.items())
    lines = [f"Since {show_text(since)}: {counts}"]
    for name, found in parts.items():
        lines += [f"  {name}: {_named(finding)}" for finding in found[:_SHOWN]]
        if more := len(found) - _SHOWN:
            lines += [f"  {name}: and {more:,} more"] if more > 0 else []
    if trend.fixed:
        lines.append("  A value that is no longer found is safe only once it is revoked at the exchange.")
    return lines


def _named(finding: Finding) -> str:
    place = next(iter(places_of(finding)), "")
    return f"{finding.severity} {show_text(finding.title)} {place} ({show_text(finding.fingerprint)})"
