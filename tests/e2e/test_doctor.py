"""`leakscan doctor` tells a hook that is in force from one that only looks like it."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import COMMAND, Repo, Run

Scan = Callable[..., Run]


def install(repo: Repo, script: str, folder: str = ".git/hooks", mode: int = 0o755) -> Path:
    hook = repo.path / folder / "pre-commit"
    hook.parent.mkdir(parents=True, exist_ok=True)
    hook.write_text(f"#!/bin/sh\n{script}\n")
    hook.chmod(mode)
    return hook


@pytest.fixture
def start(repo: Repo) -> Repo:
    repo.commit("start", a_py="a = 1\n")
    return repo


HOOK = f"exec {shlex.quote(str(COMMAND))} hook"


def test_a_hook_that_works_is_proved(leakscan: Scan, start: Repo) -> None:
    install(start, HOOK)
    start.write("a.py", "not committed yet\n")
    before = start.run("status", "--porcelain"), sorted((start.path / ".git").rglob("*"))
    run = leakscan("doctor", start.path)
    assert run.exit_code == 0, run.stdout
    assert "refused a planted secret" in run.stdout
    assert "a planted secret was found with" in run.stdout
    assert (start.run("status", "--porcelain"), sorted((start.path / ".git").rglob("*"))) == before


def test_an_unborn_repository_and_one_with_a_policy(leakscan: Scan, repo: Repo) -> None:
    install(repo, HOOK)
    assert leakscan("doctor", repo.path).exit_code == 0
    repo.write(".leakscan.toml", '[[allow]]\npath = "*.env"\nreason = "all of them"\n')
    run = leakscan("doctor", repo.path)
    assert (run.exit_code, "let a planted secret pass" in run.stdout) == (2, True)


@pytest.mark.parametrize(
    ("script", "mode", "said"),
    [
        ("exit 0", 0o755, "let a planted secret pass"),
        ("leakscan-is-not-here hook", 0o755, "before it came to leakscan"),
        (HOOK, 0o644, "is not executable"),
    ],
)
def test_a_hook_that_does_not_work_is_told(
    script: str, mode: int, said: str, leakscan: Scan, start: Repo
) -> None:
    install(start, script, mode=mode)
    run = leakscan("doctor", "--run-hook", start.path)
    assert (run.exit_code, said in run.stdout) == (2, True), run.stdout


def test_a_hook_that_does_not_name_us_is_not_run_unasked(leakscan: Scan, start: Repo, tmp_path: Path) -> None:
    install(start, f"touch {tmp_path}/ran")
    run = leakscan("doctor", start.path)
    assert (run.exit_code, "was not run" in run.stdout) == (2, True)
    assert not (tmp_path / "ran").exists()


def test_a_missing_hook_is_told(leakscan: Scan, start: Repo, tmp_path: Path) -> None:
    run = leakscan("doctor", start.path)
    assert (run.exit_code, "not installed" in run.stdout) == (2, True)
    empty = tmp_path / "empty"
    empty.mkdir()
    assert leakscan("doctor", empty).exit_code == 0, "no repository, no hook to miss"


def test_a_hooks_path_in_the_way_is_seen(leakscan: Scan, start: Repo) -> None:
    """As husky sets it: the old hook is still there, and git does not look at it."""
    install(start, HOOK)
    start.run("config", "core.hooksPath", ".husky/_")
    install(start, "exit 0", ".husky/_")
    run = leakscan("doctor", start.path)
    assert run.exit_code == 2
    assert "is never run" in run.stdout
    install(start, HOOK, ".husky/_")
    run = leakscan("doctor", start.path)
    assert (run.exit_code, "refused a planted secret" in run.stdout) == (0, True)


def test_the_hook_is_not_run_if_that_is_not_wanted(leakscan: Scan, start: Repo, tmp_path: Path) -> None:
    install(start, f"touch {tmp_path}/ran")
    run = leakscan("doctor", "--no-run-hook", start.path)
    assert (run.exit_code, "was not tried" in run.stdout) == (0, True)
    assert not (tmp_path / "ran").exists()


def test_what_git_refuses_is_told_beside_the_rest(leakscan: Scan, start: Repo, tmp_path: Path) -> None:
    """Its last line is not always the reason."""
    config = tmp_path / ".gitconfig"
    config.write_text(f"[include]\n\tpath = {config}\n")
    run = leakscan("doctor", start.path, env={"HOME": str(tmp_path)})
    assert run.exit_code == 2
    assert "a planted secret was found with" in run.stdout
    assert "BAD   repository git rev-parse: fatal: exceeded maximum include depth" in run.stdout
