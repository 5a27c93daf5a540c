import random

from leakscan.detect.spans import Cover
from leakscan.model import Span


def test_a_cover_touches_where_a_byte_is_of_two() -> None:
    rng = random.Random(5)
    for _ in range(200):
        cover, held = Cover([]), set[int]()
        for _ in range(rng.randrange(12)):
            start = rng.randrange(40)
            span = Span(start, start + rng.randrange(1, 8))
            assert cover.touches(span) != held.isdisjoint(range(*span))
            if not cover.touches(span):
                cover.add(span)
                held.update(range(*span))


def test_a_cover_begins_with_spans_in_any_order() -> None:
    cover = Cover([Span(20, 30), Span(0, 10)])
    assert [not cover.touches(span) for span in (Span(5, 8), Span(10, 20), Span(9, 12), Span(19, 21))] == [
        False,
        True,
        False,
        False,
    ]
