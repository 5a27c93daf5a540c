"""Promise 32: faults of the machine, at any moment. The report is that of a quiet run, or says that it is not whole."""

from __future__ import annotations

import errno
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from leakscan.rules.fake import fake
from tests.conftest import COMMAND, Repo, Run, processes_of

SHIM = Path(__file__).with_name("faults.c")
IO, FULL, MANY, AGAIN = (str(code) for code in (errno.EIO, errno.ENOSPC, errno.EMFILE, errno.EINTR))
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="preloads a library")


@pytest.fixture(scope="session")
def shim(tmp_path_factory) -> Path:
    library = tmp_path_factory.mktemp("shim") / "faults.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-o", library, SHIM, "-ldl"], check=True)
    return library


class Scan:
    """One repository with values in a file, in a pack and in a loose object; each run has folders of its own."""

    def __init__(self, tmp_path: Path) -> None:
        self.tmp_path = tmp_path
        self.repo = Repo(tmp_path / "repo")
        self.values = [fake("alnum:64", number) for number in range(3)]
        for number, value in enumerate(self.values[:2]):
            self.repo.commit(bot_py=f"BINANCE_API_SECRET='{value}'\n", **{f"n{number}_txt": "clean\n" * 500})
            if not number:
                self.repo.run("repack", "-adq")
        self.repo.write("bot.py", f"BINANCE_API_SECRET='{self.values[2]}'\n")
        self.quiet = self.run().json

    def start(self, *arguments: object, **env: str) -> subprocess.Popen[bytes]:
        self.temporary, self.cache = self.tmp_path / "temporary", self.tmp_path / "cache"
        self.temporary.mkdir(exist_ok=True)
        places = {"TMPDIR": str(self.temporary), "XDG_CACHE_HOME": str(self.cache)}
        return subprocess.Popen(
            [COMMAND, "scan", str(self.repo.path), "-f", "json", "--jobs", "2", *map(str, arguments)],
            env={**os.environ, **places, **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def run(self, *arguments: object, **env: str) -> Run:
        process = self.start(*arguments, **env)
        out, errors = process.communicate(timeout=120)
        self.check_nothing_is_left(process.pid)
        return Run(process.returncode, out.decode(), errors.decode())

    def check_nothing_is_left(self, session: int) -> None:
        end = time.monotonic() + 20
        while processes_of(session) and time.monotonic() < end:
            time.sleep(0.02)
        assert processes_of(session) == []
        assert list(self.temporary.iterdir()) == []
        assert [path.name for path in self.cache.rglob(".*")] == []

    def check_honest(self, run: Run) -> None:
        """The findings of a quiet run, or an end that says that something is missing."""
        assert "Traceback" not in run.stderr
        assert not any(value[:7] in run.stdout + run.stderr for value in self.values)
        if run.exit_code in (1, 3):
            found = {finding["fingerprint"] for finding in run.findings}
            whole = {finding["fingerprint"] for finding in self.quiet["findings"]}
            assert found == whole if run.json["complete"] else found <= whole
            assert found or run.exit_code == 3
        else:
            assert (run.exit_code, run.stdout) == (2, "")
            assert run.stderr.startswith("leakscan: ")
            assert "internal error" not in run.stderr, run.stderr


@pytest.fixture
def scan(tmp_path) -> Scan:
    return Scan(tmp_path)


@pytest.mark.parametrize(
    "fault", ["read short 0 1", "read short 3 2", f"read {AGAIN} 0 2", f"read {AGAIN} 5 3"]
)
def test_what_every_program_must_bear_changes_nothing(scan, shim, fault) -> None:
    run = scan.run("--no-cache", LD_PRELOAD=str(shim), FAULT=fault, FAULT_UNDER=str(scan.repo.path))
    if AGAIN in fault.split():  # git itself takes it for an error in places
        scan.check_honest(run)
    else:
        assert run.json["findings"] == scan.quiet["findings"]
        assert run.json["complete"]


@pytest.mark.parametrize("call", ["read", "open"])
@pytest.mark.parametrize("error", [IO, MANY, str(errno.ENOMEM), str(errno.ESTALE)])
def test_a_repository_on_a_failing_disk(scan, shim, call, error) -> None:
    rng = random.Random(f"{call} {error}")
    for first, every in [(rng.randrange(40), 0), (rng.randrange(8), rng.randrange(2, 9)), (0, 1)]:
        fault = f"{call} {error} {first} {every}"
        run = scan.run("--no-cache", LD_PRELOAD=str(shim), FAULT=fault, FAULT_UNDER=str(scan.repo.path))
        scan.check_honest(run)
        assert every != 1 or run.exit_code == 2 or not run.json["complete"], "the faults took place"


@pytest.mark.parametrize("where", ["temporary", "cache", "out"])
@pytest.mark.parametrize("error", [FULL, IO])
def test_a_full_disk(scan, shim, where, error) -> None:
    folder, rng = scan.tmp_path / where, random.Random(f"{where} {error}")
    folder.mkdir(exist_ok=True)
    out = scan.tmp_path / "out"
    out.mkdir(exist_ok=True)
    for first, every in [(0, 1), (rng.randrange(4), 0), (rng.randrange(1, 4), 1)]:
        report = out / "report.json"
        report.write_text("before")
        fault = {"FAULT": f"write {error} {first} {every}", "FAULT_UNDER": str(folder)}
        run = scan.run("-o", f"json={report}", LD_PRELOAD=str(shim), **fault)
        scan.check_honest(run)
        assert (
            report.read_text() == "before" or scan.quiet["findings"][0]["fingerprint"] in report.read_text()
        )
        assert [path.name for path in out.iterdir()] == ["report.json"]
    again = scan.run()
    assert again.findings == scan.quiet["findings"], "what was left in the cache misleads nobody"


@pytest.mark.parametrize("seconds", [100_000_000, 4_000_000_000])
def test_a_clock_that_jumps(scan, shim, seconds) -> None:
    run = scan.run(LD_PRELOAD=str(shim), FAULT_CLOCK=str(seconds))
    assert run.exit_code == 1
    assert {f["fingerprint"] for f in run.findings} == {f["fingerprint"] for f in scan.quiet["findings"]}


def test_an_end_at_any_moment(scan) -> None:
    rng, report = random.Random(7), scan.tmp_path / "report.json"
    started = time.monotonic()
    scan.run()
    usual_s = time.monotonic() - started
    for ending in [
        signal.SIGINT,
        signal.SIGTERM,
        signal.SIGINT,
        signal.SIGTERM,
        signal.SIGHUP,
        signal.SIGHUP,
        signal.SIGHUP,
    ]:
        report.write_text("before")
        process = scan.start("-o", f"json={report}", "--no-cache")
        time.sleep(rng.uniform(0.0, usual_s))
        # Ctrl-C and a closed terminal reach every process of the group, kill only the one that it names
        (os.kill if ending == signal.SIGTERM else os.killpg)(process.pid, ending)
        out, errors = process.communicate(timeout=60)
        scan.check_nothing_is_left(process.pid)
        is_early = (
            b"KeyboardInterrupt" in errors and b", in main\n" not in errors
        )  # what Python says before we start
        assert is_early or b"Traceback" not in errors
        if is_early or process.returncode in (
            130,
            -signal.SIGINT,
            -signal.SIGTERM,
            -signal.SIGHUP,
        ):  # these three: nobody said a word
            assert out == b"" or json.loads(out)["complete"]  # it was just written
        else:
            scan.check_honest(Run(process.returncode, out.decode(), errors.decode()))
        assert report.read_text() == "before" or '"complete": true' in report.read_text()
        assert list(scan.tmp_path.glob(".report*")) == []


@pytest.mark.parametrize("moments", [1, 2, 3])
def test_workers_killed_at_any_moment(scan, moments) -> None:
    for number in range(40):
        scan.repo.write(f"more/{number}.txt", fake("hex:40", number) * 3000)
    rng = random.Random(moments)
    process = scan.start("--full", "--no-cache")
    for _ in range(moments * 4):
        time.sleep(rng.uniform(0.0, 0.15))
        for worker in processes_of(process.pid):
            if worker != process.pid and rng.random() < 0.7:
                try:
                    os.kill(worker, signal.SIGKILL)
                except ProcessLookupError:
                    continue
    out, errors = process.communicate(timeout=120)
    scan.check_nothing_is_left(process.pid)
    scan.check_honest(Run(process.returncode, out.decode(), errors.decode()))


def test_outputs_that_cannot_be_written(scan) -> None:
    command = [COMMAND, "scan", scan.repo.path, "--no-cache", "-f", "json"]
    for redirection, codes in (
        (">/dev/full", (2,)),
        ("| head -c 10 >/dev/null; exit ${PIPESTATUS[0]}", (1, 2)),
        (">&-", (2,)),
        ("2>&-", (1,)),
        ("2>/dev/full", (1,)),
        (">&- 2>&-", (2,)),
        ("<&-", (1,)),
    ):
        line = f'"$@" {redirection}'
        done = subprocess.run(["bash", "-c", line, "bash", *command], capture_output=True, check=False)
        assert done.returncode in codes, (redirection, done)
        assert b"Traceback" not in done.stderr
        assert b"Exception ignored" not in done.stderr
        assert b"internal error" not in done.stdout + done.stderr
    for arguments in (
        ["scan", scan.tmp_path / "nothing here"],
        ["doctor", "--no-run-hook", scan.tmp_path],
        ["rules", "list"],
        ["--help"],
    ):
        for redirection in (">/dev/full", ">/dev/full 2>/dev/full", ">&-", "2>&-"):
            line = f'"$@" {redirection}'
            command = ["bash", "-c", line, "bash", COMMAND, *arguments]
            done = subprocess.run(command, capture_output=True, check=False)
            assert done.returncode == 2 or (
                redirection == "2>&-" and arguments[0] != "scan" and not done.returncode
            )
            assert b"internal error" not in done.stdout + done.stderr


def test_a_machine_without_the_usual_places(scan) -> None:
    whole = {finding["fingerprint"] for finding in scan.quiet["findings"]}
    bare = {name: text for name, text in os.environ.items() if name in ("PATH", "LD_LIBRARY_PATH")}
    for env in (
        bare,
        {**bare, "LC_ALL": "C"},
        {**bare, "LC_ALL": "tlh_XX.klingon", "HOME": str(scan.tmp_path / "home")},
    ):
        command = [COMMAND, "scan", scan.repo.path, "-f", "json", "--cache-dir", scan.tmp_path / "c"]
        done = subprocess.run(command, env=env, capture_output=True, check=False)
        run = Run(done.returncode, done.stdout.decode(), done.stderr.decode())
        assert (run.exit_code, {finding["fingerprint"] for finding in run.findings}) == (1, whole)
    file = scan.tmp_path / "file"
    file.write_text("no folder")
    for name in ("XDG_CACHE_HOME", "HOME"):
        run = scan.run(**{name: str(file)})
        assert (run.exit_code, run.findings) == (1, scan.quiet["findings"])


def test_no_room_for_temporary_files(scan) -> None:
    """Of a root, whom no permission stops, a file in the place of the folder takes the room."""
    file = scan.tmp_path / "file"
    file.write_text("no folder")
    command = [COMMAND, "scan", scan.repo.path, "--no-cache", "-o", f"json={scan.tmp_path / 'out.json'}"]
    done = subprocess.run(command, env={**os.environ, "TMPDIR": str(file)}, capture_output=True, check=False)
    assert done.returncode in (1, 2)
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("limit", [12, 16, 24, 40])
def test_few_open_files(scan, limit) -> None:
    import resource

    def few() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))

    command = [COMMAND, "scan", scan.repo.path, "--no-cache", "-f", "json"]
    done = subprocess.run(command, preexec_fn=few, capture_output=True, check=False)
    scan.check_honest(Run(done.returncode, done.stdout.decode(), done.stderr.decode()))


