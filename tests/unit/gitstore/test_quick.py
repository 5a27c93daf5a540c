"""A glance at a repository: its index, a range of commits, single files."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from gitrepo import Repo

from leakscan.errors import GitError, TargetError
from leakscan.gitstore import quick
from leakscan.gitstore.changes import Change
from leakscan.gitstore.layout import find_here, find_layout
from leakscan.gitstore.quick import QuickStore
from leakscan.gitstore.staged import paths_below, staged_work

if TYPE_CHECKING:
    from pathlib import Path


def store_of(repo: Repo, *, all_refs: bool = False) -> QuickStore:
    layout = find_layout(repo.path)
    assert layout is not None
    return QuickStore(layout, all_refs=all_refs)


def blob(repo: Repo, content: str) -> str:
    return repo.git("hash-object", "--stdin", stdin=content.encode())


@pytest.fixture
def staged(repo: Repo) -> Repo:
    """One file changed, one new, one taken away, two as they were; and one that is not tracked."""
    repo.commit({"changed": "1", "gone": "2", "same": "3", "d/same": "4"})
    repo.write("changed", "5")
    repo.write("d/new", "6")
    (repo.path / "gone").unlink()
    repo.git("add", "-A")
    repo.write("untracked", "7")
    return repo


def work(
    repo: Repo, *files: bytes, everything: bool = False
) -> tuple[dict[bytes, tuple[str, ...]], list[bytes]]:
    """path -> what stands there now and what it replaced; and the untracked ones."""
    with store_of(repo) as store:
        found = staged_work(store, repo.git_dir / "index", None if everything else files)
        assert store.failures == []
    assert len({change.path for change in found.changes}) == len(found.changes)
    return {c.path: (c.new, *c.olds) for c in found.changes}, list(found.untracked)


def test_what_the_index_changes_is_told_with_what_it_replaces(staged: Repo) -> None:
    expected = {
        b"changed": (blob(staged, "5"), blob(staged, "1")),
        b"d/new": (blob(staged, "6"),),
        b"gone": ("", blob(staged, "2")),
    }
    assert work(staged, everything=True) == (expected, [])
    assert work(staged, b"changed", b"gone") == ({p: expected[p] for p in (b"changed", b"gone")}, [])


def test_files_that_are_as_they_were_count_as_new(staged: Repo) -> None:
    same = {b"same": (blob(staged, "3"),)}
    assert work(staged, b"same") == (same, [])
    assert work(staged, b"same", b"same", b"changed")[0].keys() == {b"same", b"changed"}
    assert work(staged, b"d") == ({b"d/new": (blob(staged, "6"),), b"d/same": (blob(staged, "4"),)}, [])
    assert work(staged, b"")[0].keys() == {b"changed", b"d/new", b"d/same", b"same"}
    assert work(staged, b"untracked", b"same") == (same, [b"untracked"])
    with pytest.raises(TargetError, match="absent: neither in the index nor on disk"):
        work(staged, b"absent")


def test_a_commit_of_more_files_than_there_is_memory_for_is_compared_file_by_file(
    staged: Repo, monkeypatch
) -> None:
    monkeypatch.setattr(quick, "_MAX_INDEX_HEAP_BYTES", 32 << 20)
    expected = work(staged, everything=True)[0]
    bomb = staged.git("rev-parse", "HEAD:d")
    for _ in range(8):
        lines = "".join(f"040000 tree {bomb}\t{number}\n" for number in range(10))
        bomb = staged.git("mktree", stdin=lines.encode())
    listed = staged.git("ls-tree", "HEAD") + f"\n040000 tree {bomb}\tbomb\n"
    commit = staged.git("commit-tree", "-m", "x", staged.git("mktree", stdin=listed.encode()))
    staged.git("update-ref", "HEAD", commit)
    assert work(staged, everything=True)[0] == {p: blobs for p, blobs in expected.items() if p != b"gone"}
    (staged.git_dir / "HEAD").write_text("1" * 40)
    with store_of(staged) as store:
        changes = store.staged(staged.git_dir / "index")
        assert {change.path for change in changes} == {b"changed", b"same", b"d/new", b"d/same"}
        assert [failure.kind for failure in store.failures] == ["missing-objects"]


def test_a_repository_without_a_commit_or_an_index_has_nothing_or_all(repo: Repo) -> None:
    assert work(repo, everything=True) == ({}, [])
    repo.write("a", "1")
    assert work(repo, b"a") == ({}, [b"a"])
    repo.git("add", "-A")
    assert work(repo, everything=True) == ({b"a": (blob(repo, "1"),)}, [])


def test_an_index_that_is_none_is_an_error(repo: Repo) -> None:
    repo.commit({"a": "1"})
    with store_of(repo) as store:
        (repo.path / "folder").mkdir()
        with pytest.raises(GitError, match="not a regular file"):
            store.staged(repo.path / "folder")
        repo.write("broken", "no index")
        with pytest.raises(GitError, match="the index cannot be read"):
            store.entries(repo.path / "broken")
        assert list(store.entries(repo.path / "absent")) == []
        data = (repo.git_dir / "index").read_bytes()
        (repo.path / "unsummed").write_bytes(data[:-20] + bytes(20))
        assert [entry.path for entry in store.entries(repo.path / "unsummed")] == [b"a"]
        (repo.path / "wrong").write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        with pytest.raises(GitError, match="its checksum does not fit"):
            store.entries(repo.path / "wrong")


def test_a_merge_changes_what_no_parent_has(repo: Repo) -> None:
    repo.commit({"a": "1", "b": "1", "c": "1"})
    repo.git("checkout", "-q", "-b", "other")
    repo.commit({"a": "2", "b": "2"})
    repo.git("checkout", "-q", "main")
    repo.commit({"a": "3", "c": "3"})
    with pytest.raises(Exception, match="merge"):
        repo.git("merge", "-q", "other")
    repo.write("a", "4")
    repo.git("add", "-A")
    assert work(repo, everything=True) == ({b"a": (blob(repo, "4"), blob(repo, "3"), blob(repo, "2"))}, [])


@pytest.fixture
def history(repo: Repo) -> tuple[Repo, list[str]]:
    first = repo.commit({"a": "1", "d/b": "1"})
    second = repo.commit({"a": "2"})
    repo.git("tag", "-a", "v1", "-m", "v1")
    repo.git("tag", "light")
    third = repo.commit({"a": "3", "c": "1"})
    return repo, [first, second, third]


def test_names_lead_to_commits_and_files(history) -> None:
    repo, (first, second, third) = history
    repo.git("branch", "a!b", first)
    with store_of(repo, all_refs=True) as store:
        assert store.resolve(["a!b", "a\x7fb", " a!b"]) == {"a!b": first}
        asked = ["main", "HEAD~1", "v1", "light", first[:12], "absent", "", "a b", "main\nHEAD", "main:a"]
        assert store.resolve(asked) == {
            "main": third, "HEAD~1": second, "v1": second, "light": second, first[:12]: first,
        }  # fmt: skip
        assert store.named([v1 := repo.git("rev-parse", "v1")]) == {v1: "tag", second: "commit"}
        assert (store.file(first, "a"), store.file(first, "d/b")) == (b"1", b"1")
        assert store.file(first, "c") is None is store.file(first, "d")
        held = store.held(third, [b"a", b"d/b", b"absent"])
        assert held == {b"a": blob(repo, "3"), b"d/b": blob(repo, "1")}
        assert store.held(third, []) == {}
        assert [found.data for found in store.read([blob(repo, "1"), blob(repo, "3"), blob(repo, "1")])] == [
            b"1",
            b"3",
        ]


def test_a_range_is_what_one_side_leads_to_and_the_other_does_not(history) -> None:
    repo, (first, second, third) = history
    with store_of(repo) as store:
        assert store.commits_between([third], []) == [third, second, first]
        assert store.commits_between([third], [first]) == [third, second]
        assert store.commits_between([first], [third]) == []
        changes = store.history([third, second], 9)
        assert changes == [
            Change(b"a", blob(repo, "3"), (blob(repo, "2"),), third),
            Change(b"c", blob(repo, "1"), (), third),
            Change(b"a", blob(repo, "2"), (blob(repo, "1"),), second),
        ]
        assert store.history([], 9) == []
        made = store.commits([third, second])
        assert [made[oid].order for oid in (third, second)] == [2, 1]
        assert {commit.author for commit in made.values()} == {"Ann <ann@example.org>"}
        assert store.failures == []
        assert store.commits_between(["1" * 40], []) == []
        assert [failure.kind for failure in store.failures] == ["missing-objects"]


def test_a_shallow_history_that_ends_in_a_range_is_told(history, tmp_path: Path) -> None:
    repo, (_first, second, third) = history
    repo.git("clone", "-q", "--depth", "2", f"file://{repo.path}", str(tmp_path / "shallow"))
    clone = object.__new__(Repo)
    clone.path = tmp_path / "shallow"
    with store_of(clone) as store:
        assert store.commits_between([third], [second]) == [third]
        assert store.failures == []
        assert store.commits_between([third], []) == [third, second]
        assert [(f.kind, second in f.reason) for f in store.failures] == [("shallow", True)]


def test_the_repository_is_that_which_git_would_use(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"d/a": "1"})
    assert find_here(repo.path / "d", {}).work_tree == repo.path
    assert find_here(tmp_path, {"GIT_DIR": "repo/.git"}).work_tree == tmp_path
    assert find_here(tmp_path, {"GIT_DIR": "repo/.git", "GIT_WORK_TREE": "repo"}).work_tree == repo.path
    for environ in ({}, {"GIT_DIR": "absent"}):
        with pytest.raises(GitError, match="not in a git repository"):
            find_here(tmp_path, environ)


def test_paths_are_below_the_root_wherever_they_are_given(repo: Repo, tmp_path: Path) -> None:
    layout = find_layout(repo.path)
    assert layout is not None
    repo.write("d/a", "1")
    (repo.path / "link").symlink_to("d")
    names = ["a", "../x", str(repo.path / "d/a"), "..", "./b/../c"]
    assert paths_below(layout, repo.path / "d", names) == [b"d/a", b"x", b"d/a", b"", b"d/c"]
    assert paths_below(layout, repo.path, ["link/a", "link"]) == [b"d/a", b"link"]
    for outside in ("../../x", str(tmp_path), f"{repo.path}x"):
        with pytest.raises(TargetError, match="outside of the repository"):
            paths_below(layout, repo.path / "d", [outside])
    assert os.path.exists(repo.path)
