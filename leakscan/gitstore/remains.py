"""What the forest could not give: read through git, which knows other copies, or recorded as failures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakscan.gitstore.objects import KIND_NUMBERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leakscan.gitstore.forest import Forest, Lost
    from leakscan.gitstore.objects import StoredObject
    from leakscan.gitstore.store import Store
    from leakscan.model import FailureKind


class Remains:
    """`surplus` holds the nodes whose object another node stands for already."""

    def __init__(self, store: Store, forest: Forest) -> None:
        self._store = store
        self._forest = forest
        self._catalog = forest.catalog
        self._unreached = forest.unreached()
        self._in_circles = self._find_circles()
        self.surplus = self._find_surplus()

    def read(self, lost: Iterable[Lost], kinds: tuple[int, ...]) -> Iterator[StoredObject]:
        """Objects of some kinds: those lost and what is below them, and those that no root leads to.

        git is asked for each that was lost itself, and records it if it cannot read it either. It may know another
        copy, or find the object where a repack has put it since. What is below is asked for if that can help."""
        causes = {entry.node: entry.size for entry in lost}
        missing = {node for nodes in self._catalog.missing.values() for node in nodes}
        parents = self._catalog.parents
        causes |= {node: 0 for node in self._unreached if parents[node] == -2 and node not in missing}
        self._record_missing()
        if self._in_circles:  # git would go round them without end
            reason = f"{self._in_circles:,} objects are stored as differences in a circle"
            rest = sum(1 for node in causes for _ in self._forest.below(node))
            reason += f"; {rest:,} damaged ones were not looked for elsewhere" if rest else ""
            self._store.faults.add("corrupt-objects", str(self._store.layout.objects), reason)
            return
        readable: set[str] = set()
        limit = self._store.reader.limit
        for found in self._ask(node for node, size in causes.items() if size <= limit):
            readable.add(found.oid)
            if KIND_NUMBERS[found.kind] in kinds:
                yield found
        for found in self._ask(self._hopeful(causes, readable)):
            if KIND_NUMBERS[found.kind] in kinds:
                yield found

    def _ask(self, nodes: Iterable[int]) -> Iterator[StoredObject]:
        oids = dict.fromkeys(self._catalog.oid(node) for node in sorted(nodes) if node not in self.surplus)
        if oids:
            yield from self._store.reader.read("".join(f"{oid}\n" for oid in oids).encode())

    def _hopeful(self, causes: dict[int, int], readable: set[str]) -> Iterator[int]:
        """What is below the causes, if git could read those or may have other copies; the rest is recorded."""
        for node, size in sorted(causes.items()):
            oid = self._catalog.oid(node)
            below = [other for other in self._forest.below(node) if other != node]
            if size > self._store.reader.limit and node not in self.surplus:
                self._store.reader.record_too_large(oid, size)
            if oid in readable or self._catalog.copies:
                yield from below
            elif below:
                reason = f"{len(below):,} objects cannot be read: they are stored as differences from {oid}"
                kind: FailureKind = "too-large" if size > self._store.reader.limit else "corrupt-objects"
                self._store.faults.add(kind, f"deltas of {oid}", reason)

    def _record_missing(self) -> None:
        kind: FailureKind = "partial-clone" if self._store.is_partial else "missing-objects"
        for name, nodes in sorted(self._catalog.missing.items()):
            count = sum(
                1 for node in nodes for other in self._forest.below(node) if other not in self.surplus
            )
            if count:
                reason = f"the object is not in the store: {count:,} others are stored as differences from it"
                self._store.faults.add(kind, name.hex(), reason)

    def _find_circles(self) -> int:
        """How many nodes lead to themselves or to such a one."""
        parents = self._catalog.parents
        verdicts: dict[int, bool] = {}
        for node in self._unreached:
            path = []
            while node >= 0 and node not in verdicts:
                verdicts[node] = True
                path.append(node)
                node = parents[node]
            circular = node >= 0 and verdicts[node]
            verdicts.update(dict.fromkeys(path, circular))
        return sum(verdicts.values())

    def _find_surplus(self) -> frozenset[int]:
        unreached = set(self._unreached)
        surplus: set[int] = set()
        for nodes in self._catalog.copies.values():
            chosen = next((node for node in nodes if node not in unreached), nodes[0])
            surplus.update(node for node in nodes if node != chosen)
        return frozenset(surplus)
