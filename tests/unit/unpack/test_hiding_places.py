"""What stands in an archive and in none of its members."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import importlib.util
import io
import lzma
import marshal
import sqlite3
import struct
import tarfile
import time
import zipfile
import zlib
from functools import partial

import pytest

from leakscan.rules.fake import fake
from leakscan.unpack import Member, Trouble, iter_members
from leakscan.unpack.compiled import MAGICS
from tests.conftest import zipped

TEXT = b"api_secret = 'not one'\n"


class Unseekable(io.RawIOBase):
    def __init__(self, file: io.BytesIO) -> None:
        self.write = file.write  # type: ignore[method-assign, assignment]


def found(data: bytes) -> tuple[dict[bytes, bytes], list[Trouble]]:
    pieces = list(iter_members(data))
    return {m.path: m.data for m in pieces if isinstance(m, Member)}, [
        t for t in pieces if isinstance(t, Trouble)
    ]


def deflated(text: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-15)
    return stream.compress(text) + stream.flush()


def with_streams(*texts: bytes) -> bytes:
    """A zip whose only member is said to hold the first of these; their streams stand one behind the other."""
    data = bytearray(zipped({"a": b"".join(map(deflated, texts))}, 0))
    for start, at in ((0, 8), (data.index(b"PK\x01\x02"), 10)):
        struct.pack_into("<H", data, start + at, 8)
        struct.pack_into("<I", data, start + at + 6, zlib.crc32(texts[0]))
        struct.pack_into("<I", data, start + at + 14, len(texts[0]))
    return bytes(data)


@pytest.mark.parametrize("first", [b"harmless", b"harmless " * 100_000])
def test_a_second_stream_behind_that_of_a_member_is_told(first: bytes) -> None:
    assert found(with_streams(first)) == ({b"a": first}, [])
    for others in ((TEXT,), (TEXT * 40_000, b"more")):
        told = Trouble("bad-archive", b"a", "holds more behind its content")
        assert found(with_streams(first, *others)) == ({b"a": first}, [told])


@pytest.mark.parametrize("method", [0, 8, 12, 14])
@pytest.mark.parametrize("in_header", [True, False])
@pytest.mark.parametrize("name", ["a", "a/"])
def test_a_member_said_to_be_empty_that_is_not_is_told(method: int, in_header: bool, name: str) -> None:
    data = bytearray(zipped({name: TEXT * 9, "b": b""}, method))
    at = data.index(b"PK\x01\x02")
    data[at + 10 : at + 12] = bytes(2)
    data[at + 16 : at + 28] = bytes(12)
    if in_header:
        data[14:26] = bytes(12)
    assert Trouble("bad-archive", name.encode(), "holds more behind its content") in found(bytes(data))[1]


@pytest.mark.parametrize("method", [0, 8, 12, 14])
def test_members_that_are_empty_are_no_trouble(method: int) -> None:
    stored = io.BytesIO()
    with zipfile.ZipFile(Unseekable(stored), "w", method) as archive:  # with sizes behind each
        for name in ("a/", "b", "c"):
            archive.writestr(name, b"")
    for data in (stored.getvalue(), zipped({"a/": b"", "b": b"", "c": TEXT, "d": b""}, method)):
        assert found(data)[1] == []


def test_members_of_a_static_library_are_looked_into() -> None:
    packed = gzip.compress(TEXT)
    members = {b"/": b"\0\0\0\0", b"notes.gz/": packed, b"#1/8": b"long.gz\0" + packed}
    data = b"!<arch>\n"
    for name, content in members.items():
        data += b"%-16b%-32b%-10d`\n" % (name, b"0", len(content)) + content + b"\n" * (len(content) % 2)
    inside, told = found(data)
    assert (inside[b"notes.gz"], inside[b"long.gz"], told) == (TEXT, TEXT, [])


def test_a_name_longer_than_its_member_hides_nothing() -> None:
    packed = gzip.compress(TEXT)
    for length in (len(packed) + 1, 9_999_999_999):
        head = b"#1/%-13d%-32b%-10d`\n" % (length, b"0", len(packed))
        assert found(b"!<arch>\n" + head + packed)[1] == [
            Trouble("bad-archive", b"", "ar: damaged or cut off")
        ]


def test_what_an_inner_archive_says_of_itself_is_read() -> None:
    database = sqlite3.connect(":memory:")
    database.execute("PRAGMA secure_delete = OFF")
    database.execute("CREATE TABLE t (a TEXT)")
    database.executemany("INSERT INTO t VALUES (?)", [("nothing",), (TEXT.decode(),)])
    database.execute("DELETE FROM t WHERE rowid = 2")
    database.commit()
    behind = gzip.compress(b"harmless") + TEXT
    outer = zipped({"db": database.serialize(), "z": behind, "zip": zipped({"a": b"x"}) + TEXT})
    assert found(outer)[0][b"db!t"] == b"a: nothing\n"
    told = [piece.path for piece in iter_members(outer) if isinstance(piece, Member) and TEXT in piece.data]
    assert told == [b"db", b"z", b"zip"]


def _database(text: str) -> bytes:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE t (c TEXT)")
    database.execute("INSERT INTO t VALUES (?)", (text,))
    database.commit()
    return database.serialize()


STREAMS = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "lzma": partial(lzma.compress, format=lzma.FORMAT_ALONE),
    "zlib": zlib.compress,
}


@pytest.mark.parametrize("before", [*STREAMS, "zip", "SQLite", "git pack", "compiled Python"])
@pytest.mark.parametrize("behind", [*STREAMS, "zip"])
def test_an_archive_behind_another_is_looked_into(before: str, behind: str) -> None:
    """A program that knows the first one leaves it alone, one that looks for the second finds it."""
    head = struct.pack(">4sII", b"PACK", 2, 0)
    others = {
        "zip": lambda text: zipped({"a": text}),
        "SQLite": lambda text: _database(text.decode()),
        "git pack": lambda text: head + hashlib.sha1(head).digest(),
        "compiled Python": lambda text: (
            importlib.util.MAGIC_NUMBER
            + bytes(12)
            + marshal.dumps(compile(f"NAME = {fake('alnum:40', 5)!r}", "a", "exec"))
        ),
    }
    data = (STREAMS | others)[before](b"harmless") + (STREAMS | others)[behind](TEXT)
    inside, told = found(data)
    whole = b"harmless" + TEXT if before == behind else TEXT  # a stream that goes on
    assert whole in inside.values() or (before == behind == "zip" and told)


def test_many_archives_one_behind_the_other_are_told_soon() -> None:
    started = time.process_time()
    _, told = found((gzip.compress(b"") + bz2.compress(b"")) * 100_000)
    assert [trouble.kind for trouble in told] == ["too-deep"]
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    "head", [b"BZh, a text\n", b"x\x9c", b"]\0\0", *MAGICS[:1], b"#!/bin/sh\n" + b"true\n" * 2000]
)
def test_a_zip_is_looked_into_whatever_stands_before_it(head: bytes) -> None:
    inside, told = found(head + zipped({"a": TEXT}))
    assert (inside, told) == ({b"a": TEXT}, [])


@pytest.mark.parametrize("outer", [bytes, gzip.compress])
def test_a_tar_of_the_oldest_kind_is_looked_into(outer) -> None:
    info = tarfile.TarInfo("a")
    info.size = len(packed := gzip.compress(TEXT))
    header = bytearray(info.tobuf())
    header[257:] = bytes(len(header) - 257)
    header[148:156] = b"%06o\0 " % sum(header[:148] + b" " * 8 + header[156:])
    inside, _ = found(outer(bytes(header) + packed.ljust(512, b"\0") + bytes(1024)))
    assert TEXT in inside.values()


def test_a_database_that_is_cut_off_is_told() -> None:
    data = _database("harmless " * 4000)
    assert found(data)[1] == []
    for size in (len(data) - 1, len(data) - 4096, 5000):
        assert [trouble.kind for trouble in found(data[:size])[1]][:1] == ["bad-archive"]
    older = data[:92] + b"\0\0\0\7" + data[96:]  # the number of pages is out of date
    assert found(older[:28] + b"\0\0\0\1" + older[32:])[1] == []


def test_a_pack_that_counts_too_few_objects_is_told() -> None:
    """As one that a fast import left unfinished, which counts none."""
    entry = bytes((0x30 | len(TEXT) & 15 | 0x80, len(TEXT) >> 4)) + zlib.compress(TEXT)
    for count, kinds in ((2, []), (1, ["bad-archive"]), (0, ["bad-archive"])):
        pack = struct.pack(">4sII", b"PACK", 2, 2) + entry * 2
        data = struct.pack(">4sII", b"PACK", 2, count) + pack[12:] + hashlib.sha1(pack).digest()
        assert [trouble.kind for trouble in found(data)[1]] == kinds
