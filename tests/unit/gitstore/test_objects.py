from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from gitrepo import Repo, contents, kinds, opened
from packwriter import PackWriter, copy, delta

from leakscan.errors import GitError
from leakscan.gitstore import objects
from leakscan.gitstore.faults import Faults
from leakscan.gitstore.objects import FOLDER, SUBMODULE, tree_entries
from leakscan.gitstore.packs import check_packs, list_ids

if TYPE_CHECKING:
    from pathlib import Path


def test_everything_is_read_reachable_or_not(repo: Repo) -> None:
    first = repo.commit({"a": "one\n"})
    repo.commit({"a": "two\n"}, "lost")
    repo.git("reset", "-q", "--hard", first)
    repo.blob("dangling\n")
    repo.git("tag", "-a", "v1", "-m", "tag text")
    repo.git("notes", "add", "-m", "a note")
    repo.write("a", "stashed\n")
    repo.git("stash", "-q")
    with opened(repo.path) as store:
        found = list(store.iter_objects())
        blobs = {item.data for item in found if item.kind == "blob"}
        assert blobs == {b"one\n", b"two\n", b"dangling\n", b"a note\n", b"stashed\n"}
        assert any(b"\n\nlost\n" in item.data for item in found if item.kind == "commit")
        assert [item.data.endswith(b"\n\ntag text\n") for item in found if item.kind == "tag"] == [True]
        assert len({item.oid for item in found}) == len(found)
        assert store.failures == []


def test_an_object_both_loose_and_packed_is_read_once(repo: Repo) -> None:
    repo.commit({"a": "one\n"})
    repo.git("repack", "-aq")
    with opened(repo.path) as store:
        assert sorted(item.kind for item in store.iter_objects()) == ["blob", "commit"]


def test_packed_objects_are_listed_in_the_order_of_the_pack(repo: Repo) -> None:
    repo.commit({str(number): f"{number}\n" for number in range(30)})
    repo.pack()
    told = "%(objecttype) %(objectname)"
    lines = repo.git("cat-file", "--batch-all-objects", "--unordered", f"--batch-check={told}").split("\n")
    with opened(repo.path) as store:
        listed = store.reader.inventory().content.decode().split()
    assert listed == [line.split()[1] for line in lines if not line.startswith("tree ")]
    assert listed != sorted(listed)


def test_a_sha256_repository_is_read(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "r", "--object-format=sha256")
    commit = repo.commit({"a": "one\n"})
    blob = repo.git("rev-parse", "HEAD:a")
    with opened(repo.path) as store:
        assert contents(store) == {b"one\n"}
        (placement,) = store.attribute([blob])[blob]
        assert placement.commit is not None
        assert (placement.commit.oid, placement.in_head) == (commit, True)
        store.check_connectivity()
        assert store.failures == []


def test_what_is_no_id_names_nothing(repo: Repo) -> None:
    commit = repo.commit({"a": "one\n"})
    others = [
        "HEAD",
        "main",
        "HEAD:a",
        f"{commit}^{{tree}}",
        commit[:10],
        commit.upper(),
        f"x\n{commit}",
        "\udcff",
    ]
    with opened(repo.path) as store:
        assert store.reader.kinds([*others, commit]) == {commit: "commit"}


@pytest.mark.parametrize("damage", [b"", b"garbage", None])
def test_a_damaged_loose_object_is_named_and_the_rest_is_read(repo: Repo, damage: bytes | None) -> None:
    repo.commit({str(number): f"{number}\n" for number in range(50)})
    victim = repo.git("rev-parse", "HEAD:25")
    path = repo.loose(victim)
    path.write_bytes(path.read_bytes()[:-4] if damage is None else damage)
    with opened(repo.path) as store:
        assert contents(store) == {b"%d\n" % number for number in range(50) if number != 25}
        assert [(failure.kind, failure.where) for failure in store.failures] == [("corrupt-objects", victim)]


