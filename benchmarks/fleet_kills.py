"""Runs of a fleet that are killed at random moments: a worker, the run's own process, or all of it at once."""

from __future__ import annotations

import contextlib
import filecmp
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import distributed

COMMAND = [str(Path(sys.executable).with_name("leakscan")), "fleet", "run"]
DASK = Path(sys.executable).with_name("dask")
SUMMARIES = ("summary.json", "summary.md", "summary.html")
_QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
_WORKERS = (b"leakscan.fleet.nursery", b"spawn_main")  # a nursery of ours, a worker of Dask
_VICTIMS = ("worker", "client", "worker", "whole run")
_PATIENCE_S = 60


def kill_at_random(
    fleet: Path, into: Path, times: int, seconds: float, *more: str, cluster: int = 0
) -> Counter[str]:
    """What was killed, at `times` moments that lie up to `seconds` apart; then the run may come to its end. `cluster`:
    the session whose workers may be hit as well."""
    rng, killed = random.Random(7), Counter[str]()
    victims = cycle(_VICTIMS)
    victim = next(victims)
    process: subprocess.Popen[bytes] | None = None
    while killed.total() < times:
        if process is None or process.poll() is not None:
            if (into / SUMMARIES[-1]).exists():
                break
            process = start(fleet, into, *more)
        time.sleep(rng.uniform(0.0, seconds))
        if process.poll() is None and _kill_one(rng, victim, process.pid, cluster):
            killed[victim] += 1
            victim = next(victims)
    if process is not None and process.wait() in (0, 1, 3):
        return killed
    start(fleet, into, *more).wait()
    return killed


def start(fleet: Path, into: Path, *more: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*COMMAND, str(fleet), "--run", str(into), *more], start_new_session=True, **_QUIET
    )


def _kill_one(rng: random.Random, victim: str, run: int, cluster: int) -> bool:
    """False if there is no such process at the moment."""
    match victim:
        case "worker":
            workers = [pid for session in filter(None, (run, cluster)) for pid in _workers_of(session)]
            if not workers:
                return False
            with contextlib.suppress(ProcessLookupError):
                os.kill(rng.choice(workers), signal.SIGKILL)
        case "client":
            os.kill(run, signal.SIGKILL)
        case _:
            os.killpg(run, signal.SIGKILL)
    return True


def _workers_of(session: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if int(fields[3]) == session and any(name in command for name in _WORKERS):
                found.append(int(entry.name))
    return sorted(found)


@contextlib.contextmanager
def own_cluster(folder: Path, workers: int) -> Iterator[tuple[str, int]]:
    """The address of a scheduler with so many worker processes, and their session."""
    folder.mkdir(parents=True)
    told = folder / "scheduler.json"
    here = ["--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", str(told)]
    crew: list[subprocess.Popen[bytes]] = []
    try:
        crew.append(_dask("scheduler", "--port", "0", *here))
        end = time.monotonic() + _PATIENCE_S
        while not (told.exists() and told.read_bytes()):
            if time.monotonic() > end:
                raise SystemExit("no scheduler came up")
            time.sleep(0.05)
        many = ["--nworkers", str(workers), "--nthreads", "1", "--local-directory", str(folder)]
        crew.append(_dask("worker", *many, *here))
        address = json.loads(told.read_text())["address"]
        with distributed.Client(address, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=_PATIENCE_S)  # a nanny gives up one that never came up
        yield address, crew[-1].pid
    finally:
        for process in reversed(crew):
            process.terminate()
            process.wait(_PATIENCE_S)


def _dask(*arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([DASK, *arguments], start_new_session=True, **_QUIET)


def same(one: Path, other: Path) -> bool:
    """Whether two runs left the same bytes: the summaries, and both reports of every repository."""
    names = [{file.name for file in (run / "reports").iterdir()} for run in (one, other)]
    reports = [f"reports/{name}" for name in names[0]]
    return names[0] == names[1] and all(
        filecmp.cmp(one / name, other / name, shallow=False) for name in (*SUMMARIES, *reports)
    )
