"""Short values in base64, in hexadecimal digits or in pieces."""

import base64

import pytest

from leakscan.detect.short import before_first, decoded, iter_short
from leakscan.model import Span
from leakscan.rules.fake import fake

VALUE = fake("alnum:18").encode()
DIGITS = VALUE.hex().encode()


def b64(value: bytes) -> bytes:
    return base64.b64encode(value)


@pytest.mark.parametrize(
    ("token", "after", "value", "size"),
    [
        (b64(VALUE), b"", VALUE, 24),
        (b64(VALUE[:16])[:-2], b"==", VALUE[:16], 24),
        (b64(VALUE[:16])[:-2], b"=", VALUE[:16], 23),
        (b64(VALUE[:16])[:-2], b'"', VALUE[:16], 22),
        (b64(VALUE[:17])[:-1], b"=,", VALUE[:17], 24),
        (DIGITS, b"", VALUE, 36),
        (DIGITS.upper(), b"==", VALUE, 36),
        (b"0x" + DIGITS, b"", VALUE, 38),
        (b"0X" + DIGITS, b"", VALUE, 38),
        (DIGITS[:24], b"", VALUE[:12], 24),
    ],
)
def test_a_token_that_is_an_encoding_gives_its_value(
    token: bytes, after: bytes, value: bytes, size: int
) -> None:
    piece = decoded(token, after)
    assert piece is not None
    assert (piece.text, piece.original) == (value, Span(0, size))
    assert piece.how == (
        "hexadecimal decoded" if set(token) <= set(b"0123456789abcdefABCDEFxX") else "base64 decoded"
    )


@pytest.mark.parametrize(
    "token",
    [
        b64(VALUE)[:-3],  # no base64 has so many letters
        DIGITS[:22],
        b64(bytes(range(18))),
        b64(b"two words of text "),
        b64(b"k" * 9 + b"\x7f" * 9),
        VALUE,
        b64(b"0123456789" * 7),  # longer than any
    ],
)
def test_a_token_that_is_none_gives_nothing(token: bytes) -> None:
    assert decoded(token, b"") is None


@pytest.mark.parametrize(
    ("before", "after", "first"),
    [
        (b"x = '", b"' + 'b'", b"x = '"),
        (b"x = '", b"'\n    'b'", b"x = '"),
        (b"x = '", b"', 'b'", None),
        (b"x = 'abc' + '", b"'", b"x = '"),
        (b"x = 'abc'\n  b'", b"'", b"x = '"),
        (b"x=abc\\\n  ", b"\n", b"x="),
        (b"x = 'abc', '", b"'", None),
        (b"", b"' . 'b'", b""),
    ],
)
def test_what_stands_before_the_first_of_several_literals(
    before: bytes, after: bytes, first: bytes | None
) -> None:
    assert before_first(before, after) == first


def pieces(text: bytes, *anchors: tuple[int, int]) -> list[tuple[bytes, bytes, str]]:
    found = list(iter_short(text, anchors or [(0, len(text))]))
    return [(text[slice(*piece.original)], piece.text, piece.how) for piece in found]


def test_encoded_values_and_joints_are_told_with_what_they_are() -> None:
    assert pieces(b"key: %b\n" % b64(VALUE)) == [(b64(VALUE), VALUE, "base64 decoded")]
    assert pieces(b"key: %b\n" % b64(VALUE[:16])) == [(b64(VALUE[:16]), VALUE[:16], "base64 decoded")]
    assert pieces(b"key = '%b'\n" % DIGITS) == [(DIGITS, VALUE, "hexadecimal decoded")]
    for joint in (b"' + '", b"'\n  b'", b"' . '"):
        assert pieces(b"key = 'abc%bdef'" % joint) == [(joint, b"", "joined from pieces")]
    assert pieces(b"f('abc' 'def')") == [(b"' '", b"", "joined from pieces")]
    assert pieces(b"key='abc\\\n  def'") == [(b"\\\n  ", b"", "joined from pieces")]


@pytest.mark.parametrize(
    "text",
    [
        b"x 'abc' 'def'",
        b"x = 'abc'\n\n'def'",
        b"x = 'abc'\r\n \r\n'def'",
        b"x = 'abc', 'def'",
        b"x = abc + def",
        b"key: abc",
    ],
)
def test_what_is_no_value_in_pieces_is_none(text: bytes) -> None:
    assert pieces(text) == []


@pytest.mark.parametrize(("side", "furthest"), [(1, 276), (-1, 275)])
def test_only_what_stands_within_300_bytes_of_an_anchor_is_of_its_credential(
    side: int, furthest: int
) -> None:
    """Behind an anchor all of it, and that it ends there."""
    encoded = b64(VALUE)
    for apart, is_seen in ((furthest, True), (furthest + 1, False)):
        text = b" " * 400 + encoded + b" " * 400
        start = 400 + 24 + apart if side > 0 else 400 - apart - 10
        assert bool(pieces(text, (start, start + 10))) == is_seen
