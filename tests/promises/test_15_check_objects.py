"""Promise 15: `--check-objects` hashes what git takes on trust."""

from __future__ import annotations

import zlib

import pytest

from tests.promises.hostile_objects import BLOB, PackWriter


def _loose(repo) -> str:
    """Another content of the same size under the name of a blob."""
    oid = repo.run("rev-parse", "HEAD:a.txt")
    file = repo.path / ".git/objects" / oid[:2] / oid[2:]
    file.chmod(0o600)
    file.write_bytes(zlib.compress(b"blob 6\0other\n"))
    return oid


def _packed(repo) -> str:
    pack = PackWriter()
    pack.add(b"\x12" * 20, BLOB, b"other\n")
    pack.write(repo.path / ".git/objects")
    return "12" * 20


@pytest.mark.parametrize("spoil", [_loose, _packed])
@pytest.mark.parametrize("full", [[], ["--full"]], ids=["swept", "whole"])
def test_an_object_that_is_not_what_its_id_says_is_told(repo, leakscan, spoil, full) -> None:
    repo.commit(a_txt="clean\n")
    assert leakscan("scan", repo.path, "--check-objects", *full).exit_code == 0
    oid = spoil(repo)
    run = leakscan("scan", repo.path, "--check-objects", "--no-cache", "-f", "json", *full)
    assert (run.exit_code, [(f["kind"], f["where"]) for f in run.json["failures"]]) == (
        3,
        [("corrupt-objects", oid)],
    )


def test_it_stands_with_a_whole_scan_only(repo, leakscan) -> None:
    repo.commit(a_txt="clean\n")
    assert leakscan("scan", repo.path, "--staged", "--check-objects").exit_code == 2


@pytest.mark.parametrize("form", ["sha1", "sha256"])
def test_a_whole_repository_passes(leakscan, tmp_path, form) -> None:
    from tests.conftest import Repo

    repo = Repo(tmp_path / "r", object_format=form)
    for number in range(4):
        repo.commit(a_txt=f"{number}\n" * 100)
    repo.run("tag", "-a", "-m", "first", "v1")
    repo.run("repack", "-adq")
    repo.write("b.txt", "loose\n")
    repo.run("add", "b.txt")
    assert leakscan("scan", repo.path, "--check-objects").exit_code == 0