def test_a_flipped_byte_in_a_pack_loses_only_what_it_hit(repo: Repo) -> None:
    for number in range(20):
        repo.commit({str(number): os.urandom(2000)})
    pack = repo.pack()
    data = bytearray(pack.read_bytes())
    data[len(data) // 2] ^= 0xFF
    pack.write_bytes(data)
    with opened(repo.path) as store:
        assert len(contents(store)) == 19
        assert kinds(store) == ["corrupt-objects"]


def test_too_many_damaged_objects_end_the_reading_honestly(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects, "_MAX_DAMAGED", 2)
    repo.commit({str(number): f"{number}\n" for number in range(9)})
    for number in range(5):
        path = repo.loose(repo.git("rev-parse", f"HEAD:{number}"))
        path.write_bytes(path.read_bytes()[:-4])
    with opened(repo.path) as store:
        read = len(list(store.iter_objects()))
        *damaged, last = store.failures
    assert [failure.kind for failure in damaged] == ["corrupt-objects"] * 2
    assert last.reason == f"2 objects are damaged: the remaining {10 - 2 - read} were not read"


@pytest.fixture
def circular(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> tuple[Repo, list[str]]:
    """Fifty sound objects, packed and loose, and the ids of four that are made from each other: git goes round them
    until it has no memory left."""
    monkeypatch.setattr(objects, "_CHECK_HEAP_BYTES", 16 << 20)
    monkeypatch.setattr(objects, "_HEAP_BYTES", 16 << 20)
    repo.commit({str(number): f"{number}\n" for number in range(30)})
    repo.pack()
    repo.git("tag", "-a", "-m", "text", "v1")
    for number in range(17):
        repo.blob(f"loose {number}\n")
    writer = PackWriter()
    circle = [bytes((number,)) * 20 for number in (1, 90, 91, 255)]
    for number, oid in enumerate(circle):
        writer.ref(oid, circle[number - 1], delta(3, 3, copy(0, 3)))
    writer.write(repo.git_dir / "objects")
    return repo, [oid.hex() for oid in circle]


def sound(repo: Repo, circle: list[str], *kinds: str) -> list[str]:
    """Ids of what can be read, by the names of files and indexes."""
    folder = repo.git_dir / "objects"
    oids = [oid.hex() for oid in list_ids(folder, check_packs(folder, 20, Faults()), 20)]
    sure = [oid for oid in oids if oid not in circle]
    said = repo.git("cat-file", "--batch-check=%(objectname) %(objecttype)", stdin="\n".join(sure).encode())
    told = dict(line.split() for line in said.split("\n"))
    return sorted(oid for oid, kind in told.items() if kind in kinds)


@pytest.mark.parametrize("careful", [1, 2, 7, 2_000])
def test_what_git_dies_of_is_named_and_all_else_is_listed_and_read(
    circular: tuple[Repo, list[str]], careful: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo, circle = circular
    monkeypatch.setattr(objects, "_CAREFUL", careful)
    everything = sound(repo, circle, "blob", "commit", "tag", "tree")
    assert len(everything) == 50
    monkeypatch.setattr(objects, "_HEAP_BYTES", 1)
    with opened(repo.path) as store:
        found = store.reader.inventory()
        told = [sorted(ids.decode().split()) for ids in (found.content, found.commits, found.trees)]
        failures = list(store.failures)
    assert told == [
        sound(repo, circle, *kinds) for kinds in (("blob", "commit", "tag"), ("commit",), ("tree",))
    ]
    monkeypatch.setattr(objects, "_HEAP_BYTES", 16 << 20)
    monkeypatch.setattr(objects, "_CHECK_HEAP_BYTES", 1)
    with opened(repo.path) as store:
        asked = sorted([*everything, *circle])
        assert sorted(item.oid for item in store.reader.fetch(asked)) == everything
        assert [failure.where for failure in store.failures] == circle
        for failure in (*failures, *store.failures):
            assert failure.kind == "corrupt-objects"
            assert failure.reason == "the object cannot be read: fatal: Out of memory, realloc failed"
    assert sorted(failure.where for failure in failures) == circle


@pytest.mark.parametrize(("most", "read", "told"), [(1, 0, 53), (4, 50, 0), (3, 49, 2)])
def test_what_is_left_after_too_many_deaths_is_counted(
    circular: tuple[Repo, list[str]], most: int, read: int, told: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo, circle = circular
    monkeypatch.setattr(objects, "_MAX_DAMAGED", most)
    everything = sound(repo, circle, "blob", "commit", "tag", "tree")
    asked = (
        [circle[0], *everything[:-1], *circle[1:3], everything[-1], circle[3]]
        if told
        else [*everything, *circle]
    )
    with opened(repo.path) as store:
        assert len(list(store.reader.fetch(asked))) == read
        reasons = [failure.reason for failure in store.failures][most:]
    assert reasons == ([f"{most} objects are damaged: the remaining {told} were not read"] if told else [])


def test_entries_of_a_tree_are_told_with_their_type_as_far_as_they_can_be_read() -> None:
    raw = bytes(range(20))
    entries = [
        (b"100644", b"a"),
        (b"100755", b"b c"),
        (b"120000", b"l"),
        (b"40000", b"\n"),
        (b"160000", b"s"),
    ]
    data = b"".join(mode + b" " + name + b"\0" + raw for mode, name in entries)
    types = [0o100000, 0o100000, 0o120000, FOLDER, SUBMODULE]
    told = [(kind, name, raw.hex()) for kind, (_, name) in zip(types, entries, strict=True)]
    assert list(tree_entries(data, 40)) == told
    assert list(tree_entries(data[:-1], 40)) == told[:-1]
    assert (FOLDER, SUBMODULE) == (0o040000, 0o160000)
    wide = bytes(range(32))
    assert list(tree_entries(b"100644 a\0" + wide, 64)) == [(0o100000, b"a", wide.hex())]


def test_an_object_too_large_to_hold_is_a_failure(repo: Repo) -> None:
    repo.commit({"big": "x" * 1001, "small": "y" * 1000})
    big = repo.git("rev-parse", "HEAD:big")
    with opened(repo.path) as store:
        store.reader.limit = 1000
        assert contents(store) == {b"y" * 1000}
        assert [(failure.kind, failure.where) for failure in store.failures] == [("too-large", big)]
        assert [item.oid for item in store.reader.read(f"{big}\n".encode())] == []
        for size in (objects.MAX_OBJECT_BYTES, objects.MAX_OBJECT_BYTES + 1):
            store.reader.record_too_large(f"{size}", size)
        told = "objects over 1,000 are not read"
        assert [failure.reason for failure in store.failures if failure.where != big] == [
            f"{objects.MAX_OBJECT_BYTES:,} bytes: {told} (a larger --max-memory would do)",
            f"{objects.MAX_OBJECT_BYTES + 1:,} bytes: {told}",
        ]


def test_a_fifo_among_objects_does_not_stop_the_scan(repo: Repo) -> None:
    repo.commit({"a": "one\n", "b": "two\n"})
    victim = repo.git("rev-parse", "HEAD:a")
    path = repo.loose(victim)
    path.unlink()
    os.mkfifo(path)
    with opened(repo.path) as store:
        assert contents(store) == {b"two\n"}
        assert kinds(store) == ["corrupt-objects"]


def test_a_store_closed_half_way_ends_its_readers_with_an_error(repo: Repo) -> None:
    repo.commit({str(number): f"{number}\n" * 2_000_000 for number in range(4)})
    with opened(repo.path) as store:
        reading = store.iter_objects()
        next(reading)
    with pytest.raises(GitError, match="closed"):
        next(reading)
    assert store.failures == []
