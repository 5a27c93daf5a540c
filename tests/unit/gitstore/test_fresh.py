"""What came into a store: its commits and trees, and what they name that is not among it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from gitrepo import Repo, opened

from leakscan.gitstore import fresh
from leakscan.gitstore.catalog import Catalog
from leakscan.gitstore.containers import take_stock
from leakscan.gitstore.forest import Forest
from leakscan.gitstore.fresh import Fresh, Known, read_fresh
from leakscan.gitstore.trees import Untraceable

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path


@pytest.fixture
def commits(repo: Repo) -> list[str]:
    first = repo.commit({"a": "1", "d/b": "2"})
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{'7' * 40},sub")
    repo.clock += 60
    repo.git("commit", "-q", "-m", "a submodule")
    return [first, repo.git("rev-parse", "HEAD")]


def read(path: Path, passed: Collection[str] = ()) -> Fresh:
    with opened(path) as store:
        catalog = Catalog(store.reader.folders, 20, store.faults)
        forest = Forest(catalog)
        found = read_fresh(forest, frozenset(catalog.find(oid) for oid in passed), 40)
        catalog.close()
        return found


@pytest.mark.parametrize("packed", [False, True])
def test_commits_and_trees_are_listed_and_a_submodule_is_none_of_ours(repo, commits, packed: bool) -> None:
    if packed:
        repo.pack()
    found = read(repo.path)
    first, second = commits
    assert found.commits == {first: ([], 1_700_000_060), second: ([first], 1_700_000_120)}
    trees = {repo.git("rev-parse", name) for name in (f"{first}^{{tree}}", f"{second}^{{tree}}", "HEAD:d")}
    assert set(found.trees) == trees
    assert found.named == {}
    assert found.holds(first)
    assert not found.holds("7" * 40)


@pytest.mark.parametrize(
    ("name", "kind"), [("HEAD:a", "blob"), ("HEAD:d/b", "blob"), ("HEAD:d", "tree"), ("HEAD~1", "commit")]
)
def test_what_is_named_and_not_among_it_is_told_with_its_kind(
    repo: Repo, commits, name: str, kind: str
) -> None:
    oid = repo.git("rev-parse", name)
    repo.loose(oid).unlink()
    named = read(repo.path).named
    assert named == {oid: kind}


def test_what_was_passed_over_is_not_listed_but_known(repo: Repo, commits) -> None:
    first, second = commits
    tree = repo.git("rev-parse", f"{first}^{{tree}}")
    found = read(repo.path, [first, tree])
    assert (set(found.commits), found.named) == ({second}, {})
    assert tree not in found.trees
    assert len(found.trees) == 2


def test_what_is_of_another_kind_than_its_name_says_cannot_be_traced(repo: Repo, commits) -> None:
    blob = repo.git("rev-parse", "HEAD:a")
    tree = b"40000 folder\0" + bytes.fromhex(blob)
    repo.git("hash-object", "-w", "-t", "tree", "--literally", "--stdin", stdin=tree)
    with pytest.raises(Untraceable):
        read(repo.path)


@pytest.mark.parametrize(("name", "count"), [("_MAX_COMMITS", 2), ("_MAX_TREES", 3)])
def test_only_so_many_are_read(repo: Repo, commits, monkeypatch, name: str, count: int) -> None:
    monkeypatch.setattr(fresh, name, count)
    assert len(read(repo.path).commits) == 2
    monkeypatch.setattr(fresh, name, count - 1)
    with pytest.raises(Untraceable):
        read(repo.path)


def test_a_damaged_tree_cannot_be_traced(repo: Repo, commits) -> None:
    repo.loose(repo.git("rev-parse", "HEAD:d")).write_bytes(b"damage")
    with pytest.raises(Untraceable):
        read(repo.path)


def test_what_was_there_is_known_by_its_packs_and_its_files(repo: Repo, commits) -> None:
    repo.pack()
    loose = repo.blob("loose")
    folder = repo.git_dir / "objects"
    known = Known(take_stock([folder], 20), [folder], 20)
    packed = bytes.fromhex(commits[0])
    assert (known.holds(packed), known.packs_hold(packed)) == (True, True)
    assert (known.holds(bytes.fromhex(loose)), known.packs_hold(bytes.fromhex(loose))) == (True, False)
    assert not known.holds(b"\7" * 20)
    assert {path.suffix for path in known.files} == {".pack", ".idx", ""}
    stock = take_stock([folder], 20)
    next((folder / "pack").glob("*.idx")).unlink()
    with pytest.raises(Untraceable):
        Known(stock, [folder], 20)
