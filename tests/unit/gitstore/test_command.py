"""git as we start it: isolated, bounded, and never one that the repository brings."""

from __future__ import annotations

import os
import resource
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from leakscan.errors import GitError
from leakscan.gitstore import Store, find_layout, stillness
from leakscan.gitstore.command import CHUNK, Git, find_git, isolated_environment

if TYPE_CHECKING:
    from gitrepo import Repo


@pytest.fixture
def git(repo: Repo) -> Git:
    repo.commit({"a": "1"})
    return Git(repo.git_dir)


def test_what_git_says_is_its_answer_or_an_error(git: Git) -> None:
    assert git.run("cat-file", "-t", "HEAD") == b"commit\n"
    with pytest.raises(GitError, match=r"^git cat-file: fatal: Not a valid object name absent$"):
        git.run("cat-file", "-t", "absent")
    with pytest.raises(GitError, match=r"^git rev-parse: exit code 1$"):
        git.run("rev-parse", "-q", "--verify", "absent")


def test_a_large_feed_and_a_large_answer_pass_each_other(git: Git) -> None:
    lines = [b"%d" % number + b"x" * 4000 for number in range(800)]
    feed = b"".join(line + b"\n" for line in lines)
    assert len(feed) > 3 * CHUNK
    assert git.run("cat-file", "--batch-check", feed=feed).split() == [
        w for line in lines for w in (line, b"missing")
    ]


@pytest.mark.parametrize("size", [1, 100, CHUNK - 1, CHUNK, CHUNK + 1])
def test_tokens_are_what_ends_with_a_nul(git: Git, size: int) -> None:
    with git.stream("hash-object", "--stdin-paths") as process:
        assert list(process.tokens()) == []
    with git.stream("config", "--null", "--list") as process:
        tokens = list(process.tokens())
    assert b"core.bare\nfalse" in tokens
    text = ("x" * size + "\n").encode()
    oid = git.run("hash-object", "-w", "--stdin", feed=text + b"\0short\0cut off").decode().strip()
    with git.stream("cat-file", "blob", oid) as process:
        assert list(process.tokens()) == [text, b"short"]


def test_a_git_that_is_killed_says_by_what(git: Git) -> None:
    with git.stream("cat-file", "--batch", feed=b"") as process:
        process.wait()
    with git.stream("cat-file", "--batch", feed=b"HEAD\n" * 10**6) as process:
        process.kill()
        assert process.wait() == -9
        assert process.complaint() == "ended by signal 9"


def test_the_last_line_of_a_long_complaint_is_told(git: Git, repo: Repo) -> None:
    with git.stream("diff-tree", "--stdin", feed=b"x" * 10 + b"\n") as process:
        process.out.read()
        process.wait()
    with git.stream("not-a-command" + "x" * 70_000) as process:
        process.out.read()
        assert process.wait() == 1
        assert len(process.stderr()) == 1 << 16
        assert process.complaint().endswith("x' is not a git command. See 'git --help'.")


@pytest.mark.skipif(sys.platform != "linux", reason="no other system has such a limit")
@pytest.mark.parametrize(("options", "limit"), [({}, 1 << 30), ({"max_heap_bytes": 77 << 20}, 77 << 20)])
def test_git_gets_no_more_memory_than_it_is_given(git: Git, options: dict[str, int], limit: int) -> None:
    with git.stream("cat-file", "--batch", feed=b"HEAD\n" * 10**6, **options) as process:
        assert resource.prlimit(process._popen.pid, resource.RLIMIT_DATA) == (limit, limit)


