import random

from leakscan.detect.spans import Taken
from leakscan.model import Span


def test_taken_has_room_where_no_byte_is_of_two() -> None:
    rng = random.Random(5)
    for _ in range(200):
        taken, held = Taken([]), set[int]()
        for _ in range(rng.randrange(12)):
            start = rng.randrange(40)
            span = Span(start, start + rng.randrange(1, 8))
            assert taken.has_room(span) == held.isdisjoint(range(*span))
            if taken.has_room(span):
                taken.add(span)
                held.update(range(*span))


def test_taken_begins_with_spans_in_any_order() -> None:
    taken = Taken([Span(20, 30), Span(0, 10)])
    assert [taken.has_room(span) for span in (Span(5, 8), Span(10, 20), Span(9, 12), Span(19, 21))] == [
        False,
        True,
        False,
        False,
    ]
