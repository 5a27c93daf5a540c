"""The command in a process that has imported it already: a fork of that process runs it, in half the time.

Each run has its own working folder, environment, user and streams; what runs is what the installed command runs."""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import tempfile
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any, NoReturn

from tests.conftest import Run

ROOT = Path(__file__).parents[2]
MOST_MEMORY, MOST_SECONDS = 2 << 30, 240
STREAMS = ("stdin", "stdout", "stderr")


class Preloaded:
    """`run` is as the fixture `leakscan`; `user` is a user id to become."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        command = [sys.executable, "-m", "tests.promises.preloaded"]
        self._server = Popen(command, cwd=ROOT, stdin=PIPE, stdout=PIPE, text=True)

    def run(
        self,
        *args: object,
        cwd: Path,
        stdin: bytes = b"",
        env: dict[str, str] | None = None,
        user: int | None = None,
    ) -> Run:
        files = [Path(self._folder.name, name) for name in STREAMS]
        files[0].write_bytes(stdin)
        asked = {
            "arguments": ["leakscan", *map(str, args)],
            "files": list(map(str, files)),
            "cwd": str(cwd),
            "env": {**os.environ, "COLUMNS": "100", **(env or {})},
            "user": user,
        }
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        print(json.dumps(asked), file=self._server.stdin, flush=True)
        code = int(self._server.stdout.readline())
        return Run(code, *(file.read_bytes().decode() for file in files[1:]))

    def close(self) -> None:
        with self._server:  # closes its pipes, which ends it, and waits
            pass
        self._folder.cleanup()


def _serve() -> None:
    import concurrent.futures.thread  # noqa: F401  # another user, whom a test may name, might not read Python's files

    import leakscan.cli.ci
    import leakscan.cli.commands
    import leakscan.cli.hooking
    import leakscan.cli.scan
    import leakscan.unpack.database
    import leakscan.unpack.streams  # noqa: F401
    from leakscan.rules import load_rules

    load_rules()
    for line in sys.stdin:
        process = os.fork()
        if not process:
            _become(json.loads(line))
        print(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), flush=True)


def _become(asked: dict[str, Any]) -> NoReturn:
    from leakscan.cli import entry

    os.chdir(asked["cwd"])
    for number, file in enumerate(asked["files"]):
        handle = os.open(file, os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(handle, number)
        os.close(handle)
    if asked["user"] is not None:
        os.setgroups([])
        os.setgid(asked["user"])
        os.setuid(asked["user"])
    os.environ.clear()
    os.environ.update(asked["env"])
    sys.stdin, sys.stdout = open(0), open(1, "w")  # noqa: SIM115
    sys.stderr = open(2, "w", errors="backslashreplace")  # noqa: SIM115
    sys.argv = asked["arguments"]
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))
    signal.alarm(MOST_SECONDS)  # ends it: the code is then -14
    entry()
    raise AssertionError


if __name__ == "__main__":
    _serve()
