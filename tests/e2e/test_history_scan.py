"""A Binance pair in every corner of a repository: found, with the right commit, path, line and column."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import Pair, Repo, Run

Scan = Callable[..., Run]


def places(run: Run) -> dict[str, list[dict[str, Any]]]:
    """Preview's first four characters -> locations."""
    assert run.exit_code == 1, run.stderr
    return {finding["preview"][:4]: finding["locations"] for finding in run.findings}


def only(run: Run, value: str) -> dict[str, Any]:
    """The one place of a value."""
    found = places(run)[value[:4]]
    assert len(found) == 1, found
    return found[0]


def at(place: dict[str, Any]) -> tuple[str, str, int, int]:
    return place["source"], place["path"], place["start_line"], place["start_column"]


def test_a_pair_in_a_deleted_file(repo: Repo, leakscan: Scan, pair: Pair) -> None:
    repo.commit("start", README_md="hello\n")
    leaked = repo.commit("bot", bot__config_env="# my bot\n" + pair.env)
    (repo.path / "bot/config.env").unlink()
    removed = repo.commit("clean")
    run = leakscan("scan", repo.path, "-f", "json")
    place = only(run, pair.secret)
    assert at(place) == ("history", "bot/config.env", 3, 20)
    assert (place["end_line"], place["end_column"]) == (3, 84)
    assert (place["commit"], place["author"]) == (leaked, "Alice <alice@example.com>")
    assert place["date"] == repo.now
    exposure = run.findings[0]["exposure"]
    assert exposure["introduced"]["commit"] == leaked
    assert exposure["removed"]["commit"] == removed
    assert (exposure["in_tree"], exposure["in_head"], exposure["refs"]) == (False, False, ["refs/heads/main"])
    assert len({finding["group"] for finding in run.findings}) == 1
    assert {finding["part"] for finding in run.findings} == {"key", "secret"}
    assert {finding["rule_id"] for finding in run.findings} == {"binance-api-key", "binance-hmac-secret"}


def test_a_pair_that_only_a_merge_commit_brings_in(repo: Repo, leakscan: Scan, pair: Pair) -> None:
    repo.commit("start", a_txt="1\n")
    repo.run("checkout", "-q", "-b", "side")
    repo.commit("side", b_txt="2\n")
    repo.run("checkout", "-q", "main")
    repo.commit("main", c_txt="3\n")
    repo.run("merge", "-q", "--no-commit", "--no-ff", "side")
    merge = repo.commit("merge", bot_env=pair.env)
    assert len(repo.run("show", "-s", "--format=%P", merge).split()) == 2
    place = only(leakscan("scan", repo.path, "-f", "json", "--no-tree"), pair.key)
    assert at(place) == ("history", "bot.env", 1, 17)
    assert place["commit"] == merge


def test_a_pair_in_a_stash(repo: Repo, leakscan: Scan, pair: Pair) -> None:
    repo.commit("start", bot_env="empty\n")
    repo.write("bot.env", pair.env)
    repo.run("stash", "-q")
    stash = repo.run("rev-parse", "refs/stash")
    run = leakscan("scan", repo.path, "-f", "json")
    place = only(run, pair.key)
    assert at(place) == ("history", "bot.env", 1, 17)
    assert place["commit"] in (stash, repo.run("rev-parse", "refs/stash^2"))
    assert "refs/stash" in run.findings[0]["exposure"]["refs"]


def test_a_pair_in_a_note(repo: Repo, leakscan: Scan, pair: Pair) -> None:
    repo.commit("start", a_txt="1\n")
    repo.run("notes", "add", "-m", f"deployed with\n{pair.env}", "HEAD")
    place = only(leakscan("scan", repo.path, "-f", "json"), pair.secret)
    assert (place["source"], place["start_line"], place["start_column"]) == ("history", 3, 20)
    assert place["commit"] == repo.run("rev-parse", "refs/notes/commits")


def test_a_pair_in_a_commit_message(repo: Repo, leakscan: Scan, pair: Pair) -> None:
    commit = repo.commit(f"deploy the bot\n\n{pair.env}", a_txt="1\n")
    place = only(leakscan("scan", repo.path, "-f", "json"), pair.key)
    assert at(place) == ("commit-message", "", 3, 17)
    assert (place["commit"], place["author"]) == (commit, "Alice <alice@example.com>")


