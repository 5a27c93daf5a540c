from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from gitrepo import Repo, contents, kinds, opened

from leakscan.gitstore.faults import Faults
from leakscan.gitstore.packs import check_packs, list_ids

if TYPE_CHECKING:
    from pathlib import Path


def _flip(path: Path, offset: int) -> None:
    data = bytearray(path.read_bytes())
    data[offset] ^= 0xFF
    path.write_bytes(data)


def _cut(path: Path, length: int) -> None:
    path.write_bytes(path.read_bytes()[:length])


@pytest.mark.parametrize(
    "damage",
    [
        lambda pack: pack.with_suffix(".idx").unlink(),
        lambda pack: _cut(pack.with_suffix(".idx"), 500),
        lambda pack: _cut(pack.with_suffix(".idx"), 1100),
        lambda pack: _flip(pack.with_suffix(".idx"), 0),
        lambda pack: _flip(pack.with_suffix(".idx"), 8),
        lambda pack: _flip(pack.with_suffix(".idx"), -30),
    ],
    ids=["gone", "no table", "short", "magic", "fan-out", "checksum"],
)
def test_a_bad_index_is_one_failure_and_its_pack_is_read(repo: Repo, damage: object) -> None:
    repo.commit({"a": "one\n"})
    pack = repo.pack()
    repo.commit({"b": "two\n"})
    assert callable(damage)
    damage(pack)
    with opened(repo.path) as store:
        assert contents(store) == {b"one\n", b"two\n"}
        assert [(failure.kind, failure.where) for failure in store.failures] == [
            ("corrupt-objects", str(pack))
        ]


def test_of_a_pack_cut_off_the_first_objects_are_read(repo: Repo) -> None:
    repo.commit({"a": "one\n" * 100})
    repo.commit({str(number): f"{number}\n" * 100 for number in range(20)})
    pack = repo.pack()
    repo.commit({"b": "two\n"})
    _cut(pack, pack.stat().st_size * 2 // 3)
    with opened(repo.path) as store:
        found = {item.kind for item in store.iter_objects()}
        assert "commit" in found
        assert b"two\n" in contents(store)
        assert ("corrupt-objects", str(pack)) in {(f.kind, f.where) for f in store.failures}


def test_an_index_without_its_pack_is_a_failure(repo: Repo) -> None:
    repo.commit({"a": "one\n"})
    pack = repo.pack()
    pack.unlink()
    with opened(repo.path) as store:
        assert [(f.kind, f.where) for f in store.failures] == [
            ("missing-objects", str(pack.with_suffix(".idx")))
        ]


def test_version_1_indexes_are_read(repo: Repo) -> None:
    repo.commit({"a": "one\n"})
    pack = repo.pack()
    pack.with_suffix(".idx").unlink()
    repo.git("index-pack", "--index-version=1", str(pack))
    with opened(repo.path) as store:
        assert contents(store) == {b"one\n"}
        assert store.failures == []


def test_alternates_are_followed_relative_chained_and_cyclic(tmp_path: Path) -> None:
    repos = [Repo(tmp_path / name) for name in ("a", "b", 'odd "name\n#x')]
    for number, repo in enumerate(repos):
        repo.commit({"f": f"{number}\n"})
    objects = [repo.git_dir / "objects" for repo in repos]
    (objects[0] / "info/alternates").write_text("# note\n../../../b/.git/objects\n")
    (objects[1] / "info/alternates").write_text(f'"{objects[2]}"\n'.replace('odd "name\n', 'odd \\"name\\n'))
    (objects[2] / "info/alternates").write_text(f"{objects[0]}\n{tmp_path}/gone\n")
    with opened(repos[0].path) as store:
        assert contents(store) == {b"0\n", b"1\n", b"2\n"}
        assert [(f.kind, f.where) for f in store.failures] == [("missing-objects", f"{tmp_path}/gone")]


def test_a_long_chain_of_alternates_is_followed_to_its_end(tmp_path: Path) -> None:
    repos = [Repo(tmp_path / str(number)) for number in range(9)]
    for number, repo in enumerate(repos):
        repo.commit({"f": f"{number}\n"})
        if number:
            (repo.git_dir / "objects/info/alternates").write_text(f"../../../{number - 1}/.git/objects\n")
    with opened(repos[-1].path) as store:
        assert contents(store) == {b"%d\n" % number for number in range(9)}


def test_a_store_that_does_not_exist_is_a_failure(repo: Repo) -> None:
    repo.commit({"a": "one\n"})
    (repo.git_dir / "objects").rename(repo.path / "away")
    with opened(repo.path) as store:
        assert list(store.iter_objects()) == []
        assert "missing-objects" in kinds(store)


@pytest.mark.parametrize("version", ["1", "2"])
def test_the_ids_of_loose_and_packed_objects_are_listed(repo: Repo, version: str) -> None:
    repo.git("config", "pack.indexVersion", version)
    repo.commit({"a": "one\n", "b": "two\n"})
    repo.pack()
    repo.commit({"c": "three\n"})
    folder = repo.git_dir / "objects"
    listed = sorted(oid.hex() for oid in list_ids(folder, check_packs(folder, 20, Faults()), 20))
    told = repo.git("cat-file", "--batch-all-objects", "--batch-check=%(objectname)").split()
    assert listed == sorted(told)
