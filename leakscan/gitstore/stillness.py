"""The end of a git that waits for what never comes: a file may become a FIFO before git opens it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable

from leakscan.gitstore.thread import start_thread

if sys.platform == "linux":
    import fcntl
    import termios

LOOK_EVERY_S, MAX_STILL = 1.0, 60


class Watch:
    """Calls `end` when a process has stood still for MAX_STILL looks and nothing of what it wrote to `pipe` waits for
    its reader: one who reads slowly is waited for. Only Linux tells what a process spent."""

    def __init__(self, pid: int, pipe: int, end: Callable[[], None]) -> None:
        self.ended = False
        self._end = end
        self._done = threading.Event()
        self._watcher = start_thread(self._watch, pid, pipe) if sys.platform == "linux" else None

    def stop(self) -> None:
        """Returns when nobody looks any more."""
        self._done.set()
        if self._watcher is not None:
            self._watcher.join()

    def _watch(self, pid: int, pipe: int) -> None:
        still, before = 0, b""
        while not self._done.wait(LOOK_EVERY_S):
            spent = _time_spent(pid)
            still = still + 1 if spent and spent == before and not _is_filled(pipe) else 0
            before = spent
            if still == MAX_STILL:
                self.ended = True
                self._end()
                return


def _time_spent(pid: int) -> bytes:
    """A process's user and system time; empty where nobody tells it, and if it has ended."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            facts = file.read().rpartition(b")")[2].split()
    except OSError:
        return b""
    return b" ".join(facts[11:13]) if facts[0] != b"Z" else b""


def _is_filled(pipe: int) -> bool:
    """Whether something is to be read from it."""
    return sys.platform == "linux" and any(fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)))
