"""History as our own reader tells it: where blobs stand, and what is named but absent."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from itertools import chain, compress
from typing import TYPE_CHECKING, Final

from leakscan.gitstore import kernel
from leakscan.gitstore.commits import CommitGraph
from leakscan.gitstore.forest import UNREADABLE
from leakscan.gitstore.named import files_below
from leakscan.gitstore.objects import EMPTY, FOLDER, KIND_NUMBERS, TYPE_MASK, StoredObject
from leakscan.gitstore.trees import TREE, Damaged, Trees, Untraceable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from leakscan.gitstore.attribution import Sightings
    from leakscan.gitstore.forest import Forest
    from leakscan.gitstore.links import StoredCommits
    from leakscan.gitstore.named import NameTests

_KINDS: Final = {number: kind for kind, number in KIND_NUMBERS.items()}
_MAX_STEPS = 20_000_000
_MAX_CHANGES = 200_000  # that one commit makes
_MAX_DEPTH = 4_096
_NOTHING = -1

# path, blob in each base, blob in the tree; -1 where there is none
Change = tuple[bytes, tuple[int, ...], int]
# blob, path, commit; and what took the blob's place there, empty for nothing, None where the commit brought it
_Event = tuple[bytes, bytes, str, bytes | None]
Entry = tuple[int, str]  # mode, id
_ROOT: Final[Entry] = (FOLDER, "")
_NO_ENTRY: Final[Entry] = (0, "")


class History:
    """Every object could be read. `trace` comes before all other questions about places and absence."""

    def __init__(self, forest: Forest, trees: Trees, commits: StoredCommits) -> None:
        self._forest = forest
        self._catalog = forest.catalog
        self._trees = trees
        self._steps = 0
        self.commits = commits
        self._content = lru_cache(256)(forest.content)
        self._wanted = lru_cache(4096)(self._by_name)
        self._changes = lru_cache(4096)(self._find_changes)  # merges repeat what came to their branches
        self._forms: dict[int, int] = {}
        self._form_numbers: dict[tuple[int | bytes, ...], int] = {}

    def graph(self) -> CommitGraph:
        return CommitGraph(self.commits)

    def all_absent(self) -> set[str]:
        """Ids of everything that any commit or tree names and that is not there."""
        named = {oid for oids in self.commits.absent.values() for oid in oids}
        named |= {*self.commits.absent_trees.values(), *(oid.hex() for oid in self._trees.absent)}
        return named - EMPTY.keys()

    def trace(self, oids: Collection[str], tests: NameTests | None = None) -> set[str]:
        """Finds all trees that lead to these blobs, and all that name what is absent; and to files under names that may
        hold a value, whose ids are returned. Untraceable."""
        absent = self.commits.absent_trees.values()
        if "" in absent:
            raise Damaged  # a commit that names none
        if oids and absent:
            raise Untraceable
        named = self._trees.sweep(self._blobs(oids), tests.may_hold if tests else None, self._files_below)
        self._trees.climb(self.commits.trees)
        return {self._catalog.oid(node) for node in named}

    def kinds(self, oids: Iterable[str]) -> dict[str, str]:
        """oid -> kind, of those that are there."""
        nodes = {oid: self._catalog.find(oid) for oid in oids}
        found = {oid: _KINDS[self._catalog.kinds[node]] for oid, node in nodes.items() if node >= 0}
        return {oid: EMPTY[oid] for oid in nodes if oid in EMPTY} | found

    def fetch(self, oids: Iterable[str]) -> Iterator[StoredObject]:
        """Those that are there, and can still be read; of the others, that is recorded."""
        for oid, kind in self.kinds(oids).items():
            node = self._catalog.find(oid)
            with suppress(*UNREADABLE):
                yield StoredObject(oid, kind, self._forest.content(node) if node >= 0 else b"")

    def absent(self, reached: bytearray, others: Iterable[str]) -> Iterator[str]:
        """Ids of what is not there and that reached commits or `others`, trees, lead to."""
        commits = self.commits
        for number, oid in commits.absent_trees.items():
            if reached[number]:
                yield oid
        names = {number: oid.hex() for oid, number in self._trees.absent.items() if oid.hex() not in EMPTY}
        if not names:
            return
        marks = self._trees.marks
        fresh = set(compress(commits.trees, reached)) | {self._catalog.find(oid) for oid in others}
        seen: set[int] = set()
        while fresh:
            seen |= fresh
            yield from (names[node] for node in fresh & names.keys())
            fresh = {child for node in fresh & marks.keys() for child, _ in marks[node]} - seen

    def compare(self, seen: Sightings, boundaries: Collection[str]) -> None:
        """Every change of a wanted blob that any commit made. `boundaries` count as having no parents. Untraceable."""
        ends = {self.commits.find(oid) for oid in boundaries} | self.commits.absent.keys()
        self._find_forms()
        for oid, path, commit, successor in self._compare(ends):
            if successor is None:
                seen.add(oid, path, commit)
            else:
                seen.remove(oid, path, commit, successor)

    def _compare(self, ends: Collection[int]) -> Iterator[_Event]:
        commits, trees, form = self.commits, self.commits.trees, self._forms.get
        for number, tree in enumerate(trees):
            parents = () if number in ends else commits.parents[number]
            if len(parents) == 1:
                base = trees[parents[0]]
                if base != tree and form(base) != form(tree):
                    yield from self._events(number, self._changes((base,), tree))
            elif not parents and tree in self._forms:
                for path, _, new in self._changes((_NOTHING,), tree):
                    yield self._catalog.oid(new).encode(), path, commits.oid(number), None
            elif any(form(trees[parent]) != form(tree) for parent in parents):
                yield from self._merge(number, [trees[parent] for parent in parents])

    def head_tree(self, head: str, seen: Sightings) -> None:
        """Notes what the tree of the checked-out commit holds."""
        number = self.commits.find(head)
        if number >= 0:
            for path, _, new in self._changes((_NOTHING,), self.commits.trees[number]):
                seen.note(self._catalog.oid(new).encode(), path, in_head=True)

    def holders(self, wanted: Collection[bytes]) -> dict[bytes, list[tuple[bytes, bytes]]]:
        """For blobs that no commit leads to, and for the trees above them: the trees that hold them, with the name that
        they have there."""
        reached = self._reached_forms()
        above: dict[int, list[tuple[int, bytes]]] = {}
        for tree, form in self._forms.items():
            if form not in reached:
                for child, name in self._trees.marks[tree]:
                    above.setdefault(child, []).append((tree, name))
        found: dict[bytes, list[tuple[bytes, bytes]]] = {}
        queue = self._blobs(oid.decode() for oid in wanted)
        for node in queue:
            oid = self._catalog.oid(node).encode()
            if node in above and oid not in found:
                found[oid] = sorted((self._catalog.oid(tree).encode(), name) for tree, name in above[node])
                queue += [tree for tree, _ in above[node]]
        return found

    def _files_below(self, nodes: set[int]) -> tuple[set[int], set[int]]:
        oids = {self._catalog.oid(node) for node in nodes}
        found = files_below(self, oids, 2 * self._catalog.width)
        return set(self._blobs(found.files)), set(self._blobs(found.folders))

    def _blobs(self, oids: Iterable[str]) -> list[int]:
        return [node for oid in oids if (node := self._catalog.find(oid)) >= 0]

    def _if_tree(self, node: int) -> int:
        kinds = self._catalog.kinds
        return node if 0 <= node < len(kinds) and kinds[node] == TREE else _NOTHING

    def _if_blob(self, node: int) -> int:
        kinds = self._catalog.kinds
        return node if 0 <= node < len(kinds) and kinds[node] != TREE else _NOTHING

    def _find_forms(self) -> None:
        """Gives trees numbers: the same to those below which the same blobs are wanted, at the same places."""
        marks, forms, numbers = self._trees.marks, self._forms, self._form_numbers
        form_of = forms.get
        trees = [tree for tree in marks if tree not in forms]
        while trees:
            waiting = []
            for tree in trees:
                key: list[int | bytes] = []
                for node, name in marks[tree]:
                    form = form_of(node)
                    if form is None:
                        if node in marks:
                            waiting.append(tree)
                            break
                        form = ~node
                    key += (form, name)
                else:
                    forms[tree] = numbers.setdefault(tuple(key), len(numbers))
            if len(waiting) == len(trees):  # they stand below themselves: no trees of git do
                raise Untraceable
            trees = waiting

    def _reached_forms(self) -> set[int]:
        """Those of the trees that commits lead to."""
        self._find_forms()
        keys = list(self._form_numbers)
        fresh = {self._forms[tree] for tree in self.commits.trees if tree in self._forms}
        seen: set[int] = set()
        while fresh:
            seen |= fresh
            parts = chain.from_iterable(map(keys.__getitem__, fresh))
            fresh = {part for part in parts if isinstance(part, int) and part >= 0} - seen
        return seen

    def _find_changes(self, bases: tuple[int, ...], tree: int) -> list[Change]:
        """Where a tree differs from some of the bases in a wanted blob, but for folders that are as in one of them: a
        merge took those over."""
        found: list[Change] = []
        form = self._forms.get
        queue = [(bases, tree, b"", 0)]
        while queue:
            bases, tree, prefix, depth = queue.pop()
            befores, after = [self._wanted(base) for base in bases], self._wanted(tree)
            for name in {name for before in befores for name, _ in before.items() ^ after.items()}:
                olds, new = [before.get(name, _NOTHING) for before in befores], after.get(name, _NOTHING)
                folders, folder = tuple(map(self._if_tree, olds)), self._if_tree(new)
                unlike = max(folders) >= 0 > folder or folder not in folders
                if unlike and any(form(old) != form(folder) for old in folders):
                    queue.append((folders, folder, prefix + name + b"/", depth + 1))
                blobs, blob = tuple(map(self._if_blob, olds)), self._if_blob(new)
                if max(blobs) >= 0 or blob >= 0:
                    found.append((prefix + name, blobs, blob))
            self._steps += 1 + sum(map(len, befores)) + len(after)
            if self._steps > _MAX_STEPS or len(found) > _MAX_CHANGES or depth > _MAX_DEPTH:
                raise Untraceable
        return found

    def _by_name(self, tree: int) -> dict[bytes, int]:
        """What is wanted in a tree."""
        return {name: node for node, name in self._trees.marks.get(tree, ())}

    def _events(self, number: int, changes: list[Change], *, brought: bool = True) -> Iterator[_Event]:
        """What a commit changed; `brought`: the blobs that stand there now came with it."""
        commit, tree = self.commits.oid(number), self.commits.trees[number]
        for path, olds, new in changes:
            if brought and new >= 0:
                yield self._catalog.oid(new).encode(), path, commit, None
            for old in olds:
                if old >= 0 and old != new:
                    successor = self._catalog.oid(new) if new >= 0 else self._entry(tree, path)[1]
                    yield self._catalog.oid(old).encode(), path, commit, successor.encode()

    def _merge(self, number: int, parents: list[int]) -> Iterator[_Event]:
        """A merge's own content: paths at which it differs from every parent. Where one of them differs by its mode
        only, the blob is not new."""
        tree, bases = self.commits.trees[number], tuple(dict.fromkeys(parents))
        if tree in bases:
            return
        for path, olds, new in sorted(self._changes(bases, tree)):
            alike = [base for base, old in zip(bases, olds, strict=True) if old == new]
            if all(self._differs(base, tree, path) for base in alike):
                yield from self._events(number, [(path, olds, new)], brought=not alike)

    def _differs(self, base: int, tree: int, path: bytes) -> bool:
        """Whether the file at a path is another one, or has another mode."""
        one = other = _ROOT
        for name in path.split(b"/"):
            one, base = self._step(one, base, name)
            other, tree = self._step(other, tree, name)
            if one == other:  # so is all below it
                return False
        return _if_file(one) != _if_file(other)

    def _entry(self, tree: int, path: bytes) -> Entry:
        """Mode and id of the file at a path, (0, "") where there is none."""
        entry = _ROOT
        for name in path.split(b"/"):
            entry, tree = self._step(entry, tree, name)
        return _if_file(entry)

    def _step(self, entry: Entry, tree: int, name: bytes) -> tuple[Entry, int]:
        """What a folder holds under a name, and its node; `entry` is the folder's own. Untraceable."""
        if entry[0] & TYPE_MASK != FOLDER or tree < 0:
            return _NO_ENTRY, _NOTHING
        try:
            entry = kernel.find_entry(self._content(tree), name, self._catalog.width)
        except UNREADABLE as error:
            raise Untraceable from error
        return entry, self._catalog.find(entry[1])


def _if_file(entry: Entry) -> Entry:
    return _NO_ENTRY if entry[0] & TYPE_MASK == FOLDER else entry
