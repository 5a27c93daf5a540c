from __future__ import annotations

import os
import random
import signal
import zlib
from typing import TYPE_CHECKING

import pytest
from gitrepo import Repo, contents, kinds, opened
from packwriter import BLOB, COMMIT, PackWriter, blob_id, copy, delta, insert, varint
from sweeping import SPEC, expected, swept, swept_texts, totals, use_reference

from leakscan.gitstore import deal, kernel_reference_walk
from leakscan.gitstore.sweep import Sweep

if TYPE_CHECKING:
    from pathlib import Path

    from leakscan.gitstore import StoredObject

RUN = b"A1x2C3z4" * 8
LINES = b"".join(b"line %d of a file\n" % number for number in range(40))
HELD = LINES + b"key = " + RUN + b"\n"


def _found(path: Path, **options: int) -> set[bytes]:
    with opened(path) as store:
        return {data for _, data in swept(store, **options)}


def _history(repo: Repo, versions: int = 30) -> None:
    rng = random.Random(versions)
    lines = [b"%d\n" % rng.getrandbits(200) for _ in range(60)]
    for number in range(versions):
        lines[rng.randrange(len(lines))] = b"%d\n" % number
        files: dict[str | bytes, str | bytes] = {"a": b"".join(lines), "b": b"".join(lines[: number + 5])}
        if number % 7 == 3:
            files["a"] += RUN + b"\n"  # type: ignore[operator]
        repo.commit(files, message=f"change {number}")


