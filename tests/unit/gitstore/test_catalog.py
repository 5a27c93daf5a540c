from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from gitrepo import Repo, kinds, opened
from packwriter import BLOB, PackWriter, blob_id, copy, delta
from sweeping import expected, swept, swept_texts

from leakscan.gitstore import catalog as catalog_module
from leakscan.gitstore import packfile
from leakscan.gitstore.catalog import Catalog
from leakscan.gitstore.faults import Faults
from leakscan.gitstore.loose import iter_loose, peek_loose, read_loose
from leakscan.gitstore.packfile import PackFile

if TYPE_CHECKING:
    from pathlib import Path

RUN = b"A1x2C3z4" * 8


def _catalog(repo: Repo, faults: Faults) -> Catalog:
    return Catalog([repo.git_dir / "objects"], 20, faults)


def test_nodes_are_all_objects_packed_and_loose(repo: Repo) -> None:
    repo.commit({"a": "one\n"})
    repo.pack()
    repo.commit({"b": "two\n"})
    catalog = _catalog(repo, Faults())
    told = {line.split()[0]: int(line.split()[1]) for line in _listing(repo)}
    assert {catalog.oid(node): catalog.sizes[node] for node in range(len(catalog))} == told
    assert len(catalog) == 6
    assert catalog.copies == {}
    assert sorted(catalog.read(node) for node in range(6) if catalog.kinds[node] == 3) == [b"one\n", b"two\n"]
    catalog.close()


def _listing(repo: Repo) -> list[str]:
    return repo.git("cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objectsize)").split(
        "\n"
    )


def test_copies_of_an_object_are_known_in_every_pack_and_loose(repo: Repo) -> None:
    for name, contents in {"one": [b"a", b"b", b"c"], "two": [b"b", b"d"], "three": [b"b", b"d"]}.items():
        writer = PackWriter()
        for content in contents:
            writer.blob(content)
        writer.write(repo.git_dir / "objects", name)
    catalog = _catalog(repo, Faults())
    names = {name: [catalog.names.name(node) for node in nodes] for name, nodes in catalog.copies.items()}
    assert names == {blob_id(b"b"): [blob_id(b"b")] * 3, blob_id(b"d"): [blob_id(b"d")] * 2}
    catalog.close()


@pytest.mark.parametrize("times", [1, 2, 3, 9])
def test_packs_taken_away_while_they_are_listed_are_looked_for_anew(
    repo: Repo, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit({"a": RUN})
    repo.pack()
    left = times

    def vanishing(*arguments: Any) -> PackFile:
        nonlocal left
        left -= 1
        if left >= 0:
            raise FileNotFoundError
        return PackFile(*arguments)

    monkeypatch.setattr(catalog_module, "PackFile", vanishing)
    with opened(repo.path) as store:
        found = swept(store)
        assert (len(found), kinds(store)) == ((1, []) if times < 3 else (0, ["vanished"]))


def test_what_is_to_be_passed_over_is_not_in_the_list(repo: Repo) -> None:
    repo.commit({"a": "one\n"})
    pack = repo.pack()
    loose, other = repo.blob("two\n"), repo.blob("three\n")
    packed = repo.git("rev-parse", "HEAD:a")
    for skip, left in (
        ((), {packed, loose, other}),
        ((pack,), {loose, other}),
        ((repo.loose(loose),), {packed, other}),
    ):
        catalog = Catalog([repo.git_dir / "objects"], 20, Faults(), skip=skip)
        assert {oid for oid in (packed, loose, other) if catalog.find(oid) >= 0} == left
        catalog.close()


def test_a_loose_object_that_cannot_be_read_has_no_kind_and_no_base(repo: Repo) -> None:
    repo.loose(repo.blob("damaged\n")).write_bytes(b"no stream")
    repo.blob("sound\n")
    catalog = _catalog(repo, Faults())
    told = sorted(zip(catalog.kinds, catalog.sizes, catalog.parents, strict=True))
    assert told == [(0, 0, -2), (3, 6, -1)]
    catalog.close()


def test_a_pack_that_cannot_be_read_is_a_failure(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.commit({"a": RUN})
    pack = repo.pack()

    def broken(*_: Any) -> PackFile:
        raise OSError(5, "Input/output error")

    before = len(os.listdir("/dev/fd"))
    monkeypatch.setattr(packfile.kernel, "parse_headers", broken)
    with opened(repo.path) as store:
        assert swept(store) == []
        assert [(failure.kind, failure.where) for failure in store.failures] == [
            ("corrupt-objects", str(pack))
        ]
    assert len(os.listdir("/dev/fd")) == before


def test_more_packs_than_are_held_open_are_read(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packfile, "_MAX_HELD_OPEN", 2)
    for number in range(6):
        repo.commit({f"{number}": b"%d " % number + RUN})
        repo.git("repack", "-dq")
    with opened(repo.path) as store:
        assert len(swept(store)) == 6
        assert swept(store) == expected(store)
        assert len(swept_texts(store)) == 6


def test_loose_objects_are_those_that_are_regular_files(repo: Repo, tmp_path: Path) -> None:
    oid = repo.blob("content\n")
    folder = repo.git_dir / "objects" / oid[:2]
    os.mkfifo(folder / ("f" * 38))
    (folder / "tmp_obj_1").write_text("no object")
    ((name, path),) = iter_loose(repo.git_dir / "objects", 20)
    assert name.hex() == oid
    assert peek_loose(path) == (3, 8)
    assert read_loose(path) == b"content\n"


def test_the_header_of_a_loose_object_is_checked(tmp_path: Path) -> None:
    import zlib

    from leakscan.gitstore.deltaerror import OversizeError
    from leakscan.gitstore.inflate import InflateError

    for content in (b"blob 3\0abcd", b"blob 5\0abcd", b"blub 4\0abcd", b"blob 04\0abcd", b"blob", b""):
        (tmp_path / "object").write_bytes(zlib.compress(content))
        with pytest.raises(InflateError):
            read_loose(tmp_path / "object")
    (tmp_path / "object").write_bytes(zlib.compress(b"blob 50000000000\0abcd"))
    assert peek_loose(tmp_path / "object") == (3, 50_000_000_000)
    with pytest.raises(OversizeError):
        read_loose(tmp_path / "object")


@pytest.mark.parametrize("first", ["base", "delta"])
def test_a_base_that_is_named_is_known_wherever_it_stands_and_else_missing(repo: Repo, first: str) -> None:
    based, ids = PackWriter(), {"delta": b"\2" * 20, "orphan": b"\3" * 20, "base": b"\1" * 20}
    if first == "base":
        based.add(ids["base"], BLOB, b"text")
    based.ref(ids["delta"], ids["base"], delta(4, 4, copy(0, 4)))
    based.ref(ids["orphan"], b"\4" * 20, delta(4, 4, copy(0, 4)))
    if first == "delta":
        based.add(ids["base"], BLOB, b"text")
    based.write(repo.git_dir / "objects")
    catalog = _catalog(repo, Faults())
    nodes = {name: catalog.names.find(oid) for name, oid in ids.items()}
    assert 0 in (nodes["base"], nodes["delta"])
    assert catalog.parents[nodes["delta"]] == nodes["base"]
    assert catalog.parents[nodes["base"]] == -1
    assert catalog.parents[nodes["orphan"]] == -2
    assert catalog.missing == {b"\4" * 20: [nodes["orphan"]]}
    catalog.close()
