"""Promise 23: every command in every format, and no value in anything that is written or told anywhere meanwhile."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from leakscan.reporters import REPORTERS
from leakscan.rules.fake import fake
from tests.conftest import COMMAND, Repo, processes_of

SHOWN = 6  # characters, at most


class Watch:
    """Runs commands, and keeps what the processes of each could be heard and seen to say."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.temporary, self.cache = folder / "temporary", folder / "cache"
        self.temporary.mkdir()
        self.heard: list[bytes] = []

    def run(self, *arguments: object, cwd: Path, stdin: bytes = b"", **env: str) -> int:
        places = {"TMPDIR": str(self.temporary), "XDG_CACHE_HOME": str(self.cache)}
        process = subprocess.Popen(
            [COMMAND, *map(str, arguments)],
            cwd=cwd,
            env={**os.environ, **places, **env},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        seen = threading.Thread(target=self._look, args=(process,))
        seen.start()
        self.heard += process.communicate(stdin, timeout=300)
        seen.join()
        return process.returncode

    def _look(self, process: subprocess.Popen[bytes]) -> None:
        """What every user may read of its processes while they run, and what lies in temporary files."""
        while process.poll() is None:
            found = [
                f"/proc/{number}/{name}"
                for number in processes_of(process.pid)
                for name in ("cmdline", "environ")
            ]
            found += [os.path.join(at, name) for at, _, names in os.walk(self.temporary) for name in names]
            for path in found:
                try:
                    self.heard.append(Path(path).read_bytes())
                except OSError:
                    continue
            time.sleep(0.02)

    def everything(self) -> list[bytes]:
        """What was heard, and each file that is left below the folder, by name and content."""
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        return [*self.heard, *(bytes(path) + b"\0" + path.read_bytes() for path in files)]


@pytest.fixture
def values() -> list[str]:
    return [fake("alnum:64", number) for number in range(40, 50)]


@pytest.fixture
def planted(repo: Repo, values: list[str]) -> Repo:
    """Values in files, in history, in an archive's text, in messages and names; two on one line; one in the index."""
    key, secret, old, message, branch, staged, other, third, author, tail = values
    repo.run("config", "user.name", f"binance {author}")
    repo.commit(bot_py=f"BINANCE_API_KEY='{old}'\n")
    repo.commit(
        f"binance_api_secret={message}", bot_py=f"BINANCE_API_KEY='{key}'; BINANCE_API_SECRET='{secret}'\n"
    )
    repo.run("branch", f"binance_api_secret-{branch}")
    repo.write("notes.txt", f"binance api secret: {other} and {third}\n# context {tail}\n")
    repo.write("new.env", f"BINANCE_API_SECRET={staged}\n")
    repo.run("add", "new.env")
    return repo


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_no_command_writes_a_value_anywhere(planted, values, tmp_path) -> None:
    out = tmp_path / "watched"
    out.mkdir()
    watch, here = Watch(out), planted.path
    saved = out / "scan.json"
    outputs = [word for form in REPORTERS for word in ("-o", f"{form}={out / form}")]
    low = ("--min-confidence", "low")
    assert watch.run("scan", ".", "-v", *low, *outputs, "-o", f"json={saved}", cwd=here) == 1
    assert watch.run("scan", ".", "--full", "--no-cache", *low, cwd=here, LEAKSCAN_DEBUG="1") == 1
    for form in REPORTERS:
        assert watch.run("scan", ".", "-v", *low, "-f", form, cwd=here) == 1
        assert watch.run("report", saved, "-v", "-f", form, cwd=here) == 1
        assert watch.run("hook", "-f", form, *low, cwd=here) == 1
    for arguments in (
        ["scan", ".", "--staged"],
        ["scan", ".", "--range", "HEAD~1..HEAD"],
        ["ci", "--base", "HEAD~1"],
    ):
        assert watch.run(*arguments, "-v", cwd=here) == 1
    assert watch.run("scan", "-", cwd=here, stdin=(here / "bot.py").read_bytes()) == 1
    assert watch.run("hook", cwd=here) == 1
    (finding, *_) = _findings(saved)
    for form in ("text", "markdown"):
        assert watch.run("explain", finding["rule_id"], "-f", form, cwd=here) == 0
        assert watch.run("explain", finding["fingerprint"], "--from", saved, "-f", form, cwd=here) == 0
        assert watch.run("purge", "-f", form, cwd=here) == 1
    assert watch.run("verify", "--from", saved, cwd=here) == 2, "nobody is there to say yes"
    fleet = out / "fleet"
    for arguments in (
        ["run", here.parent, "--run", fleet],
        ["status", fleet],
        ["merge", fleet, "-f", "html"],
    ):
        assert watch.run("fleet", *arguments, cwd=out) == 1
    assert watch.run("doctor", "--no-run-hook", cwd=here) == 2
    for arguments in (["rules", "list"], ["config", "show"], ["scan", values[0]], ["scan", f"--{values[0]}"]):
        watch.run(*arguments, cwd=here) if values[0] not in str(arguments) else None
    baseline = out / "baseline"
    assert watch.run("baseline", "create", "--baseline", baseline, cwd=here) == 0
    assert watch.run("baseline", "update", "--baseline", baseline, cwd=here) == 0
    assert watch.run("baseline", "check", "--baseline", baseline, cwd=here) in (0, 1, 3)
    assert watch.run("report", here / "bot.py", cwd=here) == 2
    assert watch.run("rules", "check", here / "bot.py", cwd=here) == 2
    assert watch.run("scan", ".", "--config", here / "bot.py", cwd=here) == 2
    assert watch.run("scan", ".", "--baseline", here / "bot.py", cwd=here) == 2
    assert len(watch.heard) > 200, "it was looked often"
    everything = watch.everything()
    for number, value in enumerate(values):
        parts = [value[at : at + SHOWN + 1].encode() for at in range(len(value) - SHOWN)]
        for text in everything:
            assert not any(part in text for part in parts), (number, text[:200])


def _findings(saved: Path) -> list[dict[str, str]]:
    import json

    found: list[dict[str, str]] = json.loads(saved.read_text())["findings"]
    return found


def test_what_is_shown_on_request_is_shown_there_only(planted, values, tmp_path) -> None:
    out = tmp_path / "watched"
    out.mkdir()
    watch = Watch(out)
    assert watch.run("scan", ".", "--show-secrets", cwd=planted.path) == 1
    shown, *rest = (text for text in watch.everything() if values[1].encode() in text)
    assert shown in watch.heard
    assert rest == []
