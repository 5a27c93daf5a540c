"""The kernel's reading of trees in plain Python: which objects each version of a folder names that its base did not.

The entries of a delta's result are known without parsing it whole: where a copied range is in step with the entries of
the base, those that lie in it are the base's own. The others, at the seams, are parsed and looked up."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from leakscan.gitstore.deltaerror import TreeError
from leakscan.gitstore.kernel_reference import apply, copied_ranges

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_TREE, _BLOB = 2, 3
_TYPE_MASK, _FOLDER, _SUBMODULE = 0o170000, 0o040000, 0o160000
_LONGEST_MODE = 7
_ENTRY = re.compile(rb"([0-7]{1,%d}) ([^\0]+)\0" % (_LONGEST_MODE + 1), re.DOTALL)

_LONG_NAME = 64
_RUN = re.compile(rb"[0-9A-Za-z+_-]{16}")
_DIGEST = re.compile(rb"[0-9A-Fa-f_+-]*")
_DIGIT_OR_CAPITAL = re.compile(rb"[0-9A-Z]")

Mark = tuple[int, bytes]


class Names:
    """Raw ids of numbered nodes, and the way back. `doubles` (I) are the nodes whose id an earlier one has.

    `parts` are (ids one after the other, the place among them of each node or None if they are in order)."""

    def __init__(self, width: int, parts: Sequence[tuple[bytes, array[int] | None]]) -> None:
        self._names: list[bytes] = []
        for ids, places in parts:
            order = places if places is not None else range(len(ids) // width)
            self._names += [ids[place * width : (place + 1) * width] for place in order]
        self._nodes: dict[bytes, int] = {}
        self.doubles = array("I")
        for node, name in enumerate(self._names):
            if self._nodes.setdefault(name, node) != node:
                self.doubles.append(node)

    def __len__(self) -> int:
        return len(self._names)

    def name(self, node: int) -> bytes:
        return self._names[node]

    def find(self, name: bytes) -> int:
        """The first node of this id, -1 if there is none."""
        return self._nodes.get(name, -1)


class Tree:
    """A tree object, with where its entries start, and `marks`: (node, name) of those that are wanted, in order."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.starts = array("I")
        self.marks: list[Mark] = []
        self.marked: list[int] = []

    def __len__(self) -> int:
        """Bytes that it takes."""
        return len(self.data) + 4 * len(self.starts)


