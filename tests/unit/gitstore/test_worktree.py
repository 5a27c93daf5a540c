from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest
from gitrepo import Repo, kinds, opened

from leakscan.gitstore import worktree

if TYPE_CHECKING:
    from pathlib import Path

    from leakscan.gitstore import Worktree


def _files(path: Path, *, ignored: bool = False) -> Worktree:
    with opened(path) as store:
        files = store.tree_files(ignored=ignored)
        assert store.failures == []
        return files


def test_tracked_and_untracked_files_are_listed_and_ignored_ones_on_demand(repo: Repo) -> None:
    repo.commit({".gitignore": "*.log\nbuild/\n", "a": "a", "sub/b": "b"})
    repo.git("add", "-f", "a")
    for name in ("x.log", "build/deep/c", "new", "sub/new.log", "excluded"):
        repo.write(name, "x")
    repo.write("tracked.log", "x")
    repo.git("add", "-f", "tracked.log")
    (repo.git_dir / "info").mkdir(exist_ok=True)
    (repo.git_dir / "info/exclude").write_text("excluded\n")
    usual = (b".gitignore", b"a", b"new", b"sub/b", b"tracked.log")
    assert _files(repo.path).paths == usual
    more = (b"build/deep/c", b"excluded", b"sub/new.log", b"x.log")
    assert _files(repo.path, ignored=True).paths == tuple(sorted(usual + more))


def test_deleted_files_and_special_files_are_not_listed(repo: Repo) -> None:
    repo.commit({"a": "a", "gone": "x", "d/f": "x"})
    (repo.path / "gone").unlink()
    (repo.path / "d/f").unlink()
    (repo.path / "d").rmdir()
    (repo.path / "d").symlink_to("/")
    os.mkfifo(repo.path / "fifo")
    assert _files(repo.path).paths == (b"a", b"d")


def test_names_may_hold_any_bytes(repo: Repo) -> None:
    names = {b"new\nline", b'quo"te', b"\xff", b"-dash", b"sub/\x01", b".git-not", b"sub/.gitmodules"}
    for name in names:
        repo.write(name, "x")
    assert set(_files(repo.path).paths) == names


def test_other_repositories_are_named_and_not_entered(repo: Repo, tmp_path: Path) -> None:
    inner = Repo(tmp_path / "inner")
    inner.commit({"f": "x"})
    repo.commit({"a": "a", ".gitignore": "vendor/\n"})
    repo.git("submodule", "add", "-q", str(inner.path), "lib")
    Repo(repo.path / "nested").write("n", "x")
    Repo(repo.path / "vendor" / "thing").write("v", "x")
    repo.write("lookalike/.git/file", "x")
    files = _files(repo.path)
    assert files.nested == (b"lib", b"nested")
    assert files.paths == (b".gitignore", b".gitmodules", b"a", b"lookalike/.git/file")
    assert _files(repo.path, ignored=True).nested == (b"lib", b"nested", b"vendor/thing")


def test_a_planted_repository_does_not_hide_tracked_files(repo: Repo) -> None:
    repo.commit({"sub/f": "x", "sub/deep/g": "x"})
    Repo(repo.path / "sub")
    files = _files(repo.path)
    assert files.paths == (b"sub/deep/g", b"sub/f")
    assert files.nested == (b"sub",)


def test_a_corrupt_index_is_a_failure_and_all_files_are_listed(repo: Repo) -> None:
    repo.commit({".gitignore": "*.log\n", "a": "a"})
    repo.write("x.log", "x")
    (repo.git_dir / "index").write_bytes(b"DIRC\0\0\0\2\0\0\0\7nonsense")
    with opened(repo.path) as store:
        assert store.tree_files().paths == (b".gitignore", b"a", b"x.log")
        assert [(f.kind, f.where) for f in store.failures] == [
            ("corrupt-objects", str(repo.git_dir / "index"))
        ]


def test_an_index_that_is_a_fifo_is_not_waited_for(repo: Repo) -> None:
    repo.write("a", "a")
    os.mkfifo(repo.git_dir / "index")
    with opened(repo.path) as store:
        assert store.tree_files().paths == (b"a",)
        assert kinds(store) == ["corrupt-objects"]


def test_an_ignore_file_that_is_a_fifo_is_not_waited_for(repo: Repo) -> None:
    repo.commit({"a": "a"})
    (repo.path / "sub").mkdir()
    os.mkfifo(repo.path / "sub/.gitignore")
    assert _files(repo.path).paths == (b"a",)


def test_where_git_cannot_read_what_is_ignored_all_files_are_listed(repo: Repo, monkeypatch) -> None:
    """The list of this clone alone is gone between two looks."""
    repo.commit({".gitignore": "*.log\n", "a": "a"})
    repo.write("x.log", "x")
    (repo.git_dir / "info/exclude").unlink(missing_ok=True)
    monkeypatch.setattr(worktree, "is_regular", lambda _: True)
    with opened(repo.path) as store:
        assert store.tree_files().paths == (b".gitignore", b"a", b"x.log")
        (failure,) = store.failures
    assert (failure.kind, failure.where) == ("unreadable", str(repo.path))
    assert "ignore rules cannot be applied, all files are taken: git ls-files: fatal: " in failure.reason


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs prlimit")
def test_an_ignore_rule_that_takes_for_ever_is_given_up(repo: Repo, monkeypatch) -> None:
    monkeypatch.setattr(worktree, "_MAX_IGNORING_S", 1)
    repo.write(".gitignore", "**/" * 50 + "z\n")
    deep = "d/" * 30 + "file"
    repo.write(deep, "x")
    with opened(repo.path) as store:
        assert deep.encode() in store.tree_files().paths
        (failure,) = store.failures
    assert (failure.kind, failure.reason) == (
        "unreadable",
        "ignore rules cannot be applied, all files are taken: git ls-files: it took too long and was ended",
    )


def test_a_split_index_is_read(repo: Repo) -> None:
    repo.commit({"a": "a", "b.log": "x"})
    repo.git("update-index", "--split-index")
    repo.write(".gitignore", "*.log\n")
    repo.write("c", "c")
    repo.git("add", "c")
    assert _files(repo.path).paths == (b".gitignore", b"a", b"b.log", b"c")


def test_a_sparse_checkout_lists_what_is_there(repo: Repo) -> None:
    repo.commit({"in/a": "a", "out/b": "b"})
    repo.git("sparse-checkout", "init", "--cone", "--sparse-index")
    repo.git("sparse-checkout", "set", "in")
    assert _files(repo.path).paths == (b"in/a",)


def test_a_linked_work_tree_uses_its_own_index(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"a": "a"})
    linked = tmp_path / "linked"
    repo.git("worktree", "add", "-q", str(linked), "-b", "other")
    (linked / ".gitignore").write_text("*\n")
    (linked / "forced").write_text("x")
    assert _files(linked).paths == (b"a",)


def test_folders_deeper_than_a_path_may_be_long_are_walked(repo: Repo) -> None:
    repo.commit({"a": "a"})
    depth, name = 600, "d" * 20
    folder = os.open(repo.path, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir(name, dir_fd=folder)
        below = os.open(name, os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = below
    os.close(os.open("leaf", os.O_CREAT | os.O_WRONLY, dir_fd=folder))
    os.close(folder)
    with opened(repo.path) as store:
        files = store.tree_files()
    assert files.paths == (b"a", b"/".join([name.encode()] * depth) + b"/leaf")


def test_a_bare_repository_has_no_files(tmp_path: Path) -> None:
    bare = Repo(tmp_path / "bare.git", "--bare")
    assert _files(bare.path).paths == ()
