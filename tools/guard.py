"""Runs a fuzz target in a process of its own, with 2 GB of memory and 10 seconds of CPU time a case: neither a loop
without end nor one that fills the memory takes its case with it."""

from __future__ import annotations

import os
import resource
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable

MOST_MEMORY = 2 << 30
MOST_SECONDS = 10.0
Watch = Callable[[bytes], None]


def run_guarded(work: Callable[[Watch], None], *, limit_memory: bool = True) -> bytes | None:
    """None if the work is done, else the case that ended it: the last one of which it told before it began it."""
    with tempfile.TemporaryFile() as last:
        child = os.fork()
        if not child:
            _work(work, last.fileno(), limit_memory=limit_memory)
        _, status = os.waitpid(child, 0)
        return os.pread(last.fileno(), os.fstat(last.fileno()).st_size, 0) if status else None


def _work(work: Callable[[Watch], None], last: int, *, limit_memory: bool) -> None:
    def watch(case: bytes) -> None:
        os.pwrite(last, case, 0)
        os.ftruncate(last, len(case))
        signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS)

    code = 1
    try:
        signal.signal(signal.SIGPROF, signal.SIG_DFL)  # ends it, whatever runs
        if limit_memory:
            resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        work(watch)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(code)
