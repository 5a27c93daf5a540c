"""Worker processes: forked, dealt numbered tasks through a pipe, answering through pipes of their own."""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import selectors
import signal
import struct
from typing import TYPE_CHECKING, Any, Final, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

_NUMBER = struct.Struct("<I")
_LENGTH = struct.Struct("<Q")
_CHUNK = 1 << 20
_PULSE_S = 0.2
# As many numbers as a pipe holds on every system before anything is read from it.
MAX_TASKS: Final = 4_000
LOST: Final = object()  # the answer to a number whose worker was ended twice


class Pool:
    """Gives numbers to `work`, each to one worker. `signalled` says whether a worker was ended by a signal."""

    def __init__(self, work: Callable[[int], Any]) -> None:
        self._work = work
        self._workers: dict[int, int] = {}
        self.signalled = False

    def run(self, numbers: Sequence[int], jobs: int) -> Generator[tuple[int, Any] | None, None, None]:
        """(number, answer) as they come, None when nothing came for a while. Numbers whose worker ended before it
        answered are left out."""
        assert len(numbers) <= MAX_TASKS
        queue, feed = os.pipe()
        try:
            os.write(feed, b"".join(map(_NUMBER.pack, numbers)))
            os.close(feed)
            feed = -1
            for _ in range(min(jobs, len(numbers))):
                with contextlib.suppress(OSError):  # no more processes: fewer workers, or none
                    self._start(queue)
            yield from self._collect()
        finally:
            self._end()
            os.close(queue)
            if feed >= 0:
                os.close(feed)

    def run_all(self, count: int, jobs: int) -> Generator[tuple[int, Any] | None, None, None]:
        """As `run`, with an answer for each number below `count`. One whose worker ended is given to a worker of its
        own, and if no signal ends that one too, worked on here, so that an exception shows itself; else it is LOST."""
        undone = set(range(count))
        with contextlib.closing(self.run(sorted(undone), jobs)) as answers:
            for answer in answers:
                if answer is not None:
                    undone.discard(answer[0])
                yield answer
        for number in sorted(undone):
            alone = Pool(self._work)
            again = next(filter(None, alone.run([number], 1)), None)
            yield again or (number, LOST if alone.signalled else self._work(number))

    def _start(self, queue: int) -> None:
        out, answers = os.pipe()
        parent = os.getpid()
        try:
            process = os.fork()
        except BaseException:
            os.close(out)
            os.close(answers)
            raise
        if not process:
            self._be_worker(queue, answers, parent)
        os.close(answers)
        self._workers[out] = process

    def _be_worker(self, queue: int, answers: int, parent: int) -> NoReturn:
        """Never returns: whatever happens, a worker must not run the rest of its parent's program."""
        try:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
                signal.signal(signal.SIGHUP, signal.SIG_DFL)
            for out in self._workers:
                os.close(out)
            gc.freeze()  # a collection would write to every page that is shared with the parent
            while os.getppid() == parent and (number := os.read(queue, _NUMBER.size)):
                task = _NUMBER.unpack(number)[0]
                _send(answers, pickle.dumps((task, self._work(task)), pickle.HIGHEST_PROTOCOL))
        finally:
            os._exit(0)  # nobody asks for more than whether a signal ended it

    def _collect(self) -> Iterator[tuple[int, Any] | None]:
        buffers = {out: bytearray() for out in self._workers}
        with selectors.DefaultSelector() as selector:
            for out in buffers:
                selector.register(out, selectors.EVENT_READ)
            while selector.get_map():
                ready = selector.select(_PULSE_S)
                if not ready:
                    yield None
                for key, _ in ready:
                    out = key.fd
                    chunk = os.read(out, _CHUNK)
                    if not chunk:
                        selector.unregister(out)
                        self._reap(out)
                        continue
                    buffers[out] += chunk
                    yield from _answers(buffers[out])

    def _reap(self, out: int) -> None:
        os.close(out)
        _, status = os.waitpid(self._workers.pop(out), 0)
        self.signalled |= os.WIFSIGNALED(status)

    def _end(self) -> None:
        for out in list(self._workers):
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._workers[out], signal.SIGKILL)
            self._reap(out)


def _answers(buffer: bytearray) -> Iterator[tuple[int, Any]]:
    """The complete answers at the head of the buffer, taken out of it."""
    while len(buffer) >= _LENGTH.size:
        end = _LENGTH.size + _LENGTH.unpack_from(buffer)[0]
        if len(buffer) < end:
            return
        answer = pickle.loads(memoryview(buffer)[_LENGTH.size : end])
        del buffer[:end]
        yield answer


def _send(pipe: int, data: bytes) -> None:
    view = memoryview(_LENGTH.pack(len(data)) + data)
    while view:
        view = view[os.write(pipe, view) :]
