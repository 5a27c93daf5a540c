"""What a value stands under."""

import pytest

from leakscan.detect.nesting import parent_spans


def parents(text: str) -> list[str]:
    """The lines and names that the mark `@` stands under."""
    data = text.encode()
    return [text[slice(*span)] for span in parent_spans(data, data.index(b"@"))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@", []),
        ("x @", []),
        # outer lines
        ("a:\n  @", ["a:"]),
        ("a:\n  b:\n    @", ["  b:", "a:"]),
        ("a:\n  b: 1\n  @", ["a:"]),
        ("a:\n    b:\n  @", ["a:"]),
        ("a:\n\t@", ["a:"]),
        ("a\n@", []),
        ("{\n  @", []),
        # sections, headings and comments
        ("[a]\n@", ["[a]"]),
        ("[a]\nx=1\n\n@", ["[a]"]),
        ("[a]\n[b]\n@", ["[b]"]),
        ("[a] ; note\n@", ["[a] ; note"]),
        ("[a] note\n@", []),
        ("## a\n\n\n@", ["## a"]),
        ("# a\n\n@", []),
        ("**a**:\n\n@", ["**a**:"]),
        ("# a\n@", ["# a"]),
        ("// a\n-- b\n@", ["-- b", "// a"]),
        ("# a\nx = 1\n@", ["# a"]),
        (" * a\n@", [" * a"]),
        ("  # a\n@", []),
        ("# a\n  @", ["# a"]),
        ("a - b\n@", []),
        # names before open brackets, the nearest first
        ("a(b[c{@", ["c", "b", "a"]),
        ("a(x) b(@", ["b"]),
        ("a = {'b': {'c': 1}, 'd': {@", ["d", "a"]),
        ("(@", []),
        ("((@", []),
        ("a->b(@", ["a->b"]),
        ("a => [@", ["a"]),
        ("{'exchange': 'a', 'key': '@", ["a"]),
        ("{exchange_name: 'a', key: '@", ["a"]),
        ("{displayName: 'a', key: '@", ["a"]),
        ("{'filename': 'demo_a.log', 'key': '@", []),
        ("x = {'venue_id': \"a b\", 'key': '@", ["a b", "x"]),
        ("('exchange': 'a', 'key': '@", []),
    ],
)
def test_what_a_value_stands_under(text: str, expected: list[str]) -> None:
    assert parents(text) == expected


def test_six_parents_of_each_kind_are_enough() -> None:
    names = "abcdefgh"
    assert parents("".join(f"{name}(" for name in names) + "@") == list("hgfedc")
    nested = "".join(" " * depth + f"{name}:\n" for depth, name in enumerate(names)) + " " * 8 + "@"
    assert [line.strip() for line in parents(nested)] == ["h:", "g:", "f:", "e:", "d:", "c:"]


def test_a_bracket_is_looked_for_a_thousand_bytes_up_and_a_line_four_thousand() -> None:
    assert parents("a(" + "." * 1023 + "@") == ["a"]
    assert parents("a(" + "." * 1024 + "@") == []
    filler = "  " + "." * 97 + "\n"
    assert parents("\na:\n" + filler * 40 + "  @") == ["a:"]
    assert parents("\na:\n" + filler * 41 + "  @") == []
    assert parents("x" * 9000 + "\na:\n  @") == ["a:"]


def test_a_name_before_a_bracket_is_short() -> None:
    assert parents("x" * 200 + "(@") == ["x" * 61]