class TreeReader:
    """Reads trees of one store. `wanted` has a flag for each node; `children` gathers the nodes of all trees that are
    named by what was read, until the caller takes them, unless it is None; `absent` numbers the ids that are named but
    belong to no node, after the last node. `named` gathers the nodes under names of which `may_be_value` and `may_hold`
    are true: the second is the caller's."""

    def __init__(
        self,
        names: Names,
        width: int,
        kinds: array[int],
        wanted: bytearray,
        may_hold: Callable[[bytes], bool] | None = None,
    ) -> None:
        self._names = names
        self._width = width
        self._kinds = kinds
        self._wanted = wanted
        self._may_hold = may_hold
        self.children: set[int] | None = set()
        self.named: set[int] = set()
        self.absent: dict[bytes, int] = {}

    def read(self, data: bytes) -> Tree:
        """A tree that is stored whole. TreeError if it is malformed, as of `apply`."""
        tree = Tree(data)
        self._finish(tree, self._parse(tree, 0, len(data)))
        return tree

    def apply(self, base: Tree, delta: bytes, limit: int) -> tuple[Tree, bool]:
        """The tree that a delta makes, and whether it has marks. DeltaError, OversizeError."""
        tree = Tree(apply(base.data, delta, limit))
        place = 0
        for start, offset, length in copied_ranges(delta):
            place = self._inherit(tree, base, place, start, offset, length)
        self._finish(tree, self._parse(tree, place, len(tree.data)))
        return tree, bool(tree.marks)

    def _inherit(self, tree: Tree, base: Tree, place: int, start: int, offset: int, length: int) -> int:
        """Takes the entries over that a copied range holds; returns where the first starts that is not known yet."""
        while place < start + length:
            if place >= start:
                first = bisect_left(base.starts, offset + place - start)
                if first < len(base.starts) and base.starts[first] == offset + place - start:
                    return self._take_over(tree, base, first, start, offset, offset + length)
            following = self._entry(tree, place, start + length)
            if following < 0:
                return place
            place = following
        return place

    def _take_over(self, tree: Tree, base: Tree, first: int, start: int, offset: int, end: int) -> int:
        last = bisect_right(base.starts, end) - (len(base.data) > end)
        shift, before = start - offset, len(tree.starts)
        entries = base.starts[first:last]
        tree.starts.extend(map(shift.__add__, entries) if shift else entries)
        for mark, number in zip(base.marks, base.marked, strict=True):
            if first <= number < last:
                tree.marks.append(mark)
                tree.marked.append(before + number - first)
        return (base.starts[last] if last < len(base.starts) else len(base.data)) + shift

    def _parse(self, tree: Tree, place: int, end: int) -> int:
        while 0 <= place < end:
            place = self._entry(tree, place, end)
        return place

    def _finish(self, tree: Tree, place: int) -> None:
        if place != len(tree.data):
            raise TreeError("it is cut off")

    def _entry(self, tree: Tree, place: int, end: int) -> int:
        """Reads one entry; returns where it ends, -1 if that is behind `end`."""
        data = tree.data
        space = data.find(b" ", place, min(end, place + _LONGEST_MODE + 1))
        digits = data[place : space if space >= 0 else min(end, place + _LONGEST_MODE + 1)]
        if digits.translate(None, b"01234567") or len(digits) > _LONGEST_MODE or not digits:
            raise TreeError("it is malformed")
        if space < 0:
            return -1
        zero = data.find(b"\0", space + 1, end)
        if zero == space + 1:
            raise TreeError("it is malformed")
        following = zero + 1 + self._width
        if zero < 0 or following > end:
            return -1
        tree.starts.append(place)
        self._look_up(tree, int(digits, 8) & _TYPE_MASK, data[space + 1 : zero], data[zero + 1 : following])
        return following

    def _look_up(self, tree: Tree, kind: int, name: bytes, oid: bytes) -> None:
        if kind == _SUBMODULE:
            return
        node = self._names.find(oid)
        if node < 0:
            node = self.absent.setdefault(oid, len(self._names) + len(self.absent))
        elif (self._kinds[node] == _TREE) != (kind == _FOLDER) or self._kinds[node] not in (_TREE, _BLOB):
            raise TreeError("it names an object of another kind than it says")
        else:
            if kind == _FOLDER and self.children is not None:
                self.children.add(node)
            if self._may_hold is not None and may_be_value(name) and self._may_hold(name):
                self.named.add(node)
        if node < len(self._wanted) and self._wanted[node]:
            tree.marks.append((node, name))
            tree.marked.append(len(tree.starts) - 1)


def may_be_value(name: bytes) -> bool:
    """Whether it is long, or has sixteen characters of a token in a row, a digit or a capital, and is no digest."""
    if len(name) >= _LONG_NAME:
        return True
    if _DIGEST.fullmatch(name):
        return False
    return _RUN.search(name) is not None and _DIGIT_OR_CAPITAL.search(name) is not None


def find_entry(data: bytes, name: bytes, width: int) -> tuple[int, str]:
    """Mode and id of what a tree holds under a name, the last of that name; (0, "") if there is none.

    What stands behind something malformed is not read: those who look into a tree have read it whole before."""
    if not 1 <= width <= 64:
        raise ValueError("ids have 1 to 64 bytes")
    place, found = 0, (0, "")
    while (match := _ENTRY.match(data, place)) and match.end() + width <= len(data):
        place = match.end() + width
        if match[2] == name:
            found = int(match[1], 8), data[match.end() : place].hex()
    return found
