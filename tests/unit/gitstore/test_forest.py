"""Trees of differences: which object is the root of which."""

from __future__ import annotations

from gitrepo import Repo, opened

from leakscan.gitstore.catalog import Catalog
from leakscan.gitstore.forest import Forest


def test_every_object_stands_in_the_tree_of_a_root(repo: Repo) -> None:
    for number in range(5):
        repo.commit({"a": f"line {number}\n" + "".join(f"{line * line}\n" for line in range(300))})
    repo.pack()
    with opened(repo.path) as store:
        catalog = Catalog(store.reader.folders, 20, store.faults)
        forest = Forest(catalog)
        roots = set(forest.roots((1, 2, 3, 4)))
        assert 0 < len(roots) < len(catalog), "some are differences"
        assert forest.roots_of(range(-1, len(catalog))) == roots
        assert all(forest.roots_of([root]) == {root} for root in roots)
        assert all(forest.roots_of(forest.below(root)) == {root} for root in roots)
        assert sum(len(list(forest.below(root))) for root in roots) == len(catalog)
        catalog.close()
