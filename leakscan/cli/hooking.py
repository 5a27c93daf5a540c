"""What `leakscan hook` does, without click: every commit waits for it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from leakscan.cli.glancing import index_of
from leakscan.cli.outcome import exit_code, report
from leakscan.errors import TargetError
from leakscan.gitstore.layout import Layout, find_here
from leakscan.gitstore.staged import paths_below
from leakscan.model import ScanResult
from leakscan.policy.files import files_below
from leakscan.scanning.changes import ChangeScan, Range
from leakscan.scanning.outcome import open_session
from leakscan.scanning.settings import NOTHING_GIVEN, settle

_PLAIN: Mapping[str, Any] = {
    **NOTHING_GIVEN,
    "form": "text",
    "outputs": (),
    "sarif_history": False,
    "quiet": False,
    "verbose": False,
    "color": "auto",
}


def run_hook(files: Sequence[str], given: Mapping[str, Any] = _PLAIN, *, push: bool = False) -> int:
    """Scans what is about to be committed or pushed and reports it; the exit code."""
    here = Path.cwd()
    layout = find_here(here, os.environ)
    settings = settle(given, files_below(layout.work_tree or layout.git_dir))
    scan = ChangeScan(open_session(settings.rules, settings.options))
    wanted = _range(os.environ, push=push)
    if wanted is not None:
        result = scan.range(layout, wanted) if wanted.include else scan.nothing(layout)
    else:
        result = scan_index(scan, layout, here, files)
    report(result, given)
    return exit_code(result, settings.fail_on)


def scan_index(scan: ChangeScan, layout: Layout, here: Path, files: Sequence[str]) -> ScanResult:
    """What the index of a hook changes."""
    return scan.staged(
        layout, index_of(layout.git_dir, here), paths_below(layout, here, files) if files else None
    )


def _range(environ: Mapping[str, str], *, push: bool) -> Range | None:
    """What pre-commit says that it is run for; of a push without it what git writes to a hook's standard input."""
    old, new = environ.get("PRE_COMMIT_FROM_REF"), environ.get("PRE_COMMIT_TO_REF")
    if not push:
        return Range((new,), (old,)) if old and new else None
    remote = environ.get("PRE_COMMIT_REMOTE_NAME", "")
    there = (f"--remotes={remote}",) if remote else ()
    if new:
        return Range((new,), (), (*there, *filter(None, [old])))
    if branch := environ.get("PRE_COMMIT_LOCAL_BRANCH"):
        return Range((branch,), (), there)
    if sys.stdin is None or sys.stdin.isatty():
        raise TargetError("--push reads what git writes to a pre-push hook: call it from there")
    return _pushed(sys.stdin.buffer.read().decode("utf-8", "surrogateescape"))


def _pushed(lines: str) -> Range:
    """`LOCAL-REF LOCAL-ID REMOTE-REF REMOTE-ID` a line; zeros where there is no such ref."""
    include, known, names = [], [], []
    for line in lines.removesuffix("\n").split("\n") if lines else ():
        parts = line.rsplit(" ", 3)
        if len(parts) != 4 or not all(parts):
            raise TargetError("--push: standard input is not what git writes to a pre-push hook")
        if parts[1].strip("0"):
            include.append(parts[1])
            names += [] if parts[3].strip("0") else [parts[2]]
        if parts[3].strip("0"):
            known.append(parts[3])
    return Range(tuple(include), (), ("--remotes", *known), tuple(names))
