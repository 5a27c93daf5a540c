"""Commits as facts: who, when, which tree and parents, and which refs lead to them."""

from __future__ import annotations

import re
from array import array
from datetime import UTC, datetime, timedelta, timezone
from itertools import chain
from typing import TYPE_CHECKING, Protocol

from leakscan.model import Commit

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from leakscan.gitstore.objects import ObjectReader

_BATCH = 2_000  # commits whose descendants one pass finds, a bit each
_PERSON = re.compile(rb"^(author|committer) (.*?) ?(-?\d{1,18}) ([+-])(\d{1,2})(\d{2})$", re.MULTILINE)
_COMMIT_DATE = re.compile(rb"^committer .* (-?\d{1,18}) [+-]\d{3,4}$", re.MULTILINE)


def parse_commit(oid: str, data: bytes, order: int) -> Commit:
    """What a report says of a commit; fields that a damaged header lacks are empty or zero."""
    header = data.partition(b"\n\n")[0]
    people = {match[1]: match for match in reversed(list(_PERSON.finditer(header)))}
    author, committer = people.get(b"author"), people.get(b"committer")
    return Commit(
        oid,
        author[2].decode("utf-8", "replace") if author else "",
        _rfc3339(author) if author else "",
        int(committer[3]) if committer else 0,
        order,
    )


def parse_links(data: bytes, hex_length: int) -> tuple[str, list[str], int]:
    """The tree and parents that the first lines of a commit name, and its date in seconds, 0 where it has none."""
    tree, parents, start = "", [], 0
    if data.startswith(b"tree "):
        tree, start = data[5 : 5 + hex_length].decode("latin-1"), hex_length + 6
    while data.startswith(b"parent ", start):
        parents.append(data[start + 7 : start + 7 + hex_length].decode("latin-1"))
        start += hex_length + 8
    date = _COMMIT_DATE.search(data, start)
    return tree, parents, int(date[1]) if date else 0


