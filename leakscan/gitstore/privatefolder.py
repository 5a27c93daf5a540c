"""Temporary folders of our own, and the end of those that a killed run left behind."""

from __future__ import annotations

import atexit
import contextlib
import os
import re
import signal
import stat
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

if sys.platform != "win32":
    import fcntl

_NAMED, _USUAL = ("TMPDIR", "TEMP", "TMP"), ("/tmp", "/var/tmp", "/usr/tmp")
_NAME = re.compile(r"leakscan-([1-9][0-9]{0,9})-[a-z0-9_]{8}")


class PrivateFolder:
    """A new folder, mode 0700, locked as long as this process lives, and removed when it ends at the latest. Removes
    those whose process was killed."""

    def __init__(self) -> None:
        with _undisturbed():  # the place for temporary files is tried with one
            parent = temporary_parent()
        remove_abandoned(parent)
        self._owner = os.getpid()
        with _undisturbed():
            self.path = Path(tempfile.mkdtemp(prefix=f"leakscan-{self._owner}-", dir=parent))
            atexit.register(self.remove)  # an interrupt may come before anybody else knows of it
            self._lock = _lock(self.path)

    def remove(self) -> None:
        if os.getpid() != self._owner:  # a worker's copy
            return
        with _undisturbed():
            if self._lock >= 0:  # it may be the last descriptor that there is
                os.close(self._lock)
                self._lock = -1
            _remove_tree(self.path)
            atexit.unregister(self.remove)


def temporary_parent() -> str:
    """Where temporary files go: as Python chooses it, but for the current folder, which may be what is scanned. OSError
    if there is no such place."""
    if tempfile.tempdir is None and sys.platform != "win32":
        tempfile.tempdir = _find_parent()
    return tempfile.gettempdir()


def _find_parent() -> str:
    failed: OSError | None = None
    for folder in (*filter(None, map(os.environ.get, _NAMED)), *_USUAL):
        try:
            with tempfile.TemporaryFile(dir=os.path.abspath(folder), buffering=0) as file:
                file.write(b"x")
        except OSError as error:
            failed = failed or error
        else:
            return os.path.abspath(folder)
    assert failed is not None
    raise failed


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Ctrl-C, SIGTERM and SIGHUP wait until the end of it."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def remove_abandoned(parent: str) -> None:
    """Removes folders of ours in `parent` that no process has locked and whose process is gone; never raises.

    The lock tells of processes that have other numbers, as those in a container."""
    if sys.platform == "win32":
        return
    with contextlib.suppress(OSError):
        for name in os.listdir(parent):
            found = _NAME.fullmatch(name)
            if found and not _is_alive(int(found[1])):
                _remove_if_abandoned(Path(parent, name))


def _remove_if_abandoned(path: Path) -> None:
    with contextlib.suppress(OSError):
        status = os.lstat(path)
        if stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid() and not status.st_mode & 0o022:
            lock = _lock(path)
            if lock >= 0:
                _remove_tree(path)
                os.close(lock)


def _remove_tree(root: Path) -> None:
    """Removes what can be removed with one descriptor at a time: shutil.rmtree takes several for each level. Nobody
    else can put links in its way: the folder is for its owner alone."""
    for folder, folders, files in os.walk(root, topdown=False):
        for path in (os.path.join(folder, name) for name in (*files, *folders)):
            with contextlib.suppress(OSError):
                if os.path.isdir(path) and not os.path.islink(path):
                    os.rmdir(path)
                else:
                    os.unlink(path)
    with contextlib.suppress(OSError):
        os.rmdir(root)


def _lock(path: Path) -> int:
    """A descriptor that holds the lock of the folder until it is closed; -1 if another holds it, or nobody can."""
    if sys.platform == "win32":
        return -1
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return -1
    return handle


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
