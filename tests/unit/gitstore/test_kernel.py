from __future__ import annotations

import re
from array import array
from types import ModuleType

import pytest
from packwriter import copy, delta, insert, varint

from leakscan.gitstore import kernel, kernel_reference
from leakscan.gitstore.deltaerror import DeltaError, OversizeError

KERNELS: list[ModuleType] = [kernel_reference, *([kernel] if kernel.COMPILED else [])]
both = pytest.mark.parametrize("tested", KERNELS, ids=lambda module: module.__name__.rpartition(".")[2])
RUN = b"A1b2C3d4" * 8
LIMIT = 1 << 20


@both
@pytest.mark.parametrize(
    ("data", "told"),
    [
        (RUN, True),
        (RUN[1:], False),
        (b"-" + RUN + b"nu03d"[:5] + b"-", True),
        (RUN + b"123456", False),
        (RUN[:63] + b"\xe9", False),
        (b"/" + RUN + b"/", True),
        (b"-" * 200 + RUN + b"-" * 200, True),
        (RUN * 2 + b" " + RUN, True),
        (b"BEGIN PRIVATE KEY", True),
        (b"PRIVATE KE", False),
        (b"VVVVVVPRIVATE KEYVVV", True),
        (b"PRIVATE PRIVATE KEY", True),
        (b"", False),
    ],
)
def test_an_anchor_is_a_run_of_a_length_or_a_literal(tested: ModuleType, data: bytes, told: bool) -> None:
    assert tested.Matcher(64, 69, (b"PRIVATE KEY",)).has_anchor(data) is told


@both
@pytest.mark.parametrize(
    ("base", "instructions", "touches"),
    [
        (b"", [insert(RUN)], True),
        (RUN, [copy(0, 64)], True),  # both ends are seams
        (b"-" * 9 + RUN + b"-" * 9, [copy(0, 82)], False),
        (b"-" * 9 + RUN + b"-" * 9, [copy(0, 40), copy(40, 42)], True),
        (b"-" * 9 + RUN + b"-" * 9, [copy(0, 73), insert(b"-"), copy(74, 8)], True),
        (b"-" * 9 + RUN + b"-" * 9, [copy(0, 80), insert(b"x")], False),
        (b"-" * 9 + RUN + b"-" * 9, [copy(0, 9), insert(b"123456"), copy(9, 73)], False),
        (b"-" * 9 + RUN + b"x" + RUN, [copy(0, 73), copy(0, 9)], True),
        (b"-" * 99 + b"PRIVATE KEY" + b"-" * 99, [copy(0, 209)], False),
        (b"-" * 99 + b"PRIVATE KEY" + b"-" * 99, [copy(0, 100), copy(100, 109)], True),
        (b"-" * 99 + b"PRIVATE KEY" + b"-" * 99, [copy(0, 99), insert(b"x"), copy(99, 110)], False),
        (b"-" * 99 + b"PRIVATE KEY" + b"-" * 99, [copy(0, 110), insert(b"x")], False),
        (b"- PRIVATE K", [copy(0, 11), insert(b"EY")], True),
    ],
)
def test_only_what_touches_a_seam_is_new(
    tested: ModuleType, base: bytes, instructions: list[bytes], touches: bool
) -> None:
    size = sum(code[0] for code in instructions if code[0] < 128)
    size += sum(int.from_bytes(code[-1:]) for code in instructions if code[0] > 127)
    target, told = tested.Matcher(64, 69, (b"PRIVATE KEY",)).apply(
        base, delta(len(base), size, *instructions), LIMIT
    )
    assert len(target) == size
    assert told is touches


@both
def test_a_copy_of_length_0_copies_65536_bytes(tested: ModuleType) -> None:
    base = bytes(range(256)) * 300
    assert tested.apply(base, delta(len(base), 0x10000, b"\x81\x07"), LIMIT) == base[7 : 7 + 0x10000]


@both
@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "cut off"),
        (b"\x03", "cut off"),
        (b"\xff" * 12, "cut off"),
        (delta(4, 3, insert(b"abc")), "another size"),
        (delta(3, 3, b"\x03ab"), "cut off"),
        (delta(3, 3, b"\x91\x00"), "cut off"),
        (delta(3, 3, b"\xff\0\0\0\0\0\0"), "cut off"),
        (delta(3, 3, copy(1, 3)), "outside its base"),
        (delta(3, 3, b"\x8f\xff\xff\xff\xff"), "outside its base"),
        (delta(3, 3, b"\0"), "reserved instruction"),
        (delta(3, 3, copy(0, 3), b"\1x"), "longer"),
        (delta(3, 2, copy(0, 3)), "longer"),
        (delta(3, 4, copy(0, 3)), "shorter"),
        (delta(3, 1), "shorter"),
    ],
)
def test_a_bad_delta_is_refused_with_its_reason(tested: ModuleType, data: bytes, reason: str) -> None:
    with pytest.raises(DeltaError, match=re.escape(reason)):
        tested.apply(b"abc", data, LIMIT)
    with pytest.raises(DeltaError, match=re.escape(reason)):
        tested.Matcher(64, 69, ()).apply(b"abc", data, LIMIT)


@both
@pytest.mark.parametrize("claim", [LIMIT + 1, 50 << 30, (1 << 63) - 1])
def test_a_claim_over_the_limit_is_refused_before_it_is_believed(tested: ModuleType, claim: int) -> None:
    with pytest.raises(OversizeError) as error:
        tested.apply(b"abc", varint(3) + varint(claim) + copy(0, 3), LIMIT)
    assert error.value.size == claim


@both
def test_what_is_not_bytes_is_refused(tested: ModuleType) -> None:
    with pytest.raises((TypeError, AttributeError)):
        tested.Matcher(64, 69, ()).has_anchor(None)
    with pytest.raises((TypeError, AttributeError)):
        tested.apply(None, b"\0\0", 1)


@both
def test_the_heaviest_child_comes_last(tested: ModuleType) -> None:
    parents, kinds = array("i", [-1, 0, 0, 0, 1, -2, 5]), array("B", [3, 6, 7, 6, 6, 7, 6])
    sizes = array("Q", [800, 1, 1 << 50, 1, 1, 1, 1])
    children, siblings, reached, weights = tested.grow(parents, kinds, sizes)
    assert [children[0], siblings[1], siblings[3], siblings[2]] == [1, 3, 2, -1]
    assert list(reached) == [0, 1, 2, 3, 4]
    assert list(kinds) == [3, 3, 3, 3, 3, 7, 6]
    assert weights[4] == 4096 + 1 + 100
    assert weights[0] == sum(weights[1:4]) + 4096 + 800 + 100
