"""Repositories elsewhere: copied bare, by protocols that were allowed, with a token that nothing keeps."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from leakscan.rules.fake import fake
from tests.conftest import Pair, Repo, Run
from tests.e2e.gitserver import GitServer

Command = Callable[..., Run]


@pytest.fixture
def server(tmp_path: Path, pair: Pair) -> Iterator[GitServer]:
    """Serves `bot.git`, which holds a credential, `clean.git` and `empty.git`."""
    for name in ("bot", "clean", "empty"):
        repo = Repo(tmp_path / "sources" / name)
        if name != "empty":
            repo.commit("first", readme_md="hello\n", **({"conf_env": pair.env} if name == "bot" else {}))
        repo.run("clone", "-q", "--mirror", ".", str(tmp_path / "served" / f"{name}.git"))
    served = GitServer(tmp_path / "served")
    yield served
    served.close()


def fleet(server: GitServer, *names: str) -> bytes:
    return "".join(f"{server.url(name)}\n" for name in names).encode()


def states(run: Run) -> dict[str, str]:
    return {r["name"].rpartition("/")[2]: r["state"] for r in run.json["repositories"]}


def test_what_is_served_is_read_and_published(
    leakscan: Command, server: GitServer, tmp_path: Path, pair: Pair
) -> None:
    lines = fleet(server, "bot.git", "clean.git", "empty.git", "gone.git")
    run = leakscan("fleet", "run", "-", "--protocol", "http", "-f", "json", stdin=lines)
    assert run.exit_code == 1
    assert states(run) == {
        "bot.git": "complete",
        "clean.git": "complete",
        "empty.git": "complete",
        "gone.git": "failed",
    }
    assert all(
        finding["exposure"]["published"] and finding["exposure"]["in_head"] for finding in run.findings
    )
    assert len(run.findings) == 2
    (failure,) = run.json["failures"]
    assert (failure["kind"], failure["where"]) == ("unreachable", server.url("gone.git"))
    clones = list((tmp_path / "leakscan-fleet/clones").iterdir())
    assert len(clones) == 3  # nothing is left of the one that is gone
    for clone in clones:
        assert not (clone / "hooks").exists()
        assert server.host not in (clone / "config").read_text()


def test_nothing_new_is_asked_for_and_not_read_again(
    leakscan: Command, server: GitServer, tmp_path: Path, make_pair: Callable[[int], Pair]
) -> None:
    arguments = ("fleet", "run", "-", "--protocol", "http", "-v", "-f", "json")
    first = leakscan(*arguments, stdin=fleet(server, "bot.git", "clean.git"))
    server.requests.clear()
    second = leakscan(*arguments, stdin=fleet(server, "bot.git", "clean.git"))
    assert second.stderr.count("as before") == 2
    assert second.stdout == first.stdout
    assert len(server.requests) == 4  # the names of refs, in two requests a repository, and no objects
    source = Repo(tmp_path / "sources/clean")
    source.commit("second", new_env=make_pair(5).env)
    source.run("push", "-q", str(tmp_path / "served/clean.git"), "HEAD:refs/heads/main")
    third = leakscan(*arguments, stdin=fleet(server, "bot.git", "clean.git"))
    assert third.stderr.count("as before") == 1
    assert len(third.findings) == 4
    afresh = leakscan(*arguments, "--run", "afresh", stdin=fleet(server, "bot.git", "clean.git"))
    assert afresh.stdout == third.stdout


def test_a_token_is_shown_to_its_host_and_kept_nowhere(
    leakscan: Command, server: GitServer, tmp_path: Path
) -> None:
    server.token = token = fake("alnum:40", 3)
    log, folder = tmp_path / "log", tmp_path / "bin"
    folder.mkdir()
    real = shutil.which("git")
    (folder / "git").write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$@" >> {shlex.quote(str(log))}\nexec {real} "$@"\n'
    )
    (folder / "git").chmod(0o755)
    env = {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "OUR_TOKEN": token}
    arguments = (
        "fleet",
        "run",
        "-",
        "--protocol",
        "http",
        "-v",
        "-f",
        "json",
        "--token",
        f"{server.host}=OUR_TOKEN",
    )
    run = leakscan(*arguments, stdin=fleet(server, "bot.git"), env=env)
    assert states(run) == {"bot.git": "complete"}
    assert token not in run.stdout + run.stderr + log.read_text()
    for file in (tmp_path / "leakscan-fleet").rglob("*"):
        assert file.is_dir() or token.encode() not in file.read_bytes()
    wrong = leakscan(
        *arguments, "--run", "wrong", stdin=fleet(server, "bot.git"), env=env | {"OUR_TOKEN": "x"}
    )
    assert (wrong.exit_code, states(wrong)) == (3, {"bot.git": "failed"})
    (refused,) = wrong.json["failures"]
    assert refused["reason"].endswith("the token is missing, wrong, or not allowed to read it")
    server.seen.clear()
    other = leakscan(
        *arguments[:-1], "example.com=OUR_TOKEN", "--run", "other", stdin=fleet(server, "bot.git"), env=env
    )
    assert states(other) == {"bot.git": "failed"}
    assert set(server.seen) == {""}


def test_a_busy_server_is_asked_again(leakscan: Command, server: GitServer) -> None:
    server.busy = 1
    run = leakscan("fleet", "run", "-", "--protocol", "http", "-f", "json", stdin=fleet(server, "clean.git"))
    assert (run.exit_code, states(run)) == (0, {"clean.git": "complete"})
    assert len(server.seen) > 2


def test_a_repository_that_was_there_before_is_a_failure_now(
    leakscan: Command, server: GitServer, tmp_path: Path
) -> None:
    arguments = ("fleet", "run", "-", "--protocol", "http", "-f", "json")
    leakscan(*arguments, stdin=fleet(server, "bot.git"))
    shutil.rmtree(tmp_path / "served/bot.git")
    run = leakscan(*arguments, stdin=fleet(server, "bot.git"))
    assert (run.exit_code, states(run)) == (3, {"bot.git": "failed"})


def test_clones_that_do_not_fit_are_not_kept(leakscan: Command, server: GitServer, tmp_path: Path) -> None:
    big = Repo(tmp_path / "sources/big")
    big.write("noise.bin", os.urandom(3 << 20))
    big.commit("first")
    big.run("clone", "-q", "--mirror", ".", str(tmp_path / "served/big.git"))
    arguments = ("fleet", "run", "-", "--protocol", "http", "-f", "json", "--jobs", "1")
    for disk, state, kept in (("1M", "failed", False), ("5M", "failed", False), ("7M", "complete", True)):
        folder = tmp_path / disk
        run = leakscan(*arguments, "--disk", disk, "--run", folder, stdin=fleet(server, "big.git"))
        assert states(run) == {"big.git": state}, run.stderr
        assert [failure["kind"] for failure in run.json["failures"]] == ["too-large"] * (state == "failed")
        size = sum(file.stat().st_size for file in (folder / "clones").rglob("*") if file.is_file())
        assert (size > 2 << 20) == kept


def test_a_submodule_is_not_followed(leakscan: Command, server: GitServer, tmp_path: Path) -> None:
    outer = Repo(tmp_path / "sources/outer")
    outer.write(".gitmodules", f'[submodule "x"]\n\tpath = x\n\turl = {server.url("bot.git")}\n')
    oid = Repo(tmp_path / "sources/bot").run("rev-parse", "HEAD")
    outer.run("add", ".gitmodules")
    outer.run("update-index", "--add", "--cacheinfo", f"160000,{oid},x")
    outer.run("commit", "-qm", "sub")
    outer.run("clone", "-q", "--mirror", ".", str(tmp_path / "served/outer.git"))
    run = leakscan("fleet", "run", "-", "--protocol", "http", "-f", "json", stdin=fleet(server, "outer.git"))
    assert run.findings == []
    assert not any("bot.git" in path for path in server.requests)


def test_an_organisation_is_a_source(leakscan: Command, server: GitServer) -> None:
    server.firm = ["bot.git", "clean.git"]
    api = f"http://{server.host}/api"
    run = leakscan(
        "fleet", "run", "github:firm", "github:other", "--api", api, "--protocol", "http", "-f", "json"
    )
    assert (run.exit_code, states(run)) == (1, {"bot.git": "complete", "clean.git": "complete"})
    assert [failure["where"] for failure in run.json["failures"]] == ["github:other"]


def test_a_token_does_not_follow_to_another_host(
    leakscan: Command, server: GitServer, tmp_path: Path
) -> None:
    other = GitServer(tmp_path / "served")
    try:
        server.moved = other.host
        arguments = (
            "fleet",
            "run",
            "-",
            "--protocol",
            "http",
            "-f",
            "json",
            "--token",
            f"{server.host}=OUR_TOKEN",
        )
        run = leakscan(*arguments, stdin=fleet(server, "bot.git"), env={"OUR_TOKEN": "word"})
        assert states(run) == {"bot.git": "failed"}
        (moved,) = run.json["failures"]
        assert moved["reason"].endswith("it was renamed or moved: name its new address")
        assert other.seen == []
        without = leakscan(*arguments, "--run", "without", stdin=fleet(server, "bot.git"))
        assert states(without) == {"bot.git": "complete"}
    finally:
        other.close()


def test_forks_on_a_cluster_say_what_they_say_alone(
    leakscan: Command, server: GitServer, tmp_path: Path, make_pair: Callable[[int], Pair]
) -> None:
    for number in range(3):
        source = Repo(tmp_path / "sources/bot")
        source.commit("more", **{f"own{number}_env": make_pair(number + 5).env})
        source.run("clone", "-q", "--mirror", ".", str(tmp_path / f"served/of{number}/bot.git"))
    lines = fleet(server, "bot.git", *(f"of{number}/bot.git" for number in range(3)))
    arguments = ("fleet", "run", "-", "--protocol", "http", "-f", "json")
    alone = leakscan(*arguments, "--no-cache", "--run", "alone", stdin=lines)
    assert (alone.exit_code, len(alone.findings)) == (1, 8)
    for name, how in (("one", ("--jobs", "1")), ("dask", ("--cluster", "local:1"))):
        together = leakscan(*arguments, *how, "--run", name, stdin=lines)
        assert together.stdout == alone.stdout
        for report in (tmp_path / "alone/reports").iterdir():
            assert (tmp_path / name / "reports" / report.name).read_bytes() == report.read_bytes()


def test_a_head_that_no_branch_has_is_read(leakscan: Command, tmp_path: Path, pair: Pair) -> None:
    repo = Repo(tmp_path / "source")
    repo.commit("first", readme_md="hello\n")
    repo.run("checkout", "-q", "--detach")
    repo.commit("second", conf_env=pair.env)
    line = f"file://{repo.path}\n".encode()
    run = leakscan("fleet", "run", "-", "--protocol", "file", "-f", "json", stdin=line)
    assert (run.exit_code, len(run.findings)) == (1, 2)


def test_a_remote_that_is_cut_off_is_told_until_it_is_whole(
    leakscan: Command, tmp_path: Path, pair: Pair
) -> None:
    repo = Repo(tmp_path / "source")
    repo.commit("first", conf_env=pair.env)
    (repo.path / "conf.env").unlink()
    oid = repo.commit("second")
    shallow = repo.path / ".git/shallow"
    shallow.write_text(f"{oid}\n")
    arguments = ("fleet", "run", "-", "--protocol", "file", "-f", "json")
    line = f"file://{repo.path}\n".encode()
    run = leakscan(*arguments, stdin=line)
    assert (run.exit_code, [failure["kind"] for failure in run.json["failures"]]) == (3, ["shallow"])
    shallow.unlink()
    run = leakscan(*arguments, stdin=line)
    assert (run.exit_code, run.json["failures"], len(run.findings)) == (1, [], 2)
