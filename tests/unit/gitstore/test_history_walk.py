"""git compares each commit with its parents, and goes on behind those that it cannot read."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest
from gitrepo import Repo, kinds, opened

from leakscan.gitstore import attribution
from leakscan.gitstore.attribution import HistoryWalk, Sightings, sightings

if TYPE_CHECKING:
    from leakscan.gitstore import Store

COUNT = 6


@pytest.fixture
def commits(repo: Repo) -> list[str]:
    """Each changes a file and adds another one to a folder."""
    return [repo.commit({"f": f"{at}\n", f"d/{at}": "same\n"}) for at in range(COUNT)]


class Walked(NamedTuple):
    """By numbers of commits: who put which version of `f` there, and which folder entries came with it."""

    versions: dict[int, set[int]]
    entries: dict[int, set[int]]
    complaints: list[str]
    isolated: int


def walk(store: Store, commits: list[str], *, times: int = 1) -> Walked:
    """What comes of all commits, given so many times."""
    number = {oid: at for at, oid in enumerate(commits)}
    blobs = [
        store.git.run("hash-object", "--stdin", feed=b"%d\n" % at).decode().strip() for at in number.values()
    ]
    same = store.git.run("hash-object", "--stdin", feed=b"same\n").decode().strip()
    seen = sightings([*blobs, same], [], None)
    calls = 0

    def isolate() -> None:
        nonlocal calls
        calls += 1
        store._isolate_commits()

    feed = "".join(f"{oid}\n" for oid in commits).encode() * times
    complaints = HistoryWalk(store.git, 40, store.faults).compare(feed, seen, isolate)
    added = {place: {number[oid] for oid in found} for place, found in seen.added.items()}
    return Walked(
        {at: added[blob, b"f"] for at, blob in enumerate(blobs) if (blob, b"f") in added},
        {at: added.get((same, b"d/%d" % at), set()) for at in range(COUNT)},
        [f"{number[text[:40]]}{text[40:]}" if text[40:41] == ":" else text for text in complaints],
        calls,
    )


def test_a_whole_history_is_compared_at_once(repo: Repo, commits: list[str]) -> None:
    with opened(repo.path) as store:
        each = {at: {at} for at in range(COUNT)}
        assert walk(store, commits) == (each, each, [], 0)
        assert walk(store, []) == ({}, {at: set() for at in range(COUNT)}, [], 0)


def test_behind_a_commit_that_is_gone_the_next_counts_as_the_first(repo: Repo, commits: list[str]) -> None:
    repo.loose(commits[3]).unlink()
    with opened(repo.path) as store:
        found = walk(store, commits)
    assert found.versions == {at: {at} for at in range(COUNT) if at != 3}
    assert found.entries == {at: {at, 4} - {3} for at in range(5)} | {5: {5}}
    assert (found.complaints, found.isolated) == ([], 1)


@pytest.mark.parametrize("gone", range(COUNT))
@pytest.mark.parametrize("what", ["", "d"])
def test_a_tree_that_is_gone_is_complained_of_by_its_commit_and_the_next(
    repo: Repo, commits: list[str], gone: int, what: str
) -> None:
    tree = repo.git("rev-parse", f"{commits[gone]}:{what}")
    repo.loose(tree).unlink()
    with opened(repo.path) as store:
        found = walk(store, commits)
    assert found.versions == {at: {at} for at in range(COUNT) if at != gone}
    assert found.entries == {  # the next one is taken whole
        at: ({at} | ({gone + 1} if at <= gone < COUNT - 1 else set())) - {gone} for at in range(COUNT)
    }
    complaint = f"fatal: unable to read tree {tree}"
    assert found.complaints == [f"{at}: {complaint}" for at in (gone, gone + 1) if at < COUNT]
    assert found.isolated == 1


@pytest.mark.parametrize(("gone", "rest"), [(3, 2), (4, 1), (5, 0)])
def test_after_too_many_complaints_the_rest_is_counted(
    repo: Repo, commits: list[str], gone: int, rest: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.loose(repo.git("rev-parse", f"{commits[gone]}^{{tree}}")).unlink()
    with opened(repo.path) as store:
        first, *others = walk(store, commits).complaints
        assert len(others) == (1 if rest else 0)
        monkeypatch.setattr(attribution, "_MAX_COMPLAINTS", 2)
        assert walk(store, commits).complaints[:2] == [first, *others]
        monkeypatch.setattr(attribution, "_MAX_COMPLAINTS", 1)
        told = [f"the remaining {rest} commits were not looked at"] if rest else []
        assert walk(store, commits).complaints == [first, *told]
        told = [f"the remaining {rest + 20 * COUNT} commits were not looked at"]
        assert walk(store, commits, times=21).complaints == [first, *told]


@pytest.mark.parametrize(("most", "told"), [(1, ["the remaining 1 commits were not looked at"]), (2, [])])
def test_trees_of_too_many_paths_are_failures_and_no_complaints(
    repo: Repo, commits: list[str], most: int, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attribution, "MAX_ENTRIES", 5)
    monkeypatch.setattr(attribution, "_MAX_DEEP", most)
    repo.loose(repo.git("rev-parse", f"{commits[3]}^{{tree}}")).unlink()
    with opened(repo.path) as store:
        first, *others = walk(store, commits).complaints
        (failure,) = store.failures
    assert first.startswith("3: fatal:")
    assert others == told
    assert (failure.kind, failure.where) == ("too-deep", commits[4])
    assert failure.reason == "over 5 paths in one tree: not all places in it are known"


@pytest.mark.parametrize(("most", "told"), [(7, []), (6, ["too-deep"])])
def test_the_tree_of_head_is_listed_up_to_a_number_of_paths(
    repo: Repo, commits: list[str], most: int, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attribution, "MAX_ENTRIES", most)
    with opened(repo.path) as store:
        seen = Sightings(frozenset([repo.git("rev-parse", "HEAD:d/0").encode()]))
        assert HistoryWalk(store.git, 40, store.faults).head_tree(commits[-1], seen) == ""
        assert {path for _, path in seen.in_head} == {b"d/%d" % at for at in range(COUNT)}
        assert seen.others == set()
        assert kinds(store) == told


def test_why_the_tree_of_head_cannot_be_listed_is_said(repo: Repo, commits: list[str]) -> None:
    repo.loose(repo.git("rev-parse", "HEAD:d")).unlink()
    with opened(repo.path) as store:
        said = HistoryWalk(store.git, 40, store.faults).head_tree(commits[-1], Sightings(frozenset()))
    assert said.startswith("error: Could not read ")
