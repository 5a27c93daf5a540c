"""Mistakes and damage: one line that says what to mend, and the right exit code."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import termios
from collections.abc import Callable
from pathlib import Path

import pytest

from leakscan import cli
from tests.conftest import COMMAND, Pair, Repo, Run, wait_until

Scan = Callable[..., Run]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["scan", "no-such-folder"], "no-such-folder: no such file or folder"),
        (["scan", ".", "--exchange", "binnance"], "unknown exchange 'binnance'; did you mean binance?"),
        (["scan", ".", "--min-confidence", "certain"], "'certain' is not one of"),
        (["scan", ".", "--timeout", "soon"], "'soon' is not a valid float"),
        (["scan", ".", "--output", "pdf=x"], "'pdf=x' is not FORMAT=FILE"),
        (["scan", ".", "--output", "json=no/such/x.json"], "no/such: no such folder"),
        (["scan", ".", "-o", "json=x", "-o", "sarif=./x"], "x: two reports cannot be one file"),
        (["scan", ".", "--accept-incomplete", "all"], "unknown kind 'all'"),
        (["scan", ".", "--rules", "missing.toml"], "missing.toml: no such rule file or folder"),
        (["scan", ".", "--history"], "not a git repository"),
        (["scan", "long" * 100], "the system refused: " + "long" * 100 + ": File name too long"),
        (["scan", "--frobnicate"], "No such option"),
        (["scna"], "No such command 'scna'"),
        (["rules", "show", "binance-api-kye"], "did you mean binance-api-key?"),
        (["explain", "KuCoin"], "KuCoin is an exchange; its rules are kucoin-api-key, kucoin-api-secret"),
        (["explain", "kucion"], "no rule 'kucion'; did you mean kucoin?"),
    ],
)
def test_a_mistake_at_the_prompt(arguments: list[str], complaint: str, leakscan: Scan) -> None:
    run = leakscan(*arguments)
    assert run.exit_code == 2
    assert complaint in run.stderr
    assert run.stdout == ""
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[exchange\n", "not valid TOML"),
        (
            '[exchange]\nid = "x"\nname = "X"\nkeywords = ["xchange"]\nsteps = ["a"]\ncolour = 1\n',
            "colour: unknown field",
        ),
        ('[exchange]\nid = "x"\nname = "X"\nkeywords = ["X"]\nsteps = ["a"]\n[[credential]]\n', "lower case"),
        (
            '[exchange]\nid = "x"\nname = "X"\nkeywords = ["xchange"]\nsteps = ["a"]\n',
            "needs at least one [[credential]]",
        ),
    ],
)
def test_a_bad_rule_file_names_file_and_field(
    text: str, complaint: str, leakscan: Scan, tmp_path: Path
) -> None:
    (tmp_path / "mine.toml").write_text(text)
    run = leakscan("scan", ".", "--rules", "mine.toml")
    assert (run.exit_code, run.stdout) == (2, "")
    assert run.stderr.startswith("leakscan: mine.toml: ")
    assert complaint in run.stderr
    assert run.stderr.count("\n") == 1


def test_one_unreadable_file_does_not_end_the_scan(tmp_path: Path, leakscan: Scan, pair: Pair) -> None:
    folder = tmp_path / "bot"
    folder.mkdir()
    (folder / "a.txt").write_text("nothing\n")
    huge = folder / "huge.bin"
    with huge.open("wb") as file:
        file.truncate(300 * 1024 * 1024)
    run = leakscan("scan", folder)
    assert run.exit_code == 3
    assert "NOT complete" in run.stdout
    assert "huge.bin" in run.stdout
    assert "No exchange credentials found" not in run.stdout
    assert leakscan("scan", folder, "--accept-incomplete", "too-large").exit_code == 0
    (folder / "z.env").write_text(pair.env)
    assert leakscan("scan", folder).exit_code == 1


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs a regular file that fails to be read")
def test_a_file_that_cannot_be_read_is_a_failure(leakscan: Scan) -> None:
    run = leakscan("scan", "/proc/self/mem", "-f", "json")
    assert (run.exit_code, run.json["failures"][0]["kind"]) == (3, "unreadable")


def loose_object(repo: Repo, oid: str) -> Path:
    path = repo.path / ".git/objects" / oid[:2] / oid[2:]
    path.chmod(0o644)
    return path


def test_a_broken_object_is_a_failure_and_the_rest_is_scanned(repo: Repo, leakscan: Scan, pair: Pair) -> None:
    for number in range(20):
        repo.commit(f"{number}", **{f"file{number}_txt": f"content {number}\n" * 50})
    broken = loose_object(repo, repo.run("rev-parse", "HEAD:file7.txt"))
    broken.write_bytes(broken.read_bytes()[:20])
    run = leakscan("scan", repo.path, "-f", "json", "--no-tree")
    assert run.exit_code == 3
    assert [f["kind"] for f in run.json["failures"]] == ["corrupt-objects"]
    assert run.json["coverage"]["blobs"] == 19
    repo.write("late.env", pair.env)
    repo.run("add", "late.env")
    assert leakscan("scan", repo.path, "--no-tree").exit_code == 1


def test_a_missing_object_is_never_clean(repo: Repo, leakscan: Scan) -> None:
    repo.commit("start", a_txt="content\n")
    loose_object(repo, repo.run("rev-parse", "HEAD:a.txt")).unlink()
    run = leakscan("scan", repo.path, "-f", "json")
    assert run.exit_code == 3
    assert run.json["failures"][0]["kind"] == "missing-objects"


def test_a_shallow_clone_is_never_clean(repo: Repo, leakscan: Scan, tmp_path: Path) -> None:
    repo.commit("one", a_txt="1\n")
    repo.commit("two", a_txt="2\n")
    shallow = tmp_path / "shallow"
    repo.run("clone", "-q", "--depth", "1", f"file://{repo.path}", str(shallow))
    run = leakscan("scan", shallow)
    assert run.exit_code == 3
    assert "git fetch --unshallow" in run.stdout
    assert leakscan("scan", shallow, "--accept-incomplete", "shallow").exit_code == 0


def test_an_empty_repository_is_complete(repo: Repo, leakscan: Scan) -> None:
    run = leakscan("scan", repo.path)
    assert (run.exit_code, run.stdout) == (0, "No exchange credentials found.\n")


def test_nothing_of_the_repository_is_executed(
    repo: Repo, leakscan: Scan, pair: Pair, tmp_path: Path
) -> None:
    canary = tmp_path / "ran"
    script = tmp_path / "canary.sh"
    script.write_text(f"#!/bin/sh\ntouch {canary}\n")
    script.chmod(0o755)
    repo.write(".gitattributes", "* diff=evil filter=evil\n")
    repo.commit("bot", bot_env=pair.env)
    with repo.git.config_writer() as config:
        config.set_value("core", "fsmonitor", str(script))
        config.set_value("core", "hooksPath", str(tmp_path))
        config.set_value('diff "evil"', "textconv", str(script))
        config.set_value('filter "evil"', "clean", str(script))
        config.set_value("core", "pager", str(script))
    assert leakscan("scan", repo.path, cwd=repo.path).exit_code == 1
    assert not canary.exists()


def test_a_module_in_the_scanned_folder_is_not_imported(tmp_path: Path, leakscan: Scan) -> None:
    canary = tmp_path / "ran"
    for name in ("re", "click", "json", "leakscan"):
        (tmp_path / f"{name}.py").write_text(f"open({str(canary)!r}, 'w')\n")
    assert leakscan("scan", ".", cwd=tmp_path).exit_code == 0
    assert not canary.exists()
    (tmp_path / "leakscan.py").unlink()  # python itself looks up the name given to -m here first
    done = subprocess.run(
        [sys.executable, "-m", "leakscan", "--version"], cwd=tmp_path, capture_output=True, check=True
    )
    assert done.stdout.startswith(b"leakscan ")


def test_a_closed_pipe_is_no_finding_and_no_clean_scan(repo: Repo, make_pair: Callable[[int], Pair]) -> None:
    for number in range(30):
        repo.write(f"bot{number}.env", make_pair(number).env)
    read, write = os.pipe()
    os.close(read)
    try:
        done = subprocess.run([COMMAND, "scan", repo.path], stdout=write, stderr=subprocess.PIPE, check=False)
    finally:
        os.close(write)
    assert done.returncode == 2
    assert done.stderr.decode().splitlines()[-1].startswith("leakscan: the output was closed")


def test_an_interrupt_ends_with_130_and_leaves_nothing(repo: Repo, tmp_path: Path) -> None:
    repo.commit("start", a_txt="1\n")
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    environment = {**os.environ, "TMPDIR": str(temporary)}
    process = subprocess.Popen(
        [COMMAND, "scan", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    )
    with process:
        assert process.stdin
        pipe = process.stdin.fileno()
        os.write(pipe, b"1\n")
        wait_until(lambda: fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)) == bytes(4))  # it reads
        process.send_signal(signal.SIGINT)
        _, complaint = process.communicate()
    assert process.returncode == 130
    assert complaint.strip() == b"leakscan: interrupted, a report may be missing or not complete"
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("size", ["0", "10M", "-1G", "much", "1.5", "99999999999999G"])
def test_a_memory_limit_that_makes_no_sense_is_a_usage_error(leakscan: Scan, size: str) -> None:
    run = leakscan("scan", ".", "--max-memory", size)
    assert run.exit_code == 2
    assert "--max-memory" in run.stderr


FAILING = """
from leakscan import cli

