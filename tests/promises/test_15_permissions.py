"""Promise 15: what this user may not read is called unreadable, not damaged."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.promises.cases import NOBODY, fill


def _object(repo) -> Path:
    oid = repo.run("rev-parse", "HEAD:a.txt")
    return repo.path / ".git/objects" / oid[:2] / oid[2:]


def _pack(repo) -> Path:
    repo.run("repack", "-adq")
    return next(repo.path.glob(".git/objects/pack/*.pack"))


def _oid(path: Path) -> str:
    return path.parent.name + path.name


# What is closed, with which mode, and where it is told: (path of an object or a pack) -> path or id
PLACES = {
    "an object": (_object, lambda file: file, 0, _oid),
    "a folder of objects": (_object, lambda file: file.parent, 0, lambda file: file.parent),
    "a folder of objects that may be listed": (_object, lambda file: file.parent, 0o744, _oid),
    "a pack": (_pack, lambda file: file, 0, lambda file: file),
    "the index of a pack": (_pack, lambda file: file.with_suffix(".idx"), 0, lambda file: file),
    "all packs": (_pack, lambda file: file.parent, 0, lambda file: file.parent),
    "packs that may be listed": (_pack, lambda file: file.parent, 0o744, lambda file: file),
    "the index": (_object, lambda file: file.parents[2] / "index", 0, lambda file: file.parents[2] / "index"),
}


@pytest.mark.parametrize("full", [[], ["--full"]], ids=["swept", "whole"])
@pytest.mark.parametrize("name", PLACES)
def test_what_may_not_be_read_is_called_so(name, repo, preloaded, tmp_path, full) -> None:
    fill(repo, planted=True)
    make, closed, mode, told = PLACES[name]
    file = make(repo)
    for above in (tmp_path, *tmp_path.parents[:-2]):
        above.chmod(above.stat().st_mode | 0o011)
    closed(file).chmod(mode)
    user = NOBODY if os.getuid() == 0 else None
    run = preloaded.run("scan", ".", "-f", "json", "--no-cache", *full, cwd=repo.path, user=user)
    closed(file).chmod(0o755)
    failures = [(failure["kind"], failure["where"]) for failure in run.json["failures"]]
    assert ("unreadable", str(told(file))) in failures
