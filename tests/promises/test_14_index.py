"""Promise 14: an index that is cut off or changed is told, and is not taken for an empty one."""

from __future__ import annotations

import os
import time

import pytest

from leakscan.rules.fake import fake

DAMAGES = {
    "cut off": lambda data: data[:40],
    "cut off in an entry": lambda data: data[: len(data) // 2],
    "a bit is another": lambda data: bytes((*data[:60], data[60] ^ 16, *data[61:])),
    "empty": lambda data: b"",
    "zeros": lambda data: bytes(len(data)),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_index_is_never_clean(repo, leakscan, damage) -> None:
    for number in range(4):
        repo.commit(**{f"file{number}_txt": "1\n"})
    index = repo.path / ".git/index"
    index.write_bytes(damage(index.read_bytes()))
    run = leakscan("scan", repo.path, "-f", "json")
    assert (run.exit_code, {f["kind"] for f in run.json["failures"]}) == (3, {"corrupt-objects"})
    repo.write("late.env", f"BINANCE_API_SECRET={fake('alnum:64')}\n")
    assert leakscan("scan", repo.path).exit_code == 1


def test_nobody_waits_for_the_other_half_of_an_index(repo, leakscan) -> None:
    repo.commit(a_txt="1\n")
    repo.run("update-index", "--split-index")
    (half,) = (repo.path / ".git").glob("sharedindex.*")
    half.unlink()
    os.mkfifo(half)
    started = time.monotonic()
    assert leakscan("scan", repo.path).exit_code == 3
    assert time.monotonic() - started < 50, "git was ended after a minute"


@pytest.mark.parametrize("form", ["sha1", "sha256"])
@pytest.mark.parametrize("skip", ["true", "false"])
def test_a_whole_index_is_read(leakscan, tmp_path, form, skip) -> None:
    from tests.conftest import Repo

    repo = Repo(tmp_path / "r", object_format=form)
    repo.run("config", "index.skipHash", skip)
    repo.commit(a_txt="1\n")
    assert leakscan("scan", repo.path).exit_code == 0
