"""What a remote says of itself, and what the copy of it holds then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from gitrepo import Repo, contents, opened

from leakscan.gitstore.mirror import Mirror

if TYPE_CHECKING:
    from pathlib import Path


def mirror_of(repo: Repo, folder: Path) -> Mirror:
    return Mirror(folder, f"file://{repo.path}", {"file"}, "", 0)


@pytest.mark.parametrize("branch", ["main", "trunk"])
def test_the_head_is_the_branch_that_the_remote_is_on(repo: Repo, tmp_path: Path, branch: str) -> None:
    other = repo.commit({"a": "one\n"})
    repo.git("checkout", "-q", "-B", branch)
    head = repo.commit({"a": "two\n"})
    repo.git("branch", "-f", "zz", other)
    mirror = mirror_of(repo, tmp_path / "copy")
    found = mirror.ask()
    assert (found.head_ref, found.is_sha256) == (f"refs/heads/{branch}".encode(), False)
    mirror.update(found)
    with opened(tmp_path / "copy") as store:
        assert (store.refs.head, store.refs.head_ref) == (head, found.head_ref)
        assert contents(store) == {b"one\n", b"two\n"}


def test_a_remote_whose_head_is_no_branch_names_none(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"a": "one\n"})
    repo.git("checkout", "-q", "--detach")
    assert mirror_of(repo, tmp_path / "copy").ask().head_ref == b""
