from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from leakscan.fleet.job import Entry, Job, Outcome, Plan
from leakscan.fleet.worker import MAX_ATTEMPTS, Worker
from leakscan.rules import load_rules
from leakscan.scanning.options import ScanOptions
from tests.conftest import Repo

MakeWorker = Callable[..., Worker]


@pytest.fixture
def make_worker(tmp_path: Path) -> Iterator[MakeWorker]:
    made: list[Worker] = []

    def make(**more: object) -> Worker:
        fields = {"timeout_s": 60.0, "options": ScanOptions(), "max_clone_bytes": 1 << 30} | more
        plan = Plan(rules=load_rules(), now=1_700_000_000.0, clones=tmp_path / "clones", cache=None,
                    protocols=frozenset({"file"}), **fields)  # fmt: skip
        made.append(Worker(plan))
        return made[-1]

    yield make
    for worker in made:
        worker.close()


def entry(repo: Repo) -> Entry:
    return Entry("repo", str(repo.path))


def big(repo: Repo) -> None:
    for number in range(4):
        repo.commit("more", **{f"f{number}_txt": "".join(f"{n} {number}\n" for n in range(60_000))})


def run_and_kill(worker: Worker, job: Job, times: int) -> tuple[Outcome, int]:
    """Kills the child that reads the repository as soon as it is there."""
    outcomes: list[Outcome] = []
    thread = threading.Thread(target=lambda: outcomes.append(worker.run(job)))
    thread.start()
    killed: set[int] = set()
    while thread.is_alive():
        child = worker.child
        if child and child not in killed and len(killed) < times:
            os.kill(child, signal.SIGKILL)
            killed.add(child)
        time.sleep(0.001)
    thread.join()
    return outcomes[0], len(killed)


def test_a_repository_that_ends_its_process_is_isolated(make_worker: MakeWorker, repo: Repo) -> None:
    big(repo)
    worker = make_worker()
    outcome, killed = run_and_kill(worker, Job(entry(repo)), times=MAX_ATTEMPTS)
    assert (outcome.state, killed) == ("isolated", MAX_ATTEMPTS)
    (failure,) = json.loads(outcome.report)["failures"]
    assert failure["kind"] == "crashed"
    assert "ended 3 times" in failure["reason"]
    assert worker.run(Job(entry(repo))).state == "complete"  # the worker itself is as good as new


def test_once_is_an_accident(make_worker: MakeWorker, repo: Repo) -> None:
    big(repo)
    outcome, killed = run_and_kill(make_worker(), Job(entry(repo)), times=1)
    assert (outcome.state, killed) == ("complete", 1)


def test_time_that_is_up_is_a_failure_of_that_repository(make_worker: MakeWorker, repo: Repo) -> None:
    big(repo)
    outcome = make_worker(timeout_s=0.001).run(Job(entry(repo)))
    assert outcome.state == "incomplete"
    assert {failure["kind"] for failure in json.loads(outcome.report)["failures"]} == {"timeout"}


def test_memory_is_limited(make_worker: MakeWorker, repo: Repo) -> None:
    size = 700 << 20
    big_file = repo.path / "big.bin"
    with big_file.open("wb") as file:
        file.truncate(size)
    outcome = make_worker(options=ScanOptions(max_memory=256 << 20)).run(Job(entry(repo)))
    assert outcome.state in ("complete", "incomplete", "failed")
    assert outcome.peak_bytes < size


def test_closing_ends_the_process_that_reads(make_worker: MakeWorker, repo: Repo) -> None:
    big(repo)
    worker = make_worker()
    ended: list[str] = []

    def run() -> None:
        try:
            while True:
                worker.run(Job(entry(repo)))
        except InterruptedError:
            ended.append("interrupted")

    thread = threading.Thread(target=run)
    thread.start()
    while not worker.child:
        time.sleep(0.001)
    worker.close()
    thread.join(10)
    assert ended == ["interrupted"]
