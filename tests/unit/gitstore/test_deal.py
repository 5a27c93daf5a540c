"""Tasks go to workers where there is much to do, and to none where one job is allowed."""

from __future__ import annotations

import os
from collections import Counter
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from leakscan.gitstore.deal import Dealer

if TYPE_CHECKING:
    from leakscan.gitstore.forest import Forest

HEAVY, LIGHT = 10_000_000, 10


def processes(weight: int, jobs: int) -> Counter[int]:
    """How many of forty roots each process was given; every root is given once, the heaviest task first."""
    forest = cast("Forest", SimpleNamespace(weights=[weight + number for number in range(40)]))
    dealer = Dealer(forest, jobs)
    answers = [answer for answer in dealer.run(list(range(40)), lambda task: (os.getpid(), task)) if answer]
    assert sorted(root for _, task in answers for root in task) == list(range(40))
    assert dealer.dead == []
    given: Counter[int] = Counter()
    for process, task in answers:
        given[process] += len(task)
    return given


@pytest.mark.parametrize("jobs", [-1, 0, 1])
def test_one_job_needs_no_worker(jobs: int) -> None:
    assert processes(HEAVY, jobs) == {os.getpid(): 40}


def test_little_work_needs_no_worker() -> None:
    assert processes(LIGHT, 3) == {os.getpid(): 40}


def test_much_work_goes_to_workers() -> None:
    assert os.getpid() not in processes(HEAVY, 3)


def test_where_a_process_cannot_fork_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "fork")
    assert processes(HEAVY, 3) == {os.getpid(): 40}
