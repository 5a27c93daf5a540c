"""`leakscan fleet`: many repositories, one report, nothing lost."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import sqlite3
import stat
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import COMMAND, Pair, Repo, Run

Command = Callable[..., Run]
SUMMARIES = ("summary.json", "summary.md", "summary.html")


@pytest.fixture
def repos(tmp_path: Path, make_pair: Callable[[int], Pair]) -> list[Repo]:
    """Four: two share a credential, one has one of its own, one is clean."""
    found = [Repo(tmp_path / "repos" / name) for name in ("bot", "clean", "fork", "web")]
    for repo, number in zip(found, (1, 0, 1, 2), strict=True):
        repo.commit("first", readme_md="hello\n")
        if number:
            repo.commit("second", conf__prod_env=make_pair(number).env)
    return found


def summaries(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in SUMMARIES}


def test_a_credential_in_two_repositories_is_one_finding(
    leakscan: Command, repos: list[Repo], tmp_path: Path
) -> None:
    run = leakscan("fleet", "run", "repos", "-f", "json")
    assert run.exit_code == 1
    assert [r["state"] for r in run.json["repositories"]] == ["complete"] * 4
    assert [(r["name"], r["credentials"]) for r in run.json["repositories"]] == [
        ("repos/bot", 1), ("repos/clean", 0), ("repos/fork", 1), ("repos/web", 1)]  # fmt: skip
    assert len(run.findings) == 4  # key and secret of two credentials
    (shared,) = (c for c in run.json["credentials"] if len(c["repositories"]) == 2)
    assert shared["repositories"] == ["repos/bot", "repos/fork"]
    assert run.json["reused"] == [shared["group"]]
    places = {location["path"] for f in run.findings for location in f["locations"]}
    assert places == {f"repos/{name}/conf/prod.env" for name in ("bot", "fork", "web")}
    again = leakscan("report", tmp_path / "leakscan-fleet/summary.json", "-f", "json")
    assert again.findings == run.findings


def test_the_run_folder_is_private_and_holds_no_value(
    leakscan: Command, repos: list[Repo], tmp_path: Path, make_pair: Callable[[int], Pair]
) -> None:
    leakscan("fleet", "run", "repos", "-o", "sqlite=all.db", "-o", "html=all.html", "-v")
    values = [value.encode() for n in (1, 2) for value in (make_pair(n).key, make_pair(n).secret)]
    files = [tmp_path / "all.db", tmp_path / "all.html"]
    files += [path for path in (tmp_path / "leakscan-fleet").rglob("*") if path.is_file()]
    assert len(files) > 12
    for file in files:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
        assert not any(value in file.read_bytes() for value in values), file


def test_each_repository_has_a_report_of_its_own(
    leakscan: Command, repos: list[Repo], tmp_path: Path
) -> None:
    run = leakscan("fleet", "run", "repos", "-f", "json")
    reports = tmp_path / "leakscan-fleet/reports"
    bot = json.loads((reports / run.json["repositories"][0]["report"]).read_text())
    alone = leakscan("scan", repos[0].path, "-f", "json").json
    assert bot["findings"] == alone["findings"]
    assert bot["coverage"] == alone["coverage"]
    assert bot["target"] == "repos/bot"
    sarif = json.loads(next(reports.glob("*bot*.sarif")).read_text())
    assert len(sarif["runs"][0]["results"]) == 2


def test_a_database_for_questions(leakscan: Command, repos: list[Repo], tmp_path: Path) -> None:
    leakscan("fleet", "run", "repos", "-o", "sqlite=all.db")
    with sqlite3.connect(tmp_path / "all.db") as database:
        asked = (
            "SELECT repository, count(*) FROM holders JOIN findings USING (fingerprint) GROUP BY 1 ORDER BY 1"
        )
        assert database.execute(asked).fetchall() == [("repos/bot", 2), ("repos/fork", 2), ("repos/web", 2)]
        assert database.execute("SELECT count(*) FROM locations").fetchone() == (12,)
    database.close()


def test_lists_name_repositories_relative_to_themselves(
    leakscan: Command, repos: list[Repo], tmp_path: Path
) -> None:
    (tmp_path / "repos/list.txt").write_text("# ours\nclean\n\nclean\n./clean\n")
    run = leakscan("fleet", "run", "repos/list.txt", "-f", "json")
    assert (run.exit_code, [r["name"] for r in run.json["repositories"]]) == (0, ["clean"])
    assert [skipped["rule"] for skipped in run.json["skipped"]] == ["named twice"] * 2
    from_stdin = leakscan("fleet", "run", "-", "--run", "other", "-f", "json", stdin=b"repos/clean\n")
    assert [r["name"] for r in from_stdin.json["repositories"]] == ["repos/clean"]


def test_what_cannot_be_read_is_one_failure_and_the_rest_goes_on(
    leakscan: Command, repos: list[Repo], tmp_path: Path, pair: Pair
) -> None:
    empty = Repo(tmp_path / "repos/empty")
    damaged = Repo(tmp_path / "repos/damaged")
    damaged.commit("first", a_txt="1\n")
    oid = damaged.run("rev-parse", "HEAD:a.txt")
    (damaged.path / ".git/objects" / oid[:2] / oid[2:]).unlink()
    password = f"{pair.key[:20]}"
    lines = ["repos/clean", "repos/empty", "repos/damaged", "gone", "repos", f"https://me:{password}@example.com/a.git",
             "ext::sh -c touch% pwned", "git://example.com/a.git", "http://example.com/a.git", "file:///nowhere.git",
             "https:///a", "-u"]  # fmt: skip
    run = leakscan("fleet", "run", "-", "-f", "json", stdin="\n".join(lines).encode())
    assert run.exit_code == 3
    states = {r["name"]: r["state"] for r in run.json["repositories"]}
    assert states == {"repos/clean": "complete", "repos/empty": "complete", "repos/damaged": "incomplete"}
    assert empty.path.is_dir()
    failed = sorted(failure["where"] for failure in run.json["failures"])
    assert len(failed) == 10  # nine lines, and what is missing in the damaged one
    for file in (tmp_path / "leakscan-fleet").rglob("*"):
        assert file.is_dir() or password.encode() not in file.read_bytes()
    assert password not in run.stdout + run.stderr
    assert not (tmp_path / "pwned").exists()
    told = leakscan("fleet", "status")
    assert told.exit_code == 3
    assert "2 complete, 1 incomplete" in told.stdout


@pytest.mark.parametrize("arguments", [
    ["fleet", "run"], ["fleet", "run", "nowhere.txt"], ["fleet", "run", "hollow"], ["fleet", "status", "nowhere"],
    ["fleet", "merge", "nowhere"], ["fleet", "run", "https://me:word@example.com/a.git"],
    ["fleet", "run", "hollow", "--shard", "3/2"], ["fleet", "run", "hollow", "--token", "x"],
    ["fleet", "run", "hollow", "--protocol", "git"]])  # fmt: skip
def test_bad_questions_get_no_answer(leakscan: Command, tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "hollow").mkdir()
    run = leakscan(*arguments)
    assert (run.exit_code, run.stdout) == (2, "")
    assert "word" not in run.stderr


def test_shards_merged_are_the_whole(leakscan: Command, repos: list[Repo], tmp_path: Path) -> None:
    whole = leakscan("fleet", "run", "repos", "-f", "json", "--run", "whole")
    for number in (1, 2, 3):
        leakscan("fleet", "run", "repos", "--run", f"part{number}", "--shard", f"{number}/3")
    merged = leakscan("fleet", "merge", "part1", "part2", "part3", "-f", "json")
    assert merged.stdout == whole.stdout
    assert merged.exit_code == 1
    less = leakscan("fleet", "merge", "part1", "part3", "-f", "json")
    assert [failure["where"] for failure in less.json["failures"]] == ["shard 2/3"]
    assert not less.json["complete"]


def killed_run(arguments: list[str], folder: Path, delay_s: float) -> bool:
    """Whether the run was still going when its whole session was killed."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen([COMMAND, *arguments], cwd=folder, start_new_session=True, **quiet)
    try:
        process.wait(delay_s)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        return True
    return False


