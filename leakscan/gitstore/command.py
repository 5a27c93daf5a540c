"""The one place that starts git, isolated from every configuration but our own."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from typing import IO, TYPE_CHECKING, cast

from leakscan.errors import GitError
from leakscan.gitstore.stillness import LOOK_EVERY_S, MAX_STILL, Watch
from leakscan.gitstore.thread import start_thread

if sys.platform == "linux":
    import fcntl
    import resource

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from types import TracebackType

CHUNK = 1 << 20
_STDERR_TAIL = 1 << 16
_MAX_HEAP_BYTES = 1 << 30
_ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_GRAFT_FILE": os.devnull,
    "LC_ALL": "C",
}
_OVERRIDES = (
    "core.fsmonitor=false",
    f"core.hooksPath={os.devnull}",
    f"core.attributesFile={os.devnull}",
    f"core.excludesFile={os.devnull}",
    "core.commitGraph=false",
    "core.multiPackIndex=false",
    "core.untrackedCache=false",
    "core.useReplaceRefs=false",
    "core.alternateRefsCommand=",
    "log.showSignature=false",
    "submodule.recurse=false",
    "protocol.allow=never",
    "gc.auto=0",
    "maintenance.auto=false",
)


def isolated_environment() -> dict[str, str]:
    """Ours without any GIT_* variable, plus those that keep configuration, network and prompts out."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | _ENVIRONMENT


def find_git(outside: Path | None = None) -> str:
    """The full path of git. GitError if there is none.

    Folders that PATH names relative to the current one are passed over, and those inside of `outside`: the git there
    would be a program of the repository's. Inside of the root folder is everything: there it says nothing."""
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        if os.path.isabs(folder) and not _is_inside(folder, outside):
            executable = shutil.which("git", path=folder)
            if executable is not None and not _is_inside(executable, outside):
                return executable
    raise GitError("git is not installed or not on PATH: install git 2.30 or newer")


def _is_inside(path: str, folder: Path | None) -> bool:
    if folder is None:
        return False
    root, real = os.path.realpath(folder), os.path.realpath(path)
    return root != os.path.dirname(root) and (real == root or real.startswith(os.path.join(root, "")))


class Process:
    """A running git. Leaving the context kills it if it still runs, and waits for it."""

    def __init__(
        self, argv: list[str], directory: Path, env: Mapping[str, str], feed: bytes | bytearray | memoryview
    ) -> None:
        self._errors = tempfile.TemporaryFile(dir=directory)  # noqa: SIM115
        self._watch: Watch | None = None
        try:
            self._popen = subprocess.Popen(
                argv,
                bufsize=CHUNK,
                stdin=subprocess.PIPE if len(feed) else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                cwd=directory,
                env=env,
            )
        except BaseException as error:
            self._errors.close()
            if isinstance(error, OSError):
                raise GitError(f"git cannot be started: {error.strerror}") from error
            raise
        self.out = cast("IO[bytes]", self._popen.stdout)
        _widen(self.out)
        self._feeder: threading.Thread | None = None
        if self._popen.stdin is not None:
            try:
                self._feeder = start_thread(_feed, self._popen.stdin, feed)
            except GitError:
                self._popen.stdin.close()
                self.close()
                raise

    def __enter__(self) -> Process:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def kill(self) -> None:
        self._popen.kill()

    def watch(self) -> None:
        """Kills git if it stands still from now on though nobody lets it wait; see `stood_still`."""
        self._watch = Watch(self._popen.pid, self.out.fileno(), self.kill)

    @property
    def stood_still(self) -> bool:
        return self._watch is not None and self._watch.ended

    def limit(self, *, max_heap_bytes: int, max_cpu_s: int) -> None:
        """`max_cpu_s`: 0 for none."""
        if sys.platform == "linux":
            with contextlib.suppress(ProcessLookupError, PermissionError):
                resource.prlimit(self._popen.pid, resource.RLIMIT_DATA, (max_heap_bytes, max_heap_bytes))
                if max_cpu_s:
                    resource.prlimit(self._popen.pid, resource.RLIMIT_CPU, (max_cpu_s, max_cpu_s + 1))

    def wait(self) -> int:
        """git's exit code, negative for a signal; read `out` to its end before."""
        return self._popen.wait()

    def tokens(self) -> Iterator[bytes]:
        """What in `out` ends with a NUL; a cut-off rest is dropped."""
        rest = b""
        while chunk := self.out.read(CHUNK):
            first, *others = chunk.split(b"\0")
            rest += first
            if others:
                yield rest
                yield from others[:-1]
                rest = others[-1]

    def close(self) -> None:
        if self._popen.poll() is None:
            self._popen.kill()
        self._popen.wait()
        if self._watch is not None:
            self._watch.stop()
        if self._feeder is not None:
            self._feeder.join()
        self.out.close()
        self._errors.close()

    def stderr(self) -> bytes:
        """The last 64 KiB of what git said."""
        self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, self._errors.tell() - _STDERR_TAIL))
        return self._errors.read()

    def complaint(self) -> str:
        """Why git ended: its last line on stderr, or the signal that ended it. Call after `wait`."""
        lines = [
            line for line in self.stderr().decode("utf-8", "backslashreplace").splitlines() if line.strip()
        ]
        if lines:
            return lines[-1].strip()
        if self.stood_still:
            return f"it stood still for {MAX_STILL * LOOK_EVERY_S:g} s and was ended"
        code = self._popen.returncode
        if sys.platform == "linux" and code == -signal.SIGXCPU:
            return "it took too long and was ended"
        return f"ended by signal {-code}" if code < 0 else f"exit code {code}"


