"""A run's end of a nursery."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from typing import Any

from leakscan.fleet.examine import nothing_read, unchanged
from leakscan.fleet.job import Job, NothingReadError, Outcome, Plan
from leakscan.fleet.nursery import Ended, read_frame, write_frame

MAX_ATTEMPTS = 3
# A nursery does nothing that a repository could change: who killed it meant something else.
_MAX_NURSERIES = 10
_FAREWELL_S = 10


class Worker:
    """Reads one repository after the other, in processes of its own; a nursery that was killed is started anew.
    `child` is the process that reads at the moment, 0 if none does."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._process: subprocess.Popen[bytes] | None = None
        self.child = 0
        self._closed = False
        self._busy = threading.Lock()

    def run(self, job: Job) -> Outcome:
        """The outcome; "isolated" for a repository that ended its process MAX_ATTEMPTS times."""
        if (same := unchanged(self._plan, job)) is not None:
            return same
        ended: list[Ended] = []
        while sum(one.is_own_fault for one in ended) < MAX_ATTEMPTS and len(ended) < _MAX_NURSERIES:
            with self._busy:
                if self._closed:
                    raise InterruptedError
                answer = self._attempt(job)
            if isinstance(answer, Outcome):
                return answer
            ended.append(answer)
        said = f"the process that read it ended {len(ended)} times, the last time: {ended[-1].reason}"
        return replace(
            nothing_read(self._plan, job.entry, NothingReadError("crashed", said)), state="isolated"
        )

    def close(self) -> None:
        """Ends whatever still runs; `run` in another thread raises InterruptedError."""
        self._closed = True
        self._kill()
        with self._busy:
            self._end()

    def _attempt(self, job: Job) -> Outcome | Ended:
        try:
            process = self._process or self._start()
            assert process.stdin is not None
            assert process.stdout is not None
            write_frame(process.stdin.fileno(), job)
            answer: Any = read_frame(process.stdout.fileno())
            while isinstance(answer, int):
                self.child = answer
                answer = read_frame(process.stdout.fileno())
        except (EOFError, OSError, ValueError):
            self._end()
            return Ended("the process that started it was killed", is_own_fault=False)
        self.child = 0
        assert isinstance(answer, Outcome | Ended)
        return answer

    def _start(self) -> subprocess.Popen[bytes]:
        # not -m: what is pickled must have the same name at both ends
        argv = [sys.executable, "-P", "-c", "from leakscan.fleet.nursery import main; main()"]
        self._process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        assert self._process.stdin is not None
        write_frame(self._process.stdin.fileno(), self._plan)
        return self._process

    def _kill(self) -> None:
        process, child = self._process, self.child
        if child:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child, signal.SIGKILL)
        if process is not None:
            with contextlib.suppress(OSError):
                process.kill()

    def _end(self) -> None:
        self._kill()
        process, self._process, self.child = self._process, None, 0
        if process is None:
            return
        process.wait(_FAREWELL_S)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
