"""What tests share: values made at run time, real repositories, and the installed command."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import git
import hypothesis
import pytest

from leakscan.rules.fake import fill

# Speed is measured in benchmarks, never by tests: a loaded machine must not fail them.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")

COMMAND = Path(sys.executable).with_name("leakscan")
PATIENCE_S = 60

# A shell's background job ignores Ctrl-C, and so would every command that the tests interrupt.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
# So does what nohup runs with a terminal that closes.
if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) == signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
# A finding's age is in whole days and grows at the hour of its commit: let that be some hours from now, not between
# two reports that a test compares.
WHEN = f"2024-03-02T{22 if 3 <= time.gmtime().tm_hour < 15 else 10}:00:00+01:00"


@pytest.fixture(autouse=True, scope="session")
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What tests remember is not for the user's next scan."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@dataclass(frozen=True)
class Run:
    exit_code: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        return json.loads(self.stdout)

    @property
    def findings(self) -> list[Any]:
        return list(self.json["findings"])


@pytest.fixture
def leakscan(tmp_path: Path) -> Callable[..., Run]:
    """The installed command: `leakscan("scan", path, stdin=b"…", cwd=…)`."""

    def run(
        *args: object, stdin: bytes = b"", cwd: Path = tmp_path, env: dict[str, str] | None = None
    ) -> Run:
        done = subprocess.run(
            [COMMAND, *map(str, args)],
            input=stdin,
            capture_output=True,
            cwd=cwd,
            env={**os.environ, "COLUMNS": "100", **(env or {})},
            check=False,
            timeout=600,
        )
        return Run(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


class Repo:
    """A real repository with a fixed clock; `now` may be moved."""

    def __init__(self, path: Path, **init: Any) -> None:
        self.git = git.Repo.init(path, initial_branch="main", **init)
        self.path = path
        self.now = WHEN
        with self.git.config_writer() as config:
            config.set_value("user", "name", "Alice")
            config.set_value("user", "email", "alice@example.com")

    def write(self, name: str, content: str | bytes) -> Path:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def run(self, *args: str, stdin: bytes | None = None) -> str:
        env = {"GIT_AUTHOR_DATE": self.now, "GIT_COMMITTER_DATE": self.now}
        done = subprocess.run(
            ["git", *args],
            cwd=self.path,
            input=stdin,
            capture_output=True,
            check=True,
            env={**os.environ, **env},
        )
        return done.stdout.decode().strip()

    def commit(self, message: str = "change", **files: str | bytes) -> str:
        """Writes files (`bot__config_py` is bot/config.py), commits everything, gives the commit id."""
        for name, content in files.items():
            self.write(name.replace("__", "/").replace("_", "."), content)
        self.run("add", "-A")
        self.run("commit", "--allow-empty", "-q", "-m", message)
        return self.run("rev-parse", "HEAD")


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "repo")


def zipped(members: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these members."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


class Pair:
    """A key and a secret of 64 letters and digits."""

    def __init__(self, seed: int) -> None:
        self.key = fill("{alnum:64}", seed)
        self.secret = fill("{alnum:64}", seed + 1000)

    @property
    def env(self) -> str:
        return f"BINANCE_API_KEY={self.key}\nBINANCE_API_SECRET={self.secret}\n"


@pytest.fixture
def pair() -> Pair:
    return Pair(1)


@pytest.fixture
def make_pair() -> Callable[[int], Pair]:
    return Pair


def processes_of(session: int) -> list[int]:
    """Those of a process that began a session of its own, by id."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) == session and fields[0] != "Z":
                found.append(int(entry.name))
    return found


def wait_until(holds: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not holds() and time.monotonic() < end:
        time.sleep(0.02)
    assert holds()
