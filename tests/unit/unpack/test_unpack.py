"""Archives give their members, and trouble is told: never is anything written, and never too much unpacked."""

import bz2
import gzip
import io
import lzma
import os
import random
import sqlite3
import struct
import tarfile
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import pytest

from leakscan.unpack import HEADS, Limits, Member, Trouble, iter_members
from tests.conftest import zipped

TEXT = b"api_secret = 'not one'\n"
SMALL = Limits(members=20, member_bytes=1 << 20, total_bytes=4 << 20, ratio=200, depth=3, seconds=20.0)


def packed_tar(members: dict[str, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=form) as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return file.getvalue()


def packed_tables(*, wal: bool = False) -> bytes:
    database = sqlite3.connect(":memory:")
    database.execute('CREATE TABLE "my accounts" (exchange TEXT, api_key TEXT, n INTEGER)')
    database.execute("INSERT INTO \"my accounts\" VALUES ('binance', 'the key', 7), ('okx', NULL, 8)")
    database.execute("CREATE VIEW trap AS SELECT load_extension('x')")
    database.commit()
    data = database.serialize()
    database.close()
    return data[:18] + b"\x02\x02" + data[20:] if wal else data


def members(data: bytes, limits: Limits = SMALL) -> list[tuple[bytes, bytes]]:
    return [(found.path, found.data) for found in iter_members(data, limits) if isinstance(found, Member)]


def troubles(data: bytes, limits: Limits = SMALL) -> list[tuple[str, bytes]]:
    return [(found.kind, found.path) for found in iter_members(data, limits) if isinstance(found, Trouble)]


@pytest.mark.parametrize(
    "method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_a_zip_gives_its_files(method: int) -> None:
    data = zipped({"bot/config.py": TEXT, "é.txt": b"x", "folder/": b""}, method)
    assert members(data) == [(b"bot/config.py", TEXT), ("é.txt".encode(), b"x")]


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_a_tar_gives_its_files(form: int) -> None:
    assert members(packed_tar({"a/b.txt": TEXT, "c" * 90: b"x"}, form)) == [
        (b"a/b.txt", TEXT),
        (b"c" * 90, b"x"),
    ]


def packed_lzma(data: bytes) -> bytes:
    return lzma.compress(data, lzma.FORMAT_ALONE)


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, packed_lzma])
def test_a_stream_has_no_name_of_its_own(pack: object) -> None:
    assert members(pack(TEXT)) == [(b"", TEXT)]  # type: ignore[operator]
    assert members(pack(TEXT) + pack(TEXT)) == [(b"", TEXT * 2)]  # type: ignore[operator]
    tar = pack(packed_tar({"a": TEXT}))  # type: ignore[operator]
    assert members(tar)[0] == (b"a", TEXT)
    assert members(pack(TEXT) + bytes(512) + pack(TEXT)) == [(b"", TEXT * 2)]  # type: ignore[operator]


def test_what_stands_in_a_packed_tar_beside_its_files_is_text() -> None:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, kind in (("link", tarfile.SYMTYPE), ("file", tarfile.REGTYPE), ("odd", b"Z")):
            info = tarfile.TarInfo(name)
            info.type, info.linkname, info.size = (
                kind,
                f"to {name}",
                len(TEXT) if kind != tarfile.SYMTYPE else 0,
            )
            info.pax_headers = {"comment": f"about {name}"}
            archive.addfile(info, io.BytesIO(TEXT))
    *found, (path, rest) = members(gzip.compress(file.getvalue()))
    assert found == [(b"file", TEXT), (b"odd", TEXT)]
    assert path == b""
    assert all(
        f"{word} {name}".encode() in rest for word in ("to", "about") for name in ("link", "file", "odd")
    )
    assert TEXT not in rest


def test_deflate_of_every_level_is_known() -> None:
    assert [members(zlib.compress(TEXT, level)) for level in range(10)] == [[(b"", TEXT)]] * 10


