"""History as an earlier scan remembers it, with what came since: it answers what `History` answers."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from leakscan.gitstore import kernel
from leakscan.gitstore.attribution import HistoryWalk, Sightings, sightings
from leakscan.gitstore.commits import CommitGraph, GitCommits, by_bit, parents_first, parse_commit
from leakscan.gitstore.dangling import trees_above
from leakscan.gitstore.fresh import Fresh
from leakscan.gitstore.memory import mask_bytes
from leakscan.gitstore.named import files_below, folders_in, named_in
from leakscan.gitstore.numbered import Numbered
from leakscan.gitstore.objects import EMPTY, StoredObject
from leakscan.gitstore.tags import follow_tips
from leakscan.gitstore.trees import Untraceable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from leakscan.gitstore.memory import Memory
    from leakscan.gitstore.named import NameTests
    from leakscan.gitstore.opened import Opened
    from leakscan.model import Commit

_MAX_TAGS, _MAX_TAG_BYTES = 10_000, 4_096


class Recalled:
    """Untraceable where what came since does not fit to what is remembered: then only a scan of everything can tell."""

    def __init__(self, store: Opened, memory: Memory, fresh: Fresh) -> None:
        self._store = store
        self._memory = memory
        self._fresh = fresh
        self._kinds: dict[str, str] = {}
        self._tags: dict[str, StoredObject] = {}
        self._seen = Sightings(frozenset())
        self._named: set[str] = set()
        self.commits = RecalledCommits(store, memory, fresh)
        self._check()

    def graph(self) -> RecalledGraph:
        return RecalledGraph(self.commits, self._memory, self._store)

    def trace(self, oids: Collection[str], tests: NameTests | None = None) -> set[str]:
        """`prepare` did."""
        return self._named if tests else set()

    def kinds(self, oids: Iterable[str]) -> dict[str, str]:
        """oid -> kind, of those that are there."""
        asked = list(oids)
        kinds = self._kinds
        fresh = {oid: "commit" if self.commits.find(oid) >= 0 else "" for oid in asked if oid not in kinds}
        unknown = [oid for oid, kind in fresh.items() if not kind]
        kinds |= fresh | (self._store.reader.kinds(unknown) if unknown else {})
        return {oid: EMPTY[oid] for oid in asked if oid in EMPTY} | {
            oid: kinds[oid] for oid in asked if kinds[oid]
        }

    def fetch(self, oids: Iterable[str]) -> Iterator[StoredObject]:
        """Those that are there; of tags, which are asked for more than once, as many as a bound allows are kept."""
        wanted = self.kinds(oids)
        yield from (self._tags[oid] for oid in wanted if oid in self._tags)
        for found in self._store.reader.fetch([oid for oid in wanted if oid not in self._tags]):
            if found.kind == "tag" and len(found.data) <= _MAX_TAG_BYTES and len(self._tags) < _MAX_TAGS:
                self._tags[found.oid] = found
            yield found

    def absent(self, reached: bytearray, others: Iterable[str]) -> Iterator[str]:
        """Ids of what is not there and that tips lead to: as before, `prepare` saw that the tips lead no further."""
        return iter(self._memory.missing)

    def prepare(self, oids: Collection[str], tests: NameTests | None = None) -> None:
        """Finds out what will be asked of these blobs, of those whose names may hold a value, and of absent objects.
        Untraceable if it cannot be told."""
        store = self._store
        if tests is not None:
            self._named = {*self._memory.named, *self._new_names(tests)}
        seen = self._seen = sightings(oids, self._named, tests)
        walk = HistoryWalk(store.git, store.layout.hex_length, store.faults)
        feed = "".join(f"{oid}\n" for oid in (*self._memory.changed, *self._fresh.commits)).encode()
        if seen.wanted and walk.compare(feed, seen, _refuse):
            raise Untraceable
        head = store.refs.head
        if seen.places() and head and self.commits.find(head) >= 0 and walk.head_tree(head, seen):
            raise Untraceable
        if self._memory.absent:
            kinds, _ = follow_tips(store.refs, self)
            self.graph().reachable(kinds, ())
            others = {oid for oid, kind in kinds.items() if kind in ("tree", "blob")}
            if not others.issubset(self._memory.tips):
                raise Untraceable

    def compare(self, seen: Sightings, boundaries: Collection[str]) -> None:
        """Every change of a wanted blob that any commit made, of those that made one before, and of new ones."""
        assert (seen.wanted, seen.named) == (self._seen.wanted, self._seen.named)
        seen.added, seen.removed, seen.in_head = self._seen.added, self._seen.removed, self._seen.in_head
        seen.counts = self._seen.counts

    def head_tree(self, head: str, seen: Sightings) -> None:
        """`compare` has noted it."""

    def holders(self, wanted: Collection[bytes]) -> dict[bytes, list[tuple[bytes, bytes]]]:
        """For blobs and for the trees above them: the trees that hold them, with the name that they have there."""
        trees = sorted(oid.encode() for oid in {*self._memory.trees, *self._fresh.trees})
        return trees_above(self._store.reader, self._store.layout.hex_length, trees, wanted)

    def all_absent(self) -> set[str]:
        return set(self._memory.absent)

    def _new_names(self, tests: NameTests) -> set[str]:
        """Files under new names that may hold a value. Untraceable if a new tree is nobody's: what stands in it may be
        an old folder."""
        width, reader, fresh = self._store.layout.hex_length, self._store.reader, self._fresh
        trees = list(reader.fetch(fresh.trees))
        found = named_in(trees, width, tests.may_hold)
        if (found or self._memory.named) and not fresh.roots.union(*folders_in(trees, width)).issuperset(
            fresh.trees
        ):
            raise Untraceable
        return files_below(reader, found, width).files

    def _check(self) -> None:
        """Whether what is named and not new was there before, or known to be missing, and nothing new was missed."""
        fresh, is_known = self._fresh, self.commits.find
        if any(fresh.holds(oid) for oid in self._memory.absent):
            raise Untraceable
        for oid, kind in fresh.named.items():
            if kind == "commit" and is_known(oid) < 0:
                raise Untraceable
        others = [oid for oid, kind in fresh.named.items() if kind != "commit"]
        kinds = self._store.reader.kinds(others)
        missing = set(self._memory.missing)
        if any(kinds.get(oid) != fresh.named[oid] and oid not in missing for oid in others):
            raise Untraceable


def _refuse() -> None:
    raise Untraceable


class RecalledCommits(Numbered):
    """Remembered commits by number, the new ones behind them."""

    def __init__(self, store: Opened, memory: Memory, fresh: Fresh) -> None:
        self._store = store
        self.old = len(memory.orders)
        self.new = list(fresh.commits)
        self.ids = memory.ids + bytes.fromhex("".join(self.new))
        self.names = kernel.Names(store.layout.hex_length // 2, [(self.ids, None)])
        self.links = {
            number: [parent for oid in fresh.commits[name][0] if (parent := self.find(oid)) >= 0]
            for number, name in enumerate(self.new, self.old)
        }
        self.times = {number: fresh.commits[name][1] for number, name in enumerate(self.new, self.old)}
        self.absent: dict[int, list[str]] = {}

    def __len__(self) -> int:
        return self.old + len(self.new)

    def read(self, oids: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """(oid, content) of commits that are there."""
        for found in self._store.reader.fetch(oids):
            yield found.oid, found.data


class RecalledGraph:
    """Answers what `CommitGraph` answers."""

    def __init__(self, commits: RecalledCommits, memory: Memory, store: Opened) -> None:
        self.all = commits
        self.traced = tuple(memory.traced)
        self._memory = memory
        self._store = store
        self._first = parents_first(self._inner_parents())

    def commits(self, oids: Iterable[str]) -> dict[str, Commit]:
        """oid -> commit, of those that are readable commits."""
        wanted = [oid for oid in oids if self.all.find(oid) >= 0]
        orders = self.orders() if wanted else array("q")
        return {
            oid: parse_commit(oid, data, orders[self.all.find(oid)]) for oid, data in self.all.read(wanted)
        }

    def reachable(self, tips: Iterable[str], boundaries: Collection[str]) -> bytearray:
        """A flag for each commit that `tips` lead to, if something is absent; else nobody needs to know.

        Untraceable if commits are reached now that were not, or may not be any more."""
        if not self._memory.absent:
            return bytearray(len(self.all))
        tips = set(tips)
        seen = bytearray(self._memory.reached) + bytearray(len(self.all.new))
        met: set[int] = set()
        queue = [number for tip in tips if (number := self.all.find(tip)) >= 0]
        while queue:
            number = queue.pop()
            if number < self.all.old:
                met.add(number)
                if not seen[number]:
                    raise Untraceable
            elif not seen[number]:
                seen[number] = True
                queue += self.all.links[number]
        if not all(self.all.find(oid) in met for oid in set(self._memory.tips) - tips):
            raise Untraceable
        return seen

    def can_trace(self, oid: str) -> bool:
        """Not a commit that was there and asked for by nobody: what leads to it is not remembered."""
        return not 0 <= self.all.find(oid) < self.all.old

    def tips_above(self, commits: Collection[str], tips: Collection[str]) -> dict[str, list[str]]:
        """commit -> those of `tips` that lead to it, itself included, in any order."""
        traced = [*self._memory.traced, *sorted(set(commits) - set(self._memory.traced))]
        if not all(map(self.can_trace, traced[len(self._memory.traced) :])):
            return CommitGraph(GitCommits(self._store.reader, self._store.layout.hex_length)).tips_above(
                commits, tips
            )
        masks = self._new_masks(traced)
        numbers = ((self.all.find(tip), tip) for tip in set(tips))
        found = by_bit(
            traced,
            (
                (masks[number] if number in masks else self._mask(number), tip)
                for number, tip in numbers
                if number >= 0
            ),
        )
        return {commit: found[commit] for commit in commits}

    def orders(self) -> array[int]:
        """Those that are remembered, and behind them those of new commits."""
        orders = self._memory.orders + array("q", self.all.times.values())
        for place in self._first:
            number = place + self.all.old
            for parent in self.all.links[number]:
                if orders[parent] >= orders[number]:
                    orders[number] = orders[parent] + 1
        return orders

    def masks(self, traced: list[str]) -> bytes:
        """For each commit a bit for each of `traced` that it leads to; those that are remembered come first in it."""
        old, new = self._memory.mask_bytes, mask_bytes(len(traced))
        rows = self._memory.masks
        if new != old:
            pad = bytes(new - old)
            rows = b"".join(
                rows[at : at + old] + pad for at in range(0, max(1, old) * self.all.old, old or 1)
            )
        return rows + b"".join(mask.to_bytes(new, "little") for mask in self._new_masks(traced).values())

    def _mask(self, number: int) -> int:
        size = self._memory.mask_bytes
        return int.from_bytes(self._memory.masks[number * size : (number + 1) * size], "little")

    def _new_masks(self, traced: list[str]) -> dict[int, int]:
        """number -> mask, of new commits in order."""
        own = {self.all.find(oid): 1 << bit for bit, oid in enumerate(traced)}
        masks = dict.fromkeys(self.all.links, 0)
        for place in self._first:
            number = place + self.all.old
            mask = own.get(number, 0)
            for parent in self.all.links[number]:
                mask |= masks[parent] if parent >= self.all.old else self._mask(parent)
            masks[number] = mask
        return masks

    def _inner_parents(self) -> list[list[int]]:
        """Of new commits, counted from 0: parents that are new themselves."""
        old = self.all.old
        return [[parent - old for parent in parents if parent >= old] for parents in self.all.links.values()]
