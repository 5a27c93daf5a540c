"""What `leakscan hook --push` sees of refs that are no branches, as git's line about them says it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.conftest import COMMAND, Pair, Repo, Run

Scan = Callable[..., Run]
NOWHERE = "0" * 40


def line_of(pair: Pair) -> str:
    return f"BINANCE_API_SECRET = '{pair.secret}'\n"


def blob(repo: Repo, text: str) -> str:
    return repo.run("hash-object", "-w", "--stdin", stdin=text.encode())


def tree(repo: Repo, *entries: tuple[str, str, str]) -> str:
    lines = "".join(
        f"{mode} {'tree' if mode == '040000' else 'blob'} {oid}\t{name}\n" for mode, name, oid in entries
    )
    return repo.run("mktree", "--missing", stdin=lines.encode())


def tag(repo: Repo, oid: str, kind: str, message: str = "m") -> str:
    text = f"object {oid}\ntype {kind}\ntag v\ntagger A <a@b> 1 +0000\n\n{message}"
    return repo.run("hash-object", "-t", "tag", "-w", "--literally", "--stdin", stdin=text.encode())


def push(leakscan: Scan, repo: Repo, oid: str, name: str = "refs/tags/v") -> Run:
    """Of a new ref."""
    told = f"{name} {oid} {name} {NOWHERE}\n".encode()
    return leakscan("hook", "--push", "-f", "json", cwd=repo.path, stdin=told)


def places(run: Run) -> list[tuple[str | None, str]]:
    return [(place.get("path"), place["source"]) for f in run.findings for place in f["locations"]]


@pytest.fixture
def start(repo: Repo) -> str:
    return repo.commit("start", a_txt="clean\n")


def test_a_tag_of_a_blob(leakscan: Scan, repo: Repo, pair: Pair, start: str) -> None:
    for oid in (leaked := blob(repo, line_of(pair)), tag(repo, leaked, "blob")):
        assert push(leakscan, repo, oid).exit_code == 1
    for oid in (clean := blob(repo, "clean\n"), tag(repo, clean, "blob")):
        assert push(leakscan, repo, oid).exit_code == 0


def test_a_tag_of_a_tree(leakscan: Scan, repo: Repo, pair: Pair, start: str) -> None:
    inner = tree(repo, ("100644", "bot.py", blob(repo, line_of(pair))))
    outer = tree(repo, ("040000", "in", inner), ("100644", "a.txt", blob(repo, "clean\n")))
    for oid in (outer, tag(repo, outer, "tree")):
        run = push(leakscan, repo, oid)
        assert (run.exit_code, places(run)) == (1, [("in/bot.py", "range")])


def test_every_message_of_tags_of_tags(leakscan: Scan, repo: Repo, pair: Pair, start: str) -> None:
    inner = tag(repo, start, "commit", line_of(pair))
    assert push(leakscan, repo, tag(repo, tag(repo, inner, "tag"), "tag")).exit_code == 1
    deep = start
    for number in range(60):
        deep = tag(repo, deep, "tag" if number else "commit")
    assert [f["kind"] for f in push(leakscan, repo, deep).json["failures"]] == ["too-deep"]


def test_what_a_tag_names_and_is_not_there_is_told(leakscan: Scan, repo: Repo, start: str) -> None:
    absent = "1" * 40
    for oid in (tag(repo, absent, "blob"), tree(repo, ("100644", "a", absent))):
        assert push(leakscan, repo, oid).exit_code == 3
    assert push(leakscan, repo, absent).exit_code == 2


def test_the_name_of_a_new_ref(leakscan: Scan, repo: Repo, pair: Pair, start: str) -> None:
    run = push(leakscan, repo, start, f"refs/heads/binance_api_secret_{pair.secret}")
    assert (run.exit_code, pair.secret in run.stdout) == (1, False)
    assert push(leakscan, repo, start, "refs/heads/a\u2028b\u0085c").exit_code == 0


def folders(repo: Repo, entries: Sequence[tuple[str, str, str]]) -> str:
    """A tree of 10^11 paths, that leads to these entries."""
    bomb = tree(repo, ("100644", "f", blob(repo, "x\n")))
    for _ in range(11):
        bomb = tree(repo, *(("040000", f"d{number}", bomb) for number in range(10)))
    return tree(repo, *entries, ("040000", "bomb", bomb))


def test_a_tree_of_more_paths_than_can_be_listed(leakscan: Scan, repo: Repo, pair: Pair, start: str) -> None:
    before = repo.run("commit-tree", "-m", "before", folders(repo, []))
    after = folders(repo, [("100644", "bot.py", blob(repo, line_of(pair)))])
    told = f"refs/heads/b {repo.run('commit-tree', '-m', 'm', '-p', before, after)} refs/heads/b {before}\n"
    run = leakscan("hook", "--push", "-f", "json", cwd=repo.path, stdin=told.encode())
    assert (run.exit_code, places(run)) == (1, [("bot.py", "range")])
    assert run.findings[0]["locations"][0]["in_head"]
    assert [f["kind"] for f in push(leakscan, repo, after).json["failures"]] == ["too-deep"]


@pytest.mark.parametrize("asked", ["scan . --range $old..$new", "scan ."])
def test_a_server_sees_what_is_pushed_before_it_takes_it_in(
    repo: Repo, pair: Pair, tmp_path: Path, asked: str
) -> None:
    repo.commit("start", a_txt="clean\n")
    server = tmp_path / "server.git"
    repo.run("clone", "-q", "--bare", ".", str(server))
    said = tmp_path / "said"
    lines = ("#!/bin/sh", "read old new ref", f"{COMMAND} {asked} -f json >{said}", f"echo $? >>{said}.codes")
    hook = server / "hooks/pre-receive"
    hook.write_text("\n".join((*lines, "test $(tail -n 1 " + f"{said}.codes) = 0\n")))
    hook.chmod(0o755)
    repo.run("remote", "add", "server", str(server))
    repo.commit("still clean", b_txt="clean too\n")
    repo.run("push", "-q", "server", "main")
    repo.commit("leak", b_txt=line_of(pair))
    with pytest.raises(subprocess.CalledProcessError):
        repo.run("push", "-q", "server", "main")
    assert Path(f"{said}.codes").read_text().split() == ["0", "1"]
    assert json.loads(said.read_text())["failures"] == []


def test_a_tree_in_the_place_of_a_file_is_told(leakscan: Scan, repo: Repo, pair: Pair, start: str) -> None:
    inner = tree(repo, ("100644", "bot.py", blob(repo, line_of(pair))))
    entry = b"100644 bot\0" + bytes.fromhex(inner)
    outer = repo.run("hash-object", "-t", "tree", "-w", "--literally", "--stdin", stdin=entry)
    run = push(leakscan, repo, repo.run("commit-tree", "-m", "m", "-p", start, outer), "refs/heads/x")
    assert (run.exit_code, [failure["where"] for failure in run.json["failures"]]) == (3, [inner])


def test_a_damaged_tree_under_the_index_is_told(leakscan: Scan, repo: Repo, start: str) -> None:
    repo.run("update-index", "--add", "--cacheinfo", f"100644,{blob(repo, 'clean, too')},b.txt")
    damaged = repo.run("hash-object", "-t", "tree", "-w", "--literally", "--stdin", stdin=b"no tree")
    repo.run("update-ref", "HEAD", repo.run("commit-tree", "-m", "m", damaged))
    run = leakscan("hook", "-f", "json", cwd=repo.path)
    assert (run.exit_code, [failure["where"] for failure in run.json["failures"]]) == (3, [damaged])
