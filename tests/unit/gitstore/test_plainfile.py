"""Files read as data, and the small ones among them: bounded, never waiting, whole or not at all."""

from __future__ import annotations

import os
import stat
import tracemalloc
from typing import TYPE_CHECKING

import pytest

from leakscan.gitstore.bounds import bounds
from leakscan.gitstore.cachefile import read_private, write_private
from leakscan.gitstore.gitconfig import Setting, parse_config
from leakscan.gitstore.memory import UnusableError
from leakscan.gitstore.objects import MAX_OBJECT_BYTES
from leakscan.gitstore.plainfile import is_regular, iter_lines, open_folder, read_file

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_is_read_as_far_as_it_may_be_and_else_refused(tmp_path: Path) -> None:
    file = tmp_path / "file"
    for size in (0, 1, 9, 10):
        file.write_bytes(b"x" * size)
        assert read_file(file, 10) == b"x" * size
    file.write_bytes(b"x" * 11)
    with pytest.raises(OSError, match="longer than 10 bytes"):
        read_file(file, 10)
    assert read_file(os.fsencode(file), 11) == b"x" * 11


def test_of_a_file_that_is_too_long_nothing_is_read(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    os.truncate(file, 1 << 40)
    tracemalloc.start()
    with pytest.raises(OSError, match="longer"):
        read_file(file, 64 << 20)
    assert tracemalloc.get_traced_memory()[1] < 1 << 20
    tracemalloc.stop()


def test_links_are_followed_only_if_asked_for_and_pipes_never(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"content")
    (tmp_path / "link").symlink_to("file")
    os.mkfifo(tmp_path / "pipe")
    assert read_file(tmp_path / "link", 100) == b"content"
    with pytest.raises(OSError, match="symbolic links"):
        read_file(tmp_path / "link", 100, follow=False)
    with pytest.raises(OSError, match="not a regular file"):
        read_file(tmp_path / "pipe", 100)
    assert [is_regular(tmp_path / name) for name in ("file", "link", "pipe", "absent", "a\0b")] == [
        *(True, True, False, False, False)
    ]


def test_a_file_that_says_no_size_is_read_to_its_end() -> None:
    """Files of /proc say zero."""
    with open("/proc/self/cmdline", "rb") as file:
        expected = file.read()
    assert read_file(b"/proc/self/cmdline", 1 << 20) == expected != b""
    with pytest.raises(OSError, match="longer"):
        read_file(b"/proc/self/cmdline", len(expected) - 1)


def test_a_folder_is_opened_however_long_its_path_and_never_through_a_link(tmp_path: Path) -> None:
    root = os.fsencode(tmp_path)
    deep = "/".join(["n" * 200] * 6)
    (tmp_path / deep).mkdir(parents=True)
    (tmp_path / "link").symlink_to(".")
    for folder in (b"", b"n" * 200, deep.encode()):
        descriptor = open_folder(root, folder)
        assert os.path.samestat(os.fstat(descriptor), os.stat(os.path.join(root, folder)))
        os.close(descriptor)
    with pytest.raises(OSError, match=r"directory|symbolic links"):
        open_folder(root, b"link")


def test_a_private_file_is_written_and_read_by_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "mine" / "deeper" / "file"
    write_private(path, b"one")
    write_private(path, b"two")
    assert read_private(path) == b"two"
    assert (stat.S_IMODE(path.stat().st_mode), stat.S_IMODE(path.parent.stat().st_mode)) == (0o600, 0o700)
    assert [entry.name for entry in path.parent.iterdir()] == ["file"]
    assert read_private(path.with_name("absent")) is None


@pytest.mark.parametrize("bit", [0o001, 0o002, 0o004, 0o010, 0o020, 0o040])
def test_what_is_open_to_others_is_not_trusted(tmp_path: Path, bit: int) -> None:
    path = tmp_path / "mine" / "file"
    write_private(path, b"content")
    path.chmod(0o600 | bit)
    with pytest.raises(UnusableError, match="it is open to other users"):
        read_private(path)
    path.chmod(0o600)
    path.parent.chmod(0o700 | bit)
    for use in (lambda: read_private(path), lambda: write_private(path, b"")):
        with pytest.raises(UnusableError, match="its folder is open to other users"):
            use()
    path.parent.chmod(0o700)
    assert read_private(path) == b"content"


def test_a_link_or_a_folder_is_no_private_file(tmp_path: Path) -> None:
    path = tmp_path / "mine" / "file"
    write_private(path, b"content")
    (path.parent / "link").symlink_to("file")
    (path.parent / "folder").mkdir(mode=0o700)
    for name in ("link", "folder"):
        with pytest.raises(UnusableError, match="it is no regular file"):
            read_private(path.parent / name)
    with pytest.raises(UnusableError, match="cannot be written"):
        write_private(path.parent / "folder", b"")
    assert {entry.name for entry in path.parent.iterdir()} == {"file", "link", "folder"}
    with pytest.raises(UnusableError):
        write_private(path / "below", b"")


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        ("[core]\n\tbare = true\n", [("core", "", "bare", "true")]),
        ("[Core] Bare", [("core", "", "bare", "true")]),
        ("[core]bare=", [("core", "", "bare", "")]),
        ('[remote "Or\\"ig"]\nurl = a b ; c', [("remote", 'Or"ig', "url", "a b")]),
        ('[a]\nb = "x # y" # z', [("a", "", "b", "x # y")]),
        ("[a]\nb = x\\\ny", [("a", "", "b", "xy")]),
        ("[a]\nb = x\\\\y", [("a", "", "b", "x\\y")]),
        ("[a]\nb = x\\", [("a", "", "b", "x")]),
        ("\ufeff[a]\r\nb = 1\r\n", [("a", "", "b", "1")]),
        ("[a]\n# b = 1\n; c = 2\n1d = 3\n", []),
        ("b = 1", [("", "", "b", "1")]),
        ('[a "s"]\nb\n[a]\nb', [("a", "s", "b", "true"), ("a", "", "b", "true")]),
    ],
)
def test_settings_are_read_as_git_reads_them(text: str, settings: list[tuple[str, ...]]) -> None:
    assert parse_config(text.encode()) == [Setting(*setting) for setting in settings]


@pytest.mark.parametrize("jobs", [1, 2, 8])
@pytest.mark.parametrize("memory", [0, 1 << 28, 1 << 30, 1 << 36])
def test_all_processes_together_stay_under_the_limit(memory: int, jobs: int) -> None:
    found = bounds(memory, jobs)
    room = max(memory, 256 << 20) - (160 << 20)
    assert jobs * (found.held + 4 * found.shared) <= room < jobs * 5 * (found.held + 1)
    assert found.shared == min(found.held, MAX_OBJECT_BYTES)
    assert 4 * found.alone <= room
    assert found.alone == MAX_OBJECT_BYTES or 4 * (found.alone + 1) > room


def test_lines_are_those_that_hold_anything() -> None:
    assert list(iter_lines(b"\n\na\n\nb \r\n\n c")) == [b"a", b"b \r", b" c"]
    assert list(iter_lines(b"a\n")) == [b"a"]
    assert not list(iter_lines(b"")) + list(iter_lines(b"\n" * 100_000))
