"""The second scan of a history reads what is new; what is remembered is private and holds no value."""

from __future__ import annotations

import hashlib
import json
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Pair, Repo, Run

USED = "cache: only what is new was read"
UNFIT = "cache: what is new does not fit to it, all is read"
ANOTHER = "cache: objects are not where they were, all are read"
Command = Callable[..., Run]


def file_in(folder: Path) -> Path:
    (file,) = folder.iterdir()
    return file


def head_of(file: Path) -> dict[str, Any]:
    """What the file says before its tables."""
    body = file.read_bytes().partition(b"\n")[2][hashlib.sha256().digest_size :]
    length = int.from_bytes(body[:8], "little")
    return json.loads(body[8 : 8 + length])  # type: ignore[no-any-return]


def test_new_commits_are_read_and_nothing_else(leakscan: Command, repo: Repo, make_pair: Callable[[int], Pair],
                                               tmp_path: Path) -> None:  # fmt: skip
    repo.commit("first", bot_env=make_pair(1).env)
    cache = tmp_path / "cache"
    scan = ("scan", repo.path, "--cache-dir", cache, "-v", "-f", "json")
    first = leakscan(*scan)
    assert USED not in first.stderr
    repo.commit("second", bot_env=make_pair(2).env)
    repo.run("tag", "old", "HEAD~1")
    second, fresh = leakscan(*scan), leakscan("scan", repo.path, "--no-cache", "-f", "json")
    assert USED in second.stderr
    assert second.stdout == fresh.stdout
    assert len(second.findings) == 2 * len(first.findings) == 4
    assert any("refs/tags/old" in finding["exposure"]["refs"] for finding in second.findings)


def test_what_is_remembered_grows_with_the_commits_that_brought_values(
    leakscan: Command, repo: Repo, make_pair: Callable[[int], Pair], tmp_path: Path
) -> None:
    """What leads to each of them is kept in a bit: none at first, then a byte, then two."""
    number = 0
    for values in (0, 1, 9, 1):
        repo.commit("without")
        for _ in range(values):
            number += 1
            repo.commit("with", **{f"bot{number}_env": make_pair(number).env})
        repo.run("branch", f"with{number}")
        cached = leakscan("scan", repo.path, "--cache-dir", tmp_path / "cache", "-v", "-f", "json")
        assert (USED in cached.stderr) == (number > 0)
        assert len(cached.findings) == 2 * number
        assert cached.stdout == leakscan("scan", repo.path, "--no-cache", "-f", "json").stdout


def test_the_cache_is_private_and_holds_no_value_and_no_path(
    leakscan: Command, repo: Repo, pair: Pair, tmp_path: Path
) -> None:
    repo.commit("first", secret__folder__bot_env=pair.env)
    cache = tmp_path / "cache"
    leakscan("scan", repo.path, "--cache-dir", cache)
    assert stat.S_IMODE(cache.stat().st_mode) == 0o700
    file = file_in(cache)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    content = file.read_bytes()
    for word in (pair.key, pair.secret, "bot.env", "Alice", str(repo.path)):
        assert word.encode() not in content


def test_versions_with_the_same_values_are_not_looked_at_again(
    leakscan: Command, repo: Repo, pair: Pair, tmp_path: Path
) -> None:
    for number in range(5):
        repo.commit(f"version {number}", bot_env="# longer\n" * number + pair.env)
    scan = ("scan", repo.path, "--cache-dir", tmp_path / "cache", "-v", "-f", "json")
    first = leakscan(*scan)
    head = head_of(file_in(tmp_path / "cache"))
    assert (len(head["found"]), len(head["alike"]), len(head["quiet"])) == (5, 4, 0)
    again = leakscan(*scan)
    assert USED in again.stderr
    assert again.stdout == first.stdout