@pytest.mark.parametrize("reference", [False, True])
def test_every_blob_is_counted_once_wherever_it_stands(
    repo: Repo, reference: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if reference:
        use_reference(monkeypatch)
    _history(repo, 10)
    repo.git("repack", "-q", "-a")
    _history(repo, 16)
    repo.git("repack", "-q", "-a", "--window=3")
    repo.blob("loose\n")
    other = Repo(repo.path.parent / "other")
    other.commit({"a": "of the other\n", "b": "loose\n"})
    (repo.git_dir / "objects/info").mkdir(exist_ok=True)
    (repo.git_dir / "objects/info/alternates").write_text(f"{other.git_dir / 'objects'}\n")
    with opened(repo.path) as store:
        blobs = [found.data for found in store.iter_objects() if found.kind == "blob"]
        assert totals(store) == (len(blobs), sum(map(len, blobs)))
        assert swept(store) == expected(store)
        assert sorted(swept_texts(store)) == sorted(
            found for found in store.iter_objects() if found.kind != "blob"
        )
        assert store.failures == []


def test_an_empty_repository_gives_nothing(repo: Repo) -> None:
    with opened(repo.path) as store:
        assert (swept(store), swept_texts(store)) == ([], [])
        assert store.failures == []


def test_wide_text_is_looked_at_whole_and_tags_are_texts(repo: Repo) -> None:
    wide = {
        "a": "text".encode("utf-16"),
        "b": "text".encode("utf-16-be"),
        "c": b"\0",
        "d": b"x" * 5000 + b"\0" + b"x" * 5000,
    }
    repo.commit(wide)  # type: ignore[arg-type]
    repo.git("tag", "-a", "-m", "a tag's message", "v1")
    assert _found(repo.path) == {wide["a"], wide["b"], wide["c"]}
    with opened(repo.path) as store:
        assert [found.kind for found in swept_texts(store)].count("tag") == 1


def test_results_do_not_depend_on_the_number_of_workers(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deal, "_WORTH_FORKING", 1)
    _history(repo)
    repo.pack()
    with opened(repo.path) as store:
        told = expected(store)
        assert len(told) > 3
        for jobs in (1, 2, 7):
            assert swept(store, jobs=jobs) == told
        assert totals(store, jobs=1) == totals(store, jobs=3)


@pytest.mark.parametrize("held_bytes", [0, 3_000, 20_000])
def test_a_small_bound_on_memory_changes_nothing(
    repo: Repo, held_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    _history(repo)
    repo.pack()
    with opened(repo.path) as store:
        told = expected(store)
        assert swept(store, held_bytes=held_bytes) == told
    rebuilt = 0
    rebuild = kernel_reference_walk.Paths._rebuild

    def count(*arguments: object) -> bytes:
        nonlocal rebuilt
        rebuilt += 1
        return rebuild(*arguments)  # type: ignore[arg-type]

    use_reference(monkeypatch)
    monkeypatch.setattr(kernel_reference_walk.Paths, "_rebuild", count)
    with opened(repo.path) as store:
        assert swept(store, held_bytes=held_bytes) == told
    assert rebuilt or held_bytes


def _deltas_of_held(writer: PackWriter, base: bytes = b"") -> list[bytes]:
    """Three deltas from a base that holds an anchor: one keeps it, one cuts it, one is cut from it."""
    base = base or blob_id(HELD)
    size = len(HELD)
    made = [
        (HELD + b"more", [copy(0, size), insert(b"more")]),
        (HELD[:-20], [copy(0, size - 20)]),
        (LINES, [copy(0, len(LINES))]),
    ]
    for target, instructions in made:
        writer.ref(blob_id(target), base, delta(size, len(target), *instructions))
    return [target for target, _ in made]


@pytest.mark.parametrize("place", ["same pack", "other pack", "loose", "behind"])
def test_a_base_is_found_wherever_it_stands(repo: Repo, place: str) -> None:
    writer, other = PackWriter(), PackWriter()
    if place == "same pack":
        writer.blob(HELD)
    targets = _deltas_of_held(writer)
    if place == "behind":
        writer.blob(HELD)
    if place == "other pack":
        other.blob(HELD)
        other.write(repo.git_dir / "objects", "other")
    if place == "loose":
        repo.blob(HELD.decode())
    writer.write(repo.git_dir / "objects")
    with opened(repo.path) as store:
        assert {data for _, data in swept(store)} == {HELD, targets[0]}
        assert totals(store) == (4, sum(map(len, targets)) + len(HELD))
        assert store.failures == []


def test_a_missing_base_is_one_failure_and_the_rest_is_swept(repo: Repo) -> None:
    writer = PackWriter()
    _deltas_of_held(writer)
    writer.blob(RUN)
    writer.write(repo.git_dir / "objects")
    with opened(repo.path) as store:
        assert {data for _, data in swept(store)} == {RUN}
        (failure,) = store.failures
        assert (failure.kind, failure.where) == ("missing-objects", blob_id(HELD).hex())
        assert "3 others" in failure.reason


def test_no_base_is_missed_where_what_is_made_from_it_stands_elsewhere_too(repo: Repo) -> None:
    writer, whole = PackWriter(), PackWriter()
    targets = _deltas_of_held(writer)
    for target in targets[:2]:
        whole.blob(target)
    writer.write(repo.git_dir / "objects")
    whole.write(repo.git_dir / "objects", "whole")
    with opened(repo.path) as store:
        assert {data for _, data in swept(store)} == {targets[0]}
        (failure,) = store.failures
        told = "the object is not in the store: 1 others are stored as differences from it"
        assert (failure.kind, failure.reason) == ("missing-objects", told)
    last = PackWriter()
    last.blob(targets[2])
    last.write(repo.git_dir / "objects", "last")
    with opened(repo.path) as store:
        assert {data for _, data in swept(store)} == {targets[0]}
        assert (totals(store)[0], store.failures) == (3, [])


def test_a_missing_base_of_a_partial_clone_says_so(repo: Repo) -> None:
    writer = PackWriter()
    _deltas_of_held(writer)
    writer.write(repo.git_dir / "objects").with_suffix(".promisor").touch()
    with opened(repo.path) as store:
        assert swept(store) == []
        assert kinds(store) == ["partial-clone"]


@pytest.mark.parametrize("length", [1, 2, 5])
def test_deltas_in_a_circle_end_the_walk_and_the_rest_is_swept(repo: Repo, length: int) -> None:
    writer = PackWriter()
    oids = [bytes((number + 1,)) * 20 for number in range(length)]
    for number, oid in enumerate(oids):
        writer.ref(oid, oids[number - 1], delta(3, 3, copy(0, 3)))
    writer.ref(b"\x77" * 20, oids[0], delta(3, 3, copy(0, 3)))
    writer.add(b"\x78" * 20, BLOB, b"damaged", packed=b"no stream")
    writer.blob(RUN)
    writer.write(repo.git_dir / "objects")
    with opened(repo.path) as store:
        assert {data for _, data in swept(store)} == {RUN}
        (failure,) = store.failures
        assert failure.kind == "corrupt-objects"
        told = f"{length + 1} objects are stored as differences in a circle"
        assert failure.reason == f"{told}; 1 damaged ones were not looked for elsewhere"


def test_a_delta_that_claims_50_gb_is_too_large_and_not_believed(repo: Repo) -> None:
    writer = PackWriter()
    writer.blob(LINES)
    oid = b"\1" * 20
    writer.ref(oid, blob_id(LINES), varint(len(LINES)) + varint(50 << 30) + copy(0, 5))
    writer.ref(b"\2" * 20, oid, delta(50 << 30, 3, copy(0, 3)))
    writer.blob(RUN)
    writer.write(repo.git_dir / "objects")
    with opened(repo.path) as store:
        assert {data for _, data in swept(store)} == {RUN}
        assert [(failure.kind, failure.where) for failure in store.failures] == [
            ("too-large", oid.hex()),
            ("too-large", f"deltas of {oid.hex()}"),
        ]


@pytest.mark.parametrize("packed", [True, False])
def test_an_object_over_the_limit_is_too_large(repo: Repo, packed: bool) -> None:
    repo.commit({"a": RUN + bytes(2000)})
    repo.commit({"b": RUN})
    if packed:
        repo.pack()
    with opened(repo.path) as store:
        store.reader.limit = 1000
        assert {data for _, data in swept(store, object_bytes=1000)} == {RUN}
        assert kinds(store) == ["too-large"]
        assert "--max-memory" in store.failures[0].reason


@pytest.mark.parametrize("packed", [True, False])
def test_an_object_too_large_for_a_worker_is_read_alone(repo: Repo, packed: bool) -> None:
    for number in range(4):
        repo.commit({"a": RUN + b"\nmore\n" * 200 + b"%d" % number})
    if packed:
        repo.pack()
    with opened(repo.path) as store:
        assert len(swept(store, object_bytes=1000)) == 4
        assert store.failures == []


def test_a_chain_ten_thousand_deep_is_walked(repo: Repo) -> None:
    writer = PackWriter()
    offset = writer.add(b"\0" * 20, BLOB, RUN)
    for number in range(10_000):
        oid = b"%020d" % number
        offset = writer.ofs(oid, offset, delta(64, 64, copy(0, 64)))
    writer.write(repo.git_dir / "objects")
    with opened(repo.path) as store, Sweep(store, SPEC) as sweep:
        assert len(list(sweep.run(lambda found: found.data == RUN or None))) == 10_001
        assert store.failures == []


def test_a_damaged_base_is_named_and_what_is_made_from_it_is_counted(repo: Repo) -> None:
    writer = PackWriter()
    writer.add(blob_id(HELD), BLOB, HELD, packed=zlib.compress(HELD)[:-9])
    _deltas_of_held(writer)
    writer.blob(RUN)
    writer.write(repo.git_dir / "objects")
    with opened(repo.path) as store:
        assert {data for _, data in swept(store)} == {RUN}
        oid = blob_id(HELD).hex()
        assert [(failure.kind, failure.where) for failure in store.failures] == [
            ("corrupt-objects", oid),
            ("corrupt-objects", f"deltas of {oid}"),
        ]
        assert store.failures[1].reason.startswith("3 objects")


@pytest.mark.parametrize("damaged", ["first", "second"])
def test_of_two_copies_the_sound_one_is_read_with_all_made_from_either(repo: Repo, damaged: str) -> None:
    for name in ("first", "second"):
        writer = PackWriter()
        packed = zlib.compress(HELD)[:-9] if name == damaged else None
        writer.add(blob_id(HELD), BLOB, HELD, packed=packed)
        if name == "first":
            _deltas_of_held(writer)
        writer.write(repo.git_dir / "objects", name)
    with opened(repo.path) as store:
        assert {data for _, data in swept(store)} == {HELD, HELD + b"more"}
        assert totals(store)[0] == 4
        assert store.failures == []


def test_an_index_of_another_pack_gives_failures_and_no_crash(repo: Repo) -> None:
    _history(repo, 5)
    pack = repo.pack()
    data = bytearray(pack.read_bytes())
    data[12:-20] = random.Random(5).randbytes(len(data) - 32)
    pack.write_bytes(data)
    repo.blob(RUN.decode())
    with opened(repo.path) as store:
        assert {data for _, data in swept(store)} == {RUN}
        assert set(kinds(store)) <= {"corrupt-objects", "missing-objects", "too-large"}
        assert store.failures


def test_a_damaged_loose_object_is_a_failure(repo: Repo) -> None:
    path = repo.loose(repo.blob("damaged\n"))
    path.write_bytes(b"no stream")
    cut = repo.loose(repo.blob("cut off " * 1000))
    cut.write_bytes(cut.read_bytes()[:-10])
    repo.blob(RUN.decode())
    with opened(repo.path) as store:
        assert {data for _, data in swept(store)} == {RUN}
        assert kinds(store) == ["corrupt-objects"] * 2


def test_a_repack_during_the_sweep_takes_nothing_away(repo: Repo) -> None:
    _history(repo, 6)
    repo.pack()
    _history(repo, 9)
    with opened(repo.path) as store:
        told, blobs = expected(store), contents(store)
        with Sweep(store, SPEC) as sweep:
            repo.git("repack", "-q", "-a", "-d", "-f")
            repo.git("prune-packed")
            assert list(sweep.run(lambda found: (found.oid, found.data))) == told
            assert sweep.totals["blob"] == len(blobs)
        assert store.failures == []


@pytest.mark.parametrize("always", [True, False])
def test_what_a_killed_worker_had_is_read_again_or_recorded(
    repo: Repo, always: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deal, "_WORTH_FORKING", 1)
    for number in range(40):
        repo.commit({f"{number}": b"%d " % number + RUN})
    repo.pack()
    died = repo.path / "died"

    def visit(found: StoredObject) -> bytes:
        if found.data.startswith(b"7 ") and (always or not died.exists()):
            died.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return found.data

    with opened(repo.path) as store, Sweep(store, SPEC, jobs=2) as sweep:
        found = list(sweep.run(visit))
        if always:
            assert 0 < len(found) < 40
            assert kinds(store) == ["unreadable"]
            assert f"{40 - len(found)} objects were not scanned" in store.failures[0].reason
        else:
            assert len(found) == 40
            assert store.failures == []


def test_what_a_visit_raises_is_raised(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deal, "_WORTH_FORKING", 1)
    repo.commit({f"{number}": b"%d " % number + RUN for number in range(40)})

    def visit(found: StoredObject) -> None:
        raise ZeroDivisionError

    with opened(repo.path) as store, Sweep(store, SPEC, jobs=2) as sweep, pytest.raises(ZeroDivisionError):
        list(sweep.run(visit))


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_sweep_that_is_told_to_stop_gives_what_it_found(
    repo: Repo, jobs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deal, "_WORTH_FORKING", 1)
    repo.commit({f"{number}": b"%d " % number + RUN for number in range(400)})
    with opened(repo.path) as store, Sweep(store, SPEC, jobs=jobs) as sweep:
        found = list(sweep.run(lambda found: found.oid, go_on=lambda: False))
        assert len(found) == sweep.totals["blob"]
        assert 0 < len(found) < 400
        with pytest.raises(ChildProcessError):
            os.waitpid(-1, os.WNOHANG)


def test_damaged_texts_are_failures_and_the_rest_is_read(repo: Repo) -> None:
    writer = PackWriter()
    writer.add(b"\1" * 20, COMMIT, b"tree", packed=b"no stream")
    repo.commit({"a": "a\n"}, message="fine")
    writer.write(repo.git_dir / "objects")
    with opened(repo.path) as store:
        assert [found.data.endswith(b"fine\n") for found in swept_texts(store)] == [True]
        assert kinds(store) == ["corrupt-objects"]


@pytest.mark.parametrize("jobs", [1, 2])
def test_texts_with_an_anchor_are_visited_if_asked_for(
    repo: Repo, jobs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deal, "_WORTH_FORKING", 1)
    for number in range(30):
        message = f"change {number}: " + RUN.decode() * (number % 5 == 2)
        repo.commit({"a": f"{number}\n"}, message=message)
    repo.git("tag", "-a", "-m", RUN.decode(), "v1")
    repo.git("tag", "-a", "-m", "nothing", "v2")
    repo.pack()
    with opened(repo.path) as store, Sweep(store, SPEC, jobs=jobs) as sweep:
        found = list(sweep.run(lambda found: found._replace(anchored=None), texts=True))
        told = sorted(item for item in store.iter_objects() if RUN in item.data)
        assert found == told
        assert [item.kind for item in told].count("commit") == 6
        assert [sweep.totals[kind] for kind in ("blob", "commit", "tag")] == [30, 30, 2]
