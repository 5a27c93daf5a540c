from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from gitrepo import Repo, opened

from leakscan.gitstore.commits import parse_commit, parse_links

if TYPE_CHECKING:
    pass


def test_a_commit_is_read_with_author_and_date(repo: Repo) -> None:
    oid = repo.commit({"a": "one\n"})
    with opened(repo.path) as store:
        commits = store.commits([oid, "1" * 40, repo.git("rev-parse", "HEAD:a")])
    assert list(commits) == [oid]
    assert commits[oid].author == "Ann <ann@example.org>"
    assert commits[oid].date == "2023-11-15T03:44:20+05:30"
    assert commits[oid].timestamp == 1_700_000_060


@pytest.mark.parametrize(
    ("person", "author", "date"),
    [
        (b"J\xf6rg <j@x> 0 -0100", "J\ufffdrg <j@x>", "1969-12-31T23:00:00-01:00"),
        (b"A <a@b> 0 +9999", "A <a@b>", "1970-01-01T00:00:00+00:00"),
        (b"A <a@b> 999999999999999999 +0000", "A <a@b>", ""),
        (b"> 12 <x> 3 +0000", "> 12 <x>", "1970-01-01T00:00:03+00:00"),
        (b"nobody", "", ""),
    ],
)
def test_odd_authors_are_taken_as_they_are(person: bytes, author: str, date: str) -> None:
    commit = parse_commit(
        "x", b"tree 1\nauthor " + person + b"\ncommitter C <c> 5 +0000\n\nauthor X <x> 9 +0000\n", 7
    )
    assert (commit.author, commit.date, commit.timestamp) == (author, date, 5)


def test_garbage_in_a_commit_is_survived() -> None:
    assert parse_commit("x", b"", 0).timestamp == 0
    assert parse_links(b"\xff\xfe", 40) == ("", [], 0)


def test_refs_that_lead_to_a_commit_are_named(repo: Repo) -> None:
    first = repo.commit({"a": "one\n"})
    repo.git("update-ref", "refs/remotes/origin/main", first)
    repo.git("tag", "-a", "inner", "-m", "x")
    repo.git("tag", "-a", "outer", "inner", "-m", "y")
    second = repo.commit({"a": "two\n"})
    repo.git("notes", "add", "-m", "note")
    repo.write("a", "three\n")
    repo.git("stash", "-q")
    repo.git("checkout", "-q", "--detach")
    with opened(repo.path) as store:
        found = store.refs_reaching([first, second, "1" * 40])
    everywhere = ("HEAD", "refs/heads/main", "refs/stash")
    assert found[second] == everywhere
    assert found[first] == tuple(
        sorted((*everywhere, "refs/remotes/origin/main", "refs/tags/inner", "refs/tags/outer"))
    )
    assert found["1" * 40] == ()


def test_a_commit_that_no_ref_leads_to_has_none(repo: Repo) -> None:
    first = repo.commit({"a": "one\n"})
    lost = repo.commit({"a": "two\n"})
    repo.git("reset", "-q", "--hard", first)
    with opened(repo.path) as store:
        assert store.refs_reaching([lost]) == {lost: ()}


def test_many_commits_are_asked_for_in_several_passes(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leakscan.gitstore.commits._BATCH", 2)
    commits = [repo.commit({"a": f"{number}\n"}) for number in range(5)]
    repo.git("branch", "old", commits[2])
    with opened(repo.path) as store:
        found = store.refs_reaching(commits)
    assert [found[commit] for commit in commits] == [("refs/heads/main", "refs/heads/old")] * 3 + [
        ("refs/heads/main",)
    ] * 2
