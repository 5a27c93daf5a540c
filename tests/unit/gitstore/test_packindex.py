"""Pack indexes of both versions, written here, against a plain table of what they say."""

from __future__ import annotations

import random
from array import array
from typing import TYPE_CHECKING

import pytest

from leakscan.gitstore.packindex import NOWHERE, PackIndex

if TYPE_CHECKING:
    from pathlib import Path

BIG = 1 << 31


def fan_out(names: list[bytes]) -> bytes:
    return b"".join(sum(name[0] <= first for name in names).to_bytes(4, "big") for first in range(256))


def version_1(entries: dict[bytes, int], width: int) -> bytes:
    names = sorted(entries)
    return fan_out(names) + b"".join(entries[n].to_bytes(4, "big") + n for n in names) + bytes(2 * width)


def version_2(entries: dict[bytes, int], width: int, large: int | None = None) -> bytes:
    """`large`: how many of the large offsets are written; all of them if None."""
    names = sorted(entries)
    longs = [entries[name] for name in names if entries[name] >= BIG]
    places = iter(range(len(longs)))
    small = [next(places) | BIG if entries[name] >= BIG else entries[name] for name in names]
    return (
        b"\377tOc\0\0\0\2"
        + fan_out(names)
        + b"".join(names)
        + bytes(4 * len(names))
        + b"".join(offset.to_bytes(4, "big") for offset in small)
        + b"".join(offset.to_bytes(8, "big") for offset in longs[:large])
        + bytes(2 * width)
    )


def entries(count: int, width: int, most: int) -> dict[bytes, int]:
    rng = random.Random(count)
    return {rng.randbytes(width): rng.randrange(12, most) for _ in range(count)}


def opened(tmp_path: Path, data: bytes, width: int) -> PackIndex:
    (tmp_path / "pack.idx").write_bytes(data)
    return PackIndex(tmp_path / "pack.idx", width)


@pytest.mark.parametrize("width", [20, 32])
@pytest.mark.parametrize("count", [0, 1, 2, 300])
@pytest.mark.parametrize(("write", "most"), [(version_1, BIG * 2), (version_2, BIG), (version_2, BIG * 4)])
def test_an_index_says_which_object_stands_where(tmp_path, write, most, count: int, width: int) -> None:
    table = entries(count, width, most)
    index = opened(tmp_path, write(table, width), width)
    names = sorted(table)
    assert len(index) == count
    assert [index.name(place) for place in range(count)] == names
    assert index.offsets == array("Q", [table[name] for name in names])
    assert [index.find(name) for name in names] == list(range(count))
    for name in names:
        for other in (name[:-1] + bytes([name[-1] ^ 1]), bytes(width), b"\xff" * width):
            assert index.find(other) == (names.index(other) if other in names else -1)


def test_neighbours_in_one_row_of_the_fan_out_are_told_apart(tmp_path: Path) -> None:
    table = {
        bytes([first]) + bytes(18) + bytes([last]): 100 * first + last
        for first in (0, 7, 255)
        for last in range(3)
    }
    index = opened(tmp_path, version_2(table, 20), 20)
    for place, name in enumerate(sorted(table)):
        assert (index.find(name), index.offsets[place]) == (place, table[name])
    assert index.find(b"\x07" + bytes(18) + b"\x09") == index.find(b"\x08" * 20) == -1


def test_a_large_offset_that_is_only_promised_is_nowhere(tmp_path: Path) -> None:
    table = {bytes([number]) * 20: BIG + number for number in range(3)}
    index = opened(tmp_path, version_2(table, 20, large=2), 20)
    assert list(index.offsets) == [BIG, BIG + 1, NOWHERE]
    huge = {b"a" * 20: (1 << 64) - 1, b"b" * 20: BIG - 1}
    assert list(opened(tmp_path, version_2(huge, 20), 20).offsets) == [(1 << 63) - 1, BIG - 1]


@pytest.mark.parametrize("write", [version_1, version_2])
def test_what_is_cut_off_or_out_of_order_is_refused(tmp_path: Path, write) -> None:
    data = write(entries(5, 20, BIG), 20)
    opened(tmp_path, data, 20)
    with pytest.raises(ValueError, match="it is damaged"):
        opened(tmp_path, data[:-1], 20)
    for size in (0, 7, 1023):
        with pytest.raises(ValueError, match="it is cut off"):
            opened(tmp_path, data[:size], 20)
    start = 8 if write is version_2 else 0
    for size, said in ((start + 1023, "it is cut off"), (start + 1024, "it is damaged")):
        with pytest.raises(ValueError, match=said):
            opened(tmp_path, data[:size], 20)
    wrong = data[:start] + b"\0\0\0\6" + data[start + 4 :]
    with pytest.raises(ValueError, match="it is damaged"):
        opened(tmp_path, wrong, 20)
