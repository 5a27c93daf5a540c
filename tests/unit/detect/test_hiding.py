"""Where encoded, escaped and split values hide."""

import base64

import pytest

from leakscan.anchors import find_hidden
from leakscan.detect.hiding import iter_hidden
from leakscan.detect.rewrite import Rewriting
from leakscan.rules.fake import fake

VALUE = fake("alnum:64")
LINE = f"BINANCE_API_SECRET={VALUE}\n"


def plain(text: str) -> str:
    """The text with everything said plainly that it hides, one layer deep."""
    data = text.encode()
    return Rewriting(data, iter_hidden(data, find_hidden(data))).text.decode()


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def lines(text: str, width: int) -> list[str]:
    return [text[at : at + width] for at in range(0, len(text), width)]


LONG = b64(LINE * 3)
CONTROLS = [b"\0", b"\x08", b"\x0b", b"\x0e", b"\x1f", b"\x7f"]  # beside the white space among them


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # base64: with its padding, behind an escape, in lines of each kind of dress
        (f"x={b64(LINE)};", f"x={LINE};"),
        (f"x={b64(LINE + 'a')};", f"x={LINE}a;"),
        ("x=" + b64(LINE + "\t\f ~"), f"x={LINE}\t\f ~"),
        (f"x={b64(LINE + 'ab')};", f"x={LINE}ab;"),
        (f"x={b64(LINE + 'ab').rstrip('=')};", f"x={LINE}ab;"),
        (f'"\\n{b64(LINE)}"', f'"\\n{LINE}"'),
        (f"C:\\{b64(LINE)}", f"C:\\{LINE}"),
        ("\n".join(lines(LONG, 76)) + "\n", LINE * 3 + "\n"),
        ("\r\n".join(lines(LONG, 76)), LINE * 3),
        ("x: |\n  " + "\n  ".join(lines(LONG, 64)), "x: |\n  " + LINE * 3),
        ('"' + "\\n".join(lines(LONG, 76)) + '"', '"' + LINE * 3 + '"'),
        ("\n".join(lines(LONG, 76)) + "\nabc def", LINE * 3 + "\nabc def"),
        # hexadecimal digits
        (f"x = '{LINE.encode().hex()}'", f"x = '{LINE}'"),
        (f"x = '0x{LINE.encode().hex().upper()}'", f"x = '{LINE}'"),
        # marks of base64 that are escaped, and all other characters
        (VALUE[:40] + "%2B" + VALUE[40:], VALUE[:40] + "+" + VALUE[40:]),
        (VALUE[:40] + "%2b%2F" + VALUE[40:] + "%3D", VALUE[:40] + "+/" + VALUE[40:] + "="),
        (VALUE[:40] + "\\/" + VALUE[40:], VALUE[:40] + "/" + VALUE[40:]),
        (VALUE[:40] + "\\u002f" + VALUE[40:], VALUE[:40] + "/" + VALUE[40:]),
        (VALUE[:40] + "\\x2B" + VALUE[40:], VALUE[:40] + "+" + VALUE[40:]),
        (VALUE[:40] + "&#43;" + VALUE[40:], VALUE[:40] + "+" + VALUE[40:]),
        (VALUE[:40] + "&#x2f;" + VALUE[40:], VALUE[:40] + "/" + VALUE[40:]),
        ("".join(f"%{ord(letter):02x}" for letter in VALUE), VALUE),
        ("".join(f"&#{ord(letter)};" for letter in VALUE), VALUE),
        ("%C3%A9" * 12 + "%41" * 12, "%C3%A9" * 12 + "A" * 12),
        ("%80" * 12 + "%7e" * 12, "%80" * 12 + "~" * 12),
        ("&#65;" * 12 + "&#126;&#127;&#128;&#xe9;", "A" * 12 + "~\x7f&#128;&#xe9;"),
        # pieces
        (f"'{VALUE[:32]}' + '{VALUE[32:]}'", f"'{VALUE}'"),
        (f"'{VALUE[:32]}'\n  '{VALUE[32:]}'", f"'{VALUE}'"),
        (f"'{VALUE[:8]}' + '{VALUE[8:40]}' + '{VALUE[40:]}'", f"'{VALUE}'"),
        ("' + '".join(["'abcd", VALUE[:32], "efgh", "ijkl"]) + "'", f"'abcd{VALUE[:32]}efghijkl'"),
        ("' + '".join(["'abcde", "fghij", VALUE[:32], "klmno"]) + "'", f"'abcdefghij{VALUE[:32]}klmno'"),
        ("x=" + VALUE[:32] + "\\\n" + VALUE[32:], f"x={VALUE}"),
        (f'\\"{VALUE[:32]}\\" + \\"{VALUE[32:]}\\"', f'\\"{VALUE}\\"'),
    ],
)
def test_what_is_hidden_is_said_plainly(text: str, expected: str) -> None:
    assert plain(text) == expected


@pytest.mark.parametrize("mark", ["%2B", "\\/", "\\u002b", "\\x2B", "&#43;", "&#x2f;"])
def test_a_mark_near_the_start_of_a_value_is_said_plainly_where_32_letters_follow(mark: str) -> None:
    said = "/" if mark in ("\\/", "&#x2f;") else "+"
    for before in ("", ";", "key="):
        assert plain(before + VALUE[:8] + mark + VALUE[8:]) == before + VALUE[:8] + said + VALUE[8:]
        assert plain(before + VALUE[:8] + mark + VALUE[8:40]) == before + VALUE[:8] + said + VALUE[8:40]
        short = before + VALUE[:8] + mark + VALUE[8:39]
        assert plain(short) == short


@pytest.mark.parametrize(
    "text",
    [
        f"SECRET = '{VALUE}'\n\n'{VALUE}'",  # an empty line between: two of them
        f"SECRET = '{VALUE}'\r\n \r\n  '{VALUE}'",
        b64(LINE)[1:-3],  # cut off: no text
        base64.b64encode(bytes(range(128, 250))).decode(),
        base64.b64encode(LINE.encode() * 2 + b"\x00\x01\x02" * 3).decode(),
        *(base64.b64encode(LINE.encode() * 2 + control).decode() for control in CONTROLS),
        base64.b64encode(LINE.encode() * 2 + "é".encode("latin-1") * 3).decode(),
        bytes(range(1, 80)).hex(),
        LINE.encode().hex()[:-1] + "G",
        VALUE[:59],
        f"'{VALUE[:32]}', '{VALUE[32:]}'",
        f"'{VALUE[:32]}' + 'abc'",
        f"x={VALUE[:32]}\n{VALUE[32:]}",
    ],
)
def test_what_hides_nothing_stays_as_it_is(text: str) -> None:
    assert plain(text) == text


def test_a_line_of_base64_longer_than_the_first_is_not_of_it() -> None:
    first, other = b64(LINE), b64("another text of the same kind" * 4)
    assert len(other) > len(first)
    assert plain(f"{first}\n{other}\n") == LINE + "\n" + "another text of the same kind" * 4 + "\n"


def test_a_shorter_line_is_the_last() -> None:
    whole = lines(LONG, 76)
    assert len(whole[-1]) < 76
    assert plain("\n".join([*whole, "A" * 76])) == LINE * 3 + "\n" + "A" * 76


def test_no_more_than_eight_pieces_are_joined_on_each_side() -> None:
    pieces = [f"{number:04d}" for number in range(10)]
    text = "'" + "' + '".join([*pieces, VALUE[:32], *pieces]) + "'"
    joined = plain(text)
    assert "".join(pieces[2:]) + VALUE[:32] + "".join(pieces[:8]) in joined
    assert joined.count("' + '") == 4
