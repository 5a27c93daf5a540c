"""Deals the trees of a forest to worker processes, the heaviest first, and does without them where they do not pay."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Final, TypeVar

from leakscan.gitstore import kernel
from leakscan.gitstore.pool import LOST, MAX_TASKS, Pool

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from leakscan.gitstore.forest import Forest

T = TypeVar("T")
# Weights are about nanoseconds of one core, the reference takes some ten times longer: below this, starting workers
# costs more than they save.
_WORTH_FORKING: Final = 50_000_000 if kernel.COMPILED else 5_000_000
_TASKS_PER_JOB = 32


class Dealer:
    """`jobs` is the number of workers. `dead` holds the tasks that ended their worker twice."""

    def __init__(self, forest: Forest, jobs: int) -> None:
        self._forest = forest
        self.jobs = max(1, jobs) if hasattr(os, "fork") else 1
        self.dead: list[list[int]] = []

    def run(self, roots: list[int], work: Callable[[list[int]], T]) -> Generator[T | None, None, None]:
        """What `work` gives for lists of roots that together are all of them; None when nothing came for a while.

        It is called in worker processes if there is much to do: start no thread before."""
        tasks, total = self._tasks(roots)
        if self.jobs == 1 or len(tasks) == 1 or total < _WORTH_FORKING:
            yield from map(work, tasks)
            return
        pool = Pool(lambda number: work(tasks[number]))
        with contextlib.closing(pool.run_all(len(tasks), self.jobs)) as answers:
            for answer in answers:
                if answer is None:
                    yield None
                elif answer[1] is LOST:
                    self.dead.append(tasks[answer[0]])
                else:
                    yield answer[1]

    def _tasks(self, roots: list[int]) -> tuple[list[list[int]], int]:
        """Neighbours together, heaviest task first, and the weight of all."""
        weights = self._forest.weights
        total = sum(weights[root] for root in roots)
        enough = total // min(self.jobs * _TASKS_PER_JOB, MAX_TASKS // 2) + 1
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