@pytest.mark.skipif(sys.platform != "linux", reason="no other system tells what a process spent")
def test_a_git_that_waits_for_a_pipe_is_ended(git: Git, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(stillness, "LOOK_EVERY_S", 0.02)
    os.mkfifo(tmp_path / "index")
    with pytest.raises(GitError, match="git ls-files: it stood still for"):
        git.run("ls-files", env={"GIT_INDEX_FILE": str(tmp_path / "index")})


@pytest.mark.skipif(sys.platform != "linux", reason="no other system tells what a process spent")
def test_a_git_whose_answers_wait_is_not_ended(git: Git, monkeypatch) -> None:
    monkeypatch.setattr(stillness, "LOOK_EVERY_S", 0.02)
    monkeypatch.setattr(stillness, "MAX_STILL", 30)
    feed = b"HEAD\n" * 60_000
    with git.stream("cat-file", "--batch-check", "--buffer", feed=feed) as process:
        watcher = process._watch._watcher
        watcher.join(1.5)  # more than twice as long as git may stand still
        assert watcher.is_alive()
        assert process.out.read().count(b"\n") == 60_000
        watcher.join(1.5)  # git has ended, which is no standing still
        assert not process.stood_still
        assert process.wait() == 0


@pytest.mark.skipif(sys.platform != "linux", reason="no other system tells what a process spent")
def test_an_object_that_becomes_a_pipe_is_told(repo: Repo, monkeypatch) -> None:
    monkeypatch.setattr(stillness, "LOOK_EVERY_S", 0.02)
    repo.commit({"a": "1", "b": "2"})
    with Store(find_layout(repo.path)) as store:
        oids = [repo.git("rev-parse", f"HEAD:{name}") for name in "ab"]
        file = repo.git_dir / "objects" / oids[0][:2] / oids[0][2:]
        file.unlink()
        os.mkfifo(file)
        assert list(store.reader.fetch(oids)) == []
        assert [failure.kind for failure in store.failures] == ["corrupt-objects"]
        assert store.failures[0].reason.endswith("was ended: the remaining 2 were not read")


@pytest.mark.parametrize("feed", [b"", b"HEAD\n"])
def test_where_no_thread_can_be_started_git_is_not_either(git: Git, monkeypatch, feed: bytes) -> None:
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    with pytest.raises(GitError, match=r"^git cannot be started: no thread "):
        git.run("cat-file", "--batch-check", feed=feed)
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_a_git_that_is_left_behind_is_ended(git: Git) -> None:
    with git.stream("cat-file", "--batch", feed=b"HEAD\n" * 10**6) as process:
        assert b" commit " in process.out.readline()
    assert process._popen.returncode == -9
    assert git._running == []
    git.close()


def test_a_closed_git_answers_no_more(git: Git) -> None:
    with git.stream("cat-file", "--batch", feed=b"HEAD\n" * 10**6) as process:
        git.close()
        assert process.wait() == -9
    with pytest.raises(GitError, match="closed"):
        git.run("version")


def program(folder: Path) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "git"
    file.write_text("#!/bin/sh\n")
    file.chmod(0o755)
    return str(file)


def test_no_git_of_the_repository_is_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inside, beside, link = tmp_path / "repo" / "bin", tmp_path / "repository", tmp_path / "link"
    planted, good = program(inside), program(beside)
    link.mkdir()
    (link / "git").symlink_to(planted)
    monkeypatch.chdir(inside.parent)
    path = os.pathsep.join(["bin", ".", str(inside), str(link), str(beside)])
    monkeypatch.setenv("PATH", path)
    assert find_git(tmp_path / "repo") == good
    assert find_git() == planted
    monkeypatch.setenv("PATH", os.pathsep.join(path.split(os.pathsep)[:-1]))
    with pytest.raises(GitError, match="not on PATH"):
        find_git(tmp_path / "repo")
    monkeypatch.setenv("PATH", str(inside))
    with pytest.raises(GitError, match="not on PATH"):
        find_git(inside)


def test_inside_of_the_root_folder_is_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.fspath(tmp_path))
    git = program(tmp_path)
    assert find_git(Path(tmp_path.anchor)) == git


def test_no_variable_of_git_reaches_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", "/elsewhere")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/elsewhere")
    monkeypatch.setenv("HOME", "/home")
    environment = isolated_environment()
    assert "GIT_DIR" not in environment
    assert (environment["GIT_CONFIG_GLOBAL"], environment["HOME"]) == (os.devnull, "/home")
    assert (environment["GIT_ALLOW_PROTOCOL"], environment["GIT_NO_LAZY_FETCH"]) == ("none", "1")
