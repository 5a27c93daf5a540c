"""`leakscan ci`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from leakscan.ci.github import github_run
from leakscan.ci.gitlab import gitlab_run
from leakscan.ci.run import CiRun, change_request
from leakscan.cli.ci_policy import policy_of
from leakscan.cli.ci_report import append_outputs, append_summary
from leakscan.cli.options import report_options, scan_options
from leakscan.cli.outcome import check_folders, exit_code, report
from leakscan.cli.reach import Reach
from leakscan.cli.selfcheck import check_pipeline
from leakscan.cli.streams import write_stdout
from leakscan.errors import ConfigError
from leakscan.gitstore.layout import Layout, find_here
from leakscan.model import ScanResult
from leakscan.policy.files import read_policy_file
from leakscan.reporters import RenderOptions, render
from leakscan.scanning import Scan
from leakscan.scanning.changes import ChangeScan, Range
from leakscan.scanning.outcome import open_session
from leakscan.scanning.settings import Settings, settle


@click.command(short_help="Check what this CI run is about: a push, a pull request, or everything.")
@click.option("--base", help="Judge what --head leads to and this commit does not (other CI systems).")
@click.option("--head", help="The commit to judge (default: HEAD).")
@click.option(
    "--fetch/--no-fetch", default=True, help="Deepen a shallow clone as far as needed (default: yes)."
)
@click.option(
    "--annotations/--no-annotations", default=None, help="Annotations (default: in GitHub Actions)."
)
@click.option("--summary/--no-summary", default=None, help="The job summary (default: in GitHub Actions).")
@scan_options
@report_options
def ci(base: str | None, head: str | None, fetch: bool, **given: Any) -> int:
    """Check what this CI run is about, as its event tells it: the commits of a push, a pull request or a merge group;
    everything for schedule and workflow_dispatch. GitHub Actions and GitLab CI are known; others give --base.

    The configuration and the baseline are those of the base, so that a change cannot loosen its own check.
    """
    check_folders(path for _, path in given["outputs"])
    here = Path.cwd()
    layout = find_here(here, os.environ)
    run = change_request("given", base, head or "HEAD") if base else _known_run(head)
    reach = Reach(layout, may_fetch=fetch)
    run, wanted = reach.prepare(run)
    policy = policy_of(layout, run)
    settings = settle(given, policy.read, jobs=os.cpu_count() or 1)
    settings = policy.applied_to(settings)
    check_pipeline(settings.rules, layout.outside)
    result = _scan(layout, settings, run, wanted)
    code = exit_code(result, settings.fail_on)
    _tell(run, wanted, result, given)
    append_outputs(result, code, given["outputs"])
    return code


def _known_run(head: str | None) -> CiRun:
    if head:
        raise ConfigError("--head needs --base: the commit that was there before")
    environ = os.environ
    if environ.get("GITHUB_ACTIONS") and environ.get("GITHUB_EVENT_PATH"):
        payload = read_policy_file(Path(environ["GITHUB_EVENT_PATH"]))
        return github_run(environ.get("GITHUB_EVENT_NAME", ""), payload)
    if environ.get("GITLAB_CI"):
        return gitlab_run(environ)
    raise ConfigError("no CI run that is known: name the range with --base COMMIT, or use leakscan scan")


def _scan(layout: Layout, settings: Settings, run: CiRun, wanted: Range) -> ScanResult:
    if run.whole:
        return Scan(settings.rules, settings.options).run([str(layout.work_tree or layout.git_dir)])
    scan = ChangeScan(open_session(settings.rules, settings.options))
    return scan.nothing(layout) if run.nothing else scan.range(layout, wanted)


def _tell(run: CiRun, wanted: Range, result: ScanResult, given: dict[str, Any]) -> None:
    if not given["quiet"]:
        what = (
            "everything" if run.whole else "nothing: a branch was deleted" if run.nothing else wanted.named()
        )
        click.echo(f"leakscan: {run.event}: {what}", err=True)
    report(result, given)
    in_actions = bool(os.environ.get("GITHUB_ACTIONS"))
    if in_actions if given["annotations"] is None else given["annotations"]:
        write_stdout(render("github", result, RenderOptions()))
    if in_actions if given["summary"] is None else given["summary"]:
        append_summary(result)
