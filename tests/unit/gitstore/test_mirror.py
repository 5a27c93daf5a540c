"""A copy of a remote repository, where that goes wrong."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from leakscan.errors import GitError
from leakscan.gitstore.mirror import Mirror
from tests.unit.gitstore.gitrepo import Repo


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.mark.parametrize("free", [1 << 20, (1 << 20) - 1])
def test_a_full_disk_is_named(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int) -> None:
    repo.commit({"a.txt": "1\n"})
    copy = Mirror(tmp_path / "copy", f"file://{repo.path}", {"file"}, "", 0)
    refs = copy.ask()
    shutil.rmtree(repo.path)
    monkeypatch.setattr("shutil.disk_usage", lambda path: Usage(free, 0, free))
    with pytest.raises(GitError) as caught:
        copy.update(refs)
    assert ("no room is left on the disk" in str(caught.value)) == (free < 1 << 20)
    assert not copy.is_made()
