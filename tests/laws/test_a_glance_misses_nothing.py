"""The law: what a hook's first look calls clean, the detectors find nothing in."""

from __future__ import annotations

import zlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakscan.anchors import Matcher
from leakscan.detect import Detector, as_utf8
from leakscan.glance import SPEC, may_hold
from leakscan.rules import load_rules
from leakscan.rules.fake import fill
from leakscan.unpack import HEADS, iter_members

RULES = load_rules()
DETECTOR = Detector(RULES)
HAS_ANCHOR = Matcher(SPEC).has_anchor
EXAMPLES = [text for rule in RULES.by_id.values() for text in rule.examples]
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1"])


def test_it_looks_for_what_the_detectors_look_for() -> None:
    assert replace(DETECTOR.spec, accepts=None, hidden=True) == SPEC, "run tools/glance_words.py"


@pytest.mark.parametrize("example", EXAMPLES)
def test_no_example_of_a_rule_passes_for_clean(example: str) -> None:
    assert may_hold(fill(example, 1).encode(), HAS_ANCHOR)


@given(st.text(max_size=60), st.sampled_from(EXAMPLES), st.text(max_size=60), ENCODINGS)
def test_what_is_clean_at_first_sight_holds_nothing(
    before: str, example: str, after: str, encoding: str
) -> None:
    data = f"{before}\n{fill(example, 1)}\n{after}".encode(encoding, "replace")
    assert may_hold(data, HAS_ANCHOR) or not DETECTOR.inspect(as_utf8(data)).candidates


@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    assert may_hold(data, HAS_ANCHOR) or not DETECTOR.inspect(as_utf8(data)).candidates


@pytest.mark.parametrize("head", HEADS)
def test_no_head_of_an_archive_passes_for_clean(head: bytes) -> None:
    assert may_hold(head, HAS_ANCHOR)


@given(st.integers(0, 9), st.text("ab", max_size=90))
def test_no_stream_passes_for_clean(level: int, text: str) -> None:
    data = zlib.compress(text.encode(), level)
    assert may_hold(data, HAS_ANCHOR) or not list(iter_members(data))
