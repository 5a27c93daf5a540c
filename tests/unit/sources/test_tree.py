from pathlib import Path

import pytest

from leakscan.model import Blob, Failure, Skipped, WorktreeFile
from leakscan.sources.tree import MAX_FILE_BYTES, iter_files, iter_folder


def test_files_are_read_in_order(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/x").write_bytes(b"1")
    (tmp_path / "b").write_bytes(b"2")
    items = list(iter_files(tmp_path, [b"a/x", b"b"]))
    assert items == [Blob("", b"1", WorktreeFile(b"a/x")), Blob("", b"2", WorktreeFile(b"b"))]


def test_a_link_is_not_followed_not_even_in_place_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real/x").write_bytes(b"1")
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "file").symlink_to("real/x")
    inside, link = iter_files(tmp_path, [b"link/x", b"file"])
    assert isinstance(inside, Failure)
    assert link == Skipped("file", "no regular file")


def test_what_vanished_or_is_too_large_is_a_failure(tmp_path: Path) -> None:
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    kinds = [item.kind for item in iter_files(tmp_path, [b"gone", b"huge"]) if isinstance(item, Failure)]
    assert kinds == ["vanished", "too-large"]


def test_what_is_no_path_passes_through(tmp_path: Path) -> None:
    told = Skipped("x", "why")
    assert list(iter_files(tmp_path, [told])) == [told]


def test_a_folder_lists_every_file_but_no_repository_inside(tmp_path: Path) -> None:
    for name in ("b", "a/deep/c", "sub/.git/HEAD", "sub/.git/config", "sub/d", "no/.git/config"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("")
    (tmp_path / "loop").symlink_to(tmp_path)
    listed = list(iter_folder(tmp_path))
    assert [entry for entry in listed if isinstance(entry, bytes)] == [
        *(b"b", b"loop", b"a/deep/c", b"no/.git/config", b"sub/d")
    ]
    assert [entry.where for entry in listed if isinstance(entry, Skipped)] == ["sub"]


def test_a_folder_that_cannot_be_listed_is_a_failure(tmp_path: Path) -> None:
    (listed,) = iter_folder(tmp_path / "gone")
    assert isinstance(listed, Failure)
    assert listed.kind == "unreadable"


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc")
def test_a_file_that_is_larger_than_its_size_says_is_read_whole() -> None:
    assert Path("/proc/self/status").stat().st_size == 0
    (item,) = iter_files(Path("/proc/self"), [b"status"])
    assert isinstance(item, Blob)
    assert item.data.startswith(b"Name:")
    assert item.data.endswith(b"\n")
    assert b"VmPeak" in item.data


def test_files_of_every_size_are_read_whole(tmp_path: Path) -> None:
    sizes = [0, 1, 4095, 4096, (1 << 20) - 1, 1 << 20, (1 << 21) + 1]
    for size in sizes:
        (tmp_path / str(size)).write_bytes(b"x" * size)
    items = list(iter_files(tmp_path, [str(size).encode() for size in sizes]))
    assert [len(item.data) for item in items if isinstance(item, Blob)] == sizes
