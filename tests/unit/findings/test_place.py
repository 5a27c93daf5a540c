import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from leakscan.findings.place import LineIndex
from leakscan.model import Span

LINES = st.text(alphabet="aZ0 \t\n\ré🔑{}\u2028", max_size=400)


def rolling_hashes(text: str) -> dict[int, str]:
    """GitHub's line hashes the way that its uploader makes them: a window that rolls over the file, unit by unit."""
    units = [
        int.from_bytes(text.encode("utf-16-le")[at : at + 2], "little")
        for at in range(0, 2 * len_units(text), 2)
    ]
    window, lines = [0] * 100, [-1] * 100
    found: dict[int, str] = {}
    seen: dict[int, int] = {}
    state = {"hash": 0, "index": 0}
    factor = pow(37, 100, 1 << 64)

    def put_out() -> None:
        value = state["hash"]
        seen[value] = seen.get(value, 0) + 1
        found[lines[state["index"]]] = f"{value:x}:{seen[value]}"
        lines[state["index"]] = -1

    def push(unit: int) -> None:
        index = state["index"]
        state["hash"] = (37 * state["hash"] + unit - factor * window[index]) % (1 << 64)
        window[index] = unit
        state["index"] = (index + 1) % 100

    line, at_start, after_return = 0, True, False
    for unit in [*units, 65535]:
        if unit in (32, 9) or (after_return and unit == 10):
            after_return = False
            continue
        after_return = unit == 13
        unit = 10 if unit == 13 else unit
        if lines[state["index"]] != -1:
            put_out()
        if at_start:
            at_start, line = False, line + 1
            lines[state["index"]] = line
        at_start = unit == 10
        push(unit)
    for _ in range(100):
        if lines[state["index"]] != -1:
            put_out()
        push(0)
    return found


def len_units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@given(LINES)
def test_line_hashes_are_those_of_github(text: str) -> None:
    wanted = rolling_hashes(text)
    assert LineIndex(text.encode()).line_hashes(frozenset(wanted)) == wanted


def test_equal_lines_are_told_apart_by_their_number() -> None:
    hashes = LineIndex(b"x" * 120 + b"\n" + b"x" * 120).line_hashes(frozenset({1, 2}))
    assert hashes[1].endswith(":1")
    assert hashes[2] == hashes[1][:-1] + "2"


@given(LINES, LINES)
def test_a_place_is_where_an_editor_shows_it(before: str, after: str) -> None:
    line, column = LineIndex((before + "X" + after).encode()).at(len(before.encode()))
    lines = before.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert (line, column) == (len(lines), len(lines[-1]) + 1)


@given(LINES)
def test_places_asked_for_in_any_order_are_the_same(text: str) -> None:
    data = text.encode()
    borders = sorted({len(text[:end].encode()) for end in range(len(text) + 1)})
    one = LineIndex(data)
    forwards = [one.at(offset) for offset in borders]
    assert [one.at(offset) for offset in reversed(borders)] == forwards[::-1]
    assert [LineIndex(data).at(offset) for offset in borders] == forwards


def test_columns_count_code_points_and_single_bytes_that_are_no_utf8() -> None:
    assert LineIndex("é🔑x".encode()).at(6) == (1, 3)
    assert LineIndex(b"\xe9\xffx").at(2) == (1, 3)


def test_ends_are_exclusive() -> None:
    assert LineIndex(b"ab\ncd").place(Span(0, 2)) == (1, 1, 1, 3)
    assert LineIndex(b"ab\ncd").place(Span(1, 4)) == (1, 2, 2, 2)


def test_nothing_but_line_breaks_takes_little_memory() -> None:
    data = b"\r" * 500_000 + b"the last line"
    index = LineIndex(data)
    tracemalloc.start()
    try:
        assert index.line_hashes(frozenset({500_001}))
        assert tracemalloc.get_traced_memory()[1] < 6 * len(data)
    finally:
        tracemalloc.stop()
