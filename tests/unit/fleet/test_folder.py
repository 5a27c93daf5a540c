"""What the journal of a run tells, and what a damaged one does not."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from leakscan.errors import ConfigError
from leakscan.fleet.folder import Round, RunFolder, Shard, begin_record
from leakscan.fleet.job import Outcome

BEGIN = begin_record(Round(1, 1.7e9, "key", ("a",), Shard(1, 2), "listing"), 1)
DONE = {"record": "done", "round": 1, "id": "ab", **asdict(Outcome())}


def _folder(path: Path, *records: dict[str, Any]) -> RunFolder:
    folder = RunFolder(path)
    folder.journal.write_text("".join(json.dumps(record) + "\n" for record in records))
    return folder


def test_what_was_done_is_known(tmp_path: Path) -> None:
    assert list(_folder(tmp_path, BEGIN, DONE).progress().done) == ["ab"]


@pytest.mark.parametrize("name", ["state", "head", "until", "coverage", "clone_bytes", "report"])
def test_of_a_damaged_record_the_repository_is_read_again(tmp_path: Path, name: str) -> None:
    without = {key: value for key, value in DONE.items() if key != name}
    assert _folder(tmp_path, BEGIN, without, DONE | {name: ["x"]}).progress().done == {}


@pytest.mark.parametrize(
    "change",
    [
        {"round": "1"},
        {"now": 1e308},
        {"now": None},
        {"shard": [1, 2, 3]},
        {"shard": [1, 10**30]},
        {"sources": [1]},
    ],
)
def test_a_damaged_beginning_is_told(tmp_path: Path, change: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="the beginning of a round is damaged"):
        _folder(tmp_path, BEGIN, DONE, BEGIN | change).progress()
