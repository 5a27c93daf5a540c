"""DER in base64 with no header: where it starts, how long it is, what may stand between its lines."""

import base64
import random

import pytest

from leakscan.detect.keybody import gather, iter_bare_keys, read_bare_key
from leakscan.detect.openssh import read_strings
from leakscan.detect.privatekey import parse_der
from leakscan.model import Span
from leakscan.rules.fake import fake


def body(kind: str) -> str:
    return "".join(line for line in fake(kind).split("\n") if "-----" not in line)


SHORT, LONG = body("ed25519"), body("rsa:2048:pkcs8")


@pytest.mark.parametrize("letters", [SHORT, LONG, body("ec")])
@pytest.mark.parametrize(
    ("before", "is_read"),
    [
        ("", True),
        (" ", True),
        ("=", True),
        ("\\n", True),
        ("\\t", True),
        ("\\q", False),
        ("x", False),
        ("/", False),
        ("n", False),
    ],
)
def test_a_key_starts_where_no_letter_stands_before_it(letters: str, before: str, is_read: bool) -> None:
    found = list(iter_bare_keys((before + letters).encode()))
    assert [key.span for key in found] == [Span(len(before), len(before + letters))] * is_read


def test_each_key_of_a_text_is_read_once_and_ends_where_its_der_does() -> None:
    text = f"{LONG} {SHORT}x {SHORT}\n".encode()
    ends = [(0, len(LONG)), (len(LONG) + 1, len(LONG + SHORT) + 1), (len(LONG + SHORT) + 3, len(text) - 1)]
    assert [tuple(key.span) for key in iter_bare_keys(text)] == ends


@pytest.mark.parametrize("gap", ["\n", "\\n", "\r\n    ", '",\n  "', '" +\n  "', "%0A", "&#10;", " \\\n"])
def test_lines_are_gathered_whatever_stands_between_them(gap: str) -> None:
    cut = LONG[:64] + gap + LONG[64:]
    assert gather(cut.encode(), 0, len(LONG.rstrip("="))) == (LONG.encode().rstrip(b"="), len(cut))
    assert gather((cut + "abc").encode(), 0, 64) == (LONG[:64].encode(), 64)


def test_nothing_is_gathered_where_letters_are_too_few() -> None:
    assert gather(b"abc!def", 0, 4) is None
    assert gather(b"abc\n", 0, 4) is None
    assert gather(b"abc\ndef==", 0, 6) == (b"abcdef", 9)
    assert gather(b"!", 0, 1) is None
    assert gather(b"a b", 0, 0) == (b"", 0)


def der(size: int, form: int) -> bytes:
    """A sequence of so many bytes that is no key, its length written in one, two or three bytes."""
    written = {0: bytes([size]), 1: b"\x81" + bytes([size]), 2: b"\x82" + size.to_bytes(2, "big")}[form]
    return b"\x30" + written + random.Random(1).randbytes(size)


@pytest.mark.parametrize(
    ("first", "letters"), [(b"\x30\x84", 0), (b"\x31\x82", 0), (b"\x30\x80", 0), (b"\x30", 0)]
)
def test_what_is_no_sequence_is_no_key(first: bytes, letters: int) -> None:
    content = base64.b64encode(first + bytes(200))
    assert read_bare_key(content, 0, "") is None


@pytest.mark.parametrize("kind", ["ed25519", "ec", "rsa:2048:pkcs8", "ec:pkcs1"])
def test_the_length_of_a_sequence_is_read_in_each_of_its_forms(kind: str) -> None:
    letters = body(kind)
    key = read_bare_key((letters + "AAAA").encode(), 0, "so")
    assert key is not None
    assert (key.span, key.form) == (Span(0, len(letters)), "so")
    assert key.identity == parse_der(Span(0, 0), base64.b64decode(letters)).identity  # type: ignore[union-attr]


def strings(*contents: bytes) -> bytes:
    return b"".join(len(content).to_bytes(4, "big") + content for content in contents)


def test_the_strings_of_a_blob_are_read_as_far_as_they_are_whole() -> None:
    assert read_strings(strings(b"ab", b"", b"c")) == [b"ab", b"", b"c"]
    assert read_strings(strings(b"ab", b"cd")[:-1]) == [b"ab"]
    assert read_strings(strings(b"ab") + b"\0\0\0") == [b"ab"]
    assert read_strings(strings(b"ab") + b"\0\0\0\0") == [b"ab", b""]
    assert read_strings(strings(*[b"x"] * 20)) == [b"x"] * 16
    assert read_strings(strings(b"a", b"b", b"c"), 2) == [b"a", b"b"]
    assert read_strings(b"") == []
