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
