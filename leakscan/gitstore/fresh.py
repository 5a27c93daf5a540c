"""What came into a store since an earlier scan: new packs and loose files, and the commits and trees in them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from leakscan.gitstore import kernel
from leakscan.gitstore.commits import parse_links
from leakscan.gitstore.containers import path_of
from leakscan.gitstore.objects import EMPTY, FOLDER, KIND_NUMBERS, SUBMODULE, TYPE_MASK
from leakscan.gitstore.packindex import PackIndex
from leakscan.gitstore.trees import TREE, Untraceable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from leakscan.gitstore.containers import Containers
    from leakscan.gitstore.forest import Forest, Lost

COMMIT: Final = 1
_MAX_COMMITS = 20_000
_MAX_TREES = 50_000


class Known:
    """The packs and loose objects of an earlier scan: `files`, and which objects they hold."""

    def __init__(self, containers: Containers, folders: Sequence[Path], width: int) -> None:
        self.files: set[Path] = set()
        self._loose: set[bytes] = set()
        self._indexes: list[PackIndex] = []
        for name in containers.stamps:
            path = path_of(folders, name)
            self.files.add(path)
            if path.suffix == ".idx":
                self._indexes.append(_open_index(path, width))
            elif not path.suffix:
                self._loose.add(bytes.fromhex(path.parent.name + path.name))

    def holds(self, name: bytes) -> bool:
        """Whether an object, by its raw id, was there."""
        return name in self._loose or self.packs_hold(name)

    def packs_hold(self, name: bytes) -> bool:
        return any(index.find(name) >= 0 for index in self._indexes)


def _open_index(path: Path, width: int) -> PackIndex:
    try:
        return PackIndex(path, width)
    except (OSError, ValueError) as error:  # it has just been taken away
        raise Untraceable from error


@dataclass(slots=True)
class Fresh:
    """New commits with their parents and dates, `roots`: the trees of these, new trees, and the ids that they name with
    the kind each must have: those that are not new themselves."""

    commits: dict[str, tuple[list[str], int]] = field(default_factory=dict)
    roots: set[str] = field(default_factory=set)
    trees: list[str] = field(default_factory=list)
    named: dict[str, str] = field(default_factory=dict)
    forest: Forest | None = None

    def holds(self, oid: str) -> bool:
        return self.forest is not None and self.forest.catalog.find(oid) >= 0


def read_fresh(forest: Forest, passed: frozenset[int], hex_length: int) -> Fresh:
    """All commits and trees but those in `passed`. Untraceable if one is damaged, or if there are too many."""
    found = Fresh(forest=forest)
    for node, data in _walk(forest, COMMIT, _MAX_COMMITS):
        if node not in passed:
            tree, parents, time = parse_links(data, hex_length)
            found.commits[forest.catalog.oid(node)] = parents, time
            found.roots.add(tree)
            _name(found, tree, "tree")
            for parent in parents:
                _name(found, parent, "commit")
    pattern = re.compile(rb"[0-7]{1,7} [^\0]+\0.{%d}" % (hex_length // 2), re.DOTALL)
    seen: set[bytes] = set()
    for node, data in _walk(forest, TREE, _MAX_TREES):
        if node not in passed:
            found.trees.append(forest.catalog.oid(node))
            _read_tree(found, data, pattern, seen)
    return found


def _walk(forest: Forest, kind: int, limit: int) -> Iterator[tuple[int, bytes]]:
    lost: list[Lost] = []
    count = 0
    for root in forest.roots((kind,)):
        for node, data, _ in forest.walk(root, _apply, lost, bytes):
            yield node, data
            count += 1
            if count > limit:
                raise Untraceable
    if lost:
        raise Untraceable


def _apply(base: bytes, delta: bytes, limit: int) -> tuple[bytes, bool]:
    return kernel.apply(base, delta, limit), True


def _read_tree(found: Fresh, data: bytes, pattern: re.Pattern[bytes], seen: set[bytes]) -> None:
    """Notes what the entries name that were not seen before: most are those of another version."""
    entries = pattern.findall(data)
    if sum(map(len, entries)) != len(data):
        raise Untraceable
    fresh = set(entries) - seen
    seen |= fresh
    for entry in fresh:
        mode, _, rest = entry.partition(b" ")
        kind = int(mode, 8) & TYPE_MASK
        if kind != SUBMODULE:
            _name(found, rest[rest.index(b"\0") + 1 :].hex(), "tree" if kind == FOLDER else "blob")


def _name(found: Fresh, oid: str, kind: str) -> None:
    """Notes what is named. Untraceable if it is of another kind than it should be."""
    assert found.forest is not None
    catalog = found.forest.catalog
    node = catalog.find(oid)
    if node >= 0:
        if catalog.kinds[node] != KIND_NUMBERS[kind]:
            raise Untraceable
    elif EMPTY.get(oid) != kind and found.named.setdefault(oid, kind) != kind:
        raise Untraceable
