import codecs

import pytest
from detecting import DETECTOR, values

from leakscan.detect import as_utf8

TEXT = f"BINANCE_API_SECRET={values(1)[0]}\n"
WIDE = ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"]


@pytest.mark.parametrize("encoding", [*WIDE, "utf-16", "utf-32", "utf-8-sig", "utf-8"])
def test_a_secret_is_found_in_every_encoding_of_unicode(encoding: str) -> None:
    assert len(DETECTOR.inspect(as_utf8(TEXT.encode(encoding))).candidates) == 1


@pytest.mark.parametrize("encoding", WIDE)
@pytest.mark.parametrize(
    "mark", [codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE]
)
def test_a_byte_order_mark_of_another_encoding_hides_nothing(encoding: str, mark: bytes) -> None:
    mark = mark.rjust(len(mark) + -len(mark) % len("a".encode(encoding)), b"\0")
    assert (
        len(DETECTOR.inspect(as_utf8(mark + "\n".encode(encoding) + TEXT.encode(encoding))).candidates) == 1
    )


@pytest.mark.parametrize("encoding", WIDE)
def test_letters_with_a_nul_where_latin_ones_have_none_do_not_outweigh_the_mark(encoding: str) -> None:
    data = ("\ufeff" + "\u4e00" * 3000 + "\n" + TEXT).encode(encoding)
    assert len(DETECTOR.inspect(as_utf8(data)).candidates) == 1


@pytest.mark.parametrize("encoding", WIDE)
def test_text_without_a_byte_order_mark_is_recognised(encoding: str) -> None:
    assert as_utf8(TEXT.encode(encoding)) == TEXT.encode()


def test_bytes_that_are_no_wide_text_come_back_as_they_are() -> None:
    binary = bytes(range(256)) * 20
    assert as_utf8(binary) is binary


def test_an_odd_last_byte_does_not_hide_the_text() -> None:
    assert as_utf8(codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le") + b"\n").startswith(TEXT.encode())


@pytest.mark.parametrize(
    ("data", "text"),
    [
        # too short, or without a zero where text has one
        ("abc".encode("utf-16-le"), None),
        ("abcd".encode("utf-16-le"), b"abcd"),
        (b"a" * 4096 + "abcd".encode("utf-16-le"), None),
        # Latin text with other letters between: three zeros of ten are enough, and hardly any on the other side
        (("ab" + "日本" * 2).encode("utf-16-le") * 9, ("ab" + "日本" * 2).encode() * 9),
        (("a" + "日本語" * 2).encode("utf-16-be") * 9, None),
        (b"a\0b\0c\0d\0" * 20 + b"\0\0" * 2, b"abcd" * 20 + b"\0\0"),
        (b"a\0b\0c\0d\0" * 20 + b"\0\0" * 9, b"abcd" * 20 + b"\0\0" * 9),
        (b"\0a\0b\0c\0d" * 20 + b"\0\0" * 9, b"abcd" * 20 + b"\0" * 17),
        (b"\0\0\0\0" * 9, None),
        (b"a\0\0\0" * 9, b"a" * 9),
        (b"\0\0\0a" * 9, b"a" * 9),
        (b"a\0\0\0" * 9 + b"\1" * 8, None),
    ],
)
def test_where_the_zeros_stand_tells_the_encoding(data: bytes, text: bytes | None) -> None:
    expected = data if text is None else text
    assert as_utf8(data).removesuffix(b"\0\0") == expected.removesuffix(b"\0\0")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig"])
def test_a_byte_order_mark_is_left_out_and_tells_by_itself(encoding: str) -> None:
    assert as_utf8("日".encode(encoding)) == "日".encode()


@pytest.mark.parametrize("encoding", WIDE)
@pytest.mark.parametrize("before", ["# a few settings\n" * 3, "# settings\n" * 900, "x"])
def test_wide_text_behind_plain_text_is_read_and_the_plain_text_as_well(encoding: str, before: str) -> None:
    """What `>>` of PowerShell makes of a file; and of what it made, `>>` of another shell."""
    appended = before.encode() + TEXT.encode(encoding)
    assert as_utf8(appended) == before.encode() + TEXT.encode()
    assert as_utf8(TEXT.encode(encoding) + TEXT.encode()) == TEXT.encode() * 2


@pytest.mark.parametrize("before", ["A=1\n", "A=10\n", "PORT=8080\nNAME=bot\n"])
def test_a_mark_between_a_few_letters_and_wide_text_misleads_nobody(before: str) -> None:
    text = as_utf8(before.encode() + TEXT.encode("utf-16"))
    assert text == before.encode() + codecs.BOM_UTF16_LE + TEXT.encode()
    assert as_utf8(TEXT.encode("utf-16") + before.encode()).endswith(TEXT.encode() + before.encode())


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_plain_text_behind_wide_text_with_a_mark_is_read(encoding: str) -> None:
    assert as_utf8(TEXT.encode(encoding) + TEXT.encode()).endswith(TEXT.encode() * 2)


@pytest.mark.parametrize("encoding", WIDE)
def test_wide_text_in_binary_content_is_read(encoding: str) -> None:
    """As the strings of a program stand in it."""
    other = bytes(range(128, 256)) * 60
    assert as_utf8(other + TEXT.encode(encoding) + other) == other + TEXT.encode() + other


@pytest.mark.parametrize("encoding", WIDE)
def test_a_few_wide_characters_are_left_alone(encoding: str) -> None:
    other = b"plain text, and more of it than wide text ever has" * 100
    assert (
        as_utf8(other + ("a" * 11).encode(encoding) + b"\xff")
        == other + ("a" * 11).encode(encoding) + b"\xff"
    )
