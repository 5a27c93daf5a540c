"""All promises at once over hostile and damaged repositories: every command, the same checks."""

from __future__ import annotations

import os
import stat
import subprocess

import pytest

from tests.promises.hostile import CASES, VALUE, fill

SCANS = (
    ["scan", ".", "-f", "json"],
    ["scan", ".", "-f", "json"],
    ["scan", ".", "-f", "json", "--full", "--no-cache"],
)
OTHERS = (["hook"], ["ci", "--base", "HEAD~1"], ["scan", ".", "--range", "HEAD~1..HEAD", "-f", "sarif"])
GIVEN = ("clean\n" * 3).encode()


@pytest.mark.parametrize("name", CASES)
def test_nothing_runs_nothing_leaks_nothing_is_clean_that_was_not_read(
    name, repo, leakscan, tmp_path
) -> None:
    case = CASES[name]
    ran, canary, temporary = tmp_path / "ran", tmp_path / "canary", tmp_path / "temporary"
    canary.write_text(f"#!/bin/sh\ntouch {ran}\n")
    canary.chmod(canary.stat().st_mode | stat.S_IXUSR)
    temporary.mkdir()
    fill(repo, planted=case.planted)
    folder = case.make(repo, canary) or repo.path
    ran.unlink(missing_ok=True)  # making the case may have run it
    before = _names(tmp_path)
    env = {"TMPDIR": str(temporary), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    scans = [leakscan(*arguments, cwd=folder, env=env) for arguments in SCANS]
    others = [leakscan(*arguments, cwd=folder, env=env, stdin=GIVEN) for arguments in OTHERS]
    subprocess.run(["rm", "-rf", repo.path / "deep"], check=True)  # deeper than Python's own tools go
    for run in (*scans, *others):
        assert not ran.exists()
        assert "Traceback" not in run.stderr
        assert "internal error" not in run.stderr
        assert VALUE[:7] not in run.stdout + run.stderr
        assert VALUE[-7:] not in run.stdout + run.stderr
    assert {run.exit_code for run in scans} <= set(case.ends), [run.stderr for run in scans]
    assert scans[0].findings == scans[1].findings, "the cache changes no report"
    assert list(temporary.iterdir()) == []
    assert _names(tmp_path) - before <= {"cache"}
    for file in (tmp_path / "cache").rglob("*"):
        assert file.is_dir() or VALUE.encode() not in file.read_bytes()


def _names(folder) -> set[str]:
    """What stands in the folder and one below it: a scan adds nothing but its cache."""
    inner = (
        f"{entry.name}/{name}" for entry in os.scandir(folder) if entry.is_dir() for name in os.listdir(entry)
    )
    return {name for name in (*os.listdir(folder), *inner) if not name.startswith("cache/")}
