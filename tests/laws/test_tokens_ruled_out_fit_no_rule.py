"""The law: what the anchors rule out as written rather than drawn, no rule would have taken."""

from __future__ import annotations

import random
import string

from hypothesis import example, given
from hypothesis import strategies as st

from leakscan.anchors.reference_tokens import may_be_drawn
from leakscan.detect.shapes import Shapes
from leakscan.rules import TextShape, load_rules
from leakscan.rules.fake import fill

RULES = load_rules()
SHAPES = Shapes(RULES)
WORDS = [
    "get",
    "Account",
    "api",
    "KEY",
    "_",
    "-",
    "x",
    "Q7",
    "hello",
    "9",
    "deadbeef",
    "ZZ",
    "/",
    "mx0",
    "K-",
]
LETTERS = string.ascii_letters + string.digits + "+/_-"
EXAMPLES = sorted(
    {
        text
        for rule in RULES.by_id.values()
        if isinstance(rule.shape, TextShape) and rule.needs != "group"
        for text in rule.examples
    }
)
MIXED = st.tuples(
    st.lists(st.one_of(st.sampled_from(WORDS), st.text(LETTERS, max_size=24)), min_size=1, max_size=9)
).map(lambda parts: "".join(parts[0])[:136])


def drawn(seed: int, alphabet: str, length: int) -> str:
    return "".join(random.Random(seed).choices(alphabet, k=length))


DRAWN = st.builds(
    drawn,
    st.integers(0, 1 << 32),
    st.sampled_from(
        [LETTERS[:62], LETTERS[:64], string.ascii_lowercase, LETTERS[26:52], LETTERS[26:52] + "234567"]
    ),
    st.integers(16, 136),
)


@given(st.one_of(MIXED, DRAWN), st.sampled_from(["", "=", "=="]))
@example("account-" + drawn(1, LETTERS[:62], 20), "")
def test_a_value_that_fits_a_rule_may_be_drawn(token: str, pads: str) -> None:
    assert may_be_drawn(b"", token.encode()) or not SHAPES.fits((token + pads).encode())


@given(st.sampled_from(EXAMPLES), st.integers(0, 1 << 20))
def test_the_values_in_examples_may_be_drawn(text: str, seed: int) -> None:
    filled = fill(text, seed)
    for word in "".join(char if char in LETTERS else " " for char in filled).split():
        assert may_be_drawn(b"", word.encode()) or not SHAPES.fits(word.encode())
