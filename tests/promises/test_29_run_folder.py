"""A folder of a run that came with a checkout: its journal could say that all was read, its copies name commands."""

from __future__ import annotations

import json
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


@pytest.mark.parametrize(
    "fields", [{"place": 5}, {"place": "\ud800"}, {"name": None}, {"size": "1"}, {"is_remote": "no"}, None]
)
def test_a_list_of_other_things_is_refused(
    leakscan: Command, tmp_path: Path, pair: Pair, fields: dict[str, object] | None
) -> None:
    Repo(tmp_path / "bot").commit("first", conf_env=pair.env)
    assert leakscan(*ORDER).exit_code == 1
    listed = tmp_path / "leakscan-fleet/list-1.json"
    said = json.loads(listed.read_text())
    said["entries"] = [said["entries"][0] | (fields or {})]
    listed.write_text(json.dumps(said) if fields else "[" * 200_000)
    for command in ("status", "merge"):
        run = leakscan("fleet", command, "leakscan-fleet")
        assert (run.exit_code, "list-1.json: cannot be read" in run.stderr) == (2, True)


@pytest.mark.parametrize("facts", [{"state": "none"}, {"state": "missing"}, {"seconds": float("nan")}])
def test_what_no_run_writes_down_was_not_read(
    leakscan: Command, tmp_path: Path, facts: dict[str, object]
) -> None:
    Repo(tmp_path / "bot").commit("first", a_txt="1\n")
    assert leakscan(*ORDER).exit_code == 0
    journal = tmp_path / "leakscan-fleet/journal.jsonl"
    records = [json.loads(line) for line in journal.read_text().splitlines()]
    journal.write_text(
        "".join(json.dumps(r | (facts if r["record"] == "done" else {})) + "\n" for r in records)
    )
    status = leakscan("fleet", "status", "leakscan-fleet", "-f", "json")
    assert status.json["missing"] == ["bot"]
