"""The cache's file: what is written comes back, and nothing else is taken."""

from __future__ import annotations

import hashlib
import json
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakscan.gitstore.containers import Containers
from leakscan.gitstore.memory import Memory, UnusableError, decode

KEY = "k" * 64


IDS = [hashlib.sha1(bytes((number,))).hexdigest() for number in range(3)]


def memory() -> Memory:
    ids = IDS
    return Memory(
        KEY,
        Containers({"0/pack/pack-x.idx": (1, 2, 3, 4, "ab")}, {"0/pack/pack-x.idx": "cd"}),
        {"blobs": 1, "commits": 3, "tags": 0, "bytes": 1 << 40},
        found=ids,
        absent=ids[1:],
        traced=ids,
        ids=bytes.fromhex("".join(ids)),
        orders=array("q", [5, 6, 7]),
        reached=b"\1\0\1",
        masks=b"\1\3\7",
        alike={ids[1]: (ids[0], [1, 2, 3, 4])},
        quiet={ids[2]: (0, 7)},
    )


def test_what_is_written_comes_back() -> None:
    assert decode(memory().encode(), KEY, 20) == memory()


def test_another_key_is_refused() -> None:
    with pytest.raises(UnusableError, match="other rules"):
        decode(memory().encode(), "x", 20)


@given(st.data())
def test_any_change_of_a_byte_is_damage(data: st.DataObject) -> None:
    content = bytearray(memory().encode())
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(UnusableError, match="damaged"):
        decode(bytes(content), KEY, 20)


def signed(head: object, tables: bytes) -> bytes:
    """A file with a right checksum, whoever wrote it."""
    text = json.dumps(head).encode()
    body = len(text).to_bytes(8, "little") + text + tables
    return memory().encode()[:25] + hashlib.sha256(body).digest() + body


def parts() -> tuple[dict[str, object], bytes]:
    body = memory().encode()[25 + 32 :]
    length = int.from_bytes(body[:8], "little")
    return json.loads(body[8 : 8 + length]), body[8 + length :]


def test_the_parts_make_a_whole() -> None:
    assert decode(signed(*parts()), KEY, 20) == memory()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("found", ["--upload-pack=x"]),
        ("found", "ab"),
        ("changed", [1]),
        ("traced", []),
        ("absent", []),
        ("counts", {"blobs": -1, "commits": 3, "tags": 0, "bytes": 0}),
        ("counts", {"blobs": 1, "commits": 1 << 40, "tags": 0, "bytes": 0}),
        ("counts", {"blobs": "1", "commits": 3, "tags": 0, "bytes": 0}),
        ("counts", {"blobs": 1, "commits": 3, "tags": 0, "bytes": 1 << 62}),
        ("stamps", {"0/pack/x.idx": [1, 2]}),
        ("stamps", {"../../etc/x": [1, 2, 3, 4, ""]}),
        ("stamps", []),
        ("digests", []),
        ("tips", None),
        ("alike", []),
        ("alike", {IDS[1]: [IDS[2], []]}),  # which is not looked at itself
        ("alike", {IDS[1]: ["0" * 40, []]}),
        ("alike", {"0" * 40: [IDS[0], []]}),
        ("alike", {IDS[2]: [IDS[0], []]}),  # it is said to hold nothing, too
        ("alike", {IDS[1]: [IDS[0], [1, 2, 3]]}),
        ("alike", {IDS[1]: [IDS[0], [1, 2, 3, -4]]}),
        ("alike", {IDS[1]: [IDS[0], [1, 2, 3, True]]}),
        ("quiet", {IDS[2]: [0]}),
        ("quiet", {IDS[2]: [0, 1.5]}),
        ("quiet", {"0" * 40: [0, 7]}),
    ],
)
def test_a_malformed_field_is_refused(field: str, value: object) -> None:
    head, tables = parts()
    head[field] = value
    with pytest.raises(UnusableError, match="malformed"):
        decode(signed(head, tables), KEY, 20)


def test_the_largest_count_is_taken() -> None:
    head, tables = parts()
    counts = {"blobs": 1, "commits": 3, "tags": 0, "bytes": (1 << 62) - 1}
    assert decode(signed(head | {"counts": counts}, tables), KEY, 20).counts == counts


@pytest.mark.parametrize(("traced", "size"), [(0, 0), (1, 1), (8, 1), (9, 2), (2000, 250)])
def test_a_mask_has_a_bit_for_each_traced_commit(traced: int, size: int) -> None:
    assert Memory(KEY, traced=["x"] * traced).mask_bytes == size


@pytest.mark.parametrize("head", [[], None, "x", 3, {}])
def test_anything_else_is_refused(head: object) -> None:
    with pytest.raises(UnusableError, match="malformed"):
        decode(signed(head, b""), KEY, 20)


def test_tables_of_another_size_are_refused() -> None:
    head, tables = parts()
    for wrong in (tables[:-1], tables + b"x", b""):
        with pytest.raises(UnusableError, match="malformed"):
            decode(signed(head, wrong), KEY, 20)
