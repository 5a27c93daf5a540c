"""Content that is nothing but values."""

import pytest

from leakscan.anchors import bare_values, begins_bare

A, B, D = b"k" * 40, b"b/+" * 20, b"0a" * 16


@pytest.mark.parametrize(
    ("data", "values"),
    [
        (A, [A]),
        (A + b"\n" + B + b"==\n", [A, B]),
        (b"\xef\xbb\xbf" + A + b"\r\n" + B + b"\r\n", [A, B]),
        (b'"' + A + b'", "' + B + b'"\n', [A, B]),
        (A + b":" + B, [A, B]),
        (b'[\n  "' + A + b'",\n  "' + B + b'"\n]\n', [A, B]),
        (b"{'" + A + b"': '" + B + b"'}", [A, B]),
        (b"<" + A + b">\n<" + B + b">\n", [A, B]),
        (A + b"\n" + B + b"\nPassw0rd!\n", [A, B]),
        (A + b"\n" + B + b"\n\n" + A + b"\n" + B, [A, B, A, B]),
        (b"key " + A, []),
        (A + b"\n" + B + b"\nand more words\n", []),
        (b"\n".join([A] * 5), []),
        (A[:15], []),
        (b"a" * 137, []),
        (b"\n".join([b"a" * 136] * 4), []),  # more than it may hold
        (b"", []),
        (D + b"\n" + D, [D, D]),
        (D, []),
        (b"-".join([b"0a" * 4, b"0a1b", b"4c0d", b"a1b2", b"0a" * 6]), []),
        (b"\n".join([D + b"abcdef00"] * 2), []),
        (D + b"\n" + D + D, []),
    ],
)
def test_its_values(data: bytes, values: list[bytes]) -> None:
    assert [data[start:end] for start, end in bare_values(data)] == values
    assert begins_bare(data) or not values


@pytest.mark.parametrize("text", [b"a" * 136 + b" ", b"a" * 16 + b" ;", b"aaaaaaaaaaaaaaaa=,", b'"<'])
def test_no_text_takes_long(text: bytes) -> None:
    assert len(bare_values((text * 512)[:512])) <= 4
