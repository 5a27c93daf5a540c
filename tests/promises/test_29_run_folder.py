"""A folder of a run that came with a checkout: its journal could say that all was read, its copies name commands."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Pair, Repo, Run

Command = Callable[..., Run]
ORDER = ("fleet", "run", "bot", "--jobs", "1")
pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes of files")


@pytest.mark.parametrize("name", ["journal.jsonl", "clones", "reports", "cache", "tmp"])
def test_it_is_not_gone_on_with(leakscan: Command, tmp_path: Path, pair: Pair, name: str) -> None:
    Repo(tmp_path / "bot").commit("first", conf_env=pair.env)
    assert leakscan(*ORDER).exit_code == 1
    assert leakscan(*ORDER).exit_code == 1
    kept = tmp_path / "leakscan-fleet" / name
    kept.chmod(0o755 if kept.is_dir() else 0o644)
    run = leakscan(*ORDER)
    assert run.exit_code == 2
    assert f"{name}: not kept as a run keeps it, private" in run.stderr
    kept.chmod(0o700 if kept.is_dir() else 0o600)
    assert leakscan(*ORDER).exit_code == 1


def test_links_lead_nowhere(leakscan: Command, tmp_path: Path, pair: Pair) -> None:
    Repo(tmp_path / "bot").commit("first", conf_env=pair.env)
    assert leakscan(*ORDER).exit_code == 1
    reports, elsewhere = tmp_path / "leakscan-fleet/reports", tmp_path / "elsewhere"
    shutil.rmtree(reports)
    elsewhere.mkdir(mode=0o700)
    reports.symlink_to(elsewhere)
    assert leakscan(*ORDER).exit_code == 2
    assert not list(elsewhere.iterdir())