def test_a_folder_of_a_zip_that_has_content_is_read() -> None:
    assert members(zipped({"a/": TEXT, "b/": b""})) == [(b"a/", TEXT)]


@pytest.mark.parametrize("claimed", [0, 5])
def test_a_zip_member_that_is_longer_than_it_says_is_told(claimed: int) -> None:
    data = bytearray(zipped({"a": TEXT}))
    for at in (14, data.find(b"PK\x01\x02") + 16):
        struct.pack_into("<I", data, at, zlib.crc32(TEXT[:claimed]))
        struct.pack_into("<I", data, at + 8, claimed)
    assert troubles(bytes(data)) == [("bad-archive", b"a")]


def test_what_stands_behind_the_end_of_a_tar_is_told() -> None:
    first, second = packed_tar({"a": TEXT}), packed_tar({"b": TEXT})
    assert troubles(first + second) == [("bad-archive", b"")]
    assert troubles(first[:1024] + b"?" * 512 + second) == [("bad-archive", b"")]
    assert troubles(first + bytes(5000)) == []


def test_no_table_is_left_out() -> None:
    database = sqlite3.connect(":memory:")
    for number in range(2_100):
        database.execute(f"CREATE TABLE t{number} (a TEXT)")
    database.commit()
    assert len(members(database.serialize(), Limits())) == 2_100


@pytest.mark.parametrize("wal", [False, True])
def test_tables_become_text(wal: bool) -> None:
    lines = b"exchange: binance\napi_key: the key\nexchange: okx\n"
    assert members(packed_tables(wal=wal)) == [(b"my accounts", lines)]


def test_nested_names_are_joined_and_depth_is_bounded() -> None:
    data = zipped({"in.zip": zipped({"x.tar": packed_tar({"y": TEXT})})})
    assert members(data)[1] == (b"in.zip!x.tar!y", TEXT)
    assert troubles(zipped({"out.zip": data})) == [("too-deep", b"out.zip!in.zip!x.tar")]


def test_a_zip_may_stand_behind_a_script_or_a_program() -> None:
    for before in (b"#!/usr/bin/env python3\n", b"MZ" + bytes(900), TEXT * 20):
        for comment in (b"", b"of " * 20_000):
            assert members(before + commented(zipped({"a": TEXT}), comment)) == [(b"a", TEXT)]


def test_only_a_zip_that_its_last_record_tells_of_is_one() -> None:
    program = b"MZ" + bytes(900)
    data = program + zipped({"a": TEXT})
    at = data.rfind(b"PK\x05\x06")
    for size in (0, 40, 10_000):
        changed = data[: at + 12] + size.to_bytes(4, "little") + data[at + 16 :]
        assert list(iter_members(changed)) == []
    assert list(iter_members(program + b"PK\x05\x06")) == []


def shared_rows(number: int, size: int) -> bytes:
    """A table of rows that are all stored at one place."""
    database = sqlite3.connect(":memory:")
    database.executescript("PRAGMA page_size=65536; CREATE TABLE t (a TEXT)")
    database.execute("INSERT INTO t VALUES (?)", ("x" * size,))
    database.commit()
    data, page = bytearray(database.serialize()), 65536
    struct.pack_into(">H", data, page + 3, number)
    struct.pack_into(f">{number}H", data, page + 8, *struct.unpack_from(">H", data, page + 8) * number)
    return bytes(data)


def test_rows_that_share_what_they_hold_take_the_memory_of_few() -> None:
    data = shared_rows(number=300, size=1 << 20)
    tracemalloc.start()
    try:
        assert troubles(data) == [("too-large", b"")]
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()


def test_a_debian_package_gives_the_files_of_its_tars() -> None:
    parts = {
        "debian-binary": b"2.0\n",
        "data.tar.xz/": lzma.compress(packed_tar({"a.py": TEXT})),
        "odd": b"x",
    }
    assert [m for m in members(debian(parts)) if m[0].endswith((b".py", b"odd"))] == [
        (b"data.tar.xz!a.py", TEXT),
        (b"odd", b"x"),
    ]


