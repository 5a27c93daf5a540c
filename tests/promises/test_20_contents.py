"""Promises 9, 10, 19, 20: archives, encodings, sizes and shapes, each as a file and in history."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import sqlite3
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable

import pytest

from leakscan.rules.fake import fake
from tests.conftest import zipped
from tests.promises.cases import LINE, VALUE

MIB = 1 << 20
ZEROS = bytes(MIB)


FOUND, INCOMPLETE, ANY = "found", "incomplete", "any"
CONTENTS: dict[str, tuple[str, Callable[[], bytes]]] = {}


def both(name: str, ends: str, make: Callable[[], bytes]) -> None:
    CONTENTS[name] = ends, make


def _zip_bomb() -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("x", "w", force_zip64=True) as file,
    ):
        for _ in range(200):
            file.write(ZEROS)
    return out.getvalue()


def _gzip_bomb() -> bytes:
    made = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(made.compress(ZEROS) for _ in range(200)) + made.flush()


def _nested(depth: int) -> bytes:
    data = LINE.encode()
    for number in range(depth):
        data = zipped({f"{number}": data})
    return data


def _overlapping() -> bytes:
    """A thousand entries of the directory share one member of a MiB."""
    one = zipped({"x": ZEROS})
    at = one.index(b"PK\x01\x02")
    end = one.index(b"PK\x05\x06")
    entries = one[at:end] * 1000
    return one[:at] + entries + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 1000, 1000, len(entries), at, 0)


def _slipping() -> bytes:
    return zipped(
        {"../../../../tmp/slipped": b"x", "/etc/slipped": b"x", "a/../../b": LINE.encode(), "\x1b[31m": b"x"}
    )


def _lying_zip() -> bytes:
    data = bytearray(zipped({"x": LINE.encode()}))
    at = data.index(b"PK\x01\x02")
    data[at + 20 : at + 28] = b"\xff\xff\xff\x7f" * 2
    return bytes(data)


def _many_members() -> bytes:
    return zipped({str(number): b"" for number in range(30_000)}, zipfile.ZIP_STORED)


def _tar_of_links() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, target, kind in (
            ("a", "/etc/passwd", tarfile.SYMTYPE),
            ("b", "a", tarfile.LNKTYPE),
            ("c", "c", tarfile.LNKTYPE),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, target
            archive.addfile(info)
        for kind in (tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE):
            info = tarfile.TarInfo("dev")
            info.type = kind
            archive.addfile(info)
        info = tarfile.TarInfo("../../x")
        info.size = len(LINE)
        archive.addfile(info, io.BytesIO(LINE.encode()))
    return out.getvalue()


def _tar_of_a_value_in_a_link() -> bytes:
    info = tarfile.TarInfo("a")
    info.type, info.linkname = tarfile.SYMTYPE, LINE.strip()
    return info.tobuf() + bytes(1024)


def _lying_tar() -> bytes:
    info = tarfile.TarInfo("big")
    info.size = 8**11 - 1
    return info.tobuf() + bytes(1024)


def _database() -> bytes:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE t (api_secret TEXT)")
    database.execute("INSERT INTO t VALUES (?)", (f"binance {LINE}",))
    database.execute(
        "CREATE VIEW v AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c) SELECT x FROM c"
    )
    database.commit()
    return database.serialize()


both("zip bomb", INCOMPLETE, _zip_bomb)
both("gzip bomb", INCOMPLETE, _gzip_bomb)
both("xz bomb", INCOMPLETE, lambda: lzma.compress(ZEROS * 80))
both("bzip2 bomb", INCOMPLETE, lambda: bz2.compress(ZEROS * 80))
both("zip of zips of zips", FOUND, lambda: _nested(3))
both("zip of forty zips", INCOMPLETE, lambda: _nested(40))
both("zip whose members overlap", INCOMPLETE, _overlapping)
both("zip that slips", FOUND, _slipping)
both("zip that lies", ANY, _lying_zip)
both("zip cut off", INCOMPLETE, lambda: zipped({"x": os.urandom(5000)})[:-200])
both("zip of thirty thousand", INCOMPLETE, _many_members)
both("gzip cut off", INCOMPLETE, lambda: gzip.compress(os.urandom(5000))[:-200])
both("gzip of a value", FOUND, lambda: gzip.compress(LINE.encode()))
both(
    "xz that claims a large window", INCOMPLETE, lambda: b"\xfd7zXZ\0\0\4\xe6\xd6\xb4F\2\0!\1\x28" + bytes(40)
)
both("zstd", INCOMPLETE, lambda: b"\x28\xb5\x2f\xfd" + bytes(40))
both("7z", INCOMPLETE, lambda: b"7z\xbc\xaf\x27\x1c" + bytes(40))
both("tar of links", FOUND, _tar_of_links)
both("tar that lies", INCOMPLETE, _lying_tar)
both("tar in gzip whose link holds it", FOUND, lambda: gzip.compress(_tar_of_a_value_in_a_link()))
both("sqlite", FOUND, _database)
both("sqlite of garbage", INCOMPLETE, lambda: b"SQLite format 3\0" + os.urandom(5000))

for title, data in {
    "UTF-8 with a mark": b"\xef\xbb\xbf" + LINE.encode(),
    "UTF-16": LINE.encode("utf-16"),
    "UTF-16 LE without a mark": LINE.encode("utf-16-le"),
    "UTF-16 BE without a mark": LINE.encode("utf-16-be"),
    "UTF-32": LINE.encode("utf-32"),
    "UTF-32 BE without a mark": LINE.encode("utf-32-be"),
    "a zip far behind a script": b"#!/bin/sh\n" + b"true\n" * 2000 + zipped({"a": LINE}),
    "bzip2 behind gzip": gzip.compress(b"a") + bz2.compress(LINE.encode()),
    "UTF-16 behind plain text": b"PORT=8080\n" * 9 + LINE.encode("utf-16"),
    "UTF-16 far behind plain text": b"PORT=8080\n" * 900 + LINE.encode("utf-16-le"),
    "UTF-32 far behind plain text": b"PORT=8080\n" * 900 + LINE.encode("utf-32-be"),
    "plain text behind UTF-16": "PORT=8080\n".encode("utf-16") * 90 + LINE.encode(),
    "plain text before UTF-16": LINE.encode() + "PORT=8080\n".encode("utf-16-le") * 90,
    "UTF-16 in a program": bytes(range(128, 256)) * 60
    + LINE.encode("utf-16-le")
    + bytes(range(128, 256)) * 60,
    "latin-1 before it": "näh\n".encode("latin-1") * 9 + LINE.encode(),
    "zeros before it": bytes(9000) + b"\n" + LINE.encode(),
    "CR only": b"a\r" * 9 + LINE.encode().replace(b"\n", b"\r"),
    "CRLF": b"a\r\n" * 9 + LINE.encode().replace(b"\n", b"\r\n"),
    "no newline": LINE.encode().rstrip(),
    "ten megabytes of one line before it": b"x " * 5_000_000 + LINE.encode(),
    "ten megabytes of one line behind it": LINE.encode().rstrip() + b" y" * 5_000_000,
    "a chunk border": b"\n" * (MIB - 40) + LINE.encode(),
    "escapes around it": b"\x1b[8m" + LINE.encode().rstrip() + b"\x1b]0;x\x07\n",
    "a mark of UTF-16 before it": b"\xff\xfe" + LINE.encode(),
    "a mark of UTF-32 before it": b"\xff\xfe\0\0" + LINE.encode(),
    "a lot of UTF-16 before it": ("x\n" * 40_000).encode("utf-16-le") + LINE.encode(),
    "a thousand times": LINE.encode() * 1000,
}.items():
    both(title, FOUND, lambda data=data: data)

for title, data in {
    "brackets": b"[" * 1_000_000,
    "quotes": b'"\\' * 500_000,
    "near misses": b"api_secret=" * 100_000,
    "spaces": b"api_secret" + b" " * 1_000_000 + b"=",
    "base64 of base64": b"QUFB" * 300_000,
    "escapes": b"\\u0041" * 200_000,
    "percents": b"%41" * 300_000,
    "runs": b"".join(fake("alnum:64", number).encode() + b"\n" for number in range(5000)),
    "headers of keys": b"-----BEGIN RSA PRIVATE" + b" KEY-----\n" * 100_000,
    "many headers of keys": b"-----BEGIN RSA PRIVATE KEY-----\n" * 30_000,
    "joined pieces": b"'" + b"abcd' + '" * 100_000,
    "nested text": b'{"a":' * 100_000,
    "assignments": b"binance_api_secret = x\n" * 50_000,
}.items():
    both(f"many {title}", ANY, lambda data=data: data)


@pytest.fixture(scope="module")
def contents() -> dict[str, bytes]:
    return {name: make() for name, (_, make) in CONTENTS.items()}


def _check(report, where: dict[str, str]) -> None:
    """`where`: the path or object of each content, as the report names it."""
    found = {place["path"].split("!")[0] for finding in report["findings"] for place in finding["locations"]}
    found |= {place["blob"] for finding in report["findings"] for place in finding["locations"]}
    failed = {failure["where"].split("!")[0] for failure in report["failures"]}
    for name, (ends, _) in CONTENTS.items():
        if ends == FOUND:
            assert where[name] in found, name
        elif ends == INCOMPLETE:
            assert where[name] in failed, name


def test_contents_of_files(contents, leakscan, tmp_path) -> None:
    where = {name: f"{number}.made" for number, name in enumerate(contents)}
    folder = tmp_path / "folder"
    folder.mkdir()
    for name, data in contents.items():
        (folder / where[name]).write_bytes(data)
    run = leakscan("scan", folder, "-f", "json")
    assert run.exit_code == 1, run.stderr
    _check(run.json, where)
    assert VALUE[:7] not in run.stdout + run.stderr


@pytest.mark.parametrize("full", [[], ["--full"]], ids=["swept", "whole"])
def test_contents_in_history(contents, repo, leakscan, full) -> None:
    where = {name: repo.run("hash-object", "-w", "--stdin", stdin=data) for name, data in contents.items()}
    run = leakscan("scan", repo.path, "--no-cache", "-f", "json", *full)
    assert run.exit_code == 1, run.stderr
    _check(run.json, where)