def test_a_run_that_was_killed_goes_on_and_says_the_same(
    leakscan: Command, repos: list[Repo], tmp_path: Path
) -> None:
    for number in range(8):
        more = Repo(tmp_path / "repos" / f"more{number}")
        for line in range(3):
            more.commit("change", a_txt="".join(f"{n} {line} {number}\n" for n in range(3_000)))
    arguments = ["fleet", "run", "repos", "--run", "killed", "--jobs", "2"]
    undone = tmp_path / "killed/reports/.o7s18641.new"  # what a kill in the middle of a write leaves
    undone.parent.mkdir(mode=0o700, parents=True)
    undone.write_text("{")
    started = time.monotonic()
    leakscan("fleet", "run", "repos", "--run", "whole", "--jobs", "2")
    took = time.monotonic() - started
    rng, killed = random.Random(5), 0
    while killed < 10 and killed_run(arguments, tmp_path, took * rng.uniform(0.3, 0.8)):
        killed += 1
        cut = tmp_path / "killed/journal.jsonl"
        if (
            killed % 3 == 0 and cut.exists() and cut.stat().st_size > 5
        ):  # the disk had only a part of the last line
            os.truncate(cut, cut.stat().st_size - 5)
    assert killed
    again = leakscan(*arguments)
    assert again.exit_code == 1
    assert summaries(tmp_path / "killed") == summaries(tmp_path / "whole")
    reports = {path.name: path.read_bytes() for path in (tmp_path / "whole/reports").iterdir()}
    assert {path.name: path.read_bytes() for path in (tmp_path / "killed/reports").iterdir()} == reports


