"""`leakscan purge`."""

from __future__ import annotations

import os
import sys
import textwrap
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from leakscan.cli.chosen import choice_options, choose
from leakscan.cli.options import search_options
from leakscan.cli.privatefile import check_outside, write_private
from leakscan.cli.streams import terminal_width, write_stdout
from leakscan.errors import ExitCode, TargetError
from leakscan.findings.collect import Holding
from leakscan.gitstore import Layout, Store, find_enclosing, find_layout
from leakscan.gitstore.layout import read_settings
from leakscan.model import Finding, ScanResult
from leakscan.purge.forms import Forms, find_forms, is_in_history, is_short
from leakscan.purge.plan import Situation, Step, blobs_file, plan_steps
from leakscan.purge.replacements import render_blob_ids, render_replacements
from leakscan.reporters.coverage import coverage_line
from leakscan.reporters.escape import show_text
from leakscan.reporters.guide import escape_markdown
from leakscan.reporters.words import counted
from leakscan.scanning import Scan
from leakscan.scanning.settings import files_at_root, settle


@click.command(short_help="A plan to take what was found out of a repository's history.")
@click.argument("repository", default=".")
@choice_options
@click.option(
    "--write-replacements",
    "replacements",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write what git filter-repo is to replace: the values in full, in a new file that only you can read.",
)
@click.option(
    "-f", "--format", "form", type=click.Choice(["text", "markdown"]), default="text", show_default=True
)
@search_options
def purge(repository: str, replacements: Path | None, form: str, **given: Any) -> int:
    """Say step by step how to take the values that are found in REPOSITORY out of its history with git filter-repo, and
    what else keeps them. Nothing is rewritten.

    \b
    leakscan purge                                        the plan for this repository
    leakscan purge --only 3f9a2c                          for one finding of it
    leakscan purge --write-replacements ~/purge.txt       and the file that git filter-repo needs

    Exit codes: 0 there is nothing to take out, 1 there is a plan, 3 nothing found but not everything could be read.
    """
    layout = _layout(Path(repository))
    root = layout.work_tree or layout.git_dir
    places = [path for path in (layout.work_tree, layout.git_dir, layout.common_dir) if path]
    if replacements is not None:
        replacements = check_outside(replacements, places)
        check_outside(blobs_file(replacements), places)
    result, found = _find(root, given)
    if not found:
        click.echo("Nothing that was found stands in the history.")
        return _end(result, ExitCode.CLEAN if result.complete else ExitCode.INCOMPLETE)
    with Store(layout) as store:
        forms = find_forms(store, found)
    if forms.blobs or any(is_short(finding) for finding, _ in found):
        result, found = _find(root, given, full=True)
        with Store(layout) as store:
            forms = find_forms(store, found)
    if replacements is not None:
        _write(replacements, forms)
    findings = [finding for finding, _ in found]
    steps = plan_steps(_situation(layout, root, replacements), findings, forms.blobs)
    title = f"{counted(len(findings), 'value')} to take out of {root}"
    write_stdout(_markdown(title, steps) if form == "markdown" else _text(title, steps))
    return _end(result, ExitCode.FINDINGS)


def _layout(target: Path) -> Layout:
    layout = find_layout(target) or find_enclosing(target)
    if layout is None:
        raise TargetError(f"{target}: not a git repository: there is no history to take anything out of")
    return layout


def _find(
    root: Path, given: dict[str, Any], *, full: bool = False
) -> tuple[ScanResult, list[tuple[Finding, Holding]]]:
    """The findings that stand in history. `full`: with every content that holds one, not only the first of each."""
    settings = settle(
        {**given, "show_secrets": False, "fail_on": None},
        files_at_root([str(root)]),
        history=True,
        jobs=os.cpu_count() or 1,
        full=full,
    )
    scan = Scan(settings.rules, settings.options)
    result = scan.run([str(root)])
    holdings = scan.holdings()
    chosen = choose(result.findings, settings.rules, given["only"], given["report"])
    found = [(finding, holdings[finding.fingerprint]) for finding in chosen]
    return result, [(f, h) for f, h in found if any(map(is_in_history, h.locations))]


def _write(file: Path, forms: Forms) -> None:
    write_private(file, render_replacements(forms))
    if forms.blobs:
        write_private(blobs_file(file), render_blob_ids(forms))


def _situation(layout: Layout, root: Path, replacements: Path | None) -> Situation:
    urls = [
        setting.value
        for setting in read_settings(layout)
        if (setting.section, setting.subsection, setting.key) == ("remote", "origin", "url")
    ]
    return Situation(root, bool(urls), _host(urls[0]) if urls else "", replacements)


def _host(url: str) -> str:
    """Of `https://host/path` and of `user@host:path`; empty for what is neither."""
    try:
        host = urlsplit(url).hostname
    except ValueError:
        return ""
    return host or (url.partition(":")[0].rpartition("@")[2] if ":" in url and "//" not in url else "")


def _end(result: ScanResult, code: ExitCode) -> ExitCode:
    if not result.complete:
        click.echo("leakscan: the scan is NOT complete: there may be more (leakscan scan says why)", err=True)
    print(f"leakscan: {coverage_line(result)}", file=sys.stderr)
    return code


def _text(title: str, steps: Iterable[Step]) -> str:
    width = min(terminal_width(), 110)
    lines = [show_text(title)]
    for number, step in enumerate(steps, 1):
        lines += ["", f"{number}. {step.title}"]
        for text in map(show_text, step.lines):
            hanging = " " * (5 if text.startswith("- ") else 3)
            lines += textwrap.wrap(text, width, initial_indent="   ", subsequent_indent=hanging,
                                   break_long_words=False, break_on_hyphens=False)  # fmt: skip
        lines += [f"     {show_text(command)}" for command in step.commands]
    return "\n".join(lines) + "\n"


def _markdown(title: str, steps: Iterable[Step]) -> str:
    lines = [f"# {escape_markdown(show_text(title))}"]
    for number, step in enumerate(steps, 1):
        lines += ["", f"{number}. **{step.title}**"]
        for text in map(show_text, step.lines):
            item = text.removeprefix("- ")
            lines += [f"   - {escape_markdown(item)}" if item != text else f"\n   {escape_markdown(text)}\n"]
        if step.commands:
            lines += [
                "",
                "   ```sh",
                *(f"   {show_text(command).replace('```', '')}" for command in step.commands),
                "   ```",
            ]
    return "\n".join(lines) + "\n"
