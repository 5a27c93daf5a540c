from __future__ import annotations

import re
from array import array
from types import ModuleType

import pytest
from packwriter import copy, delta, insert, varint

from leakscan import anchors
from leakscan.anchors import AnchorSpec, reference
from leakscan.gitstore import kernel, kernel_reference
from leakscan.gitstore.deltaerror import DeltaError, OversizeError

KERNELS: list[ModuleType] = [kernel_reference, *([kernel] if kernel.COMPILED else [])]
both = pytest.mark.parametrize("tested", KERNELS, ids=lambda module: module.__name__.rpartition(".")[2])
MATCHERS = {kernel_reference: reference.Matcher, kernel: anchors.Matcher}
RUN = b"A1x2C3z4" * 8
HEX = b"0a1b2c3d4e" * 3
PAD = b" " * 400  # more than anything that decides about an anchor
SPEC = AnchorSpec(64, 69, (b"PRIVATE KEY",), (b"secret", b"kraken"), (b"mx0",))
LIMIT = 1 << 20


@both
@pytest.mark.parametrize(
    ("data", "told"),
    [
        (RUN, True),
        (RUN[1:], False),
        *((before + RUN, True) for before in (b"\\n", b"\\u003d", b"%3D", b"=3D", b"=", b".", b'"')),
        *(
            (before + RUN, False)
            for before in (b"n", b" 3D", b".u003d", b"\\u0003d", *(b"+", b"/", b"_", b"-"))
        ),
        *((RUN + after, False) for after in (b"+", b"/", b"_", b"-", b"=", b"==")),
        *((RUN + after, True) for after in (b"\\n", b"%3D", b".", b'"')),
        (RUN + b"123456", False),
        (RUN[:63] + b"\xe9", False),
        (b"-" * 200 + b"\n" + RUN + b"\n" + b"-" * 200, True),
        (RUN * 2 + b" " + RUN, True),
        (b"BEGIN PRIVATE KEY", True),
        (b"PRIVATE KE", False),
        (b"VVVVVVPRIVATE KEYVVV", True),
        (b"PRIVATE PRIVATE KEY", True),
        (b"", False),
        (HEX, False),
        (b"SECRET=" + HEX, True),
        (b"sEcReT" + b" " * 58 + HEX, True),
        (b"secret" + b" " * 59 + HEX, False),
        (HEX + b" secret", False),
        (b"secret-" + HEX, False),  # within the token
        (b"secret" + b" =" * 9 + HEX * 4 + b"0123456789abcdef", True),
        (b"secret" + b" =" * 9 + HEX * 4 + b"0123456789abcdef0", False),
        (b"secret = " + HEX[:15], False),
        (b"secret = " + HEX[:16], True),
        (b"secret = abcdefghijklmnopqrstuvw1", False),
        (b"secret = abcdefghijklmnOpqrstuvwxyz", False),
        (b"secret = abcdefghijklmnopqrstu1x1", True),
        (b"secret = AbCdefGhiJklMnoPqr", True),
        (b"secret = /usr/share/lib/python", False),
        (b"secret = ----------------", False),
        (b" mx0" + HEX, True),
        (b" xmx0" + HEX, False),
    ],
)
def test_an_anchor_is_a_run_of_a_length_or_a_literal(tested: ModuleType, data: bytes, told: bool) -> None:
    assert MATCHERS[tested](SPEC).has_anchor(data) is told


def copied(code: bytes) -> int:
    operands = code[1 + (code[0] & 15).bit_count() :]
    places = [bit for bit in range(3) if code[0] >> 4 + bit & 1]
    return sum(byte << 8 * bit for bit, byte in zip(places, operands, strict=True))


@both
@pytest.mark.parametrize(
    ("base", "instructions", "touches"),
    [
        (b"", [insert(RUN)], True),
        (RUN, [copy(0, 64)], True),  # both ends are seams
        (PAD + RUN + PAD, [copy(0, 864)], False),
        (PAD + RUN + PAD, [copy(0, 440), copy(440, 424)], True),
        (PAD + RUN + PAD, [copy(0, 464), insert(b"."), copy(465, 399)], True),
        (PAD + RUN + PAD, [copy(0, 464), insert(b"-"), copy(465, 399)], False),
        (PAD + RUN + b"-" + PAD, [copy(0, 464), copy(465, 400)], True),
        (PAD + b"/" + RUN + PAD, [copy(0, 400), copy(401, 464)], True),
        (PAD + RUN + PAD, [copy(0, 800), insert(b"x")], False),
        (PAD + RUN + PAD, [copy(0, 400), insert(b"123456"), copy(400, 464)], False),
        (PAD + RUN + b"x" + RUN, [copy(0, 464), copy(0, 400)], True),
        (PAD + b"PRIVATE KEY" + PAD, [copy(0, 811)], False),
        (PAD + b"PRIVATE KEY" + PAD, [copy(0, 401), copy(401, 410)], True),
        (PAD + b"PRIVATE KEY" + PAD, [copy(0, 400), insert(b"x"), copy(400, 411)], False),
        (PAD + b"PRIVATE KEY" + PAD, [copy(0, 411), insert(b"x"), copy(411, 400)], False),
        (b"- PRIVATE K", [copy(0, 11), insert(b"EY")], True),
        (PAD + b"\nsecret " + HEX + PAD, [copy(0, 838)], False),
        (PAD + b"\nsecret " + HEX + PAD, [copy(0, 438), insert(b"x"), copy(438, 400)], True),
        (PAD + b"\nsecret " + HEX + PAD, [copy(0, 442), insert(b"x"), copy(442, 396)], False),
        (PAD + b"\nsecret " + b" " * 50 + HEX + PAD, [copy(0, 410), insert(b"."), copy(410, 478)], True),
        (PAD + b"\nsecret " + b" " * 130 + HEX + PAD, [copy(0, 420), copy(500, 468)], True),
    ],
)
def test_only_what_touches_a_seam_is_new(
    tested: ModuleType, base: bytes, instructions: list[bytes], touches: bool
) -> None:
    size = sum(code[0] for code in instructions if code[0] < 128)
    size += sum(copied(code) for code in instructions if code[0] > 127)
    target, told = tested.apply_and_look(
        MATCHERS[tested](SPEC), base, delta(len(base), size, *instructions), LIMIT
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
        tested.apply_and_look(MATCHERS[tested](SPEC), b"abc", data, LIMIT)


@both
@pytest.mark.parametrize("claim", [LIMIT + 1, 50 << 30, (1 << 63) - 1])
def test_a_claim_over_the_limit_is_refused_before_it_is_believed(tested: ModuleType, claim: int) -> None:
    with pytest.raises(OversizeError) as error:
        tested.apply(b"abc", varint(3) + varint(claim) + copy(0, 3), LIMIT)
    assert error.value.size == claim


@both
def test_what_is_not_bytes_is_refused(tested: ModuleType) -> None:
    with pytest.raises((TypeError, AttributeError)):
        MATCHERS[tested](SPEC).has_anchor(None)
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
