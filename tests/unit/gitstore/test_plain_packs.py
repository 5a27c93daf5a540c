"""Packs and folders of objects as files written here, without git."""

from __future__ import annotations

import errno
import hashlib
import os
import struct
from pathlib import Path

import pytest
from packwriter import PackWriter

from leakscan.gitstore import packs
from leakscan.gitstore.deltaerror import OversizeError
from leakscan.gitstore.faults import Faults
from leakscan.gitstore.inflate import InflateError
from leakscan.gitstore.packfile import PackFile
from leakscan.gitstore.packs import (
    check_packs,
    find_object_dirs,
    find_special_files,
    has_promisor_pack,
    list_ids,
    quote_alternate,
)


def kinds(faults: Faults) -> list[tuple[str, str]]:
    return [(failure.kind, failure.where) for failure in faults.failures]


def pack(folder: Path, count: int = 3, version: bytes = b"") -> Path:
    writer = PackWriter()
    for number in range(count):
        writer.blob(b"content %d" % number * 50)
    return writer.write(folder)


def fault(folder: Path) -> str:
    faults = Faults()
    (found,) = check_packs(folder, 20, faults)
    assert bool(found.fault) == bool(faults.failures)
    return found.fault


def rewritten(path: Path, start: int, data: bytes) -> None:
    content = bytearray(path.read_bytes())
    end = start + len(data) if start >= 0 else len(content) + start + len(data)
    content[start if start >= 0 else len(content) + start : end] = data
    path.write_bytes(content)


def test_a_pack_of_holes_or_without_room_is_not_opened(tmp_path: Path) -> None:
    path = pack(tmp_path)
    rewritten(path, 8, struct.pack(">I", 1_000))
    assert fault(tmp_path) == "the pack says that it holds 1000 objects: it has no room for them"
    for name in (path.name, path.with_suffix(".idx").name):
        pack(tmp_path)
        os.truncate(tmp_path / "pack" / name, 1 << 40)
        assert fault(tmp_path) == "the pack or its index is full of holes"


def test_a_pack_and_its_index_must_agree(tmp_path: Path) -> None:
    def anew() -> tuple[Path, Path]:
        path = pack(tmp_path)
        return path, path.with_suffix(".idx")

    path, index = anew()
    assert fault(tmp_path) == ""
    assert len(list(list_ids(tmp_path, check_packs(tmp_path, 20, Faults()), 20))) == 3
    for start, data, said in (
        (0, b"PACX", "it is not a pack"),
        (7, b"\4", "it is not a pack"),
        (7, b"\3", ""),
        (11, b"\4", "the pack says that it holds 4 objects, its index says 3"),
        (-1, b"\0\0"[:1], "the pack does not belong to its index, or is cut off"),
    ):
        path, index = anew()
        if start != -1 or path.read_bytes()[-1:] != data:
            rewritten(path, start, data)
            assert fault(tmp_path) == said
    for start, data, said in (
        (7, b"\3", "the index of the pack is cut off or of an unknown version"),
        (8, b"\0\0\0\7", "the index of the pack is damaged"),
    ):
        path, index = anew()
        rewritten(index, start, data)
        assert fault(tmp_path) == said
    for change, said in ((-1, "wrong size"), (1, ""), (16, ""), (17, "wrong size")):
        path, index = anew()
        data = index.read_bytes()
        tail = data[-40:]
        index.write_bytes(data[:-41] + tail if change < 0 else data[:-40] + bytes(change) + tail)
        assert said in fault(tmp_path)
        assert bool(fault(tmp_path)) == bool(said)
    path, index = anew()
    index.unlink()
    assert fault(tmp_path).startswith("the pack has no index")


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
@pytest.mark.parametrize("count", [0, 1, 3])
@pytest.mark.parametrize("version", [1, 2])
def test_an_index_is_as_large_as_what_it_lists(tmp_path, algorithm: str, count: int, version: int) -> None:
    writer, width = PackWriter(algorithm), hashlib.new(algorithm).digest_size
    for number in range(count):
        writer.blob(b"%d" % number)
    index = writer.write(tmp_path, index_version=version).with_suffix(".idx")
    data = index.read_bytes()
    for more in (-1, 0, 1, 8 * (count - 1), 8 * (count - 1) + 1, 8 * count):
        body, tail = data[: -2 * width], data[-2 * width :]
        index.write_bytes((body[:more] if more < 0 else body + bytes(more)) + tail)
        faults = Faults()
        (found,) = check_packs(tmp_path, width, faults)
        is_right = more == 0 or (version == 2 and 0 < more <= 8 * (count - 1))
        assert found.fault == ("" if is_right else "the index of the pack has the wrong size"), more
        assert len(list(list_ids(tmp_path, [found], width))) == (count if is_right else 0)


