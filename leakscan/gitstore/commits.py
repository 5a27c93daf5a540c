"""Commits as facts: who, when, which tree and parents, and which refs lead to them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, NamedTuple

from leakscan.model import Commit

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from leakscan.gitstore.objects import ObjectReader

_BATCH = 2_000  # commits whose descendants one pass finds, a bit each
_PERSON = re.compile(rb"^(author|committer) (.*?) ?(-?\d{1,18}) ([+-])(\d{1,2})(\d{2})$", re.MULTILINE)
_COMMIT_DATE = re.compile(rb"^committer .* (-?\d{1,18}) [+-]\d{3,4}$", re.MULTILINE)


class Node(NamedTuple):
    """`time`: the commit date in seconds, 0 where the header has none."""

    tree: str
    parents: tuple[str, ...]
    time: int = 0


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


def parse_node(data: bytes, hex_length: int) -> Node:
    """The tree and parents that the first lines of a commit name, and its date."""
    tree, parents, start = "", [], 0
    if data.startswith(b"tree "):
        tree, start = data[5 : 5 + hex_length].decode("latin-1"), hex_length + 6
    while data.startswith(b"parent ", start):
        parents.append(data[start + 7 : start + 7 + hex_length].decode("latin-1"))
        start += hex_length + 8
    date = _COMMIT_DATE.search(data, start)
    return Node(tree, tuple(parents), int(date[1]) if date else 0)


def parse_tag_target(data: bytes) -> str:
    """The object that an annotated tag names; empty if it names none."""
    match = re.match(rb"object ([0-9a-f]{64}|[0-9a-f]{40})\n", data)
    return match[1].decode() if match else ""


class CommitGraph:
    """All readable commits of the store, reachable or not, with their trees and parents."""

    def __init__(self, reader: ObjectReader, hex_length: int) -> None:
        self._reader = reader
        self.nodes: dict[str, Node] = {}
        for found in reader.read(reader.inventory().commits):
            self.nodes[found.oid] = parse_node(found.data, hex_length)

    def commits(self, oids: Iterable[str]) -> dict[str, Commit]:
        """oid -> commit, of those that are readable commits."""
        wanted = [oid for oid in oids if oid in self.nodes]
        orders = self._orders() if wanted else {}
        feed = "".join(f"{oid}\n" for oid in wanted).encode()
        return {
            found.oid: parse_commit(found.oid, found.data, orders[found.oid])
            for found in self._reader.read(feed)
        }

    def reachable(self, tips: Iterable[str], boundaries: Collection[str]) -> set[str]:
        """The commits of the store that `tips` lead to; `boundaries` count as having no parents."""
        seen: set[str] = set()
        queue = [tip for tip in tips if tip in self.nodes]
        while queue:
            oid = queue.pop()
            if oid not in seen:
                seen.add(oid)
                if oid not in boundaries:
                    queue += [parent for parent in self.nodes[oid].parents if parent in self.nodes]
        return seen

    def tips_above(self, commits: Collection[str], tips: Collection[str]) -> dict[str, list[str]]:
        """commit -> those of `tips` that lead to it, itself included."""
        order = self._parents_first()
        found: dict[str, list[str]] = {}
        wanted = sorted(set(commits))
        for start in range(0, len(wanted), _BATCH):
            batch = wanted[start : start + _BATCH]
            own = {commit: 1 << bit for bit, commit in enumerate(batch)}
            below: dict[str, int] = {}
            for oid in order:
                mask = own.get(oid, 0)
                for parent in self.nodes[oid].parents:
                    mask |= below.get(parent, 0)
                if mask:
                    below[oid] = mask
            reaching = [(tip, below[tip]) for tip in sorted(set(tips)) if tip in below]
            for commit, bit in own.items():
                found[commit] = [tip for tip, mask in reaching if mask & bit]
        return found

    def _orders(self) -> dict[str, int]:
        """Commit dates, each at least a second behind those of its parents: clocks are wrong, and scripts fast."""
        orders: dict[str, int] = {}
        for oid in self._parents_first():
            node = self.nodes[oid]
            behind = (orders[parent] + 1 for parent in node.parents if parent in orders)
            orders[oid] = max((node.time, *behind))
        return orders

    def _parents_first(self) -> list[str]:
        """All commits, each behind its parents."""
        children: dict[str, list[str]] = {}
        waiting: dict[str, int] = {}
        for oid, node in self.nodes.items():
            present = [parent for parent in node.parents if parent in self.nodes]
            waiting[oid] = len(present)
            for parent in present:
                children.setdefault(parent, []).append(oid)
        order = [oid for oid, count in waiting.items() if count == 0]
        for oid in order:
            for child in children.get(oid, ()):
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
