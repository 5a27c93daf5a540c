"""A copy of a remote repository, where that goes wrong."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from leakscan.errors import GitError
from leakscan.gitstore.mirror import Mirror, TooLargeError
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


@pytest.mark.parametrize(("max_bytes", "left", "is_full"), [(0, 9, False), (10, 9, False), (10, 10, True)])
def test_only_a_pack_that_grew_to_the_limit_was_too_large(
    repo: Repo, tmp_path: Path, max_bytes: int, left: int, is_full: bool
) -> None:
    repo.commit({"a.txt": "1\n"})
    copy = Mirror(tmp_path / "copy", f"file://{repo.path}", {"file"}, "", 0)
    refs = copy.ask()
    shutil.rmtree(repo.path)
    copy.max_bytes = max_bytes
    unfinished = copy.folder / "objects" / "pack" / "tmp_pack_1"
    unfinished.write_bytes(bytes(left))
    with pytest.raises(GitError) as caught:
        copy.begin(refs, [])
    assert isinstance(caught.value, TooLargeError) is is_full
    assert not unfinished.exists()


@pytest.mark.parametrize("place", ["config", "common/config", "config.worktree"])
def test_no_settings_that_stood_in_its_folder_are_obeyed(repo: Repo, tmp_path: Path, place: str) -> None:
    repo.commit({"a.txt": "1\n"})
    address, copy, trace = f"file://{repo.path}", tmp_path / "copy", tmp_path / "trace"
    for name in ("refs", "objects/pack", "common/refs", "common/objects/pack"):
        (copy / name).mkdir(parents=True)
    (copy / "HEAD").write_text("ref: refs/heads/main\n")
    (copy / "config").write_text(
        "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tworktreeConfig = true\n"
    )
    (copy / place).write_text(f'[remote "{address}"]\n\turl = {address}\n\tuploadpack = touch {trace};\n')
    if place.startswith("common"):
        (copy / "commondir").write_text("common\n")
    mirror = Mirror(copy, address, {"file"}, "", 0)
    mirror.update(mirror.ask())
    assert not trace.exists()
    assert len(list(copy.glob("objects/pack/*.pack"))) == 1


@pytest.mark.skipif(not hasattr(os, "O_NOFOLLOW"), reason="links need a right on Windows")
def test_a_link_in_its_place_is_not_followed(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"a.txt": "1\n"})
    (tmp_path / "other").mkdir()
    (tmp_path / "copy").symlink_to("other")
    mirror = Mirror(tmp_path / "copy", f"file://{repo.path}", {"file"}, "", 0)
    with pytest.raises(GitError, match="symbolic link"):
        mirror.ask()
    assert not list((tmp_path / "other").iterdir())