def test_a_pack_cut_off_in_its_head_is_none(tmp_path: Path) -> None:
    path = pack(tmp_path)
    for size in (0, 4, 11):
        path.write_bytes(path.read_bytes()[:size])
        assert fault(tmp_path) == "it is not a pack"


def test_an_index_cut_off_in_its_table_is_told(tmp_path: Path) -> None:
    index = pack(tmp_path).with_suffix(".idx")
    data = index.read_bytes()
    for size in (0, 8, 8 + 1023):
        index.write_bytes(data[:size])
        assert fault(tmp_path) == "the index of the pack is cut off or of an unknown version"
    index.write_bytes(data[: 8 + 1024])
    assert fault(tmp_path) == "the index of the pack has the wrong size"


def test_loose_objects_are_listed_by_their_names(tmp_path: Path) -> None:
    oids = ["00" + "a" * 38, "7f" + "b" * 38, "ff" + "c" * 38]
    others = [("00", "d" * 37), ("00", "d" * 39), ("00", "g" * 38), ("100", "e" * 38)]
    for folder, name in (*((oid[:2], oid[2:]) for oid in oids), *others):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / name).touch()
    assert [oid.hex() for oid in list_ids(tmp_path, [], 20)] == oids


def test_a_pack_that_a_remote_completes_has_a_file_beside_it(tmp_path: Path) -> None:
    assert not has_promisor_pack(tmp_path)
    path = pack(tmp_path)
    assert not has_promisor_pack(tmp_path)
    path.with_suffix(".promisor").touch()
    assert has_promisor_pack(tmp_path)


def test_every_character_with_a_meaning_is_quoted_and_no_other(tmp_path: Path) -> None:
    assert quote_alternate(Path('/a b!~"\\\x1f\x7f\n')) == b'"/a b!~\\042\\134\\037\\177\\012"'


def test_alternates_are_a_list_of_up_to_1_mib(tmp_path: Path) -> None:
    other = tmp_path / "other"
    for folder in (tmp_path / "info", other):
        folder.mkdir()
    line = f"{other}\nodd\0name\n".encode()
    for size, found, told in ((1 << 20, [tmp_path, other], []), ((1 << 20) + 1, [tmp_path], ["unreadable"])):
        (tmp_path / "info" / "alternates").write_bytes(line + b"#" * (size - len(line)))
        faults = Faults()
        assert find_object_dirs(tmp_path, faults) == found
        assert [kind for kind, _ in kinds(faults)] == told


def test_a_thousand_object_folders_are_read(tmp_path: Path) -> None:
    folders = [tmp_path / str(number) for number in range(1000)]
    for folder in folders:
        folder.mkdir()
    (folders[0] / "info").mkdir()
    for others, told in ((folders[1:], []), ([*folders[1:], tmp_path], [("too-large", str(folders[0]))])):
        (folders[0] / "info" / "alternates").write_bytes(b"\n".join(map(bytes, others)))
        faults = Faults()
        assert find_object_dirs(folders[0], faults) == folders
        assert kinds(faults) == told


