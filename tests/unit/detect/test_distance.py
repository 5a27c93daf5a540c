"""How far a mention is from a value: the number is that of the bytes between them, whatever was asked before."""

from hypothesis import given
from hypothesis import strategies as st

from leakscan.detect.distance import Between, Distances
from leakscan.model import Span

TEXTS = st.lists(st.sampled_from([b"}", b"\n", b"[", b"a", b"bc" * 9]), max_size=40).map(b"".join)
PLACES = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=30)


@given(TEXTS, PLACES, st.sampled_from([b"}", b"\n[", b"\n\n", b"bcb"]))
def test_a_mark_is_seen_where_it_stands(data: bytes, places: list[tuple[int, int]], mark: bytes) -> None:
    between = Between(data, mark)
    asked = [Span(*sorted(min(place, len(data)) for place in pair)) for pair in places]
    assert [between.is_in(*span) for span in asked] == [mark in data[start:end] for start, end in asked]


def test_what_stands_behind_counts_twice_and_beyond_a_bracket_more() -> None:
    data = b"name....value....name}...name"
    value = Span(8, 13)
    distances = Distances(data)
    assert [distances.of(mention, value) for mention in (Span(0, 4), Span(17, 21), Span(25, 29))] == [
        4,
        8,
        96,
    ]
    assert distances.of(Span(0, 4), Span(25, 29)) == 84
    assert distances.of(Span(8, 12), value) == 0