def commented(data: bytes, comment: bytes) -> bytes:
    return data[:-2] + len(comment).to_bytes(2, "little") + comment


def test_a_member_that_the_directory_does_not_list_is_told() -> None:
    one, other = zipped({"a": TEXT}), zipped({"b": TEXT})
    told = [("bad-archive", b"")]
    assert (members(one + other), troubles(one + other)) == ([(b"b", TEXT)], told)
    files = one[: one.find(b"PK\x01\x02")]
    unlisted = files + b"PK\x05\x06" + bytes(18)
    assert (members(unlisted), troubles(unlisted)) == ([], told)
    assert troubles(commented(other, files)) == told
    at = other.find(b"PK\x01\x02") + 42  # where the directory says that the member begins: beyond the end
    beyond = b"MZ" + bytes(2) + other[4:at] + b"\xff\xff\xff\0" + other[at + 4 :]
    assert troubles(commented(beyond, b"-PK\x03\x04")) == [("bad-archive", b"b")]
    nothing = b"PK\x05\x06" + bytes(18)
    assert list(iter_members(nothing)) == []


def test_what_only_looks_like_a_member_is_none() -> None:
    stored = zipped({"in.zip": zipped({"a": TEXT})}, zipfile.ZIP_STORED)
    assert (members(stored), troubles(stored)) == (
        [(b"in.zip", zipped({"a": TEXT})), (b"in.zip!a", TEXT)],
        [],
    )
    for change in ({4: 64}, {8: 100}, {26: 0}):  # its version, its method, the length of its name
        head = bytearray(zipped({"a": TEXT})[:60])
        for at, value in change.items():
            head[at] = value
        assert troubles(b"MZ" + bytes(9) + bytes(head) + zipped({"b": TEXT})) == []


def test_no_archive_has_no_members() -> None:
    for data in (b"", TEXT, b"PK", b"BZh is no archive", b"\0" * 600, b" " * 257 + b"ustar" + b" " * 600):
        assert list(iter_members(data)) == []


def test_only_what_lzma_tools_write_is_taken_for_theirs() -> None:
    data = packed_lzma(TEXT)
    assert members(data[:1] + b"\0\0\x40\0" + data[5:]) == [(b"", TEXT)]
    for at, changed in ((4, 0x07), (13, 1), (12, 1)):  # the window, where the data begin, the size
        assert list(iter_members(data[:at] + bytes([changed]) + data[at + 1 :])) == []
    assert list(iter_members(data[:13])) == []


def test_names_lead_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names = ["../../etc/passwd", "/etc/passwd", "a\x1b[31m\nb", "C:\\x", "x" * 300]
    for data in (zipped(dict.fromkeys(names, TEXT)), packed_tar(dict.fromkeys(names, TEXT))):
        assert [found[1] for found in members(data)] == [TEXT] * len(names)
    assert os.listdir(tmp_path) == []


def test_links_in_a_tar_are_not_followed() -> None:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for kind, target in (
            (tarfile.SYMTYPE, "/etc/passwd"),
            (tarfile.LNKTYPE, "../x"),
            (tarfile.FIFOTYPE, ""),
        ):
            info = tarfile.TarInfo("link")
            info.type, info.linkname = kind, target
            archive.addfile(info)
    assert list(iter_members(file.getvalue())) == []


