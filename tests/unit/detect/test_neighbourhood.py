"""How far the text around a value speaks of it."""

import pytest
from detecting import DETECTOR, values

from leakscan.detect.context import context_windows, is_made_up, near_span
from leakscan.detect.nesting import parent_spans
from leakscan.model import Span
from leakscan.rules.fake import fake


def near(data: bytes) -> bytes:
    """What is near the mark `@`."""
    place = data.index(b"@")
    return data[slice(*near_span(data, Span(place, place + 1)))]


def test_ten_lines_up_and_down_are_near() -> None:
    lines = [b"%d" % number for number in range(50)]
    lines[25] = b"key=@;"
    assert near(b"\n".join(lines)).split() == lines[15:36]


def test_no_more_than_two_kilobytes_are_near() -> None:
    assert near(b"a" * 5000 + b"@" + b"b" * 5000) == b"a" * 2048 + b"@" + b"b" * 2048
    assert near(b"a" * 2048 + b"@" + b"b" * 2048) == b"a" * 2048 + b"@" + b"b" * 2048
    assert near(b"@") == b"@"


def test_windows_that_touch_are_one() -> None:
    data = bytes(200_000)
    head = Span(0, 32 * 1024)
    assert context_windows(data, []) == [head]
    assert context_windows(data, [Span(100_000, 100_064)]) == [head, Span(91_808, 102_112)]
    both = context_windows(data, [Span(110_000, 110_064), Span(100_000, 100_064)])
    assert both == [head, Span(91_808, 112_112)]
    assert context_windows(data[:100], [Span(10, 20)]) == [Span(0, 100)]
    assert context_windows(data, [Span(199_990, 200_000)])[-1] == Span(191_798, 200_000)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("KEY = '@'  # dummy", True),
        ("fake_key = '@'", True),
        ("# not a real one\nKEY = '@'", True),
        ("# mocked\n\nother = 1\nKEY = '@'", True),
        ("# mocked\na\nb\nc\nKEY = '@'", False),
        ("mock = 1\nKEY = '@'", False),
        ("KEY = '@'\n# dummy", False),
        ("mockingbird = '@'", False),
        ("KEY = '@'" + " " * 300 + "# dummy", False),
    ],
)
def test_a_value_is_said_to_be_made_up_beside_it_or_in_a_comment_above(text: str, said: bool) -> None:
    place = text.index("@")
    assert is_made_up(text.encode(), Span(place, place + 1)) == said


def parents(text: str) -> list[str]:
    data = text.encode()
    return [text[slice(*span)].strip() for span in parent_spans(data, data.index(b"@"))]


def test_a_section_ends_what_a_value_stands_under() -> None:
    assert parents("[okx]\nkey = 1\n[binance]\nkey = @") == ["[binance]"]


def test_outer_lines_are_parents_the_nearest_first() -> None:
    assert parents("exchanges:\n  okx:\n    key: 1\n  binance:\n    live:\n      key: @") == [
        "live:",
        "binance:",
        "exchanges:",
    ]


def test_names_of_open_brackets_are_parents_and_those_of_closed_ones_not() -> None:
    assert parents('{"a": {"x": 1}, "binance": {"live": ["@')[:2] == ["live", "binance"]


def crowds(number: int, between: str = "\n") -> list[int]:
    text = "# binance\n" + between.join(f'"{value}",' for value in values(number))
    return [candidate.crowd for candidate in DETECTOR.inspect(text.encode()).candidates]


def test_four_values_without_a_name_are_somebodys_notes() -> None:
    assert set(crowds(4)) == {0}
    assert set(crowds(5)) == {1}


def test_more_than_twenty_are_a_list() -> None:
    assert set(crowds(20)) == {1}
    assert set(crowds(21)) == {2}


def test_only_those_near_each_other_are_a_crowd() -> None:
    assert set(crowds(8, "\n" + "# words\n" * 60)) == {0}


def test_values_with_names_and_private_keys_are_no_crowd() -> None:
    named = "\n".join(f"BINANCE_API_KEY_{number}={value}" for number, value in enumerate(values(30)))
    assert {candidate.crowd for candidate in DETECTOR.inspect(named.encode()).candidates} == {0}
    keys = "\n".join(fake("ed25519", seed) for seed in range(25)) + f'\n# binance\n"{values(1)[0]}"\n'
    assert {candidate.crowd for candidate in DETECTOR.inspect(keys.encode()).candidates} == {0}


def test_two_groups_of_four_far_apart_are_two_notes() -> None:
    made = [f'"{value}",' for value in values(8)]
    text = "# binance\n" + "\n".join([*made[:4], *["# words"] * 400, *made[4:]])
    assert {candidate.crowd for candidate in DETECTOR.inspect(text.encode()).candidates} == {0}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# mock\nKEY = '@'", True),
        ("# mock\nx\nx\nKEY = '@'", True),
        ("# mock\nx\nx\nx\nKEY = '@'", False),
        ("x = 1  # mock\nKEY = '@'", False),
        ("dummy" + " " * 186 + "KEY = '@'", True),
        ("dummy" + " " * 196 + "KEY = '@'", False),
        ("KEY = '@'" + " " * 190 + "dummy", True),
        ("KEY = '@'" + " " * 198 + "dummy", False),
        ("KEY = '@'\ndummy", False),
        ("KEY = '@ made up", True),
        ("dummy\n@", False),
        ("dummy@", True),
        ("# dummy\n@", True),
        ("hardhat @", True),
        ("KEY = '@'", False),
        ("# dummy" + "." * 600 + "\nKEY = '@'", False),
    ],
)
def test_how_far_the_words_are_looked_for(text: str, said: bool) -> None:
    place = text.index("@")
    assert is_made_up(text.encode(), Span(place, place + 1)) == said


@pytest.mark.parametrize("lines", [3, 10, 12])
def test_near_ends_with_the_lines_there_are(lines: int) -> None:
    assert near(b"\n".join([b"a"] * lines + [b"@;"] + [b"b"] * lines)).count(b"a") == min(10, lines)
    assert near(b"\n".join([b"a"] * lines + [b"@;"] + [b"b"] * lines)).count(b"b") == min(10, lines)


def rows(count: int, row: str) -> set[int]:
    drawn = iter(values(2 * count + 2))
    text = "# binance\n" + "".join(
        row.replace("@", f'"{next(drawn)}"', 1).replace("@", f'"{next(drawn)}"', 1) for _ in range(count)
    )
    return {candidate.crowd for candidate in DETECTOR.inspect(text.encode()).candidates}


@pytest.mark.parametrize(
    ("row", "crowd"),
    [
        ('{"name", @, @},\n', 0),
        ("(@, @)\n", 0),
        ("@, @\n", 1),
        ("[@ and @]\n", 1),
        ("[@, @] = x\n", 1),
        ("[@, @]" + " " * 170 + "\n", 1),
        ("[@," + " " * 61 + "@]\n", 1),
    ],
)
def test_rows_of_two_are_accounts_and_anything_else_in_numbers_is_a_list(row: str, crowd: int) -> None:
    assert rows(4, row) == {crowd}


@pytest.mark.parametrize(("apart", "crowd"), [(900, 1), (1000, 0)])
def test_a_crowd_stands_within_a_thousand_bytes(apart: int, crowd: int) -> None:
    """The first value of five that stand `apart` bytes in all from each other."""
    drawn = values(5)
    text = "# binance\n" + "".join(f'"{value}",\n'.ljust(apart // 4, "\t") for value in drawn)
    assert DETECTOR.inspect(text.encode()).candidates[0].crowd == crowd
