"""All promises at once over hostile and damaged repositories: every way to scan, the same checks."""

from __future__ import annotations

import os
import stat
import subprocess

import pytest

import tests.promises.hostile_leftovers
import tests.promises.hostile_more  # noqa: F401
from tests.promises import hostile, hostile_content, hostile_objects, hostile_places, hostile_refs  # noqa: F401
from tests.promises.cases import CASES, VALUE, Case, Scene, fill

SCANS = (
    ["scan", ".", "-f", "json"],
    ["scan", ".", "-f", "json"],
    ["scan", ".", "-f", "json", "--full", "--no-cache"],
)
OTHERS = (["ci", "--base", "HEAD~1"], ["scan", ".", "--range", "HEAD~1..HEAD", "-f", "sarif"])
GIVEN = ("clean\n" * 3).encode()


@pytest.mark.parametrize("name", CASES)
def test_nothing_runs_nothing_leaks_nothing_is_clean_that_was_not_read(
    name, repo, preloaded, tmp_path
) -> None:
    case = CASES[name]
    ran, canary, temporary = tmp_path / "ran", tmp_path / "canary", tmp_path / "temporary"
    canary.write_text(f"#!/bin/sh\ntouch {ran}\n")
    canary.chmod(canary.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    temporary.mkdir()
    temporary.chmod(0o1777)
    fill(repo, planted=case.planted)
    made = case.make(repo, canary) or repo.path
    scene = made if isinstance(made, Scene) else Scene(made)
    ran.unlink(missing_ok=True)  # making the case may have run it
    before = _names(tmp_path)
    env = {"TMPDIR": str(temporary), "XDG_CACHE_HOME": str(tmp_path / "cache"), **scene.env}
    given = {"cwd": scene.folder, "env": env, "user": scene.user}
    if scene.user is not None:
        tmp_path.chmod(0o777)  # for its cache
        for above in tmp_path.parents[:-2]:
            above.chmod(above.stat().st_mode | 0o011)
    turn = list(CASES).index(name) % 2  # the ways to scan a range share most of what they do
    scans = [preloaded.run(*arguments, **given) for arguments in _scans(case, turn)]
    wanted = () if case.briefly else (["hook"], OTHERS[turn])
    others = [preloaded.run(*arguments, **given, stdin=GIVEN) for arguments in wanted]
    subprocess.run(["rm", "-rf", repo.path / "deep"], check=True)  # deeper than Python's own tools go
    for run in (*scans, *others):
        assert not ran.exists()
        assert "Traceback" not in run.stderr
        assert "internal error" not in run.stderr
        assert VALUE[:7] not in run.stdout + run.stderr
        assert VALUE[-7:] not in run.stdout + run.stderr
        assert run.stderr.replace("\n", "").isprintable(), "a terminal would obey"
    assert {run.exit_code for run in scans} <= set(case.ends), [run.stderr for run in scans]
    if scans[0].stdout and turn and not case.briefly:
        assert scans[0].findings == scans[1].findings, "the cache changes no report"
    assert list(temporary.iterdir()) == []
    assert _names(tmp_path) - before <= {"cache"}
    for file in (tmp_path / "cache").rglob("*"):
        assert file.is_dir() or VALUE.encode() not in file.read_bytes()


def _scans(case: Case, turn: int) -> tuple[list[str], ...]:
    """Fresh and whole; every other time remembered too."""
    return SCANS[:1] if case.briefly else SCANS if turn else (SCANS[0], SCANS[2])


def _names(folder) -> set[str]:
    """What stands in the folder and one below it: a scan adds nothing but its cache."""
    inner = (
        f"{entry.name}/{name}" for entry in os.scandir(folder) if entry.is_dir() for name in os.listdir(entry)
    )
    return {name for name in (*os.listdir(folder), *inner) if not name.startswith("cache/")}
