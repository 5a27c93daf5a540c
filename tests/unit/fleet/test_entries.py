from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakscan.errors import ConfigError
from leakscan.fleet.entries import (
    RefusedError,
    find_repositories,
    gather,
    is_address,
    local_entry,
    parse_address,
    parse_list,
)
from leakscan.fleet.folder import Shard
from leakscan.fleet.job import Entry
from leakscan.model import Failure
from tests.conftest import Repo

ALL = ("https", "ssh", "file", "http")


@pytest.mark.parametrize("address", [
    "https://github.com/firm/bot.git", "ssh://git@example.com:2222/a", "git@example.com:a/b.git", "host:path",
    "file:///srv/a.git", "http://127.0.0.1:8080/a.git"])  # fmt: skip
def test_addresses(address: str) -> None:
    assert is_address(address)
    assert parse_address(address, ALL) == Entry(address, address, is_remote=True)


@pytest.mark.parametrize("address", [
    "https://user:word@example.com/a", "https://word@example.com/a", "ssh://git:word@example.com/a",
    "http://example.com/a", "git://example.com/a", "ext::sh -c id", "https://-oProxy/a", "https://", "https://[bad/a",
    "ssh://exa mple.com/a", "https://example.com/a\nb", "-uhost:x", "fd::3", "ftp://example.com/a"])  # fmt: skip
def test_addresses_that_no_run_reads(address: str) -> None:
    with pytest.raises(RefusedError) as refused:
        parse_address(address, ALL)
    assert "word" not in str(refused.value).replace("password", "")


def test_protocols_must_be_asked_for() -> None:
    for address in ("file:///a", "http://localhost/a"):
        with pytest.raises(RefusedError, match="--protocol"):
            parse_address(address, ("https", "ssh"))
    with pytest.raises(RefusedError):
        parse_address("git@example.com:a", ("https",))


@given(st.binary(max_size=300))
def test_any_bytes_are_a_list(data: bytes) -> None:
    for item in parse_list(data, Path("/nowhere"), ALL):
        assert isinstance(item, Entry | Failure)


def test_a_long_list_is_one_entry_a_line(repo: Repo) -> None:
    repo.commit("first", a_txt="1\n")
    lines = "".join(f"https://example.com/{number % 50_000}.git\n" for number in range(100_000))
    fleet = gather(parse_list(lines.encode(), Path("/"), ALL))
    assert (len(fleet.entries), len(fleet.skipped), fleet.refused) == (50_000, 50_000, ())


def test_a_folder_is_searched_and_links_are_not_followed(tmp_path: Path) -> None:
    for name in ("a", "deep/er/b", "a/nested"):
        Repo(tmp_path / "all" / name).commit("first")
    (tmp_path / "all/link").symlink_to(tmp_path / "all")
    (tmp_path / "all/file").write_text("")
    found = sorted(item.name for item in find_repositories(tmp_path / "all") if isinstance(item, Entry))
    assert found == [f"{tmp_path}/all/{name}" for name in ("a", "deep/er/b")]


def test_one_repository_under_two_names_is_read_once(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "other").symlink_to(repo.path)
    entries = [local_entry(path, str(path)) for path in (repo.path, tmp_path / "other")]
    fleet = gather(entries)
    assert (len(fleet.entries), [s.rule for s in fleet.skipped]) == (1, ["named twice"])


def test_nothing_named_is_an_error() -> None:
    with pytest.raises(ConfigError):
        gather([])


@given(st.lists(st.text(min_size=1), unique=True, max_size=40), st.integers(1, 9))
def test_shards_divide_a_list(names: list[str], count: int) -> None:
    entries = [Entry(name, name) for name in names]
    parts = [
        [entry for entry in entries if Shard(number, count).holds(entry)] for number in range(1, count + 1)
    ]
    assert sorted(entry.name for part in parts for entry in part) == sorted(names)


@given(st.text(), st.text())
def test_files_of_two_repositories_never_share_a_name(one: str, other: str) -> None:
    first, second = Entry(one, one), Entry(other, other)
    assert (first.file_name == second.file_name) == (one == other)
    assert "/" not in first.file_name
    assert not first.file_name.startswith((".", "-"))
    assert len(first.file_name) < 100