def test_what_was_nothing_is_a_credential_under_another_name(
    leakscan: Command, repo: Repo, pair: Pair, tmp_path: Path
) -> None:
    """A file that is one value has its name for the name of the value."""
    repo.commit("first", notes__x=pair.secret, bot_env=pair.env.replace(pair.secret, ""))
    scan = ("scan", repo.path, "--no-tree", "--cache-dir", tmp_path / "cache", "-v", "-f", "json")
    assert len(leakscan(*scan).findings) == 1
    assert len(head_of(file_in(tmp_path / "cache"))["quiet"]) == 1
    repo.run("mv", "notes/x", "binance_api_secret")
    repo.run("commit", "-qm", "move")
    moved, fresh = leakscan(*scan), leakscan("scan", repo.path, "--no-tree", "--no-cache", "-f", "json")
    assert USED in moved.stderr
    assert moved.stdout == fresh.stdout
    assert len(moved.findings) == 2


def test_a_damaged_cache_is_said_and_replaced(
    leakscan: Command, repo: Repo, pair: Pair, tmp_path: Path
) -> None:
    repo.commit("first", bot_env=pair.env)
    cache = tmp_path / "cache"
    first = leakscan("scan", repo.path, "--cache-dir", cache, "-f", "json")
    file_in(cache).write_bytes(b"something else")
    again = leakscan("scan", repo.path, "--cache-dir", cache, "-f", "json")
    assert again.stdout == first.stdout
    assert f"the cache {file_in(cache)} is not used: it is damaged" in again.stderr
    assert USED in leakscan("scan", repo.path, "--cache-dir", cache, "-v").stderr


@pytest.mark.parametrize("option", [["--no-cache"], ["--full"], ["--no-history"], ["--timeout", "0.000001"]])
def test_what_is_not_whole_is_not_remembered(
    leakscan: Command, repo: Repo, pair: Pair, tmp_path: Path, option: list[str]
) -> None:
    repo.commit("first", bot_env=pair.env)
    cache = tmp_path / "cache"
    leakscan("scan", repo.path, "--cache-dir", cache, *option)
    assert not cache.exists()


@pytest.mark.parametrize("damage", ["an object", "a ref"])
def test_a_store_with_damage_is_not_remembered(
    leakscan: Command, repo: Repo, tmp_path: Path, damage: str
) -> None:
    repo.commit("first", bot_env="nothing")
    if damage == "an object":
        oid = repo.run("rev-parse", "HEAD:bot.env")
        (repo.path / ".git/objects" / oid[:2] / oid[2:]).unlink()
    else:
        (repo.path / ".git/refs/heads/short").write_text("abc\n")
    cache = tmp_path / "cache"
    assert leakscan("scan", repo.path, "--cache-dir", cache).exit_code == 3
    assert not cache.exists()


def test_a_shallow_clone_is_remembered_and_never_looks_whole(
    leakscan: Command, repo: Repo, pair: Pair, tmp_path: Path
) -> None:
    repo.commit("first", bot_env=pair.env)
    repo.commit("second", bot_env="nothing")
    clone, cache = tmp_path / "clone", tmp_path / "cache"
    repo.run("clone", "-q", "--depth", "1", repo.path.as_uri(), str(clone))
    first = leakscan("scan", clone, "--cache-dir", cache, "-f", "json")
    again = leakscan("scan", clone, "--cache-dir", cache, "-f", "json", "-v")
    assert USED in again.stderr
    assert (first.exit_code, again.exit_code, again.stdout) == (3, 3, first.stdout)


def test_of_a_partial_clone_what_is_new_is_read_if_it_leads_to_nothing_else(
    leakscan: Command, repo: Repo, make_pair: Callable[[int], Pair], tmp_path: Path
) -> None:
    repo.run("config", "uploadpack.allowFilter", "true")
    repo.commit("first", old__bot_env="nothing")
    repo.commit("second", old__bot_env="nothing more")
    repo.run("clone", "-q", "--filter=blob:none", repo.path.as_uri(), str(tmp_path / "clone"))
    clone, cache = Repo(tmp_path / "clone"), tmp_path / "cache"
    scan = ("scan", clone.path, "--cache-dir", cache, "-v", "-f", "json")
    assert leakscan(*scan).exit_code == 3
    for number in range(2):  # the first makes git set times of packs anew
        clone.commit("new", **{f"new{number}_env": make_pair(number).env})
        again = leakscan(*scan)
    fresh = leakscan("scan", clone.path, "--no-cache", "-f", "json")
    assert USED in again.stderr
    assert (again.stdout, len(again.findings)) == (fresh.stdout, 4)
    clone.run("tag", "folder", "HEAD~2:old")
    assert UNFIT in leakscan(*scan).stderr


