"""`leakscan verify`."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

import click

from leakscan.cli.chosen import choice_options, choose
from leakscan.cli.options import report_options, search_options
from leakscan.cli.outcome import check_folders, report
from leakscan.cli.verifying import asking_options, check_consent, verified
from leakscan.errors import ExitCode
from leakscan.model import ScanResult
from leakscan.scanning import Scan
from leakscan.scanning.settings import files_at_root, settle


@click.command(short_help="Ask the exchanges whether what was found still works.")
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@choice_options
@asking_options
@search_options
@report_options
def verify(targets: tuple[str, ...], **given: Any) -> int:
    """Find the credentials of TARGET again and ask their exchanges whether they work, what they may do, and from where.
    One read-only request each, signed as the exchange documents it; nothing that changes anything can be sent.

    \b
    leakscan verify                           everything in this repository
    leakscan verify .env --yes                a file, without being asked first
    leakscan verify --only 3f9a2c             one finding
    leakscan verify --from scan.json          what a saved report holds (values are read from here, never from it)

    Exit codes: 0 nothing that was found works, 1 something works, 2 no answer, 3 nothing is known to work, but not
    everything could be read or asked.
    """
    targets = targets or (".",)
    check_folders(path for _, path in given["outputs"])
    check_consent(given)
    settings = settle({**given, "fail_on": None}, files_at_root(targets), jobs=os.cpu_count() or 1)
    scan = Scan(settings.rules, settings.options)
    result = scan.run(targets)
    chosen = choose(result.findings, settings.rules, given["only"], given["report"])
    groups = {finding.group or finding.fingerprint for finding in chosen}
    findings = tuple(f for f in result.findings if (f.group or f.fingerprint) in groups)
    names = {finding.fingerprint for finding in findings}
    result = verified(replace(result, findings=findings), scan.holdings(), names, given)
    report(result, given)
    return _exit_code(result)


def _exit_code(result: ScanResult) -> ExitCode:
    said = {finding.verification.status for finding in result.findings}
    if "active" in said:
        return ExitCode.FINDINGS
    return ExitCode.CLEAN if said <= {"inactive"} and result.complete else ExitCode.INCOMPLETE
