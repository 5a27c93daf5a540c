import base64
import random

import pytest
from detecting import values

from leakscan.anchors import AnchorSpec, Matcher
from leakscan.detect.anchors import LONGEST_ESCAPE, iter_run_values
from leakscan.detect.encoded import is_armoured, is_piece_of_encoding
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
