"""Loose objects, streams of a known length, and folders of our own that a killed run left behind."""

from __future__ import annotations

import fcntl
import os
import random
import signal
import subprocess
import sys
import tempfile
import zlib
from typing import TYPE_CHECKING

import pytest

from leakscan.gitstore.deltaerror import OversizeError
from leakscan.gitstore.inflate import InflateError, inflate, inflate_head
from leakscan.gitstore.loose import iter_loose, peek_loose, read_loose
from leakscan.gitstore.privatefolder import PrivateFolder, _undisturbed, remove_abandoned

if TYPE_CHECKING:
    from pathlib import Path

NOISE = random.Random(1).randbytes(200_000)


@pytest.mark.parametrize("content", [b"", b"x", b"y" * 65_536, NOISE[:65_000], NOISE, b"z" * (64 << 20)])
def test_a_stream_gives_just_what_its_length_says(content: bytes) -> None:
    packed = zlib.compress(content, 1)
    assert inflate(packed, len(content)) == content
    assert inflate(packed + b"what follows", len(content)) == content
    assert inflate_head(packed, 10) == content[:10]
    for wrong in (len(content) + 1, len(content) - 1) if content else (1,):
        with pytest.raises(InflateError, match="length"):
            inflate(packed, wrong)
    for broken in (packed[:-5], b"no stream" + packed, packed[: len(packed) // 2]):
        with pytest.raises(InflateError):
            inflate(broken, len(content))


def loose(folder: Path, head: bytes, content: bytes, name: str = "0123" + "4" * 36) -> Path:
    path = folder / name[:2] / name[2:]
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(zlib.compress(head + content))
    return path


@pytest.mark.parametrize(("kind", "number"), [(b"commit", 1), (b"tree", 2), (b"blob", 3), (b"tag", 4)])
@pytest.mark.parametrize("size", [0, 1, 9, 10, 5000, 100_000])
def test_a_loose_object_is_its_kind_its_size_and_its_content(
    tmp_path, kind: bytes, number: int, size: int
) -> None:
    path = loose(tmp_path, b"%b %d\0" % (kind, size), NOISE[:size])
    assert peek_loose(path) == (number, size)
    assert read_loose(path) == NOISE[:size]
    assert read_loose(path, size) == NOISE[:size]
    if size:
        with pytest.raises(OversizeError):
            read_loose(path, size - 1)


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"blob",
        b"blob 5",
        b"blob 05\0",
        b"blob -5\0",
        b"blub 5\0",
        b" blob 5\0",
        b"blob 5" + b"0" * 18 + b"\0",
    ],
)
def test_a_damaged_header_is_no_object(tmp_path: Path, head: bytes) -> None:
    with pytest.raises(InflateError, match="header"):
        peek_loose(loose(tmp_path, head, b"12345"))


@pytest.mark.parametrize("size", [4, 6])
def test_a_size_that_the_content_has_not_is_damage(tmp_path: Path, size: int) -> None:
    with pytest.raises(InflateError, match="length"):
        read_loose(loose(tmp_path, b"blob %d\0" % size, b"12345"))


def test_a_loose_file_may_be_little_longer_than_the_largest_object(tmp_path: Path) -> None:
    path = loose(tmp_path, b"blob 5\0", b"12345")
    stream = path.read_bytes()
    limit = 6400
    path.write_bytes(stream.ljust(limit + limit // 64 + 256, b"x"))
    assert read_loose(path, limit) == b"12345"
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(OSError, match="longer than 6756 bytes"):
        read_loose(path, limit)


def test_loose_objects_are_listed_by_their_names_in_order(tmp_path: Path) -> None:
    names = ["ff" + "0" * 38, "00" + "a" * 38, "00" + "b" * 38, "7f" + "c" * 38]
    for name in names:
        loose(tmp_path, b"blob 0\0", b"", name)
    for other in ("00" + "d" * 37, "00" + "d" * 39, "00" + "g" * 38, "00" + "D" * 38):
        loose(tmp_path, b"blob 0\0", b"", other)
    (tmp_path / "00" / ("e" * 38)).mkdir()
    (tmp_path / "100").mkdir()
    (tmp_path / "100" / ("e" * 38)).touch()
    found = list(iter_loose(tmp_path, 20))
    assert [(name.hex(), path.parent.name + path.name) for name, path in found] == [
        (name, name) for name in sorted(names)
    ]
    assert list(iter_loose(tmp_path, 32)) == []


@pytest.fixture
def parent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def gone() -> int:
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_a_folder_of_our_own_is_private_and_goes_with_us(parent: Path) -> None:
    folder = PrivateFolder()
    assert folder.path.parent == parent
    assert folder.path.name.startswith(f"leakscan-{os.getpid()}-")
    assert folder.path.stat().st_mode & 0o777 == 0o700
    (folder.path / "file").write_text("x")
    PrivateFolder().remove()
    assert folder.path.exists()
    folder.remove()
    folder.remove()
    assert list(parent.iterdir()) == []


def test_signals_wait_while_nothing_may_be_left_half_done() -> None:
    awaited = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    with _undisturbed():
        assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before | awaited
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before


def test_a_folder_that_is_locked_by_us_is_locked_to_others_until_it_is_removed(parent: Path) -> None:
    folder = PrivateFolder()
    descriptor = os.open(folder.path, os.O_RDONLY)
    with pytest.raises(BlockingIOError):
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    folder.remove()
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(descriptor)
    assert not folder.path.exists()


def test_what_a_killed_run_left_is_removed_and_nothing_else(parent: Path) -> None:
    dead = gone()
    names = [
        f"leakscan-{dead}-abcdefgh",
        f"leakscan-{dead}-abcdefg",
        f"leakscan-{dead}-abcdefgh.x",
        f"leakscan-0{dead}-abcdefgh",
        f"leakscan-{os.getpid()}-abcdefgh",
        "leakscan-1-abcdefgh",
    ]
    for name in names:
        (parent / name).mkdir()
    (parent / f"leakscan-{dead}-ijklmnop").write_text("a file")
    (parent / f"leakscan-{dead}-qrstuvwx").symlink_to(names[1])
    before = {path.name for path in parent.iterdir()}
    remove_abandoned(str(parent))
    assert before - {path.name for path in parent.iterdir()} == {names[0]}
    remove_abandoned(str(parent / "absent"))


def test_a_folder_that_is_locked_stays_whatever_its_number(parent: Path) -> None:
    folder = PrivateFolder()
    moved = parent / f"leakscan-{gone()}-abcdefgh"  # as seen from another container
    folder.path.rename(moved)
    remove_abandoned(str(parent))
    assert moved.exists()
    folder.remove()
    remove_abandoned(str(parent))
    assert not moved.exists()


WITH_WORKER = """
import os, sys
from leakscan.gitstore.privatefolder import PrivateFolder

folder = PrivateFolder()
if (worker := os.fork()) == 0:
    folder.remove()
    sys.exit()
os.waitpid(worker, 0)
print(folder.path.exists())
raise KeyboardInterrupt
"""


def test_a_folder_goes_with_its_process_however_that_ends_and_not_with_a_worker(tmp_path: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    run = subprocess.run(
        [sys.executable, "-c", WITH_WORKER], capture_output=True, env=environment, check=False
    )
    assert (run.stdout, list(tmp_path.iterdir())) == (b"True\n", [])
