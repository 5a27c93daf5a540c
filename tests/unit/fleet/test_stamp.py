from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from leakscan.fleet import stamp
from leakscan.fleet.stamp import disk_bytes, stamp_of
from tests.conftest import Repo


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if what was written now had been written a while ago."""
    monkeypatch.setattr(stamp, "_SETTLED_NS", -1_000_000_000)


def change_content(repo: Repo) -> None:
    repo.write("a.txt", "2\n")


def change_in_place(repo: Repo) -> None:
    path = repo.path / "a.txt"
    facts = path.stat()
    path.write_text("2\n")
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))


def commit(repo: Repo) -> None:
    repo.commit("second")


def tag(repo: Repo) -> None:
    repo.run("tag", "new")


def remove(repo: Repo) -> None:
    (repo.path / "a.txt").unlink()


def write_config(repo: Repo) -> None:
    repo.run("config", "x.y", "z")


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("change", [change_content, change_in_place, commit, tag, remove, write_config])
def test_any_change_changes_the_stamp(repo: Repo, change: Callable[[Repo], None]) -> None:
    repo.commit("first", a_txt="1\n")
    before = stamp_of(repo.path)
    assert before
    assert stamp_of(repo.path) == before
    change(repo)
    assert stamp_of(repo.path) != before


def test_what_was_written_just_now_is_not_relied_upon(repo: Repo) -> None:
    repo.commit("first", a_txt="1\n")
    assert stamp_of(repo.path) == ""


@pytest.mark.usefixtures("settled")
def test_nor_what_lies_elsewhere(repo: Repo, tmp_path: Path) -> None:
    repo.commit("first", a_txt="1\n")
    repo.run("worktree", "add", "-q", str(tmp_path / "linked"))
    assert stamp_of(tmp_path / "linked") == ""
    repo.run("clone", "-q", "--shared", ".", str(tmp_path / "shared"))
    assert stamp_of(tmp_path / "shared") == ""
    assert stamp_of(tmp_path / "gone") == ""


def test_room_on_the_disk(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/b").write_bytes(b"x" * 1000)
    assert disk_bytes(tmp_path / "a") == 1000
    assert disk_bytes(tmp_path / "none") == 0
