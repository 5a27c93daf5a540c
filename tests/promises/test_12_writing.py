"""Promise 12: a pack that git writes meanwhile is its work, not damage; one that stands still is damage."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from tests.promises.cases import packed


@pytest.fixture
def unfinished(repo) -> Path:
    repo.commit(a_bin=os.urandom(9000))
    whole = packed(repo, "pack").read_bytes()
    file = repo.path / ".git/objects/pack/tmp_pack_Ab12Cd"
    file.write_bytes(whole[:5000])
    return file


def test_a_pack_that_stands_still_is_damaged(repo, leakscan, unfinished) -> None:
    run = leakscan("scan", repo.path, "-f", "json")
    assert (run.exit_code, [failure["kind"] for failure in run.json["failures"]]) == (3, ["bad-archive"])


def test_a_pack_that_grows_is_skipped(repo, leakscan, unfinished) -> None:
    done = threading.Event()

    def write() -> None:
        with unfinished.open("ab", buffering=0) as file:
            while not done.wait(0.001):
                file.write(b"x")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        run = leakscan("scan", repo.path, "-f", "json")
    finally:
        done.set()
        writer.join()
    assert (run.exit_code, run.json["failures"]) == (0, [])
    assert run.json["skipped"] == [
        {"where": ".git/objects/pack/tmp_pack_Ab12Cd", "rule": "a pack that git is writing"}
    ]
