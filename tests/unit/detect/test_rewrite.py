"""Sets of ranges, and a text with pieces replaced: both against the plainest way to say what they are."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from leakscan.detect.rewrite import Piece, Rewriting
from leakscan.detect.spans import Cover, merged
from leakscan.detect.unfold import unfold
from leakscan.model import Span

SPANS = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 8)).map(lambda s: Span(s[0], s[0] + s[1])))


@given(SPANS)
def test_merged_ranges_hold_the_same_bytes_and_do_not_touch(spans: list[Span]) -> None:
    found = merged(spans)
    assert {at for span in found for at in range(*span)} == {at for span in spans for at in range(*span)}
    assert all(before.end < after.start for before, after in itertools.pairwise(found))


@given(SPANS, st.integers(0, 50), st.integers(1, 10))
def test_a_cover_touches_what_has_one_of_its_bytes(spans: list[Span], start: int, size: int) -> None:
    covered = {at for span in spans for at in range(*span)}
    assert Cover(spans).touches(Span(start, start + size)) == (
        not covered.isdisjoint(range(start, start + size))
    )


PIECES = st.lists(
    st.tuples(st.integers(0, 30), st.integers(1, 6), st.binary(max_size=8), st.sampled_from("abc")).map(
        lambda p: Piece(Span(p[0], min(36, p[0] + p[1])), p[2], p[3])
    ),
    max_size=6,
)


def held(pieces: list[Piece]) -> list[Piece]:
    """Of pieces that overlap, the one that starts first, of those the longest."""
    kept: list[Piece] = []
    for piece in sorted(pieces, key=lambda piece: (piece.original.start, -piece.original.end)):
        if not kept or piece.original.start >= kept[-1].original.end:
            kept.append(piece)
    return kept


@given(PIECES)
def test_each_piece_stands_in_the_text_and_leads_back_to_where_it_was(pieces: list[Piece]) -> None:
    data = bytes(range(100, 136))
    rewriting = Rewriting(data, pieces)
    kept, text, at = held(pieces), b"", 0
    places: list[tuple[Span, Piece]] = []
    for piece in kept:
        text += data[at : piece.original.start]
        places.append((Span(len(text), len(text) + len(piece.text)), piece))
        text += piece.text
        at = piece.original.end
    assert (rewriting.text, len(rewriting)) == (text + data[at:], len(kept))
    for place, piece in places:
        if piece.text:
            assert rewriting.original(place) == piece.original
            assert piece.how in rewriting.hows(place)
            assert rewriting.original(Span(place.start, place.start + 1)) == piece.original
    for start, value in enumerate(rewriting.text):
        inside = [place for place, _ in places if place.start <= start < place.end]
        if not inside:
            whence = rewriting.original(Span(start, start + 1))
            assert data[whence.start] == value
            assert whence.end == whence.start + 1
            assert rewriting.hows(Span(start, start + 1)) == ()


def test_what_was_cut_out_inside_counts_and_at_a_border_not() -> None:
    rewriting = Rewriting(b'ab"+"cd', [Piece(Span(2, 5), b"", "joined")])
    assert rewriting.text == b"abcd"
    assert rewriting.hows(Span(1, 3)) == ("joined",)
    assert rewriting.hows(Span(0, 2)) == rewriting.hows(Span(2, 4)) == ()
    assert rewriting.original(Span(0, 4)) == Span(0, 7)
    assert (rewriting.original(Span(0, 2)), rewriting.original(Span(2, 4))) == (Span(0, 2), Span(5, 7))


def test_each_way_is_named_once_the_outermost_first() -> None:
    def find(data: bytes) -> list[tuple[int, int]]:
        return []

    def short(data: bytes) -> list[Piece]:
        for inner, outer, how in ((b"x", b"<y>", "second"), (b"<y>", b"[z]", "first")):
            if outer in data:
                start = data.index(outer)
                return [Piece(Span(start, start + len(outer)), inner, how)]
        return []

    unfolded = unfold(b"a [z] b", find, short)
    assert unfolded is not None
    assert unfolded.text == b"a x b"
    assert unfolded.trace(Span(2, 3)) == (Span(2, 5), ("first", "second"))
    assert unfolded.trace(Span(4, 5)) == (Span(6, 7), ())
    assert unfolded.touches(Span(4, 5))
    assert unfold(b"nothing", find, short) is None


def test_what_was_said_plainly_far_away_is_of_another_credential() -> None:
    def short(data: bytes) -> list[Piece]:
        return [Piece(Span(0, 3), b"plain", "decoded")] if data.startswith(b"<x>") else []

    unfolded = unfold(b"<x>" + b"." * 5000, lambda _: [], short)
    assert unfolded is not None
    assert unfolded.touches(Span(5 + 2047, 5 + 2050))
    assert not unfolded.touches(Span(5 + 2048, 5 + 2060))