def encrypted_zip() -> bytes:
    data = bytearray(zipped({"a": TEXT}))
    data[6] |= 1
    data[data.find(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def sparse_tar() -> bytes:
    info = tarfile.TarInfo("huge")
    info.size = 8 << 30
    return info.tobuf() + b"x" * 1024


def debian(members: dict[str, bytes]) -> bytes:
    head = "{:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n"
    parts = [
        head.format(name, 0, 0, 0, 100644, len(data)).encode() + data + b"\n" * (len(data) % 2)
        for name, data in members.items()
    ]
    return b"!<arch>\n" + b"".join(parts)


RNG = random.Random(1)
BAD = {
    "a bomb": (zipped({"a": bytes(900_000), "b": bytes(900_000)}), [("too-large", b"")]),
    "a large member": (zipped({"a": RNG.randbytes(1 << 20) + b"x", "b": b"y"}), [("too-large", b"a")]),
    "large in all": (zipped({str(n): RNG.randbytes(999_999) for n in range(6)}), [("too-large", b"")]),
    "many in a zip": (zipped({str(n): b"" for n in range(30)}), [("too-large", b"")]),
    "many in a tar": (packed_tar({str(n): b"" for n in range(30)}), [("too-large", b"")]),
    "a bomb of gzip": (gzip.compress(bytes(3 << 20)), [("too-large", b"")]),
    "a bomb of xz": (lzma.compress(bytes(3 << 20)), [("too-large", b"")]),
    "a bomb of bzip2": (bz2.compress(bytes(3 << 20)), [("too-large", b"")]),
    "a password": (encrypted_zip(), [("encrypted", b"a")]),
    "a claim of 8 GB": (sparse_tar(), [("too-large", b"huge"), ("bad-archive", b"")]),
    "a zip cut off": (zipped({"a": TEXT})[:-30], [("bad-archive", b"")]),
    "gzip cut off": (gzip.compress(TEXT)[:-9], [("bad-archive", b"")]),
    "bzip2 cut off": (bz2.compress(TEXT)[:-9], [("bad-archive", b"")]),
    "xz cut off": (lzma.compress(TEXT)[:-9], [("bad-archive", b"")]),
    "lzma cut off": (packed_lzma(TEXT)[:-9], [("bad-archive", b"")]),
    "a tar cut off": (packed_tar({"a": TEXT})[:515], [("bad-archive", b"a"), ("bad-archive", b"")]),
    "a database cut off": (packed_tables()[:3000], [("bad-archive", b"")]),
    "7z": (b"7z\xbc\xaf\x27\x1c" + bytes(40), [("unsupported-format", b"")]),
    "RAR": (b"Rar!\x1a\x07\x00" + bytes(40), [("unsupported-format", b"")]),
    "LZ4": (b"\x04\x22\x4d\x18" + bytes(40), [("unsupported-format", b"")]),
    "a frame to be skipped": (b"\x50\x2a\x4d\x18" + bytes(40), [("unsupported-format", b"")]),
    "lzip": (b"LZIP\x01\x0c" + bytes(40), [("unsupported-format", b"")]),
    "compress": (b"\x1f\x9d\x90" + bytes(40), [("unsupported-format", b"")]),
    "a cabinet": (b"MSCF" + bytes(40), [("unsupported-format", b"")]),
    "RPM": (b"\xed\xab\xee\xdb" + bytes(40), [("unsupported-format", b"")]),
    "a damaged Debian package": (b"!<arch>\ndebian-binary   " + bytes(40), [("bad-archive", b"")]),
    "a Debian package cut off": (
        debian({"debian-binary": b"2.0\n"})[:-2],
        [("bad-archive", b"debian-binary")],
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bombs_and_damage_are_told_and_end_soon(name: str) -> None:
    data, told = BAD[name]
    assert troubles(data) == told


def test_time_is_bounded() -> None:
    slow = Limits(seconds=-1.0)
    assert troubles(zipped({"a": TEXT}), slow) == [("timeout", b"")]


def test_what_comes_before_the_damage_is_read() -> None:
    assert (b"a", TEXT) in members(packed_tar({"a": TEXT, "b": TEXT})[:1700])


def test_every_form_but_tar_is_known_by_its_head() -> None:
    for data in (
        zipped({"a": TEXT}),
        gzip.compress(TEXT),
        bz2.compress(TEXT),
        lzma.compress(TEXT),
        packed_lzma(TEXT),
        packed_tables(),
    ):
        assert data.startswith(HEADS)
    assert b"\0" in packed_tar({"a": TEXT})[:512]
