"""Looks at what each version of a history added: finds the blobs that hold an anchor, each blob once.

A delta is looked at around its seams (see kernel_reference.py). An anchor that touches none stands in the base too,
so a target holds an anchor only if one touches a seam of it, or if its base held one; then it is looked at whole."""

from __future__ import annotations

import codecs
import contextlib
import os
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar

from leakscan.gitstore import kernel
from leakscan.gitstore.catalog import Catalog
from leakscan.gitstore.forest import HELD_BYTES, Forest, Lost
from leakscan.gitstore.objects import StoredObject
from leakscan.gitstore.pool import MAX_TASKS, Pool
from leakscan.gitstore.remains import Remains

if TYPE_CHECKING:
    from leakscan.gitstore.store import Store

T = TypeVar("T")
Visit = Callable[[StoredObject], T | None]
COMMIT, BLOB, TAG = 1, 3, 4
_KIND_NAMES: Final = {COMMIT: "commit", BLOB: "blob", TAG: "tag"}
_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # that of little-endian UTF-32 starts with the first
_HEAD_BYTES = 4096
# Weights are about nanoseconds of one core, the reference takes some ten times longer: below this, starting workers
# costs more than they save.
_WORTH_FORKING = 50_000_000 if kernel.COMPILED else 5_000_000
_TASKS_PER_JOB = 32


@dataclass(frozen=True, slots=True)
class AnchorSpec:
    """What rules call an anchor: a maximal run of `shortest` to `longest` letters and digits, or a literal."""

    shortest: int
    longest: int
    literals: tuple[bytes, ...]


@dataclass(slots=True)
class _Share:
    """What came of one task."""

    results: list[tuple[str, Any]] = field(default_factory=list)
    lost: list[Lost] = field(default_factory=list)
    totals: Counter[str] = field(default_factory=Counter)

    def add(self, visit: Visit[Any], found: StoredObject) -> None:
        result = visit(found)
        if result is not None:
            self.results.append((found.oid, result))

    def count(self, kind: str, objects: int, size: int) -> None:
        self.totals[kind] += objects
        self.totals["blob bytes" if kind == "blob" else "text bytes"] += size


class Sweep:
    """A context manager over an open store. `totals` counts what was looked at so far: "blob", "commit" and "tag"
    objects, "blob bytes" and "text bytes"."""

    def __init__(
        self, store: Store, spec: AnchorSpec, *, jobs: int = 1, held_bytes: int = HELD_BYTES
    ) -> None:
        self._store = store
        self._matcher = kernel.Matcher(spec.shortest, spec.longest, spec.literals)
        self._jobs = max(1, jobs) if hasattr(os, "fork") else 1
        width = store.layout.hex_length // 2
        self._catalog = Catalog(store.reader.folders, width, store.faults)
        self._forest = Forest(self._catalog, held_bytes=held_bytes)
        self._remains = Remains(store, self._forest)
        self._suspect = bytearray(len(self._catalog))
        self.totals: Counter[str] = Counter()

    def __enter__(self) -> Sweep:
        return self

    def __exit__(self, *_: object) -> None:
        self._catalog.close()

    def run(
        self, visit: Visit[T], *, texts: bool = False, go_on: Callable[[], bool] = lambda: True
    ) -> Iterator[T]:
        """What `visit` gives for each blob that must be looked at closely, if not None; by oid. With `texts`, of
        commits and tags too.

        It is called in worker processes if there is much to do and `jobs` allows it: start no thread before. `go_on`
        is asked every now and then, here; once it says no, what was found so far is all."""
        results: list[tuple[str, T]] = []
        lost: list[Lost] = []
        kinds = (BLOB, COMMIT, TAG) if texts else (BLOB,)
        stopped = False
        with contextlib.closing(self._shares(kinds, visit)) as shares:
            for share in shares:
                self.totals += share.totals
                results += share.results
                lost += share.lost
                if stopped := not go_on():
                    break
        for found in () if stopped else self._remains.read(lost, kinds):
            share = _Share()
            share.count(found.kind, 1, len(found.data))
            if self._matcher.has_anchor(found.data) or _may_be_wide(found.data):
                share.add(visit, found)
            self.totals += share.totals
            results += share.results
            if not go_on():
                break
        results.sort(key=lambda result: result[0])
        for _, result in results:
            yield result

    def _tasks(self, kinds: tuple[int, ...]) -> tuple[list[list[int]], int]:
        """Roots of some kinds, neighbours together, heaviest task first, and the weight of all."""
        weights = self._forest.weights
        roots = self._forest.roots(kinds)
        total = sum(weights[root] for root in roots)
        enough = total // min(self._jobs * _TASKS_PER_JOB, MAX_TASKS // 2) + 1
        weighed: list[tuple[int, list[int]]] = [(0, [])]
        for root in roots:
            weight, task = weighed[-1]
            if weight and weight + weights[root] > enough:
                weighed.append((weights[root], [root]))
            else:
                task.append(root)
                weighed[-1] = (weight + weights[root], task)
        weighed.sort(key=lambda pair: -pair[0])
        return [task for _, task in weighed], total

    def _shares(self, kinds: tuple[int, ...], visit: Visit[T]) -> Generator[_Share, None, None]:
        tasks, total = self._tasks(kinds)
        if self._jobs == 1 or len(tasks) == 1 or total < _WORTH_FORKING:
            yield from (self._work(task, visit) for task in tasks)
            return
        pool = Pool(lambda number: self._work(tasks[number], visit))
        undone = set(range(len(tasks)))
        with contextlib.closing(pool.run(sorted(undone), self._jobs)) as answers:
            for answer in answers:
                number, share = answer or (-1, _Share())
                undone.discard(number)
                yield share
        for number in sorted(undone):
            yield self._retry(tasks[number], visit)

    def _retry(self, task: list[int], visit: Visit[T]) -> _Share:
        """A task whose worker ended: once more in a worker of its own, and if no signal ends that one, here, so that
        an exception shows itself."""
        pool = Pool(lambda _: self._work(task, visit))
        for answer in pool.run([0], 1):
            if answer is not None:
                found: _Share = answer[1]
                return found
        if not pool.signalled:
            return self._work(task, visit)
        nodes = sum(1 for root in task for _ in self._forest.below(root))
        reason = f"the worker that read them was ended twice: {nodes:,} objects were not scanned"
        self._store.faults.add("unreadable", self._catalog.oid(task[0]), reason)
        return _Share()

    def _work(self, task: list[int], visit: Visit[T]) -> _Share:
        share = _Share()
        surplus, parents, suspect = self._remains.surplus, self._catalog.parents, self._suspect
        apply, has_anchor, oid_of = self._matcher.apply, self._matcher.has_anchor, self._catalog.oid
        for root in task:
            kind, count, size = _KIND_NAMES[self._catalog.kinds[root]], 0, 0
            for node, data, touches in self._forest.walk(root, apply, share.lost):
                if node == root or (not touches and suspect[parents[node]]):
                    touches = has_anchor(data)
                suspect[node] = touches
                if node not in surplus:
                    count += 1
                    size += len(data)
                    if touches or _may_be_wide(data):
                        share.add(visit, StoredObject(oid_of(node), kind, data))
                del data  # the next is made while this one would still be held
            share.count(kind, count, size)
        return share


def _may_be_wide(data: bytes) -> bool:
    """It may be UTF-16 or UTF-32, which have NULs between letters: no anchor shows in them."""
    return data.startswith(_WIDE_MARKS) or data.find(b"\0", 0, _HEAD_BYTES) >= 0