def test_files_that_vanish_grow_and_change_while_they_are_read(scan) -> None:
    folder = scan.repo.path / "busy"
    folder.mkdir()
    for number in range(400):
        (folder / f"{number}.txt").write_text("clean\n" * 50)
    stop = scan.tmp_path / "stop"
    script = (
        "import os, random, sys\nfolder, stop = sys.argv[1:]\nwhile not os.path.exists(stop):\n"
        " name = os.path.join(folder, f'{random.randrange(400)}.txt')\n what = random.randrange(4)\n"
        " try:\n  if what == 0: os.unlink(name)\n  elif what == 1: open(name, 'a').write('more\\n' * 500)\n"
        "  elif what == 2: os.truncate(name, 3)\n  else: os.unlink(name); os.mkdir(name); os.rmdir(name)\n"
        " except OSError: pass\n"
    )
    busy = subprocess.Popen([sys.executable, "-c", script, str(folder), str(stop)])
    try:
        for _ in range(3):
            scan.check_honest(scan.run())
    finally:
        stop.touch()
        busy.wait()


def test_a_repository_that_is_repacked_during_the_scan(scan) -> None:
    for number in range(30):
        scan.repo.commit(**{f"n{number}_txt": f"{number}\n"})
    stop = scan.tmp_path / "stop"
    line = 'while ! [ -e "$1" ]; do git -C "$0" repack -adfq; git -C "$0" prune-packed -q; done'
    busy = subprocess.Popen(["sh", "-c", line, scan.repo.path, stop], stderr=subprocess.DEVNULL)
    try:
        for _ in range(4):
            scan.check_honest(scan.run("--no-cache"))
            scan.check_honest(scan.run())
    finally:
        stop.touch()
        busy.wait()
