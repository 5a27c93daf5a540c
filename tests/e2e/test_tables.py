"""Refs in tables, as git 3 stores them unless told otherwise."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conftest import Pair, Repo, Run
from tools.tables import Logged, move_refs

Scan = Callable[..., Run]


def test_names_and_reflogs_are_searched_and_refs_told(leakscan: Scan, repo: Repo, pair: Pair) -> None:
    repo.commit("add", bot_env=f"BINANCE_API_KEY={pair.key}\n")
    head = repo.commit("take away", bot_env="")
    gone = f"refs/heads/binance_secret_{pair.secret}".encode()
    message = f"binance secret: {pair.secret[::-1]}".encode()
    logs = [Logged(b"refs/heads/main", 1, "0" * 40, head, message)]
    move_refs(repo.path / ".git", logs, [gone])
    run = leakscan("scan", repo.path, "--no-cache", "-f", "json")
    assert (run.exit_code, run.json["complete"]) == (1, True)
    found = {
        f["locations"][0]["path"].replace(f["preview"], "…"): f["exposure"]["refs"] for f in run.findings
    }
    assert found == {
        ".git/reftable/1-1-1.ref!refs/heads/main": [],
        ".git/refs/heads/binance_secret_…": [],
        "bot.env": ["refs/heads/main"],
    }


@pytest.mark.parametrize("is_staged", [True, False])
def test_a_hook_reads_what_is_staged(leakscan: Scan, repo: Repo, pair: Pair, *, is_staged: bool) -> None:
    repo.commit("start", a_py="a = 1\n")
    repo.write("bot.env", f"BINANCE_API_SECRET={pair.secret}\n" if is_staged else "a = 1\n")
    repo.run("add", "bot.env")
    move_refs(repo.path / ".git")
    run = leakscan("hook", cwd=repo.path)
    assert run.exit_code == is_staged, run.stderr
    assert ("bot.env:1" in run.stdout) is is_staged


def test_a_damaged_table_is_never_clean(leakscan: Scan, repo: Repo) -> None:
    repo.commit("start", a_py="a = 1\n")
    move_refs(repo.path / ".git")
    table = repo.path / ".git/reftable/1-1-1.ref"
    table.write_bytes(table.read_bytes()[:-1])
    run = leakscan("scan", repo.path, "--no-cache", "-f", "json")
    assert run.exit_code == 3
    assert "its end is cut off or damaged" in run.json["failures"][0]["reason"]
    hook = leakscan("hook", cwd=repo.path)
    assert hook.exit_code == 3, hook.stdout + hook.stderr
