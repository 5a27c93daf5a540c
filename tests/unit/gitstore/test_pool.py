from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING, Any

import pytest

from leakscan.gitstore import pool
from leakscan.gitstore.pool import LOST, MAX_TASKS, Pool

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def _no_children() -> bool:
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return True
    return False


def _descriptors() -> int:
    return len(os.listdir("/dev/fd"))


def _answers(workers: Pool, numbers: Sequence[int], jobs: int) -> list[tuple[int, Any]]:
    return [answer for answer in workers.run(numbers, jobs) if answer is not None]


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_every_task_is_answered_once(jobs: int) -> None:
    before = _descriptors()
    answers = _answers(Pool(lambda number: number * number), range(MAX_TASKS), jobs)
    assert sorted(answers) == [(number, number * number) for number in range(MAX_TASKS)]
    assert _no_children()
    assert _descriptors() == before


def test_large_answers_arrive_whole() -> None:
    answers = dict(_answers(Pool(lambda number: bytes((number,)) * (3 << 20)), range(6), 2))
    assert answers == {number: bytes((number,)) * (3 << 20) for number in range(6)}


def test_tasks_of_a_worker_that_is_killed_are_not_answered_and_the_rest_is() -> None:
    def work(number: int) -> int:
        if number == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        return number

    workers = Pool(work)
    answered = {number for number, _ in _answers(workers, range(20), 2)}
    assert answered == set(range(20)) - {3}
    assert workers.signalled
    assert _no_children()


def test_a_worker_that_raises_ends_without_a_word(capfd: pytest.CaptureFixture[str]) -> None:
    def work(number: int) -> int:
        return 1 // number

    workers = Pool(work)
    assert _answers(workers, [0], 1) == []
    assert not workers.signalled
    assert capfd.readouterr() == ("", "")


def test_a_task_whose_worker_is_killed_once_is_done_again(tmp_path: Path) -> None:
    def work(number: int) -> int:
        if number == 3 and not (tmp_path / "seen").exists():
            (tmp_path / "seen").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return number

    answers = [answer for answer in Pool(work).run_all(20, 2) if answer is not None]
    assert sorted(answers) == [(number, number) for number in range(20)]
    assert _no_children()


def test_a_task_whose_worker_is_killed_twice_is_lost() -> None:
    parent = os.getpid()

    def work(number: int) -> int:
        if number == 3:
            assert os.getpid() != parent
            os.kill(os.getpid(), signal.SIGKILL)
        return number

    answers = dict(filter(None, Pool(work).run_all(5, 2)))
    assert answers == {0: 0, 1: 1, 2: 2, 3: LOST, 4: 4}


def test_an_exception_of_a_worker_shows_itself_in_the_end() -> None:
    with pytest.raises(ZeroDivisionError):
        list(Pool(lambda number: 1 // number).run_all(2, 2))


def test_an_interrupt_leaves_no_worker_behind() -> None:
    running = Pool(lambda number: time.sleep(60) if number else 0).run(range(5), 2)
    assert next(running) == (0, 0)
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        running.throw(KeyboardInterrupt)
    assert time.monotonic() - started < 5
    assert _no_children()


def test_a_pool_whose_workers_are_busy_says_so() -> None:
    running = Pool(lambda number: time.sleep(60)).run([0], 1)
    assert next(running) is None
    running.close()
    assert _no_children()


def test_without_a_free_process_nothing_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    def fork() -> int:
        raise BlockingIOError

    monkeypatch.setattr(pool.os, "fork", fork)
    before = _descriptors()
    assert _answers(Pool(abs), range(5), 2) == []
    assert _descriptors() == before


def test_workers_of_a_killed_parent_end(tmp_path: Path) -> None:
    started = tmp_path / "started"
    parent = os.fork()
    if not parent:
        os.setpgid(0, 0)

        def work(number: int) -> int:
            with started.open("a") as file:
                file.write(f"{os.getpid()}\n")
            time.sleep(0.05)
            return number

        _answers(Pool(work), range(1000), 2)
        os._exit(0)
    deadline = time.monotonic() + 10
    while not started.exists() or len(set(started.read_text().split())) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.kill(parent, signal.SIGKILL)
    os.waitpid(parent, 0)
    workers = {int(line) for line in started.read_text().split()}
    while any(_runs(worker) for worker in workers):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    try:  # where nobody reaps orphans, an ended one stays listed
        with open(f"/proc/{process}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
