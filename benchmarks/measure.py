"""Whole commands, measured from outside: wall and CPU seconds, and the memory that no other process shares."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

LIMIT_S = 300.0  # a command that takes longer is no peer
_SAMPLE_EVERY_S = 0.02


@dataclass(frozen=True)
class Figures:
    """`peak_mb`: the largest sum of unshared memory over the command and its children, in MB, sampled."""

    wall_s: float
    cpu_s: float
    peak_mb: float
    output: bytes


class CommandFailed(Exception):
    """A command ended with an exit code that it should not have."""


def measure(command: list[str], *, keep_output: bool, accept: tuple[int, ...] = (0,)) -> Figures:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    output = subprocess.PIPE if keep_output else subprocess.DEVNULL
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.DEVNULL, start_new_session=True
    )
    peak = [0.0]
    done = threading.Event()
    sampler = threading.Thread(target=_sample, args=(process.pid, peak, done))
    # To wait with a time limit would be to ask 20 times a second: the wall time of a short command would be theirs.
    limit = threading.Timer(LIMIT_S, os.killpg, (process.pid, signal.SIGKILL))  # its children with it
    sampler.start()
    limit.start()
    try:
        printed, _ = process.communicate()
        wall = time.perf_counter() - start
    finally:
        limit.cancel()
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
        done.set()
        sampler.join()
    if wall >= LIMIT_S:
        raise CommandFailed(f"over {LIMIT_S:.0f} s")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode not in accept:
        raise CommandFailed(f"{command[0]} ended with {process.returncode}: {' '.join(command)}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Figures(wall, cpu, peak[0], printed or b"")


def _sample(root: int, peak: list[float], done: threading.Event) -> None:
    while not done.wait(_SAMPLE_EVERY_S):
        peak[0] = max(peak[0], sum(_unshared_mb(pid) for pid in _family(root)))


def _family(root: int) -> list[int]:
    """The process and all below it; Linux only, elsewhere the process alone."""
    found = [root]
    for pid in found:
        try:
            for task in os.listdir(f"/proc/{pid}/task"):
                found += map(int, Path(f"/proc/{pid}/task/{task}/children").read_text().split())
        except OSError:
            continue
    return found


def _unshared_mb(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    sizes = {line.split(":")[0]: int(line.split()[1]) for line in lines[1:]}
    return (sizes.get("Private_Clean", 0) + sizes.get("Private_Dirty", 0)) / 1024
