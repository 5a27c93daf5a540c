import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakscan.rules import PatternError, parse_pattern


@pytest.mark.parametrize(
    ("text", "least", "most", "heads"),
    [
        ("mx0[A-Za-z0-9]{15}", 18, 18, (b"mx0",)),
        ("(?:ab|cd)x[0-9]{20,22}", 23, 25, (b"abx", b"adx", b"cbx", b"cdx")),
        ("[0-9A-Z]{8}(?:-[0-9A-Z]{8}){3}", 35, 35, ()),
        ("[A-Za-z0-9+/]{86}==", 88, 88, ()),
    ],
)
def test_lengths_and_first_letters_are_known(text: str, least: int, most: int, heads: tuple) -> None:
    pattern = parse_pattern(text)
    assert (pattern.least, pattern.most, pattern.heads) == (least, most, heads)


REFUSED = r"""a* a+ a{1,} (a) (?i)a a$ ^a \ba . \d (?:a)(?!b) [^a] (?:[ab]|cd) (?:a{1,2}){1,2} é a{201}
    (?:a{100}b){3} (?P<x>a) (?>a) a{1,3}? (?s:a) (a [\n] [[]""".split()


@pytest.mark.parametrize("text", ["", *REFUSED])
def test_what_the_language_does_not_have_is_refused(text: str) -> None:
    with pytest.raises(PatternError):
        parse_pattern(text)


@given(st.text(alphabet="ab[]{}(|)?:-,0129+*.^$\\", max_size=20))
def test_any_text_is_read_or_refused_and_what_is_read_has_the_length_that_it_says(text: str) -> None:
    try:
        pattern = parse_pattern(text)
    except PatternError:
        return
    assert 0 <= pattern.least <= pattern.most <= 200
    found = re.compile(text.encode()).fullmatch(b"a" * pattern.most)
    assert not pattern.is_of(b"a" * (pattern.most + 1)) or found is None
