import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakscan.errors import ConfigError
from leakscan.policy.baseline import Entry, parse_baseline, render_baseline

PRINTABLE = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]), max_size=30).map(
    str.strip
)
ENTRIES = st.lists(
    st.builds(
        Entry,
        st.text("0123456789abcdef", min_size=32, max_size=32),
        st.sampled_from(["moonbase-api-key", "pem-key"]),
        st.text(string.ascii_letters + "/%._-", max_size=30),
        PRINTABLE,
    ),
    unique_by=lambda entry: entry.fingerprint,
)


@given(ENTRIES, st.randoms())
def test_a_baseline_reads_back_whatever_the_order_and_however_often(entries, random) -> None:
    head, *lines = render_baseline(entries).splitlines()
    assert lines == sorted(lines)
    shuffled = lines * 2
    random.shuffle(shuffled)
    text = "\n".join([head, *shuffled])
    assert parse_baseline("b", text.encode()) == {entry.fingerprint: entry for entry in entries}
    assert render_baseline(parse_baseline("b", text.encode())) == render_baseline(entries)


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b'{"results": {}}', "of another tool? leakscan baseline create --import b"),
        (b"\xff\xfe", "not UTF-8"),
        (b"# leakscan baseline 2: something new\n", "version 2 of the format: a newer leakscan wrote it"),
        (b"<<<<<<< HEAD\n", "b:1: an unresolved merge: keep the lines of both sides"),
        (b"# leakscan baseline 1\nabc moonbase\n", "b:2: not a line of a baseline"),
    ],
)
def test_what_is_no_baseline_is_refused_with_the_mend(data: bytes, complaint: str) -> None:
    with pytest.raises(ConfigError, match="b") as caught:
        parse_baseline("b", data)
    assert complaint in str(caught.value)