class Git:
    """git on one repository of our own making, but never a git that lies in `outside`. Processes still running at
    `close` are killed."""

    def __init__(self, git_dir: Path, outside: Path | None = None) -> None:
        self._git_dir = git_dir
        self._argv = [find_git(outside), "--no-pager", f"--git-dir={git_dir}"]
        for override in _OVERRIDES:
            self._argv += ["-c", override]
        self._running: list[Process] = []
        self.closed = False

    @contextlib.contextmanager
    def stream(
        self,
        *arguments: str,
        feed: bytes | bytearray | memoryview = b"",
        env: Mapping[str, str] | None = None,
        work_tree: Path | None = None,
        max_heap_bytes: int = _MAX_HEAP_BYTES,
        max_cpu_s: int = 0,
        may_stand_still: bool = False,
    ) -> Iterator[Process]:
        """git with `feed` on its stdin, written by a thread; the caller reads `out` and asks `wait`.

        `max_heap_bytes` and `max_cpu_s` bound git's memory and time where the system can (Linux): what an object
        claims, git asks for. One that reads from a network `may_stand_still`."""
        self.check_open()
        argv = self._argv + ([f"--work-tree={work_tree}"] if work_tree else [])
        environment = isolated_environment() | dict(env or {})
        with Process([*argv, *arguments], self._git_dir, environment, feed) as process:
            if not may_stand_still:
                process.watch()
            self._running.append(process)
            process.limit(max_heap_bytes=max_heap_bytes, max_cpu_s=max_cpu_s)
            try:
                yield process
            finally:
                self._running.remove(process)

    def run(
        self,
        *arguments: str,
        feed: bytes | bytearray | memoryview = b"",
        env: Mapping[str, str] | None = None,
        work_tree: Path | None = None,
        max_heap_bytes: int = _MAX_HEAP_BYTES,
        max_cpu_s: int = 0,
    ) -> bytes:
        """All of git's stdout. A non-zero exit raises GitError with git's last line on stderr."""
        streamed = self.stream(
            *arguments,
            feed=feed,
            env=env,
            work_tree=work_tree,
            max_heap_bytes=max_heap_bytes,
            max_cpu_s=max_cpu_s,
        )
        with streamed as process:
            output = process.out.read()
            if process.wait() != 0:
                raise GitError(f"git {arguments[0]}: {process.complaint()}")
        return output

    def check_open(self) -> None:
        if self.closed:
            raise GitError("the object store is closed")

    def close(self) -> None:
        self.closed = True
        for process in list(self._running):
            process.kill()
            process.close()


def _widen(pipe: IO[bytes]) -> None:
    """A pipe of 1 MiB where the system allows it: reading 5.8 GB through it takes a quarter less time."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, CHUNK)


def _feed(pipe: IO[bytes], data: bytes | bytearray | memoryview) -> None:
    """Writes everything; a reader that went away is its owner's business."""
    view = memoryview(data)
    with contextlib.suppress(BrokenPipeError, ConnectionResetError), pipe:
        for start in range(0, len(view), CHUNK):
            pipe.write(view[start : start + CHUNK])