class Commits(Protocol):
    """Numbered commits. `parents` holds the numbers of each one's parents, without those that are not there, which
    `absent` names; `times` its commit date in seconds."""

    @property
    def parents(self) -> Sequence[tuple[int, ...]]: ...

    @property
    def absent(self) -> Mapping[int, Sequence[str]]: ...

    @property
    def times(self) -> Sequence[int]: ...

    def find(self, oid: str) -> int:
        """-1 if there is no such commit."""

    def oid(self, number: int) -> str: ...

    def read(self, oids: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """(oid, content) of commits that are there."""


class GitCommits:
    """All readable commits of a store, as git reads them."""

    def __init__(self, reader: ObjectReader, hex_length: int) -> None:
        self._reader = reader
        self._numbers: dict[str, int] = {}
        links: list[list[str]] = []
        self.times = array("q")
        for found in reader.read(reader.inventory().commits):
            if self._numbers.setdefault(found.oid, len(links)) == len(links):
                _, parents, time = parse_links(found.data, hex_length)
                links.append(parents)
                self.times.append(time)
        self._oids = list(self._numbers)
        self.absent: dict[int, list[str]] = {}
        self.parents = [self._link(number, parents) for number, parents in enumerate(links)]

    def find(self, oid: str) -> int:
        return self._numbers.get(oid, -1)

    def oid(self, number: int) -> str:
        return self._oids[number]

    def read(self, oids: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        for found in self._reader.read("".join(f"{oid}\n" for oid in oids).encode()):
            yield found.oid, found.data

    def _link(self, number: int, parents: list[str]) -> tuple[int, ...]:
        numbers = self._numbers
        absent = [parent for parent in parents if parent not in numbers]
        if absent:
            self.absent[number] = absent
        return tuple(numbers[parent] for parent in parents if parent in numbers)


class CommitGraph:
    """What commits have to do with each other. All of them count, reachable or not."""

    traced: tuple[str, ...] = ()

    def __init__(self, commits: Commits) -> None:
        self.all = commits
        self._order: list[int] = []

    def commits(self, oids: Iterable[str]) -> dict[str, Commit]:
        """oid -> commit, of those that are readable commits."""
        wanted = [oid for oid in oids if self.all.find(oid) >= 0]
        orders = self.orders() if wanted else []
        return {
            oid: parse_commit(oid, data, orders[self.all.find(oid)]) for oid, data in self.all.read(wanted)
        }

    def reachable(self, tips: Iterable[str], boundaries: Collection[str]) -> bytearray:
        """A flag for each commit that `tips` lead to; `boundaries` count as having no parents."""
        seen = bytearray(len(self.all.parents))
        ends = {self.all.find(oid) for oid in boundaries}
        queue = [number for tip in tips if (number := self.all.find(tip)) >= 0]
        while queue:
            number = queue.pop()
            if not seen[number]:
                seen[number] = True
                if number not in ends:
                    queue += self.all.parents[number]
        return seen

    def tips_above(self, commits: Collection[str], tips: Collection[str]) -> dict[str, list[str]]:
        """commit -> those of `tips` that lead to it, itself included, in any order."""
        found: dict[str, list[str]] = {commit: [] for commit in commits}
        tip_numbers = [(tip, number) for tip in set(tips) if (number := self.all.find(tip)) >= 0]
        wanted = sorted(commit for commit in set(commits) if self.all.find(commit) >= 0)
        for start in range(0, len(wanted), _BATCH):
            batch = wanted[start : start + _BATCH]
            below = self._masks(batch)
            found |= by_bit(batch, ((below.get(number, 0), tip) for tip, number in tip_numbers))
        return found

    def can_trace(self, _oid: str) -> bool:
        return True

    def masks(self, traced: Sequence[str]) -> bytes:
        """For each commit a bit for each of `traced` that it leads to, in bytes, little end first."""
        size, below = (len(traced) + 7) // 8, self._masks(traced)
        nothing = bytes(size)
        return b"".join(
            below[number].to_bytes(size, "little") if number in below else nothing
            for number in range(len(self.all.parents))
        )

    def _masks(self, traced: Sequence[str]) -> dict[int, int]:
        """commit -> the bits of those of `traced` that it leads to, itself included."""
        own = {self.all.find(commit): 1 << bit for bit, commit in enumerate(traced)}
        below: dict[int, int] = {}
        parents_of = self.all.parents
        for number in self._parents_first() if own else ():
            mask = own.get(number, 0)
            for parent in parents_of[number]:
                if parent in below:
                    mask = mask | below[parent] if mask else below[parent]
            if mask:
                below[number] = mask
        return below

    def orders(self) -> Sequence[int]:
        """Commit dates, each at least a second behind those of its parents: clocks are wrong, and scripts fast."""
        orders = list(self.all.times)
        parents_of = self.all.parents
        for number in self._parents_first():
            for parent in parents_of[number]:
                if orders[parent] >= orders[number]:
                    orders[number] = orders[parent] + 1
        return orders

    def _parents_first(self) -> list[int]:
        """All commits, each behind its parents."""
        if not self._order:
            self._order = parents_first(self.all.parents)
        return self._order


def by_bit(commits: Sequence[str], tips: Iterable[tuple[int, str]]) -> dict[str, list[str]]:
    """commit -> the tips whose mask has the bit of its place. Of thousands of tips most have the same masks."""
    alike: dict[int, list[str]] = {}
    for mask, tip in tips:
        alike.setdefault(mask, []).append(tip)
    return {
        commit: list(chain.from_iterable(some for mask, some in alike.items() if mask >> bit & 1))
        for bit, commit in enumerate(commits)
    }


def parents_first(parents_of: Sequence[Sequence[int]]) -> list[int]:
    """All numbers, each behind its parents; none of a circle."""
    children: dict[int, list[int]] = {}
    waiting = []
    for number, parents in enumerate(parents_of):
        waiting.append(len(parents))
        for parent in parents:
            children.setdefault(parent, []).append(number)
    order = [number for number, count in enumerate(waiting) if count == 0]
    for number in order:
        for child in children.get(number, ()):
            waiting[child] -= 1
            if waiting[child] == 0:
                order.append(child)
    return order


def _rfc3339(person: re.Match[bytes]) -> str:
    """The date of a person line with its own offset; in UTC where that is absurd, empty where no date is."""
    offset = timedelta(hours=int(person[5]), minutes=int(person[6])) * (-1 if person[4] == b"-" else 1)
    zone = timezone(offset) if abs(offset) < timedelta(hours=24) else UTC
    try:
        return datetime.fromtimestamp(int(person[3]), zone).isoformat()
    except (ValueError, OverflowError, OSError):
        return ""
