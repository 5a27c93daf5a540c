"""Trees read as deltas: what they name that is nowhere, and which of them lead to certain blobs.

A tree *component* is a tree of the delta forest whose nodes are tree objects. What a component names is gathered in one
pass over all; later passes, to climb from blobs to the trees above them, read only the components that can matter."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from leakscan.gitstore import kernel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from leakscan.gitstore.deal import Dealer
    from leakscan.gitstore.forest import Forest, Lost

TREE: Final = 2
_MAX_ROUNDS = 500
_MAX_ABSENT = 20_000

Marks = tuple[tuple[int, bytes], ...]


@dataclass(slots=True)
class _Share:
    """`trees` have the `marks` whose places are `numbers`: few differ."""

    trees: array[int] = field(default_factory=lambda: array("I"))
    numbers: array[int] = field(default_factory=lambda: array("I"))
    marks: list[Marks] = field(default_factory=list)
    children: list[tuple[int, array[int]]] = field(default_factory=list)
    absent: list[tuple[int, list[bytes]]] = field(default_factory=list)
    named: list[tuple[int, array[int]]] = field(default_factory=list)
    lost: list[Lost] = field(default_factory=list)


class Untraceable(Exception):
    """Trees are damaged, or too many things are missing: only git can tell the rest."""


class Damaged(Untraceable):
    """A commit or tree is malformed, or a tree names what is of another kind than it says: that git does not tell."""


class Trees:
    """`marks`: tree -> (node, name) of its entries that are wanted or that lead to what is wanted. `absent`: raw ids
    that trees name and that are not in the store, each with a number behind those of all nodes."""

    def __init__(self, forest: Forest, dealer: Dealer, width: int, go_on: Callable[[], bool]) -> None:
        self._forest = forest
        self._dealer = dealer
        self._width = width
        self._go_on = go_on
        self._flags = bytearray(len(forest.catalog))
        self._children: list[tuple[int, array[int]]] = []
        self._may_hold: Callable[[bytes], bool] | None = None
        names = forest.catalog.names
        self._firsts = {node: names.find(names.name(node)) for node in names.doubles}
        self.marks: dict[int, Marks] = {}
        self.absent: dict[bytes, int] = {}

    def sweep(
        self,
        blobs: Iterable[int],
        may_hold: Callable[[bytes], bool] | None = None,
        files_of: Callable[[set[int]], tuple[set[int], set[int]]] = lambda nodes: (nodes, set()),
    ) -> set[int]:
        """Reads all trees; Untraceable if one of them cannot be read. `blobs` are the nodes that are wanted; with them
        the first of `files_of` those that stand under a name that `may_hold` a value, which are returned. The second
        are the folders that hold the files of which a folder above them has the name."""
        for blob in blobs:
            self._flags[blob] = True
        holders: list[int] = []
        named: dict[int, array[int]] = {}
        self._may_hold = may_hold
        for share in self._read(self._forest.roots((TREE,)), gather=True):
            self._children += share.children
            named.update(share.named)
            for root, oids in share.absent:
                holders.append(root)
                for oid in oids:
                    self.absent.setdefault(oid, len(self._flags) + len(self.absent))
            self._mark(share)
        if len(self.absent) > _MAX_ABSENT:
            raise Untraceable
        self._flags += b"\1" * len(self.absent)
        under = {node for nodes in named.values() for node in nodes}
        files, folders = files_of(under) if under else (under, under)
        for file in files:
            self._flags[file] = True
        for share in self._read(sorted({*holders, *named, *self._forest.roots_of(folders)})):
            self._mark(share)
        return files

    def climb(self, tops: Iterable[int]) -> None:
        """Marks all trees above those that are marked. `tops` are trees that few others name: those of commits."""
        last = self._forest.roots_of(tops) if self.marks else set()
        fresh = set(self.marks)
        above, others = self._roots_above() if fresh else ({}, {})
        pending: set[int] = set()
        for _ in range(_MAX_ROUNDS):
            for node in fresh:
                self._flags[node] = True
            pending.update(map(above.__getitem__, fresh & above.keys()))
            pending.update(*map(others.__getitem__, fresh & others.keys()))
            roots = (pending - last) or set(pending)
            if not roots:
                return
            pending -= roots
            fresh = set()
            for share in self._read(sorted(roots)):
                fresh |= self._mark(share)
        raise Untraceable

    def _roots_above(self) -> tuple[dict[int, int], dict[int, list[int]]]:
        """For each tree that a component names the root of one such component, and for a few those of all others."""
        above: dict[int, int] = {}
        others: dict[int, list[int]] = {}
        for root, children in self._children:
            for child in above.keys() & children:
                others.setdefault(child, []).append(above[child])
            above.update(dict.fromkeys(children, root))
        return above, others

    def _read(self, roots: list[int], *, gather: bool = False) -> Iterable[_Share]:
        for share in self._dealer.run(roots, lambda task: self._work(task, gather=gather)):
            if share is not None:
                if share.lost:
                    raise Damaged
                yield share
            if not self._go_on():
                raise Untraceable
        if self._dealer.dead:
            raise Untraceable

    def _mark(self, share: _Share) -> set[int]:
        """Takes over what a worker found; returns the trees that are new."""
        trees = [self._firsts.get(tree, tree) for tree in share.trees] if self._firsts else share.trees
        fresh = {tree for tree in trees if not self._flags[tree]}
        self.marks.update(zip(trees, map(share.marks.__getitem__, share.numbers), strict=True))
        return fresh

    def _work(self, task: list[int], *, gather: bool) -> _Share:
        share = _Share()
        catalog = self._forest.catalog
        may_hold = self._may_hold if gather else None
        reader = kernel.TreeReader(catalog.names, self._width, catalog.kinds, self._flags, may_hold)
        numbers: dict[Marks, int] = {}
        for root in task:
            reader.absent = {} if gather else self.absent
            reader.children, reader.named = set() if gather else None, set()
            for node, tree, _ in self._forest.walk(root, reader.apply, share.lost, reader.read):
                if tree.marks:
                    share.trees.append(node)
                    share.numbers.append(numbers.setdefault(tuple(tree.marks), len(numbers)))
            if gather:
                if reader.children:
                    share.children.append((root, array("I", reader.children)))
                if reader.absent:
                    share.absent.append((root, list(reader.absent)))
                if reader.named:
                    share.named.append((root, array("I", reader.named)))
        share.marks = list(numbers)
        return share
