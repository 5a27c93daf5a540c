"""Which commit put a blob at which path, and which took it away: one streamed pass over every commit."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache, partial
from math import inf
from typing import TYPE_CHECKING

from leakscan.gitstore.command import Git, Process
from leakscan.gitstore.index import read_index

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from leakscan.gitstore.faults import Faults
    from leakscan.gitstore.named import NameTests
    from leakscan.model import Commit

MAX_ENTRIES = 5_000_000
MAX_PLACES = 10_000
_MAX_COMPLAINTS = 1_000
_MAX_REMEMBERED = 1 << 14
_MAX_DEEP = 8
# git gathers all changes of a commit before it prints one: a tree of a few kB can name 10^10 paths.
_MAX_HEAP_BYTES = 512 << 20
_NEVER = (inf, "")
_DIFF = [
    *("diff-tree", "--stdin", "-c", "-r", "--root", "--raw", "--always", "-z"),
    *("--no-abbrev", "--no-renames", "--no-ext-diff", "--no-textconv"),
]


@dataclass(frozen=True, slots=True)
class Placement:
    """A blob stands at a path from some commits on.

    `added` are the commits that put it there, oldest first, none if only the index or a dangling tree holds it;
    `replaced` those where the path stopped holding it, each with the id that took its place (None: deleted)."""

    oid: str
    path: bytes
    added: tuple[Commit, ...]
    in_head: bool
    replaced: tuple[tuple[Commit, str | None], ...]

    @property
    def commit(self) -> Commit | None:
        """The oldest that put it there."""
        return self.added[0] if self.added else None


Place = tuple[str, bytes]


@dataclass(slots=True)
class Sightings:
    """Where the wanted blobs were seen. `added` and `removed` name commits; a place may have neither.

    `named` are those that are wanted for their names alone: at paths that `holds` something, nowhere else."""

    wanted: frozenset[bytes]
    named: frozenset[bytes] = frozenset()
    holds: Callable[[bytes], bool] = bool
    added: dict[Place, set[str]] = field(default_factory=dict)
    removed: dict[Place, dict[str, str | None]] = field(default_factory=dict)
    in_head: set[Place] = field(default_factory=set)
    others: set[Place] = field(default_factory=set)
    counts: dict[bytes, int] = field(default_factory=dict)

    def add(self, oid: bytes, path: bytes, commit: str) -> None:
        place = (oid.decode(), path)
        if place in self.added:
            self.added[place].add(commit)
        elif self._has_room(oid, path):
            self.added[place] = {commit}

    def remove(self, oid: bytes, path: bytes, commit: str, successor: bytes) -> None:
        place = (oid.decode(), path)
        if place in self.removed or self._has_room(oid, path):
            following = successor.decode() if successor.strip(b"0") else None
            self.removed.setdefault(place, {})[commit] = following

    def note(self, oid: bytes, path: bytes, *, in_head: bool) -> None:
        if self._has_room(oid, path):
            (self.in_head if in_head else self.others).add((oid.decode(), path))

    def places(self) -> set[Place]:
        return self.added.keys() | self.removed.keys() | self.in_head | self.others

    def unplaced(self) -> frozenset[bytes]:
        return self.wanted - {oid.encode() for oid, _ in self.places()}

    def commits(self) -> set[str]:
        """All that put a wanted blob somewhere or took it away."""
        found = {oid for commits in self.added.values() for oid in commits}
        return found.union(*(changes.keys() for changes in self.removed.values()))

    def crowded(self) -> list[str]:
        """Blobs with more places than are kept."""
        return sorted(oid.decode() for oid, count in self.counts.items() if count > MAX_PLACES)

    def blank(self) -> Sightings:
        """The same questions, nothing seen."""
        return Sightings(self.wanted, self.named, self.holds)

    def lasting(self) -> frozenset[bytes]:
        """Those that are wanted for what they hold, and those with a name that holds something."""
        return self.wanted - (self.named & self.unplaced())

    def _has_room(self, oid: bytes, path: bytes) -> bool:
        if oid in self.named and not self.holds(path):
            return False
        count = self.counts[oid] = self.counts.get(oid, 0) + 1
        return count <= MAX_PLACES


def sightings(oids: Collection[str], named: Collection[str], tests: NameTests | None) -> Sightings:
    """Of blobs that are wanted for what they hold, and of others for their names: nothing seen yet."""
    held = frozenset(oid.encode() for oid in oids)
    if tests is None:
        return Sightings(held)
    others = frozenset(oid.encode() for oid in named) - held
    return Sightings(held | others, others, lru_cache(_MAX_REMEMBERED)(tests.holds))


class HistoryWalk:
    """Compares each commit with its parents, in the order given, and goes on behind those it cannot."""

    def __init__(self, git: Git, hex_length: int, faults: Faults) -> None:
        self._git = git
        self._hex = hex_length
        self._faults = faults
        self._deep = 0
        self._stood_still = False

    def compare(self, feed: bytes | bytearray, seen: Sightings, isolate: Callable[[], None]) -> list[str]:
        """Every change that the commits in `feed` (one id to a line) made; returns what went wrong.

        `isolate` is called once if git stops, to make commits without their parents comparable."""
        start, isolated = 0, False
        complaints: list[str] = []
        while start < len(feed):
            last, complaint = self._compare(memoryview(feed)[start:], seen)
            if complaint is None:
                return complaints
            start = feed.index(last, start) if last else start
            if not isolated:
                isolate()
                isolated = True
                continue
            if last and self._compare(memoryview(feed)[start : start + self._hex + 1], seen)[1] is None:
                start += self._hex + 1
            if start < len(feed):
                commit = feed[start : start + self._hex].decode()
                deep = self._deep
                self._tree(commit, seen, partial(_add, seen, commit))
                complaints += [f"{commit}: {complaint}"] if self._deep == deep else []
                start += self._hex + 1
            if self._stood_still or len(complaints) >= _MAX_COMPLAINTS or self._deep >= _MAX_DEEP:
                rest = (len(feed) - start) // (self._hex + 1)
                complaints += [f"the remaining {rest:,} commits were not looked at"] if rest else []
                return complaints
        return complaints

    def _compare(self, feed: memoryview, seen: Sightings) -> tuple[bytes, str | None]:
        """The last commit that git came to, and why it stopped there; None if it did not."""
        with self._git.stream(*_DIFF, feed=feed, max_heap_bytes=_MAX_HEAP_BYTES) as process:
            last = self._follow(process, seen)
            self._stood_still |= process.stood_still
            return last, None if process.wait() == 0 else process.complaint()

    def head_tree(self, head: str, seen: Sightings) -> str:
        """Notes what the tree of the checked-out commit holds; returns git's complaint, if any."""
        return self._tree(head, seen, lambda oid, path: seen.note(oid, path, in_head=True))

    def index(self, index: Path, seen: Sightings) -> None:
        """Blobs that only an index file holds."""
        held = seen.wanted - seen.named  # names in the index are read by themselves
        for entry in read_index(self._git, index, self._faults) or ():
            if entry.oid in held:
                seen.note(entry.oid, entry.path, in_head=False)

    def _tree(self, tree: str, seen: Sightings, note: Callable[[bytes, bytes], None]) -> str:
        with self._git.stream("ls-tree", "-r", "-z", "--full-tree", tree) as process:
            for count, entry in enumerate(process.tokens(), 1):
                facts, _, path = entry.partition(b"\t")
                if facts[12 : 12 + self._hex] in seen.wanted:
                    note(facts[12 : 12 + self._hex], path)
                if count > MAX_ENTRIES:
                    self._deep += 1
                    reason = f"over {MAX_ENTRIES:,} paths in one tree: not all places in it are known"
                    self._faults.add("too-deep", tree, reason)
                    return ""
            return process.complaint() if process.wait() != 0 else ""

    def _follow(self, process: Process, seen: Sightings) -> bytes:
        """Reads git's answer to its end; returns the last commit that it came to."""
        commit, name = b"", ""
        wanted, low, high = seen.wanted, 15 + self._hex, 16 + self._hex
        tokens = process.tokens()
        for token in tokens:
            if not token.startswith(b":"):
                commit, name = token, token.decode()
                continue
            path = next(tokens, None)
            if path is None:
                break
            if token.startswith(b"::"):
                self._combined(token, path, name, seen)
                continue
            old, new = token[15:low], token[high : high + self._hex]
            if new in wanted and old != new:
                seen.add(new, path, name)
            if old in wanted and old != new:
                seen.remove(old, path, name, new)
        return commit

    def _combined(self, token: bytes, path: bytes, commit: str, seen: Sightings) -> None:
        """A merge's own content: it differs from that of every parent."""
        modes_and_ids = token.lstrip(b":")
        parents = len(token) - len(modes_and_ids)
        *olds, new = modes_and_ids.split(b" ")[parents + 1 : 2 * parents + 2]
        for old in olds:
            if old in seen.wanted and old != new:
                seen.remove(old, path, commit, new)
        if new in seen.wanted and new not in olds:
            seen.add(new, path, commit)


def _add(seen: Sightings, commit: str, oid: bytes, path: bytes) -> None:
    seen.add(oid, path, commit)


def placements(
    seen: Sightings, commits: dict[str, Commit], oids: Collection[str]
) -> dict[str, tuple[Placement, ...]]:
    """oid -> its placements, oldest first."""

    def age(commit: Commit) -> tuple[int, str]:
        return commit.order, commit.oid

    found: dict[str, list[Placement]] = {oid: [] for oid in oids}
    for place in sorted(seen.places()):
        adders = sorted((commits[oid] for oid in seen.added.get(place, ()) if oid in commits), key=age)
        removers = [(commits[oid], n) for oid, n in seen.removed.get(place, {}).items() if oid in commits]
        removers.sort(key=lambda pair: age(pair[0]))
        found[place[0]].append(Placement(*place, tuple(adders), place in seen.in_head, tuple(removers)))
    for places in found.values():
        places.sort(key=lambda p: age(p.commit) if p.commit else _NEVER)
    return {oid: tuple(places) for oid, places in found.items()}
