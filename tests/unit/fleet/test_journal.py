from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leakscan.errors import ConfigError
from leakscan.fleet.journal import Journal, read_journal

RECORDS = [
    {"record": "begin", "round": 1},
    {"record": "done", "round": 1, "name": "naïve\n"},
    {"record": "end"},
]


def write(path: Path) -> None:
    with Journal(path) as journal:
        for record in RECORDS:
            journal.add(record)


def test_what_was_added_is_read_in_order(tmp_path: Path) -> None:
    write(tmp_path / "j")
    assert list(read_journal(tmp_path / "j")) == RECORDS
    assert list(read_journal(tmp_path / "none")) == []


def test_a_line_that_cannot_be_parsed_tells_nothing(tmp_path: Path) -> None:
    (tmp_path / "j").write_bytes(b"[" * 100_000 + b"\n" + b"?\n")
    write(tmp_path / "j")
    assert list(read_journal(tmp_path / "j")) == RECORDS


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_cut_anywhere_and_written_on_no_whole_record_is_lost(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "j"
    path.unlink(missing_ok=True)
    write(path)
    whole = path.read_bytes()
    cut = data.draw(st.integers(0, len(whole)))
    path.write_bytes(whole[:cut])
    kept = RECORDS[: whole[:cut].count(b"\n")]
    with Journal(path) as journal:
        journal.add({"record": "more"})
    found = list(read_journal(path))
    assert found[-1] == {"record": "more"}
    # a line that misses nothing but its end is whole once it is ended
    assert found[:-1] in (kept, RECORDS[: len(kept) + 1])


def test_one_writes_at_a_time(tmp_path: Path) -> None:
    with Journal(tmp_path / "j"), pytest.raises(ConfigError, match="another run"):
        Journal(tmp_path / "j")


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("")
    (tmp_path / "j").symlink_to(tmp_path / "target")
    with pytest.raises(ConfigError):
        Journal(tmp_path / "j")


def test_a_pipe_is_no_journal(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "journal")
    with pytest.raises(ConfigError, match="not a regular file"):
        list(read_journal(tmp_path / "journal"))