def test_of_a_partial_clone_all_is_read_when_old_commits_are_reached_again(
    leakscan: Command, repo: Repo, tmp_path: Path
) -> None:
    repo.run("config", "uploadpack.allowFilter", "true")
    commits = [repo.commit("change", bot_env=text) for text in ("nothing", "nothing more")]
    repo.run(
        "clone", "-q", "--no-checkout", "--filter=blob:none", repo.path.as_uri(), str(tmp_path / "clone")
    )
    clone, cache = Repo(tmp_path / "clone"), tmp_path / "cache"
    for name in clone.run("for-each-ref", "--format=%(refname)").split():
        clone.run("update-ref", "-d", name)
    shutil.rmtree(clone.path / ".git/logs")
    scan = ("scan", clone.path, "--cache-dir", cache, "-v")
    leakscan(*scan)
    assert USED in leakscan(*scan).stderr
    for commit in commits:
        clone.run("update-ref", "refs/heads/again", commit)
        assert UNFIT in leakscan(*scan).stderr
        clone.run("update-ref", "-d", "refs/heads/again")
        leakscan(*scan)
        assert USED in leakscan(*scan).stderr


def test_a_file_that_was_written_in_place_is_read_again(
    leakscan: Command, repo: Repo, pair: Pair, tmp_path: Path
) -> None:
    repo.commit("first", bot_env=pair.env)
    cache = tmp_path / "cache"
    scan = ("scan", repo.path, "--cache-dir", cache, "-v", "-f", "json")
    leakscan(*scan)
    oid = repo.run("rev-parse", "HEAD:bot.env")
    file = repo.path / ".git/objects" / oid[:2] / oid[2:]
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 255
    file.chmod(0o644)
    file.write_bytes(data)
    again = leakscan(*scan)
    assert ANOTHER in again.stderr
    assert [failure["kind"] for failure in again.json["failures"]] == ["corrupt-objects"]


def test_git_setting_times_anew_is_no_change(
    leakscan: Command, repo: Repo, pair: Pair, tmp_path: Path
) -> None:
    repo.commit("first", bot_env=pair.env)
    cache = tmp_path / "cache"
    scan = ("scan", repo.path, "--cache-dir", cache, "-v", "-f", "json")
    first = leakscan(*scan)
    repo.run("hash-object", "-w", "bot.env")
    again = leakscan(*scan)
    assert USED in again.stderr
    assert again.stdout == first.stdout


def test_a_folder_for_everybody_is_not_written_to(
    leakscan: Command, repo: Repo, pair: Pair, tmp_path: Path
) -> None:
    repo.commit("first", bot_env=pair.env)
    cache = tmp_path / "cache"
    cache.mkdir()
    cache.chmod(0o777)
    run = leakscan("scan", repo.path, "--cache-dir", cache)
    assert run.exit_code == 1
    assert "its folder is open to other users: chmod go= it" in run.stderr
    assert list(cache.iterdir()) == []


def test_the_cache_folder_is_that_of_the_system(
    leakscan: Command, repo: Repo, pair: Pair, tmp_path: Path
) -> None:
    repo.commit("first", bot_env=pair.env)
    leakscan("scan", repo.path, env={"XDG_CACHE_HOME": str(tmp_path / "xdg")})
    assert file_in(tmp_path / "xdg/leakscan").name.startswith("history-")


def test_repositories_scanned_together_are_remembered_apart(
    leakscan: Command, make_pair: Callable[[int], Pair], tmp_path: Path
) -> None:
    repos = [Repo(tmp_path / name) for name in ("one", "two")]
    for number, repo in enumerate(repos):
        repo.commit("first", bot_env=make_pair(number).env)
    cache = tmp_path / "cache"
    scan = ("scan", *(repo.path for repo in repos), "--cache-dir", cache, "-v", "-f", "json")
    first, written = leakscan(*scan), sorted(file.stat().st_ino for file in cache.iterdir())
    again = leakscan(*scan)
    assert again.stderr.count(USED) == 2
    assert again.stdout == first.stdout
    assert sorted(file.stat().st_ino for file in cache.iterdir()) == written
