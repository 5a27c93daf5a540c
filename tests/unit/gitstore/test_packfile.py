from __future__ import annotations

import os
import struct
import zlib
from typing import TYPE_CHECKING

import pytest
from gitrepo import Repo
from packwriter import BLOB, OFS, PackWriter, blob_id, copy, delta, insert, varint

from leakscan.gitstore import packfile
from leakscan.gitstore.deltaerror import OversizeError
from leakscan.gitstore.inflate import InflateError, inflate, inflate_head
from leakscan.gitstore.packfile import PackFile
from leakscan.gitstore.packindex import NOWHERE, PackIndex

if TYPE_CHECKING:
    from pathlib import Path


def _objects(repo: Repo) -> dict[str, tuple[str, int]]:
    lines = repo.git(
        "cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objectsize:disk) %(deltabase)"
    )
    return {line.split()[0]: (line.split()[2], int(line.split()[1])) for line in lines.split("\n")}


def name_of(pack: PackFile, number: int) -> bytes:
    ids, places = pack.ids
    width = len(ids) // len(pack)
    return ids[places[number] * width : (places[number] + 1) * width]


@pytest.mark.parametrize("format_", ["sha1", "sha256"])
@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("use_offsets", ["true", "false"])
@pytest.mark.parametrize("window", [packfile._WINDOW, 100])
def test_entries_are_those_that_git_names(
    tmp_path: Path, format_: str, version: str, use_offsets: str, window: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if (format_, version) == ("sha256", "1"):
        pytest.skip("git has no such index")
    monkeypatch.setattr(packfile, "_WINDOW", window)
    repo = Repo(tmp_path / "repo", f"--object-format={format_}")
    for number in range(20):
        lines = "".join(f"line {line} of {number % 3}\n" for line in range(100 + number))
        repo.commit({"a": lines, f"d/{number}": f"{number}\n"})
    repo.git("config", "repack.useDeltaBaseOffset", use_offsets)
    repo.git("config", "pack.indexVersion", version)
    pack = PackFile(repo.pack(), 20 if format_ == "sha1" else 32)
    told = _objects(repo)
    found = {}
    bases = dict(pack.references)
    for number in range(len(pack)):
        name = name_of(pack, number)
        assert pack.find(name) == number
        base = pack.bases[number]
        named = bases[number] if number in bases else name_of(pack, base) if base >= 0 else bytes(len(name))
        found[name.hex()] = named.hex()
        assert len(pack.read(number)) == pack.sizes[number]
    assert found == {oid: base for oid, (base, _) in told.items()}
    assert pack.find(b"\xff" * len(name)) == -1
    pack.close()


def test_offsets_beyond_4_gib_are_read(tmp_path: Path) -> None:
    writer = PackWriter()
    oids = [writer.blob(b"content %d" % number) for number in range(5)]
    path = writer.write(tmp_path, large_offsets=True)
    pack = PackFile(path, 20)
    assert [pack.read(pack.find(oid)) for oid in oids] == [b"content %d" % number for number in range(5)]
    pack.close()
    data = bytearray(path.with_suffix(".idx").read_bytes())
    at = data.index(b"\x80\0\0\0")
    data[at : at + 4] = b"\xff\xff\xff\xff"
    path.with_suffix(".idx").write_bytes(data)
    assert NOWHERE in PackIndex(path.with_suffix(".idx"), 20).offsets


@pytest.mark.parametrize("length", [0, 7, 1000, 1031, 1072, 1099])
def test_an_index_cut_off_is_refused(tmp_path: Path, length: int) -> None:
    writer = PackWriter()
    writer.blob(b"content")
    path = writer.write(tmp_path).with_suffix(".idx")
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(ValueError, match=r"cut off|damaged"):
        PackIndex(path, 20)


def test_sizes_that_lie_are_found_out_without_being_believed(tmp_path: Path) -> None:
    writer = PackWriter()
    bomb = zlib.compress(bytes(1 << 26), 9)
    oids = [bytes((number,)) * 20 for number in range(1, 6)]
    writer.add(oids[0], BLOB, b"abc", size=2)
    writer.add(oids[1], BLOB, b"abc", size=4)
    writer.add(oids[2], BLOB, b"abc", size=1 << 40)
    writer.add(oids[3], BLOB, b"", size=100, packed=bomb)
    writer.add(oids[4], BLOB, b"", size=1 << 25, packed=bomb)
    pack = PackFile(writer.write(tmp_path), 20)
    for oid in oids[:2] + oids[3:]:
        with pytest.raises(InflateError):
            pack.read(pack.find(oid))
    with pytest.raises(OversizeError):
        pack.read(pack.find(oids[2]))
    pack.close()


def test_what_cannot_be_deflated_is_read(tmp_path: Path) -> None:
    writer = PackWriter()
    contents = [os.urandom(size) for size in (1, 100_000, 2_000_000)]
    oids = [writer.blob(content) for content in contents]
    pack = PackFile(writer.write(tmp_path), 20)
    assert [pack.read(pack.find(oid)) for oid in oids] == contents
    pack.close()


@pytest.mark.parametrize("size", [1, 6_400])
def test_a_stream_may_be_a_little_longer_than_its_content(tmp_path: Path, size: int) -> None:
    content = os.urandom(size)
    stored = b"\1" + struct.pack("<HH", size, size ^ 0xFFFF) + content
    rest = stored + struct.pack(">I", zlib.adler32(content))
    writer = PackWriter()
    most = (size // 64 + 4096 - 11) // 5  # empty blocks, which nobody needs
    for number, blocks in enumerate((0, most, most + 1)):
        packed = b"\x78\x01" + b"\0\0\0\xff\xff" * blocks + rest
        writer.add(bytes([number]) * 20, BLOB, b"", size=size, packed=packed)
    pack = PackFile(writer.write(tmp_path), 20)
    assert [pack.read(pack.find(bytes([number]) * 20)) for number in (0, 1)] == [content] * 2
    with pytest.raises(InflateError):
        pack.read(pack.find(b"\2" * 20))
    pack.close()


def test_headers_that_make_no_sense_are_marked_and_the_rest_is_read(tmp_path: Path) -> None:
    writer = PackWriter()
    oids = [bytes((number,)) * 20 for number in range(1, 7)]
    writer.add(oids[0], 0, b"no such kind")
    writer.add(oids[1], 5, b"no such kind")
    writer.ofs(oids[2], 13, delta(3, 3, insert(b"abc")))
    writer.add(oids[3], OFS, b"", base=b"\xff" * 12)
    writer.add(oids[4], BLOB, b"fine")
    writer.entries.append((oids[5], 1 << 30))
    pack = PackFile(writer.write(tmp_path), 20)
    kinds = {
        name_of(pack, number)[0]: (pack.kinds[number], pack.bases[number]) for number in range(len(pack))
    }
    assert kinds == {1: (0, -2), 2: (0, -2), 3: (6, -2), 4: (0, -2), 5: (3, -1), 6: (0, -2)}
    assert pack.read(pack.find(oids[4])) == b"fine"
    pack.close()


def test_one_offset_under_two_names_is_read_under_one(tmp_path: Path) -> None:
    writer = PackWriter()
    oid = writer.blob(b"content")
    writer.entries.append((b"\1" * 20, writer.entries[0][1]))
    pack = PackFile(writer.write(tmp_path), 20)
    read = []
    for name in (oid, b"\1" * 20):
        try:
            read.append(pack.read(pack.find(name)))
        except InflateError:
            read.append(b"")
    assert sorted(read) == [b"", b"content"]
    pack.close()


def test_a_pack_cut_off_while_it_is_open_is_an_error_and_no_signal(tmp_path: Path) -> None:
    writer = PackWriter()
    oid = writer.blob(os.urandom(1 << 16))
    path = writer.write(tmp_path)
    pack = PackFile(path, 20)
    os.truncate(path, 100)
    with pytest.raises(InflateError):
        pack.read(pack.find(oid))
    pack.close()


def test_packs_not_held_open_are_read_unless_replaced(tmp_path: Path) -> None:
    writer = PackWriter()
    oid = writer.blob(b"content")
    path = writer.write(tmp_path)
    pack = PackFile(path, 20, packfile._MAX_HELD_OPEN)
    assert pack.read(0) == b"content"
    other = path.with_suffix(".other")
    other.write_bytes(path.read_bytes())
    other.replace(path)
    with pytest.raises(OSError, match="replaced"):
        pack.read(pack.find(oid))


def test_a_pack_that_is_no_file_is_not_opened(tmp_path: Path) -> None:
    writer = PackWriter()
    writer.blob(b"content")
    path = writer.write(tmp_path)
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(OSError, match="regular"):
        PackFile(path, 20)


@pytest.mark.parametrize("size", [0, 1, 100, 70_000, 3_000_000])
def test_what_is_inflated_is_what_was_deflated(size: int) -> None:
    data = os.urandom(size)
    packed = zlib.compress(data)
    assert inflate(packed + b"behind", size) == data
    assert inflate_head(packed, 10) == data[:10]
    for wrong in (packed[:-1], packed[:-5], packed[:-1] + bytes((packed[-1] ^ 1,)), b"", b"y" + packed[1:]):
        with pytest.raises(InflateError):
            inflate(wrong, size)
    for wrong_size in {max(0, size - 1), size + 1} - {size}:
        with pytest.raises(InflateError):
            inflate(packed, wrong_size)


def test_the_writer_of_these_tests_makes_packs_that_git_reads(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    writer = PackWriter()
    base = b"base " * 30
    offset = writer.add(blob_id(base), BLOB, base)
    target = base[:100] + b"new" + base[100:]
    writer.ofs(blob_id(target), offset, delta(150, 153, copy(0, 100), insert(b"new"), copy(100, 50)))
    writer.ref(blob_id(base * 2), blob_id(base), delta(150, 300, copy(0, 150), copy(0, 150)))
    writer.write(repo.git_dir / "objects")
    assert varint(300) == b"\xac\x02"
    assert repo.git("cat-file", "blob", blob_id(target).hex()) == target.decode().strip()
    assert repo.git("cat-file", "blob", blob_id(base * 2).hex()) == (base * 2).decode().strip()
