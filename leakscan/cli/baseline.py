"""`leakscan baseline`."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import click

from leakscan.cli.streams import write_file
from leakscan.errors import ConfigError, ExitCode
from leakscan.model import Finding, ScanResult
from leakscan.policy.baseline import Entry, parse_baseline, render_baseline
from leakscan.policy.config import BASELINE_NAME
from leakscan.policy.files import read_policy_file
from leakscan.policy.foreign import parse_foreign
from leakscan.reporters.coverage import coverage_line
from leakscan.reporters.escape import path_uri, show_text
from leakscan.reporters.words import counted
from leakscan.scanning import Scan
from leakscan.scanning.masking import without_random
from leakscan.scanning.settings import NOTHING_GIVEN, files_at_root, root_of, settle

_SHOWN = 20
_target = click.argument("target", default=".")
_file = click.option(
    "--baseline", type=click.Path(path_type=Path), help=f"The file (default: {BASELINE_NAME} at the root)."
)
_reason = click.option("--reason", default="", help="Why the findings that are added may stay.")
_imports = click.option("--import", "imports", multiple=True, type=click.Path(path_type=Path), metavar="FILE",
                        help="Add only what this .secrets.baseline or .gitleaksignore knows (repeatable).")  # fmt: skip


@click.group(short_help="Make, renew and check the list of known findings.")
def baseline() -> None:
    """Make, renew and check the list of known findings: one sorted line each, to be committed."""


@baseline.command()
@_target
@_file
@_reason
@_imports
def create(target: str, baseline: Path | None, reason: str, imports: tuple[Path, ...]) -> int:
    """Write the baseline of TARGET: everything that is found there today."""
    path = _path(target, baseline)
    if os.path.lexists(path):
        raise ConfigError(f"{path}: is there already: leakscan baseline update renews it")
    return _write(path, {}, _scan(target), reason, imports)


@baseline.command()
@_target
@_file
@_reason
@_imports
def update(target: str, baseline: Path | None, reason: str, imports: tuple[Path, ...]) -> int:
    """Add what is new and take out what is gone; lines that stay are left as they are."""
    path = _path(target, baseline)
    known = parse_baseline(str(path), read_policy_file(path))
    result = _scan(target)
    if result.complete:
        found = {finding.fingerprint for finding in result.findings}
        known = {name: entry for name, entry in known.items() if name in found}
    return _write(path, known, result, reason, imports)


@baseline.command()
@_target
@_file
def check(target: str, baseline: Path | None) -> int:
    """Tell stale and unexplained lines, stale and expired allow entries, and findings that are not known."""
    path = _path(target, baseline)
    known = parse_baseline(str(path), read_policy_file(path))
    result = _scan(target)
    found = {finding.fingerprint for finding in result.findings}
    stale = [entry for entry in known.values() if entry.fingerprint not in found] if result.complete else []
    gone = {entry.fingerprint for entry in stale}
    unexplained = [entry for entry in known.values() if not (entry.reason or entry.fingerprint in gone)]
    new = [finding for finding in result.findings if finding.fingerprint not in known]
    _tell("stale: gone from here (leakscan baseline update takes it out)", stale)
    _tell("unexplained: write # and a reason behind it", unexplained)
    _tell("not in the baseline", map(_entry, new))
    for note in result.policy.notes:
        click.echo(show_text(note))
    click.echo(f"leakscan: {coverage_line(result)}", err=True)
    if stale or unexplained or new or result.policy.notes:
        return ExitCode.FINDINGS
    if not result.complete:
        return ExitCode.INCOMPLETE
    click.echo(f"{counted(len(known), 'entry', 'entries')}, all there and explained")
    return ExitCode.CLEAN


def _path(target: str, given: Path | None) -> Path:
    root = root_of(Path(target))
    if given is None and root is None:
        raise ConfigError(f"{target}: not a folder: name the file with --baseline")
    return given or Path(root or ".") / BASELINE_NAME


def _scan(target: str) -> ScanResult:
    """The whole target, without any baseline; the rest of the policy holds."""
    settings = settle(NOTHING_GIVEN, files_at_root([target]))
    policy = replace(settings.options.policy, baseline={}, baseline_where="")
    options = replace(settings.options, policy=policy, jobs=os.cpu_count() or 1, digests=True)
    return Scan(settings.rules, options).run([target])


def _write(
    path: Path, known: dict[str, Entry], result: ScanResult, reason: str, imports: tuple[Path, ...]
) -> int:
    files = [(file, parse_foreign(str(file), read_policy_file(file))) for file in imports]
    entries = dict(known)
    for finding in result.findings:
        file = next((file for file, is_known in files if is_known(finding)), None)
        if finding.fingerprint not in entries and (file is not None or not files):
            why = reason or (f"imported from {file.name}" if file else "")
            entries[finding.fingerprint] = _entry(finding)._replace(reason=why)
    write_file(path, render_baseline(entries))
    added = len(entries.keys() - known.keys())
    left = len(result.findings) - len(entries)
    click.echo(
        f"{path}: {counted(len(entries), 'entry', 'entries')}, {added:,} added"
        + (f", {left:,} findings left out" if left > 0 else "")
    )
    _keep_mergeable(path)
    if unexplained := sum(not entry.reason for entry in entries.values()):
        click.echo(f"{unexplained:,} without a reason: write # and why behind each line")
    click.echo(f"leakscan: {coverage_line(result)}", err=True)
    return ExitCode.CLEAN if result.complete else ExitCode.INCOMPLETE


def _keep_mergeable(path: Path) -> None:
    """Two people who add lines merge without a conflict if git is told that the lines are a set."""
    attributes = path.with_name(".gitattributes")
    line = f"/{path.name} merge=union\n"
    text = read_policy_file(attributes).decode("utf-8", "replace") if attributes.is_file() else ""
    if line.strip() in text.splitlines() or " " in path.name or os.path.islink(attributes):
        return
    write_file(attributes, text + ("" if text.endswith("\n") or not text else "\n") + line)
    click.echo(f"{attributes}: {line.strip()} (so that two branches may both add lines): commit it too")


def _entry(finding: Finding) -> Entry:
    path = next((location.path for location in finding.locations if location.path), b"")
    return Entry(finding.fingerprint, finding.rule_id, path_uri(path), "")


def _tell(title: str, entries: Iterable[Entry]) -> None:
    listed = sorted(entries)
    if listed:
        click.echo(f"{len(listed):,} {title}")
    for entry in listed[:_SHOWN]:
        click.echo(f"  {show_text(without_random(entry.line()))}")
    if len(listed) > _SHOWN:
        click.echo(f"  and {len(listed) - _SHOWN:,} more")
