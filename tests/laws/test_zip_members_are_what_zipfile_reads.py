"""A member of a zip is read as the language's own reader reads it, damaged ones included, whatever inflates it; but
one that holds more than it says, of which that one reads the first part only, is told."""

from __future__ import annotations

import importlib
import io
import random
import struct
import zipfile
import zlib

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from leakscan.unpack import Member, deflate, iter_members

MIB = 1 << 20
ENDS = st.sampled_from([0, 1, 65_535, 65_536, MIB - 1, MIB, MIB + 1, 3 * MIB + 7])
SIZES = st.one_of(st.integers(0, 300), ENDS)
CONTENTS = st.tuples(SIZES, st.integers(0, 9), st.sampled_from(["random", "text", "even"]))


@pytest.fixture(params=["isal.isal_zlib", "zlib"], scope="module", autouse=True)
def inflater(request: pytest.FixtureRequest):
    name = request.param
    module = pytest.importorskip(name) if name != "zlib" else zlib
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deflate, "_zlib", module)
        yield importlib.import_module(name)


def content(size: int, seed: int, kind: str) -> bytes:
    rng = random.Random(seed)
    if kind == "even":
        return bytes((seed,)) * size
    data = rng.randbytes(min(size, 1 << 17))
    data = data if kind == "random" else data.hex().encode()
    return (data * (size // (len(data) or 1) + 1))[:size]


def pack(contents: list[bytes]) -> bytearray:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number, data in enumerate(contents):
            archive.writestr(str(number), data)
    return bytearray(file.getvalue())


def as_zipfile_reads(data: bytes) -> list[tuple[bytes, bytes]]:
    found = []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info in archive.infolist():
            try:
                read = info.filename.encode(), archive.read(info)
            except (zipfile.BadZipFile, zlib.error, EOFError, ValueError):
                continue
            if not holds_more(data, info):
                found.append(read)
    return found


def holds_more(data: bytes, info: zipfile.ZipInfo) -> bool:
    at = info.header_offset
    start = at + 30 + sum(struct.unpack("<HH", data[at + 26 : at + 30]))
    packed = data[start : start + info.compress_size]
    if info.compress_type != zipfile.ZIP_DEFLATED:
        return False
    return len(zlib.decompressobj(-15).decompress(packed, info.file_size + 1)) > info.file_size


@example([(1, 0, "random")], [(1.0, 1)])
@example([(0, 0, "random")], [(0.96875, 4)])
@example([(65_535, 1, "text")], [(1.0, 1)])
@example([(0, 0, "random")], [(0.875, 71)])
@given(st.lists(CONTENTS, max_size=4), st.lists(st.tuples(st.floats(0, 1), st.integers(1, 255)), max_size=2))
@settings(max_examples=60, deadline=None)
def test_members_are_those_of_zipfile(
    contents: list[tuple[int, int, str]], flips: list[tuple[float, int]]
) -> None:
    data = pack([content(*each) for each in contents])
    end = data.find(b"PK\x01\x02")  # what stands behind is read by zipfile in any case
    for place, flip in flips if end > 0 else ():
        data[4 + int(place * (end - 5))] ^= flip
    given = [(found.path, found.data) for found in iter_members(bytes(data)) if isinstance(found, Member)]
    assert given == as_zipfile_reads(bytes(data))
