"""The process that a run keeps for each worker: rules loaded once, then one forked child a repository, so that whatever
a repository does to the process that reads it, the next one begins in a clean one.

It reads pickled frames from standard input, a `Plan` and then one `Job` after the other, and answers each job: first
with the number of the child (`int`), in the end with its `Outcome` or with `Ended`. It ends when its input does."""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import resource
import select
import signal
import struct
import sys
import time
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any, NoReturn

from leakscan.detect import Detector
from leakscan.fleet.examine import examine, nothing_read
from leakscan.fleet.job import Job, NothingReadError, Outcome, Plan

_LENGTH = struct.Struct("<Q")
_CHUNK = 1 << 20
# Imported where they are used, and every child uses them: once here, not in each of them.
_USED_BY_ALL = (
    "leakscan.gitstore.remains",
    "leakscan.gitstore.sweep",
    "leakscan.reporters.json_report",
    "leakscan.reporters.sarif",
)
# After its time a scan gets so long to write down what it has.
GRACE_S = 30.0
# Interpreter, rules and what is shared with the nursery count, but not against the repository.
_OWN_BYTES = 256 << 20


@dataclass(frozen=True, slots=True)
class Ended:
    """A child that gave no outcome, and why. `is_own_fault`: it ended by itself, not with its nursery."""

    reason: str
    is_own_fault: bool = True


def read_frame(handle: int) -> Any:
    """EOFError at the end of the input."""
    return pickle.loads(_read(handle, _LENGTH.unpack(_read(handle, _LENGTH.size))[0]))


def write_frame(handle: int, value: Any) -> None:
    data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    view = memoryview(_LENGTH.pack(len(data)) + data)
    while view:
        view = view[os.write(handle, view) :]


def _read(handle: int, length: int) -> bytes:
    parts = bytearray()
    while len(parts) < length:
        chunk = os.read(handle, min(length - len(parts), _CHUNK))
        if not chunk:
            raise EOFError
        parts += chunk
    return bytes(parts)


def main() -> None:
    for ending in (signal.SIGINT, signal.SIGHUP):
        signal.signal(ending, signal.SIG_IGN)  # the run ends its workers itself
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answers = os.dup(1)
    os.dup2(2, 1)  # nothing but answers goes there
    with contextlib.suppress(EOFError, BrokenPipeError):
        plan = read_frame(0)
        assert isinstance(plan, Plan)
        detector = Detector(plan.rules)
        for name in _USED_BY_ALL:
            import_module(name)
        gc.freeze()
        while True:
            write_frame(answers, _give_birth(plan, read_frame(0), detector, answers))


def _give_birth(plan: Plan, job: Job, detector: Detector, answers: int) -> Outcome | Ended:
    out, into = os.pipe()
    started = time.monotonic()
    child = os.fork()
    if not child:
        os.close(out)
        os.close(answers)
        _be_child(plan, job, detector, into)
    os.close(into)
    write_frame(answers, child)
    try:
        data, in_time = _listen(out, started + plan.timeout_s + GRACE_S if plan.timeout_s else None)
    finally:
        os.close(out)
        _end(child)
    _, status, used = os.wait4(child, 0)
    if not in_time:
        reason = f"ended after {plan.timeout_s + GRACE_S:g} s: --timeout allows more"
        answer: Outcome | Ended = nothing_read(plan, job.entry, NothingReadError("timeout", reason))
    else:
        answer = _answer(data, status)
    if isinstance(answer, Ended):
        return answer
    peak = used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    seconds = time.monotonic() - started
    return replace(answer, seconds=seconds, cpu_s=used.ru_utime + used.ru_stime, peak_bytes=peak)


def _be_child(plan: Plan, job: Job, detector: Detector, into: int) -> NoReturn:
    """Never returns: whatever happens, a child must not run the rest of the nursery's program."""
    code = 1
    try:
        os.setsid()  # so that it can be ended together with every git that it started
        _die_with_parent()
        limit = plan.options.max_memory + _OWN_BYTES
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        try:
            answer: Outcome | Ended = examine(plan, job, detector)
        except Exception as error:  # its text may quote what was scanned
            answer = Ended(f"internal error: {type(error).__name__}")
        data = pickle.dumps(answer, pickle.HIGHEST_PROTOCOL)
        view = memoryview(data)
        while view:
            view = view[os.write(into, view) :]
        code = 0
    finally:
        os._exit(code)


def _die_with_parent() -> None:
    """Where the system can (Linux): a killed nursery leaves nobody behind who would read on."""
    if sys.platform == "linux":
        import ctypes

        parent = os.getppid()
        ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG
        if parent == 1 or os.getppid() != parent:
            os._exit(1)


def _listen(out: int, deadline: float | None) -> tuple[bytes, bool]:
    """All that the child says, and whether it did so in time. EOFError if the run has gone away."""
    data = bytearray()
    while True:
        left = None if deadline is None else deadline - time.monotonic()
        if left is not None and left <= 0:
            return b"", False
        ready, _, _ = select.select([out, 0], [], [], left)
        if out in ready:
            chunk = os.read(out, _CHUNK)
            if not chunk:
                return bytes(data), True
            data += chunk
        elif 0 in ready:
            raise EOFError  # nothing is sent while a job runs


def _end(child: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)


def _answer(data: bytes, status: int) -> Outcome | Ended:
    if os.WIFSIGNALED(status) and not data:
        return Ended(f"ended by signal {os.WTERMSIG(status)}")
    try:
        answer = pickle.loads(data)
    except (pickle.UnpicklingError, EOFError):
        return Ended("ended before it gave a result")
    assert isinstance(answer, Outcome | Ended)
    return answer
