"""Who reads the repositories: workers on this machine."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Sequence
from typing import Protocol

from leakscan.fleet.job import Job, Outcome, Plan
from leakscan.fleet.worker import Worker


class Crew(Protocol):
    def run(self, jobs: Sequence[Job]) -> Iterator[tuple[Job, Outcome]]:
        """Each job with its outcome, in the order in which they are finished."""


class LocalCrew:
    """`jobs` workers, each with one repository at a time."""

    def __init__(self, plan: Plan, jobs: int) -> None:
        self._plan = plan
        self._jobs = jobs

    def run(self, jobs: Sequence[Job]) -> Iterator[tuple[Job, Outcome]]:
        todo: queue.SimpleQueue[Job] = queue.SimpleQueue()
        done: queue.SimpleQueue[tuple[Job, Outcome] | Exception] = queue.SimpleQueue()
        for job in jobs:
            todo.put(job)
        workers = [Worker(self._plan) for _ in range(min(self._jobs, len(jobs)))]
        threads = [
            threading.Thread(target=_work, args=(worker, todo, done), daemon=True) for worker in workers
        ]
        try:
            for thread in threads:
                thread.start()
            for _ in jobs:
                answer = done.get()
                if isinstance(answer, Exception):
                    raise answer
                yield answer
        finally:
            for worker in workers:
                worker.close()
            for thread in threads:
                if thread.ident is not None:
                    thread.join()


def _work(
    worker: Worker, todo: queue.SimpleQueue[Job], done: queue.SimpleQueue[tuple[Job, Outcome] | Exception]
) -> None:
    try:
        while True:
            job = todo.get_nowait()
            done.put((job, worker.run(job)))
    except (queue.Empty, InterruptedError):
        return
    except Exception as error:
        done.put(error)