def test_workers_that_are_killed_lose_nothing(leakscan: Command, repos: list[Repo], tmp_path: Path) -> None:
    for number in range(6):
        more = Repo(tmp_path / "repos" / f"more{number}")
        more.commit("change", a_txt="".join(f"{n} {number}\n" for n in range(20_000)))
    process = subprocess.Popen([COMMAND, "fleet", "run", "repos", "--run", "killed", "--jobs", "2"], cwd=tmp_path,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    killed = 0
    while process.poll() is None:
        for child in _children(process.pid)[:1]:
            if killed < 6:
                os.kill(child, signal.SIGKILL)
                killed += 1
        time.sleep(0.3)
    assert killed
    assert process.returncode == 1
    leakscan("fleet", "run", "repos", "--run", "whole")
    assert summaries(tmp_path / "killed") == summaries(tmp_path / "whole")


def _children(process: int) -> list[int]:
    found = Path(f"/proc/{process}/task")
    return [int(pid) for task in found.glob("*/children") for pid in task.read_text().split()]


def test_an_unfinished_run_is_not_mixed_with_another(
    leakscan: Command, repos: list[Repo], tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # what never answers is never done
        address = f"https://127.0.0.1:{silent.getsockname()[1]}/stuck.git"
        command = [COMMAND, "fleet", "run", "repos", address, "--jobs", "1"]
        process = subprocess.Popen(command, cwd=tmp_path, start_new_session=True)
        journal = tmp_path / "leakscan-fleet/journal.jsonl"
        while not journal.exists() or b"begin" not in journal.read_bytes():
            time.sleep(0.001)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    other = leakscan("fleet", "run", "repos/clean")
    assert other.exit_code == 2
    assert "--restart" in other.stderr
    assert leakscan("fleet", "run", "repos", "--min-confidence", "low").exit_code == 2
    assert leakscan("fleet", "run", "repos/clean", "--restart").exit_code == 0


def test_two_runs_do_not_share_a_folder(leakscan: Command, repos: list[Repo], tmp_path: Path) -> None:
    import fcntl

    leakscan("fleet", "run", "repos")
    with (tmp_path / "leakscan-fleet/journal.jsonl").open("ab") as journal:
        fcntl.flock(journal, fcntl.LOCK_EX)
        run = leakscan("fleet", "run", "repos")
    assert run.exit_code == 2
    assert "another run" in run.stderr


def test_the_policy_of_a_repository_does_not_count(
    leakscan: Command, repos: list[Repo], tmp_path: Path
) -> None:
    repos[3].commit("quiet", **{".leakscan_toml": '[[allow]]\npath = "**"\nreason = "no"\n'})
    (tmp_path / "list").write_text("repos/web\n")
    assert leakscan("fleet", "run", "list").exit_code == 1


def test_the_journal_says_which_commits_were_seen(
    leakscan: Command, repos: list[Repo], tmp_path: Path
) -> None:
    leakscan("fleet", "run", "repos")
    records = [
        json.loads(line) for line in (tmp_path / "leakscan-fleet/journal.jsonl").read_text().splitlines()
    ]
    assert [record["record"] for record in records] == ["begin", *["done"] * 4, "end"]
    heads = {record["name"]: record["head"] for record in records if record["record"] == "done"}
    assert heads == {f"repos/{repo.path.name}": repo.run("rev-parse", "HEAD") for repo in repos}


@pytest.mark.skipif(os.name != "posix", reason="limits what a process may write")
def test_a_full_disk_ends_the_run_and_room_continues_it(
    leakscan: Command, repos: list[Repo], tmp_path: Path
) -> None:
    import resource

    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (3_000, 3_000))

    arguments = [COMMAND, "fleet", "run", "repos", "--run", "full"]
    full = subprocess.run(arguments, cwd=tmp_path, capture_output=True, preexec_fn=little_room, check=False)
    assert full.returncode == 2
    assert b"make room" in full.stderr
    assert leakscan("fleet", "run", "--run", "full").exit_code == 1
    leakscan("fleet", "run", "repos", "--run", "whole")
    assert summaries(tmp_path / "full") == summaries(tmp_path / "whole")


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_run_says_so_and_leaves_nobody(
    repos: list[Repo], tmp_path: Path, signum: signal.Signals
) -> None:
    more = Repo(tmp_path / "repos/large")
    more.commit("large", a_txt="".join(f"{n}\n" for n in range(400_000)))
    arguments = [COMMAND, "fleet", "run", "repos", "--jobs", "1", "--no-cache"]
    process = subprocess.Popen(arguments, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    while not (workers := _children(process.pid)) and process.poll() is None:
        time.sleep(0.001)
    process.send_signal(signum)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert b"interrupted" in said
    assert not any(Path(f"/proc/{worker}").exists() for worker in workers)
