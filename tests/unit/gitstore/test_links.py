"""What commits name: trees and parents that are there, are not there, or are of another kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from gitrepo import Repo, opened, opened_own_way
from sweeping import SPEC

from leakscan.gitstore.sweep import Sweep

if TYPE_CHECKING:
    from leakscan.gitstore.links import StoredCommits

ONE, TWO, THREE = (digit * 40 for digit in "123")
EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


class Made:
    """A commit, and a second one of any tree and parents: `a`, `tree` and `first` stand for what the first one has."""

    def __init__(self, repo: Repo, tree: str, *parents: str) -> None:
        first = repo.commit({"a": "key\n"})
        self.ids = {
            "first": first,
            "a": repo.git("rev-parse", "HEAD:a"),
            "tree": repo.git("rev-parse", "HEAD^{tree}"),
        }
        lines = [f"tree {self.id(tree)}"] * bool(tree) + [f"parent {self.id(parent)}" for parent in parents]
        person = "Ann <ann@example.org> 1800000000 +0000"
        text = "\n".join([*lines, f"author {person}", f"committer {person}", "", "second\n"])
        self.second = repo.git(
            "hash-object", "-w", "-t", "commit", "--literally", "--stdin", stdin=text.encode()
        )
        (repo.git_dir / "refs/heads/second").write_text(f"{self.second}\n")

    def id(self, name: str) -> str:
        return self.ids.get(name, name)


def commits_of(repo: Repo) -> StoredCommits:
    with opened(repo.path) as store, Sweep(store, SPEC) as sweep:
        list(sweep.run(lambda _: None, texts=True))
        history = sweep.history()
        assert history is not None
        return history.commits


@pytest.mark.parametrize(
    ("tree", "parents", "known", "absent", "absent_tree"),
    [
        ("tree", [], [], [], None),
        ("tree", ["first"], ["first"], [], None),
        (EMPTY_TREE, ["first"], ["first"], [], None),
        (ONE, ["first"], ["first"], [], ONE),
        ("a", ["first"], ["first"], [], "a"),
        ("first", ["first"], ["first"], [], "first"),
        ("", ["first"], ["first"], [], ""),
        ("tree", ["first", TWO], ["first"], [TWO], None),
        ("tree", ["a", "first"], ["first"], ["a"], None),
        ("tree", ["tree"], [], ["tree"], None),
        (ONE, [TWO, "first", "a", THREE], ["first"], [TWO, THREE, "a"], ONE),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_what_a_commit_names_is_known_by_number_or_absent(
    repo: Repo, tree: str, parents: list[str], known, absent, absent_tree: str | None, packed: bool
) -> None:
    made = Made(repo, tree, *parents)
    if packed:
        repo.git(
            "pack-objects",
            "-q",
            str(repo.git_dir / "objects/pack/pack"),
            stdin="\n".join([*made.ids.values(), made.second]).encode(),
        )
        repo.git("prune-packed", "-q")
    found = commits_of(repo)
    number = found.find(made.second)
    assert sorted([found.oid(0), found.oid(1)]) == sorted([made.second, made.ids["first"]])
    assert found.times[number] == 1_800_000_000
    assert [found.oid(parent) for parent in found.parents[number]] == [made.id(name) for name in known]
    assert found.absent == ({number: [made.id(name) for name in absent]} if absent else {})
    assert found.absent_trees == ({} if absent_tree is None else {number: made.id(absent_tree)})
    assert (found.trees[number] >= 0) == (tree == "tree")
    assert found.trees[1 - number] >= 0
    assert found.ids == bytes.fromhex(found.oid(0) + found.oid(1))
    assert found.find(ONE) == found.find(made.ids["a"]) == -1


@pytest.mark.parametrize(
    ("tree", "parents", "told"),
    [
        ("tree", ["first"], []),
        (EMPTY_TREE, ["first"], []),
        (ONE, ["first"], [(ONE, "the object is not in the store: a tree or a commit names it")]),
        ("tree", ["first", TWO], [(TWO, "the object is not in the store: commit {} names it as a parent")]),
        (
            ONE,
            [TWO, THREE],
            [
                (ONE, "the object is not in the store: a tree or a commit names it"),
                (TWO, "the object is not in the store: commit {} names it as a parent"),
                (THREE, "the object is not in the store: commit {} names it as a parent"),
            ],
        ),
    ],
)
def test_what_a_commit_names_and_is_absent_is_told_by_git_and_by_our_reader(
    repo: Repo, tree: str, parents: list[str], told: list[tuple[str, str]]
) -> None:
    made = Made(repo, tree, *parents)
    for way in (opened, opened_own_way):
        with way(repo.path) as store:
            store.check_connectivity()
            found = [(failure.where, failure.reason) for failure in store.failures]
        assert found == [(oid, reason.format(made.second)) for oid, reason in told]


def told(repo: Repo, *oids: str) -> tuple[list[tuple[str, str]], list[Any]]:
    """What is missing and where blobs stand, which our own reader tells as git does."""
    said = []
    for way in (opened, opened_own_way):
        with way(repo.path) as store:
            store.check_connectivity()
            failures = [(failure.where, failure.reason) for failure in store.failures]
            said.append((failures, list(store.attribute(oids).values())))
            assert (store.history is not None) == (way is opened_own_way)
    assert said[0] == said[1]
    return said[0]


@pytest.mark.parametrize(
    ("tree", "parents", "is_placed"),
    [
        ("tree", [], True),
        ("tree", ["first"], False),
        (EMPTY_TREE, ["first"], False),
        ("tree", ["first", TWO], True),
        ("tree", [TWO], True),
    ],
)
def test_a_commit_with_an_absent_parent_counts_as_the_first(
    repo: Repo, tree: str, parents: list[str], is_placed: bool
) -> None:
    made = Made(repo, tree, *parents)
    _, ((place,),) = told(repo, made.ids["a"])
    expected = [made.ids["first"], made.second] if is_placed else [made.ids["first"]]
    assert [commit.oid for commit in place.added] == expected
    assert [commit.oid for commit, _ in place.replaced] == ([made.second] if tree == EMPTY_TREE else [])


def test_what_only_an_unnamed_commit_names_is_not_missed(repo: Repo) -> None:
    Made(repo, ONE, TWO)
    (repo.git_dir / "refs/heads/second").unlink()
    for way in (opened, opened_own_way):
        with way(repo.path) as store:
            store.check_connectivity()
            assert store.failures == []


def test_what_a_named_tree_holds_is_missed(repo: Repo) -> None:
    repo.commit({"a": "key\n"})
    lost = repo.blob("lost\n")
    inner = repo.git("mktree", stdin=f"100644 blob {lost}\tb\n".encode())
    outer = repo.git("mktree", stdin=f"040000 tree {inner}\td\n".encode())
    repo.loose(lost).unlink()
    assert told(repo)[0] == []
    repo.git("tag", "outer", outer)
    assert told(repo)[0] == [(lost, "the object is not in the store: a tree or a commit names it")]


def test_beside_a_blob_that_is_absent_others_are_placed(repo: Repo) -> None:
    first = repo.commit({"a": "key\n", "b": "lost\n", "d/c": "key\n"})
    lost, key = repo.git("rev-parse", "HEAD:b"), repo.git("rev-parse", "HEAD:a")
    second = repo.commit({"a": "lost\n", "b": "key\n", "d/e": "lost\n"})
    repo.loose(lost).unlink()
    missing, (places,) = told(repo, key)
    assert [oid for oid, _ in missing] == [lost]
    assert [
        (place.path, place.commit.oid, [(gone.oid, by) for gone, by in place.replaced]) for place in places
    ] == [
        (b"a", first, [(second, lost)]),
        (b"d/c", first, []),
        (b"b", second, []),
    ]


def test_a_blob_is_placed_by_git_where_a_commit_has_no_tree(repo: Repo) -> None:
    made = Made(repo, ONE, "first")
    with opened_own_way(repo.path) as store:
        assert store.history is not None
        (place,) = store.attribute([made.ids["a"]])[made.ids["a"]]
        assert store.history is None
        assert ([commit.oid for commit in place.added], place.replaced) == ([made.ids["first"]], ())
        assert [(failure.kind, failure.where) for failure in store.failures] == [
            ("corrupt-objects", "history")
        ]
