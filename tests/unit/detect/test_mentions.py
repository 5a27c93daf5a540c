"""Where an exchange is named."""

from hypothesis import given
from hypothesis import strategies as st

from leakscan.detect.mentions import KeywordIndex
from leakscan.model import Span
from leakscan.rules import load_rules

INDEX = KeywordIndex(load_rules().exchanges)
LINES = ["binance", "Binance.US", "# woo", "exchange=okx", "bybit kraken", "", "x" * 700, "coin" * 600]


@given(st.lists(st.sampled_from(LINES), max_size=30), st.integers(0, 40))
def test_a_text_looked_at_in_pieces_names_what_its_lines_name(lines: list[str], start: int) -> None:
    data = "\n".join(lines).encode() + b"\n"
    window = Span(min(start, len(data)), len(data))
    expected = []
    for line in data[window.start :].splitlines(keepends=True):
        alone = INDEX.mentions(line, [Span(0, len(line))])
        low = window.start
        expected += [m._replace(span=Span(low + m.span.start, low + m.span.end)) for m in alone]
        window = Span(low + len(line), window.end)
    inside = INDEX.mentions(data, [Span(min(start, len(data)), len(data))])
    assert [m for m in inside if m.span.start > start + 40] == [
        m for m in expected if m.span.start > start + 40
    ]
