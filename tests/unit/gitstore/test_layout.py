from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from gitrepo import Repo, kinds, opened

from leakscan.errors import GitError
from leakscan.gitstore import find_enclosing, find_layout
from leakscan.gitstore.gitconfig import parse_config

if TYPE_CHECKING:
    from pathlib import Path


def test_a_work_tree_is_found_at_its_root_only(repo: Repo) -> None:
    repo.write("sub/file", "x")
    layout = find_layout(repo.path)
    assert layout is not None
    assert (layout.git_dir, layout.common_dir) == (repo.path / ".git", repo.path / ".git")
    assert (layout.work_tree, layout.object_format) == (repo.path, "sha1")
    assert find_layout(repo.path / "sub") is None
    assert find_enclosing(repo.path / "sub") == layout


def test_a_plain_folder_is_no_repository(tmp_path: Path) -> None:
    assert find_layout(tmp_path) is None
    assert find_enclosing(tmp_path) is None
    assert find_layout(tmp_path / "absent") is None


def test_a_bare_repository_needs_no_config(tmp_path: Path) -> None:
    bare = Repo(tmp_path / "bare.git", "--bare")
    (bare.path / "config").unlink()
    layout = find_layout(bare.path)
    assert layout is not None
    assert (layout.git_dir, layout.work_tree) == (bare.path, None)


def test_a_linked_work_tree_shares_the_object_store(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"a": "one\n"})
    repo.git("worktree", "add", "-q", str(tmp_path / "linked"), "-b", "other")
    layout = find_layout(tmp_path / "linked")
    assert layout is not None
    assert layout.git_dir == repo.path / ".git" / "worktrees" / "linked"
    assert layout.common_dir == repo.path / ".git"
    assert layout.work_tree == tmp_path / "linked"


def test_a_submodule_is_found_through_its_gitfile(repo: Repo, tmp_path: Path) -> None:
    inner = Repo(tmp_path / "inner")
    inner.commit({"a": "inner\n"})
    repo.git("submodule", "add", "-q", str(inner.path), "lib")
    layout = find_layout(repo.path / "lib")
    assert layout is not None
    assert layout.git_dir == repo.path / ".git" / "modules" / "lib"


def test_a_gitfile_that_leads_nowhere_is_an_error(tmp_path: Path) -> None:
    (tmp_path / ".git").write_text("gitdir: ../gone\n")
    with pytest.raises(GitError, match="not there"):
        find_layout(tmp_path)


def test_an_empty_git_folder_is_no_repository(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    assert find_layout(tmp_path) is None


def test_the_object_format_is_read_from_the_config(tmp_path: Path) -> None:
    layout = find_layout(Repo(tmp_path / "r", "--object-format=sha256").path)
    assert layout is not None
    assert layout.object_format == "sha256"


def test_a_config_cannot_lie_about_the_object_format(repo: Repo) -> None:
    repo.commit({"a": "one\n"})
    (repo.git_dir / "config").write_text(
        "[core]\nrepositoryformatversion = 1\n[extensions]\nobjectformat = sha256\n"
    )
    layout = find_layout(repo.path)
    assert layout is not None
    assert layout.object_format == "sha1"


def test_unknown_formats_are_failures(repo: Repo) -> None:
    config = repo.git_dir / "config"
    config.write_text("[core]\nrepositoryformatversion = 1\n[extensions]\nmoonshine = true\n")
    with opened(repo.path) as store:
        assert kinds(store) == ["unsupported-format"]
    config.write_text("[core]\nrepositoryformatversion = 7\n")
    with opened(repo.path) as store:
        assert kinds(store) == ["unsupported-format"]


def test_a_config_that_is_a_fifo_is_a_failure_with_its_reason(repo: Repo) -> None:
    config = repo.git_dir / "config"
    config.unlink()
    os.mkfifo(config)
    with opened(repo.path) as store:
        told = [(f.kind, f.where, f.reason) for f in store.failures]
    assert told == [("unreadable", str(config), "the configuration cannot be read: not a regular file")]


def test_a_config_is_read_as_git_reads_it() -> None:
    text = (
        b'[Core] Bare ; note\n\tname = "a # b" # c\n[remote "x\\"Y"]\n  url = one\\\ntwo\n'
        b'broken line =\n[include]\npath = "x\\\\y"\n\xff\xfe\n'
    )
    settings = [tuple(setting) for setting in parse_config(text)]
    assert ("core", "", "name", "a # b") in settings
    assert ("remote", 'x"Y', "url", "onetwo") in settings
    assert ("include", "", "path", "x\\y") in settings


def test_what_encloses_a_folder_is_the_nearest_work_tree(repo: Repo) -> None:
    (repo.path / "d" / "empty" / ".git").mkdir(parents=True)
    for folder in (repo.path, repo.path / "d", repo.path / "d" / "empty"):
        found = find_enclosing(folder)
        assert found is not None
        assert found.work_tree == repo.path
    inner = Repo(repo.path / "d" / "inner")
    found = find_enclosing(inner.path)
    assert found is not None
    assert found.work_tree == inner.path