def test_a_pair_in_the_message_of_an_annotated_tag(repo: Repo, leakscan: Scan, pair: Pair) -> None:
    repo.commit("start", a_txt="1\n")
    repo.run("tag", "-a", "v1", "-m", f"first release\n\n{pair.env}")
    place = only(leakscan("scan", repo.path, "-f", "json"), pair.secret)
    assert at(place) == ("tag-message", "", 4, 20)


def test_a_pair_in_a_dangling_commit(repo: Repo, leakscan: Scan, pair: Pair) -> None:
    repo.commit("start", a_txt="1\n")
    lost = repo.commit("oops", bot_env=pair.env)
    repo.run("reset", "-q", "--hard", "HEAD~1")
    repo.run("reflog", "expire", "--expire=now", "--all")
    run = leakscan("scan", repo.path, "-f", "json")
    place = only(run, pair.key)
    assert at(place) == ("history", "bot.env", 1, 17)
    assert place["commit"] == lost
    assert run.findings[0]["exposure"]["refs"] == []


def test_a_blob_that_nothing_names(repo: Repo, leakscan: Scan, pair: Pair) -> None:
    repo.commit("start", a_txt="1\n")
    oid = repo.run("hash-object", "-w", "--stdin", stdin=pair.env.encode())
    place = only(leakscan("scan", repo.path, "-f", "json"), pair.key)
    assert (place["blob"], place["commit"], place["start_line"]) == (oid, None, 1)


def test_a_staged_file_that_was_changed_back(repo: Repo, leakscan: Scan, pair: Pair) -> None:
    repo.commit("start", bot_env="nothing\n")
    repo.write("bot.env", pair.env)
    repo.run("add", "bot.env")
    repo.write("bot.env", "nothing\n")
    place = only(leakscan("scan", repo.path, "-f", "json"), pair.key)
    assert (place["path"], place["commit"]) == ("bot.env", None)


def test_wide_latin_and_binary_files(repo: Repo, leakscan: Scan, make_pair: Callable[[int], Pair]) -> None:
    files = {
        "wide-mark.txt": lambda env: ("Schlüssel 🔑\r\n" + env).encode("utf-16"),
        "wide-le.txt": lambda env: ("Schlüssel 🔑\n" + env).encode("utf-16-le"),
        "wide-be.txt": lambda env: ("Schlüssel 🔑\n" + env).encode("utf-16-be"),
        "wide-32.txt": lambda env: ("Schlüssel 🔑\n" + env).encode("utf-32"),
        "latin.txt": lambda env: ("Schlüssel\né" + env).encode("latin-1"),
        "marked.txt": lambda env: ("# Schlüssel\n" + env).encode("utf-8-sig"),
        "nul.bin": lambda env: b"\x00\x01\x02\n\xff\xfe\x00" + env.encode() + b"\x00" * 50,
        "mac.txt": lambda env: ("# old\r" + env.replace("\n", "\r")).encode(),
    }
    pairs = {name: make_pair(number) for number, name in enumerate(files)}
    for name, make in files.items():
        repo.write(name, make(pairs[name].env))
    commit = repo.commit("all kinds of files")
    found = places(leakscan("scan", repo.path, "-f", "json"))
    for name, pair in pairs.items():
        wanted = {"latin.txt": 18, "nul.bin": 20}.get(name, 17)
        for place in found[pair.key[:4]]:
            assert (place["path"], place["start_line"], place["start_column"]) == (name, 2, wanted)
            assert place["commit"] in (None, commit)
        assert {place["source"] for place in found[pair.key[:4]]} == {"tree", "history"}


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32-le"])
def test_what_a_shell_appended_as_wide_text(repo: Repo, leakscan: Scan, pair: Pair, encoding: str) -> None:
    """PowerShell's `>>` writes UTF-16 behind whatever a file holds; here behind its first 4 kB, and as a delta."""
    settings = "".join(f"SETTING_{number}={number * 7919}\n" for number in range(400))
    repo.commit("start", bot_env=settings)
    repo.write("bot.env", settings.encode() + pair.env.encode(encoding))
    added = repo.commit("append")
    repo.commit("mend", bot_env=settings)
    repo.run("repack", "-adfq")
    for how in ((), ("--full",)):
        place = only(leakscan("scan", repo.path, "-f", "json", "--no-tree", *how), pair.key)
        assert at(place)[:3] == ("history", "bot.env", 401)
        assert place["commit"] == added