def run(arguments):
    raise ValueError

cli._run = run
cli.entry()
"""


@pytest.mark.parametrize("debug", ["", "1"])
def test_an_internal_error_is_no_finding(debug: str) -> None:
    env = {**os.environ, "LEAKSCAN_DEBUG": debug}
    run = subprocess.run(
        [sys.executable, "-c", FAILING], capture_output=True, text=True, timeout=20, check=False, env=env
    )
    assert (run.returncode, "Traceback" in run.stderr) == (2, bool(debug))


def test_a_variable_for_completions_makes_no_scan_clean(leakscan: Scan) -> None:
    for shell in ("bash_source", "bash_complete"):
        assert leakscan("scan", "nowhere", env={"_LEAKSCAN_COMPLETE": shell}).exit_code == 2


INTERRUPTED = """
from leakscan import cli

def run(arguments):
    try:
        raise KeyboardInterrupt
    finally:
        {then}

cli._run = run
cli.entry()
"""


@pytest.mark.parametrize("then", ["raise RuntimeError('a lock')", "open('/nowhere')"])
def test_what_fails_while_an_interrupt_goes_up_is_the_interrupt(then: str) -> None:
    code = INTERRUPTED.format(then=then)
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=20, check=False
    )
    assert (run.returncode, run.stderr) == (
        130,
        "leakscan: interrupted, a report may be missing or not complete\n",
    )


DROPPED = """
import time
from leakscan import cli

class Doomed:
    def __del__(self):
        raise {error}

def run(arguments):
    Doomed()  # what is raised there, Python does not hand on
    time.sleep({seconds})
    return 0

cli._run = run
cli.entry()
"""


@pytest.mark.parametrize(
    ("error", "seconds", "told"), [("KeyboardInterrupt", 30, (130, False)), ("ValueError", 0.2, (0, True))]
)
def test_an_interrupt_that_python_drops_ends_the_run_all_the_same(
    error: str, seconds: float, told: tuple[int, bool]
) -> None:
    code = DROPPED.format(error=error, seconds=seconds)
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=20, check=False
    )
    assert (run.returncode, "Traceback" in run.stderr) == told


def test_less_memory_than_it_takes_is_no_error_of_ours(monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    def run(arguments: list[str]) -> int:
        raise MemoryError

    monkeypatch.setattr(cli, "_run", run)
    assert cli.main(["scan"]) == 2
    assert "gives less memory than this takes" in capsys.readouterr().err
