"""The false-miss rate of the randomness score, and what it must never let through."""

import base64
import hashlib
import random
import string
from operator import eq
from re import _constants, _parser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakscan.detect import randomness, reference_counts
from leakscan.detect.randomness import MIN_RANDOM_BITS, randomness_bits
from leakscan.detect.shapes import is_random
from leakscan.rules import TextShape, load_rules

ALNUM = (string.ascii_letters + string.digits).encode()
SAMPLE = 40_000
SHAPES = sorted(
    {
        rule.shape
        for rule in load_rules().by_id.values()
        if isinstance(rule.shape, TextShape) and not rule.shape.loose and rule.needs != "group"
    },
    key=lambda shape: shape.pattern.text,
)


def test_fewer_than_1_in_10_000_random_values_are_missed() -> None:
    """0 or 1 misses in 40,000: were the true rate 1 in 10,000, that few would come up in 9 % of runs; the seed is
    fixed, and the lowest score seen is far above the threshold."""
    rng = random.Random(20261120)
    scores = [randomness_bits(bytes(rng.choices(ALNUM, k=64))) for _ in range(SAMPLE)]
    assert sum(score < MIN_RANDOM_BITS for score in scores) <= 1


@given(st.text(alphabet="ab0\x7f", max_size=140).map(str.encode))
def test_repeats_are_counted_as_one_by_one(value: bytes) -> None:
    counted = [sum(map(eq, value, value[period:])) for period in range(1, min(33, len(value)))]
    assert reference_counts.count_repeats(value) == randomness.count_repeats(value) == max(counted, default=0)


@given(st.one_of(st.binary(max_size=140), st.text(alphabet="abyzABYZ019", max_size=140).map(str.encode)))
def test_the_kernel_counts_as_its_twin_does(value: bytes) -> None:
    assert randomness.count_repeats(value) == reference_counts.count_repeats(value)
    assert randomness.count_steps(value) == reference_counts.count_steps(value)
    try:
        written = reference_counts.written_bits(value)
    except ValueError:
        with pytest.raises(ValueError, match="letters and digits"):
            randomness.written_bits(value)
    else:
        assert randomness.written_bits(value) == written


@given(st.binary(max_size=200))
def test_digests_never_pass(content: bytes) -> None:
    digest = hashlib.sha256(content).hexdigest()
    assert randomness_bits(digest.encode()) < MIN_RANDOM_BITS
    assert randomness_bits(digest.upper().encode()) < MIN_RANDOM_BITS


@given(st.text(alphabet=string.ascii_letters + string.digits + " .,:;(){}=\n", min_size=48, max_size=48))
def test_base64_of_text_never_passes(text: str) -> None:
    encoded = base64.b64encode(text.encode())
    if encoded.isalnum():
        assert randomness_bits(encoded) < MIN_RANDOM_BITS


@given(st.text(alphabet=ALNUM.decode(), min_size=1, max_size=21))
def test_repeated_text_never_passes(piece: str) -> None:
    assert randomness_bits((piece * 64)[:64].encode()) < MIN_RANDOM_BITS


@given(st.integers(0, 61), st.sampled_from([1, -1]))
def test_sequences_never_pass(first: int, step: int) -> None:
    line = string.digits + string.ascii_lowercase + string.ascii_uppercase
    assert (
        randomness_bits("".join(line[(first + step * n) % 62] for n in range(64)).encode()) < MIN_RANDOM_BITS
    )


WORDS = (
    "Abstract Account Adapter Balance Binance Builder Cache Client Config Connection Context Contract Default Exchange"
    " Factory Future Handler History Invalid Listener Manager Market Message Method Order Position Provider Proxy"
    " Request Response Service Spot Strategy Stream Subscription Ticker Trade Transaction Validator Wallet Websocket"
).split()


@given(
    st.lists(
        st.tuples(st.sampled_from(WORDS), st.sampled_from(["", "", "2", "V3", "64"])),
        min_size=20,
        max_size=20,
    )
)
def test_names_in_camel_case_never_pass(parts: list[tuple[str, str]]) -> None:
    name = "".join(word + number for word, number in parts)[:64]
    assert randomness_bits(name.encode()) < MIN_RANDOM_BITS


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.pattern.text)
def test_fewer_than_1_in_1_000_values_of_a_form_are_missed(shape: TextShape) -> None:
    """At most 3 in 3,000; the seed is fixed. What the form itself does not allow is not drawn."""
    rng = random.Random(shape.pattern.text)
    drawn = [draw(_parser.parse(shape.pattern.text), rng).encode() for _ in range(3_000)]
    assert sum(not is_random(shape, value) for value in drawn) <= 3


def draw(tree: Any, rng: random.Random) -> str:
    """Any text that matches, each as likely as any other of its length."""
    parts = []
    for code, argument in tree:
        if code is _constants.LITERAL:
            parts.append(chr(argument))
        elif code is _constants.IN:
            ranges = [(a, a) if kind is _constants.LITERAL else a for kind, a in argument]
            parts.append(chr(rng.choice([c for first, last in ranges for c in range(first, last + 1)])))
        elif code is _constants.MAX_REPEAT:
            parts += [draw(argument[2], rng) for _ in range(rng.randint(argument[0], argument[1]))]
        else:
            branches = argument[1] if code is _constants.BRANCH else [argument[3]]
            parts.append(draw(rng.choice(branches), rng))
    return "".join(parts)