def test_a_line_of_3_MB(repo: Repo, leakscan: Scan, pair: Pair) -> None:
    padding = "x = [" + "1234567, " * 170_000
    repo.commit(
        "long", long_js=f'{padding}{{binance: {{apiKey: "{pair.key}", secret: "{pair.secret}"}}}}' + padding
    )
    place = places(leakscan("scan", repo.path, "-f", "json"))[pair.key[:4]][0]
    assert at(place) == ("tree", "long.js", 1, len(padding) + 21)


def test_attributes_hide_nothing(repo: Repo, leakscan: Scan, pair: Pair) -> None:
    repo.write(".gitattributes", "*.dat -diff -text\n*.env binary\n")
    repo.commit("hidden", bot_dat=pair.env)
    assert at(places(leakscan("scan", repo.path, "-f", "json"))[pair.key[:4]][0]) == (
        "tree",
        "bot.dat",
        1,
        17,
    )


def test_fifty_versions_of_a_file_are_one_finding(repo: Repo, leakscan: Scan, pair: Pair) -> None:
    first = repo.commit("v0", bot_env=pair.env + "VERSION=0\n")
    for number in range(1, 50):
        repo.commit(f"v{number}", bot_env=f"# {number}\n" * (number % 3) + pair.env + f"VERSION={number}\n")
    run = leakscan("scan", repo.path, "-f", "json", "--no-tree")
    assert len(run.findings) == 2
    finding = next(finding for finding in run.findings if finding["part"] == "key")
    assert finding["exposure"]["introduced"]["commit"] == first
    assert finding["exposure"]["removed"] is None
    assert finding["exposure"]["in_head"] is True
    assert [place["in_head"] for place in finding["locations"]] == [True, False]


def test_a_bare_repository_and_packed_objects(repo: Repo, leakscan: Scan, pair: Pair, tmp_path: Any) -> None:
    leaked = repo.commit("bot", bot_env=pair.env)
    repo.commit("clean", bot_env="\n")
    repo.run("gc", "-q")
    bare = tmp_path / "bare.git"
    repo.run("clone", "-q", "--bare", ".", str(bare))
    run = leakscan("scan", bare, "-f", "json")
    assert only(run, pair.key)["commit"] == leaked
    assert run.json["complete"] is True


def test_a_sha256_repository(tmp_path: Any, leakscan: Scan, pair: Pair) -> None:
    repo = Repo(tmp_path / "new", object_format="sha256")
    leaked = repo.commit("bot", bot_env=pair.env)
    repo.commit("clean", bot_env="\n")
    assert len(leaked) == 64
    place = only(leakscan("scan", repo.path, "-f", "json"), pair.key)
    assert (place["commit"], place["path"]) == (leaked, "bot.env")


def test_published_means_that_a_remote_has_it(repo: Repo, leakscan: Scan, pair: Pair, tmp_path: Any) -> None:
    repo.commit("bot", bot_env=pair.env)
    clone = tmp_path / "clone"
    repo.run("clone", "-q", ".", str(clone))
    exposure = leakscan("scan", clone, "-f", "json").findings[0]["exposure"]
    assert exposure["published"] is True
    assert "refs/remotes/origin/main" in exposure["refs"]
    assert leakscan("scan", repo.path, "-f", "json").findings[0]["exposure"]["published"] is False


def test_two_scans_give_the_same_bytes(repo: Repo, leakscan: Scan, make_pair: Callable[[int], Pair]) -> None:
    for number in range(5):
        repo.commit(f"{number}", **{f"bot{number}_env": make_pair(number).env})
    for form in ("json", "jsonl", "sarif", "text"):
        assert (
            leakscan("scan", repo.path, "-f", form).stdout == leakscan("scan", repo.path, "-f", form).stdout
        )
