"""The commits that a sweep came by: their trees, parents and dates as numbers."""

from __future__ import annotations

from array import array
from contextlib import suppress
from typing import TYPE_CHECKING

from leakscan.gitstore import kernel
from leakscan.gitstore.commits import parse_links
from leakscan.gitstore.forest import UNREADABLE
from leakscan.gitstore.objects import EMPTY
from leakscan.gitstore.trees import TREE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leakscan.gitstore.forest import Forest


class Links:
    """What workers gather. Trees and parents are nodes, -1 for a tree that is not there; `absent` and `absent_trees`
    name what is not there."""

    def __init__(self) -> None:
        self.nodes = array("i")
        self.trees = array("i")
        self.times = array("q")
        self.counts = array("i")
        self.parents = array("i")
        self.absent: dict[int, list[str]] = {}
        self.absent_trees: dict[int, str] = {}

    def add(self, forest: Forest, node: int, data: bytes, hex_length: int) -> None:
        if known := kernel.read_links(data, forest.catalog.names, hex_length // 2):
            tree_node, nodes, time = known
        else:
            tree_node, nodes, time = self._read(forest, node, data, hex_length)
        self.nodes.append(node)
        self.trees.append(tree_node)
        self.times.append(time)
        self.counts.append(len(nodes))
        self.parents.extend(nodes)

    def _read(self, forest: Forest, node: int, data: bytes, hex_length: int) -> tuple[int, list[int], int]:
        tree, parents, time = parse_links(data, hex_length)
        tree_node = forest.catalog.find(tree)
        if tree_node < 0 and tree not in EMPTY:
            self.absent_trees[node] = tree
        nodes = [forest.catalog.find(parent) for parent in parents]
        if -1 in nodes:
            self.absent[node] = [oid for oid, found in zip(parents, nodes, strict=True) if found < 0]
            nodes = [found for found in nodes if found >= 0]
        return tree_node, nodes, time

    def __iadd__(self, other: Links) -> Links:
        self.nodes += other.nodes
        self.trees += other.trees
        self.times += other.times
        self.counts += other.counts
        self.parents += other.parents
        self.absent |= other.absent
        self.absent_trees |= other.absent_trees
        return self


class StoredCommits:
    """The same, numbered in the order of nodes; see `Commits`. `trees` are their trees as nodes."""

    def __init__(self, forest: Forest, links: Links) -> None:
        self._forest = forest
        order = sorted(range(len(links.nodes)), key=links.nodes.__getitem__)
        self._nodes = array("i", [links.nodes[place] for place in order])
        self.trees = array("i", [links.trees[place] for place in order])
        self.times = array("q", [links.times[place] for place in order])
        self._numbers = array("i", [-1]) * len(forest.catalog)
        for number, node in enumerate(self._nodes):
            self._numbers[node] = number
        ends, end = [], 0
        for count in links.counts:
            end += count
            ends.append(end)
        numbers, nodes = self._numbers, links.parents
        self.parents = [
            tuple(numbers[node] for node in nodes[ends[place] - links.counts[place] : ends[place]])
            for place in order
        ]
        self.absent = {numbers[node]: oids for node, oids in links.absent.items()}
        self.absent_trees = {numbers[node]: oid for node, oid in links.absent_trees.items()}
        self._drop_others(links, order, ends)

    def _drop_others(self, links: Links, order: list[int], ends: list[int]) -> None:
        """A parent that is no commit, or a damaged one, and a tree that is none count as not there."""
        catalog, kinds, numbers = self._forest.catalog, self._forest.catalog.kinds, self._numbers
        for number, parents in enumerate(self.parents):
            if -1 in parents:
                place = order[number]
                nodes = links.parents[ends[place] - links.counts[place] : ends[place]]
                others = [catalog.oid(node) for node in nodes if numbers[node] < 0]
                self.absent[number] = [*self.absent.get(number, ()), *others]
                self.parents[number] = tuple(parent for parent in parents if parent >= 0)
        for number, tree in enumerate(self.trees):
            if tree >= 0 and kinds[tree] != TREE and kinds[tree]:
                self.absent_trees[number] = catalog.oid(tree)
                self.trees[number] = -1

    @property
    def ids(self) -> bytes:
        """Raw ids of all, one after the other."""
        return b"".join(map(self._forest.catalog.names.name, self._nodes))

    def find(self, oid: str) -> int:
        node = self._forest.catalog.find(oid)
        return self._numbers[node] if node >= 0 else -1

    def oid(self, number: int) -> str:
        return self._forest.catalog.oid(self._nodes[number])

    def read(self, oids: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        for oid in oids:
            with suppress(*UNREADABLE):  # it was recorded
                yield oid, self._forest.content(self._forest.catalog.find(oid))
