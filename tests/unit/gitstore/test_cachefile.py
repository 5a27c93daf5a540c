"""A file of ours alone: what keeps it from being read or written is said."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import pytest

from leakscan.gitstore import cachefile
from leakscan.gitstore.cachefile import read_private, write_private
from leakscan.gitstore.memory import UnusableError

if TYPE_CHECKING:
    from pathlib import Path


def test_what_was_written_is_read_and_what_is_absent_is_none(tmp_path: Path) -> None:
    path = tmp_path / "cache" / "file"
    assert read_private(path) is None
    write_private(path, b"content")
    assert read_private(path) == b"content"
    assert os.listdir(path.parent) == ["file"]


def test_why_it_cannot_be_read_or_written_is_said(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "cache" / "file"
    write_private(path, b"content")
    monkeypatch.setattr(cachefile, "MAX_BYTES", 6)
    with pytest.raises(UnusableError, match=r"^it cannot be read: longer than 6 bytes$"):
        read_private(path)
    reason = f"^it cannot be read: {os.strerror(errno.ENOTDIR)}$"
    with pytest.raises(UnusableError, match=reason):
        read_private(path / "below" / "it")
    with pytest.raises(UnusableError, match=reason.replace("read", "written")):
        write_private(path / "below" / "it", b"")


@pytest.mark.skipif(os.getuid() != 0, reason="only root may give files away")
def test_what_belongs_to_another_user_is_not_trusted(tmp_path: Path) -> None:
    path = tmp_path / "cache" / "file"
    write_private(path, b"content")
    os.chown(path, 12345, -1)
    with pytest.raises(UnusableError, match=r"^it belongs to another user$"):
        read_private(path)
    os.chown(path.parent, 12345, -1)
    for use in (lambda: read_private(path), lambda: write_private(path, b"")):
        with pytest.raises(UnusableError, match=r"^its folder belongs to another user$"):
            use()


def test_a_folder_that_is_a_link_or_a_file_is_not_trusted(tmp_path: Path) -> None:
    path = tmp_path / "cache" / "file"
    write_private(path, b"content")
    (tmp_path / "link").symlink_to("cache")
    for use in (
        lambda: read_private(tmp_path / "link" / "file"),
        lambda: write_private(tmp_path / "link" / "x", b""),
    ):
        with pytest.raises(UnusableError, match=r"^its folder is no folder$"):
            use()
    assert os.listdir(path.parent) == ["file"]


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "cache" / "file"
    (path / "in the way").mkdir(parents=True)
    path.parent.chmod(0o700)
    with pytest.raises(UnusableError, match=f"^it cannot be written: {os.strerror(errno.EISDIR)}$"):
        write_private(path, b"content")
    assert os.listdir(path.parent) == ["file"]