def test_object_folders_are_each_once_and_absent_ones_told(tmp_path: Path) -> None:
    one, two, odd = (tmp_path / name for name in ("one", "two", 'o"\\\n\x1f \x7f~d'))
    for folder in (one, two, odd):
        (folder / "info").mkdir(parents=True)
    (one / "info" / "alternates").write_bytes(b"# note\n\n../two\n" + quote_alternate(odd) + b"\n../absent\n")
    (two / "info" / "alternates").write_bytes(f'{one}\n"../\\157ne"\n'.encode())
    faults = Faults()
    assert find_object_dirs(one, faults) == [one, two, odd]
    assert kinds(faults) == [("missing-objects", str(tmp_path / "absent"))]


def test_lists_that_cannot_be_read_are_told_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "info").mkdir()
    os.mkfifo(tmp_path / "info" / "alternates")
    (tmp_path / "pack").write_text("no folder")
    faults = Faults()
    assert find_object_dirs(tmp_path, faults) == [tmp_path]
    assert check_packs(tmp_path, 20, faults) == []
    assert [(failure.kind, failure.reason) for failure in faults.failures] == [
        ("unreadable", "the alternates cannot be read: not a regular file"),
        ("unreadable", f"the packs in it cannot be read: {os.strerror(errno.ENOTDIR)}"),
    ]


def test_only_so_many_alternates_are_followed(tmp_path: Path, monkeypatch) -> None:
    folders = [tmp_path / name for name in "abc"]
    for folder, other in zip(folders, [*folders[1:], folders[0]], strict=True):
        (folder / "info").mkdir(parents=True)
        (folder / "info" / "alternates").write_bytes(quote_alternate(other))
    for most, told in ((3, []), (2, [("too-large", str(folders[0]))])):
        monkeypatch.setattr(packs, "_MAX_OBJECT_DIRS", most)
        faults = Faults()
        assert find_object_dirs(folders[0], faults) == folders[:most]
        assert kinds(faults) == told


def test_files_that_are_none_are_found_wherever_git_looks(tmp_path: Path) -> None:
    for place in ("pack", "info", "00", "ff", "xx", "100"):
        (tmp_path / place / "folder").mkdir(parents=True)
        (tmp_path / place / "file").write_text("x")
        os.mkfifo(tmp_path / place / "pipe")
    found = {str(path.relative_to(tmp_path)) for path in find_special_files(tmp_path)}
    assert found == {"pack/pipe", "info/pipe", "00/pipe", "00/folder", "ff/pipe", "ff/folder"}


@pytest.mark.parametrize("number", [0, 199, 200, 1000])
def test_of_many_packs_the_later_ones_are_opened_when_they_are_read(tmp_path: Path, number: int) -> None:
    path = pack(tmp_path)
    opened = PackFile(path, 20, number)
    assert (opened.file >= 0) == (number < 200)
    contents = {opened.read(entry) for entry in range(3)}
    assert contents == {b"content %d" % number * 50 for number in range(3)}
    assert opened.read(0, 450) in contents
    with pytest.raises(OversizeError):
        opened.read(0, 449)
    opened.close()
    opened.close()
    assert opened.read(1) in contents
    path.rename(tmp_path / "kept")
    path.write_bytes((tmp_path / "kept").read_bytes())
    with pytest.raises(OSError, match="replaced"):
        opened.read(1)


def test_an_entry_without_room_is_damaged_and_the_others_are_read(tmp_path: Path) -> None:
    writer = PackWriter()
    oids = [writer.blob(b"first"), writer.blob(b"second")]
    offset = writer.entries[0][1]
    writer.entries.append((hashlib.sha1(b"third").digest(), offset))  # two entries at one place
    opened = PackFile(writer.write(tmp_path), 20)
    numbers = {name: opened.find(name) for name, _ in writer.entries}
    assert len(set(numbers.values())) == 3
    read = {}
    for name, at in numbers.items():
        if opened.ends[at] > opened.starts[at]:
            read[name] = opened.read(at)
        else:
            with pytest.raises(InflateError, match="no room"):
                opened.read(at)
    assert b"second" in read.values()
    assert oids[1] in read
    opened.close()
