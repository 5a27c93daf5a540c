"""Promise 17: after kill -9 no process, no half-written report and no value stays, and the next run clears up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from leakscan.gitstore.privatefolder import PrivateFolder, remove_abandoned
from leakscan.rules.fake import fake
from tests.conftest import processes_of, wait_until

COMMAND = Path(sys.executable).with_name("leakscan")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
@pytest.mark.parametrize("delay_s", [0.0, 0.1, 0.4])
def test_a_killed_run_leaves_nothing_for_long(repo, tmp_path, delay_s) -> None:
    value = fake("alnum:64")
    for number in range(3):
        noise = "".join(f"{fake('hex:40', line)}\n" for line in range(40_000))
        repo.commit(**{f"noise{number}": noise, "bot_py": f"BINANCE_API_SECRET='{value}' # {number}\n"})
    temporary, report = tmp_path / "temporary", tmp_path / "report.json"
    temporary.mkdir()
    report.write_text("before")
    arguments = [COMMAND, "scan", "--full", "--jobs", "2", repo.path, "-o", f"json={report}"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    env = {**os.environ, "TMPDIR": str(temporary)}
    run = subprocess.Popen(arguments, env=env, start_new_session=True, **quiet)
    wait_until(lambda: any(temporary.iterdir()) or run.poll() is not None)
    time.sleep(delay_s)
    run.send_signal(signal.SIGKILL)
    run.wait()
    wait_until(lambda: not processes_of(run.pid))
    left = [file for file in temporary.rglob("*") if file.is_file() and not file.is_symlink()]
    assert not any(value.encode() in file.read_bytes() for file in left)
    assert report.read_text() == "before" or value not in report.read_text()
    assert [path.name for path in tmp_path.glob(".report*")] == []
    again = subprocess.run(arguments, env=env, check=False, **quiet)
    assert again.returncode == 1
    assert list(temporary.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="nothing is locked there")
def test_only_folders_of_ours_that_nobody_uses_are_removed(tmp_path, monkeypatch) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    abandoned = tmp_path / f"leakscan-{gone.pid}-abcdefgh"
    kept = [
        tmp_path / name for name in (f"leakscan-{gone.pid}", f"leakscan-{os.getpid()}-abcdefgh", "leakscan-x")
    ]
    for path in (abandoned, *kept):
        (path / "inner").mkdir(parents=True)
    outside = tmp_path / "outside"
    outside.mkdir()
    link = tmp_path / f"leakscan-{gone.pid}-aaaaaaaa"
    link.symlink_to(outside)
    remove_abandoned(str(tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(p.name for p in (*kept, outside, link))
    monkeypatch.setattr("leakscan.gitstore.privatefolder._is_alive", lambda _process: False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    used = PrivateFolder()
    remove_abandoned(str(tmp_path))
    assert used.path.is_dir()  # its lock tells, whatever its process number says
    used.remove()
    assert not used.path.exists()


def test_what_a_library_does_not_bear_is_a_failure_of_one_file() -> None:
    """A key of a point in a form that `cryptography` gives up on ended a scan once; whatever else does must not."""
    from leakscan.model import Blob, WorktreeFile
    from leakscan.scanning.room import Room
    from leakscan.scanning.sighting import look

    class Broken:
        def inspect(self, text: bytes, *, most: int) -> None:
            raise NotImplementedError(text.decode())

    blob = Blob("", b"the value", WorktreeFile(b"a.pem"))
    found = look(Broken(), lambda _: True, blob, Room(1 << 20))
    assert found is not None
    assert [(f.kind, f.where, f.reason) for f in found.failures] == [
        ("crashed", "a.pem", "NotImplementedError while it was looked at")
    ]
