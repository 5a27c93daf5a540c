"""What objects lie in, known again by what the file system says."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from gitrepo import Repo

from leakscan.gitstore.containers import Containers, path_of, take_stock
from tests.conftest import wait_until

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def objects(repo: Repo) -> Path:
    """A pack and two loose objects, none changed of late."""
    repo.commit({"a": "1"})
    repo.pack()
    repo.blob("2")
    repo.blob("3")
    folder = repo.git_dir / "objects"
    for file in files(folder):
        age(file, 10)
    return folder


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.parent.name != "info")


def age(file: Path, seconds: float) -> None:
    file.chmod(0o644)
    moment = time.time_ns() - int(seconds * 1e9)
    os.utime(file, ns=(moment, moment))


def stock(folder: Path) -> Containers:
    return take_stock([folder], 20)


def sealed(folder: Path) -> Containers:
    found = stock(folder)
    found.seal([folder])
    return found


def continues(folder: Path, earlier: Containers) -> tuple[bool, list[str]]:
    now = stock(folder)
    return now.continues(earlier, [folder]), now.moved


def test_packs_indexes_and_loose_objects_are_in_stock(objects: Path) -> None:
    (objects / "pack" / "tmp_pack_x").write_text("x")
    (objects / "aa").mkdir(exist_ok=True)
    (objects / "aa" / "tmp_obj_x").write_text("x")
    (objects / "pack" / "folder.pack").mkdir()
    os.mkfifo(objects / "pack" / "pipe.pack")  # nobody waits for it
    found = stock(objects)
    assert {path_of([objects], name) for name in found.stamps} == {
        file for file in files(objects) if file.suffix in (".pack", ".idx") or len(file.name) == 38
    }
    for name, (inode, size, modified, changed, tail) in found.stamps.items():
        facts = path_of([objects], name).stat()
        assert (inode, size, modified, changed) == (
            facts.st_ino,
            facts.st_size,
            facts.st_mtime_ns,
            facts.st_ctime_ns,
        )
        data = path_of([objects], name).read_bytes()
        assert tail == (data[-40:].hex() if "/pack/" in name else "")
    both = take_stock([objects.parent / "absent", objects], 20)
    assert {name.partition("/")[0] for name in both.stamps} == {"1"}


def test_nothing_changed_continues_and_what_came_is_no_matter(objects: Path) -> None:
    earlier = sealed(objects)
    assert continues(objects, earlier) == (True, [])
    (objects / "ab").mkdir(exist_ok=True)
    (objects / "ab" / ("c" * 38)).write_bytes(b"new")
    assert continues(objects, earlier) == (True, [])


def test_a_loose_object_may_go_into_a_pack_but_no_pack_may_go(objects: Path) -> None:
    earlier = sealed(objects)
    loose = next(file for file in files(objects) if len(file.name) == 38)
    loose.unlink()
    assert continues(objects, earlier) == (True, [loose.parent.name + loose.name])
    next((objects / "pack").glob("*.pack")).unlink()
    assert continues(objects, earlier)[0] is False


@pytest.mark.parametrize("kind", ["loose", "pack"])
def test_times_may_change_where_a_digest_tells_that_nothing_else_did(objects: Path, kind: str) -> None:
    is_pack = kind == "pack"
    file = next(
        f for f in files(objects) if (f.suffix == ".pack") == is_pack and (is_pack or len(f.name) == 38)
    )
    first = sealed(objects)
    name = next(name for name in first.stamps if path_of([objects], name) == file)
    assert bool(first.digests.get(name)) == (not is_pack)  # large ones only once they were seen to change
    age(file, 5)
    assert continues(objects, first)[0] is (not is_pack)
    second = stock(objects)
    second.continues(first, [objects])
    second.seal([objects])
    assert second.digests[name]
    assert continues(objects, second)[0] is True
    age(file, 4)
    assert continues(objects, second)[0] is True
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    assert continues(objects, second)[0] is False


def test_a_digest_is_taken_over_as_long_as_nothing_changed(objects: Path) -> None:
    first = sealed(objects)
    name = next(iter(first.stamps))
    marked = replace(first, digests={name: "ab"})
    now = stock(objects)
    assert now.continues(marked, [objects])
    assert now.digests == {name: "ab"}


def test_what_changed_just_now_is_not_settled(objects: Path) -> None:
    wait_until(lambda: stock(objects).is_settled)  # the times of change are those of the system
    ahead = time.time_ns() + 60 * 10**9
    os.utime(files(objects)[0], ns=(ahead, ahead))
    assert not stock(objects).is_settled


@pytest.mark.parametrize(("fraction", "margin"), [(1, 50_000_000), (0, 3_000_000_000)])
def test_a_change_is_settled_after_a_while_a_longer_one_where_times_are_in_seconds(
    objects: Path, monkeypatch: pytest.MonkeyPatch, fraction: int, margin: int
) -> None:
    ahead = (time.time_ns() // 10**9 + 60) * 10**9 + fraction
    os.utime(files(objects)[0], ns=(ahead, ahead))
    for now, expected in ((ahead + margin, False), (ahead + margin + 1, True)):
        monkeypatch.setattr(time, "time_ns", lambda now=now: now)
        assert stock(objects).is_settled is expected


def test_all_folders_of_loose_objects_are_looked_through_and_no_others(tmp_path: Path) -> None:
    for folder, name in (("00", "a" * 38), ("ff", "b" * 62), ("100", "c" * 38), ("aa", "d" * 39)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_text("x")
    assert set(stock(tmp_path).stamps) == {f"0/00/{'a' * 38}", f"0/ff/{'b' * 62}"}


def test_of_a_short_pack_all_is_kept(tmp_path: Path) -> None:
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "x.pack").write_bytes(b"short")
    (stamp,) = stock(tmp_path).stamps.values()
    assert stamp[-1] == b"short".hex()


def test_a_name_that_is_none_of_a_stamp_is_refused(tmp_path: Path) -> None:
    assert path_of([tmp_path / "0", tmp_path / "1"], "1/pack/x") == tmp_path / "1" / "pack" / "x"
    for name in ("x/pack/y", "0/y", "0/a/b/c"):
        with pytest.raises(ValueError, match=r"invalid literal|values to unpack"):
            path_of([tmp_path], name)
