import base64
import random

import pytest
from detecting import values

from leakscan.anchors import AnchorSpec, Matcher
from leakscan.detect.anchors import LONGEST_ESCAPE, iter_run_values
from leakscan.detect.encoded import is_armoured, is_piece_of_encoding, may_be_armoured
from leakscan.model import Span

MATCHER = Matcher(AnchorSpec(64, 64 + LONGEST_ESCAPE))


def spans(data: bytes) -> list[Span]:
    return list(iter_run_values(data, MATCHER.values(data)[0], 64))


KEY, SECRET = values(2)
BLOCK = base64.encodebytes(random.Random(4).randbytes(30_000)).decode().replace("\n", "")
LINES = [BLOCK[at : at + 64] for at in range(0, len(BLOCK), 64)]


def left(text: str) -> int:
    """How many runs are no piece of an encoding."""
    data = text.encode()
    return sum(not is_piece_of_encoding(data, span) for span in spans(data))


@pytest.mark.parametrize("form", ["{}", "  {}", "# {}", "> {}", '"{}" +', "'{}',", '  "{}\\n"', "{}\r"])
def test_a_line_of_base64_is_a_piece(form: str) -> None:
    assert (
        left("\n".join(form.format(line) for line in LINES)) <= 1
    )  # four neighbours without a mark: 1 in 3,500


def test_a_line_of_base64_in_one_line_of_json_is_a_piece() -> None:
    assert left('{"image": "' + "\\n".join(LINES) + '"}') <= 1


def test_the_first_line_of_a_literal_is_a_piece() -> None:
    assert left(f'String key = "{KEY}" +\n    "{KEY[:60]}+/aQ" +\n') == 0


@pytest.mark.parametrize("text", [f"{KEY}\n{SECRET}\n", f'"{KEY}",\n"{SECRET}",\n', "\n".join(values(6))])
def test_values_noted_down_below_each_other_are_none(text: str) -> None:
    assert left(text) == text.count("\n") + (not text.endswith("\n"))


def test_a_key_above_a_private_key_is_none() -> None:
    assert left(f"KEY={KEY}\n-----BEGIN PRIVATE KEY-----\n") == 1


@pytest.mark.parametrize("before", ["data:image/png;base64,", "ENC[AES256_GCM,data:", "MII"])
def test_what_is_marked_as_encoded_is_a_piece(before: str) -> None:
    assert left((before + KEY)[: 64 if before == "MII" else None]) == 0


def test_armour_reaches_from_its_first_line_to_its_last() -> None:
    data = f"-----BEGIN X-----\n{KEY}\n-----END X-----\n{SECRET}".encode()
    inside, outside = spans(data)
    assert is_armoured(data, inside)
    assert not is_armoured(data, outside)


MARKED = "A" * 60 + "/aQ+"  # a line of base64 that no value of letters and digits is


@pytest.mark.parametrize(
    ("lines", "pieces"),
    [
        (["@", MARKED], True),
        ([MARKED, "@"], True),
        (["@", "x = 1", MARKED], False),
        (["@", *[KEY] * 3, MARKED], True),
        (["@", *[KEY] * 4, MARKED], False),
        ([MARKED, *[KEY] * 3, "@"], True),
        ([MARKED, *[KEY] * 4, "@"], False),
        # only the last line of a block is shorter
        (["@", MARKED[4:]], True),
        (["@", "AAAA" + MARKED], False),
        ([MARKED[4:], "@"], False),
        (["AAAA" + MARKED, "@"], True),
        # the ends of a block, whatever dresses them
        (["@", "-----END X-----"], True),
        (["  # @", '  # "-----END X-----"'], True),
        (["-----BEGIN X-----", "@"], True),
        (["-----END X-----", "@"], False),
        (["@", "-----BEGIN X-----"], False),
        # lines that are nothing but dressing count for nothing
        (["@", "", "", MARKED], True),
        (["@", "", "", "", MARKED], False),
        ([MARKED, '"', "@"], True),
        # what a name stands before is a piece only with what follows it
        (["key = '@'", MARKED], True),
        ([MARKED, "key = '@'"], False),
        (["@ = 1", MARKED], False),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\\n", "\\r\\n"])
def test_the_lines_beside_a_run_tell_what_it_is(lines: list[str], pieces: bool, end: str) -> None:
    text = end.join(lines)
    data = text.replace("@", SECRET).encode()
    start = data.index(SECRET.encode())
    assert is_piece_of_encoding(data, Span(start, start + 64)) == pieces


def test_armour_may_be_as_long_as_64_kilobytes() -> None:
    for between, inside in ((65_000, True), (65_600, False)):
        for first, last in ((between, 10), (10, between)):
            data = b"-----BEGIN X-----" + b"." * first + KEY.encode() + b"." * last + b"-----END X-----"
            start = data.index(KEY.encode())
            assert is_armoured(data, Span(start, start + 64)) == inside
            assert may_be_armoured(data)
    assert not may_be_armoured(KEY.encode())
    unbegun = KEY.encode() + b"-----END X-----"
    assert not is_armoured(unbegun, Span(0, 64))
    assert is_armoured(b"-----BEGIN " + unbegun, Span(11, 75))
    twice = b"-----BEGIN X-----\nx-----END X-----" + unbegun
    assert not is_armoured(twice, Span(34, 98))


@pytest.mark.parametrize(
    ("before", "after", "is_value"),
    [
        ("", "", True),
        (".", "", True),
        ("x" * 16 + ".", "", False),
        ("x" * 15 + ".", "", True),
        ("", "." + "x" * 16, False),
        ("", "." + "x" * 15, True),
        ("x", "", False),
        ("xy", "", False),
        ("\\n", "", True),
        ("\\q", "", False),
        ("\\u003d", "", True),
        ("\\x3d", "", True),
        ("\\u003", "", False),
        ("%3D", "", True),
        ("%3Dx", "", False),
        ("=3D", "", True),
        ("=41", "", False),
        (".%3D", "", True),
        (".ab", "", False),
    ],
)
def test_what_sticks_to_a_run_tells_whether_it_is_whole(before: str, after: str, is_value: bool) -> None:
    data = (before + KEY + after).encode()
    start = len(before)
    assert (Span(start, start + 64) in spans(data)) == is_value
