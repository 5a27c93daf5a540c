"""A clone fetches what a run is about, and runs nothing that its own configuration names."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from leakscan.gitstore.fetch import fetch
from leakscan.gitstore.layout import Layout, find_layout

if TYPE_CHECKING:
    from pathlib import Path

    from gitrepo import Repo


@pytest.fixture
def clone(repo: Repo, tmp_path: Path) -> tuple[Layout, list[str]]:
    """A shallow clone of the last of three commits, and all three."""
    commits = [repo.commit({"a": str(number)}) for number in range(3)]
    repo.git("config", "uploadpack.allowAnySHA1InWant", "true")
    repo.git("clone", "-q", "--depth", "1", f"file://{repo.path}", str(tmp_path / "clone"))
    layout = find_layout(tmp_path / "clone")
    assert layout is not None
    return layout, commits


def holds(layout: Layout, oid: str) -> bool:
    argv = ["git", f"--git-dir={layout.git_dir}", "cat-file", "-e", oid]
    return subprocess.run(argv, capture_output=True, check=False).returncode == 0


def test_commits_are_fetched_and_no_ref_is_changed(clone) -> None:
    layout, (first, second, third) = clone
    before = sorted(str(path) for path in (layout.git_dir / "refs").rglob("*"))
    assert [holds(layout, oid) for oid in (first, second, third)] == [False, False, True]
    assert fetch(layout, [second], "--deepen=1") == ""
    assert [holds(layout, oid) for oid in (first, second)] == [False, True]
    assert fetch(layout, [third], "--unshallow") == ""
    assert holds(layout, first)
    assert sorted(str(path) for path in (layout.git_dir / "refs").rglob("*")) == before
    assert not (layout.git_dir / "FETCH_HEAD").exists()


def test_what_cannot_be_fetched_is_said_and_no_password_with_it(clone) -> None:
    layout, _ = clone
    assert "not our ref" in fetch(layout, ["1" * 40])
    config = layout.git_dir / "config"
    config.write_text(config.read_text().replace("file:///", "file://user:word@localhost/absent/"))
    said = fetch(layout, ["1" * 40])
    assert said
    assert "word" not in said


@pytest.mark.parametrize(
    ("section", "setting", "said"),
    [
        ("core", "sshCommand = x", "core.sshcommand"),
        ("core", "gitProxy = x", "core.gitproxy"),
        ("core", "askPass = x", "core.askpass"),
        ("core", "alternateRefsCommand = x", "core.alternaterefscommand"),
        ("credential", "helper = x", "credential.helper"),
        ('credential "https://a.b"', "helper = x", "credential.helper"),
        ('remote "origin"', "uploadPack = x", "remote.uploadpack"),
        ('remote "a.b"', "vcs = x", "remote.vcs"),
        ('hook "a"', "command = x", "hook.command"),
        ("http", "saveCookies = true", "http.savecookies"),
        ("core", "bare = false", ""),
        ("user", "name = sshCommand", ""),
        ('remote "origin"', "pushurl = x", ""),
    ],
)
def test_a_setting_that_may_run_a_program_is_a_reason_not_to_fetch(clone, section, setting, said) -> None:
    layout, (_, second, third) = clone
    with (layout.git_dir / "config").open("a") as config:
        config.write(f"[{section}]\n\t{setting}\n")
    answer = fetch(layout, [second], "--deepen=1")
    expected = f"not tried: the clone sets {said}, which may run a program or write a file" if said else ""
    assert answer == expected
    assert holds(layout, second) == (not said)
    assert holds(layout, third)


@pytest.mark.parametrize("place", ["x", "info/x", "objects/info/x", "objects/pack/x", "objects/00/x"])
def test_a_pipe_in_the_clone_is_not_waited_for(clone, place: str) -> None:
    layout, (_, second, _) = clone
    (layout.git_dir / place).parent.mkdir(exist_ok=True)
    os.mkfifo(layout.git_dir / place)
    name = "objects" if place in ("objects/pack/x", "objects/00/x") else "x"
    assert fetch(layout, [second]) == f"not tried: {name} in the clone is no regular file"
    assert not holds(layout, second)
