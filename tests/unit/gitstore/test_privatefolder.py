"""Folders of ours go, whatever the machine has run out of."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from leakscan.gitstore import privatefolder
from leakscan.gitstore.privatefolder import PrivateFolder, remove_abandoned

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.skipif(sys.platform == "win32", reason="no such limit")
def test_a_folder_goes_where_no_descriptor_is_free(tmp_path: Path, monkeypatch) -> None:
    import resource

    monkeypatch.setattr(privatefolder, "temporary_parent", lambda: str(tmp_path))
    folder = PrivateFolder()
    (folder.path / "a/b/c/d/e").mkdir(parents=True)
    (folder.path / "a/b/file").touch()
    (folder.path / "a/link").symlink_to(tmp_path)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    taken: list[int] = []
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(map(int, os.listdir("/dev/fd"))) + 8, hard))
    try:
        with pytest.raises(OSError, match="Too many open files"):
            _take_all(taken)
        folder.remove()
    finally:
        for descriptor in taken:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert not folder.path.exists()
    assert tmp_path.exists()


def _take_all(taken: list[int]) -> None:
    while True:
        taken.append(os.dup(0))


@pytest.mark.skipif(sys.platform == "win32", reason="nothing is removed there")
@pytest.mark.parametrize(("mode", "is_left"), [(0o700, False), (0o777, True)])
def test_what_others_may_write_to_is_not_removed(tmp_path: Path, mode: int, is_left: bool) -> None:
    gone = os.fork()
    if not gone:
        os._exit(0)
    os.waitpid(gone, 0)
    folder = tmp_path / f"leakscan-{gone}-abcdefgh"
    folder.mkdir()
    folder.chmod(mode)
    remove_abandoned(str(tmp_path))
    assert folder.exists() == is_left
