"""Which rules a value fits by its form, and what else its randomness must say."""

import base64
import pickle
from dataclasses import replace

import pytest
from detecting import RULES
from hypothesis import given
from hypothesis import strategies as st

from leakscan.detect.fits import Fits, Listing
from leakscan.detect.phrase import is_phrase
from leakscan.detect.randomness import alphabet_size, token_bits
from leakscan.detect.shapes import Shapes, decoded_length, is_random
from leakscan.rules import TextShape
from leakscan.rules.fake import fake, fill

SHAPES = Shapes(RULES)


def fits(spec: str, seed: int = 4) -> set[str]:
    return {rule.id for rule in SHAPES.fits(fill(spec, seed).encode())}


@given(st.binary(max_size=60))
def test_the_decoded_length_is_that_of_the_bytes_with_and_without_padding(data: bytes) -> None:
    for text in (base64.b64encode(data), base64.urlsafe_b64encode(data)):
        assert decoded_length(text) == decoded_length(text.rstrip(b"=")) == len(data)


@pytest.mark.parametrize("text", [b"a", b"abcde", b"ab.d", b"ab d"])
def test_what_is_no_base64_has_no_decoded_length(text: bytes) -> None:
    assert decoded_length(text) == -1


@pytest.mark.parametrize(
    ("value", "rule", "does"),
    [
        ("{alnum:64}", "binance-hmac-secret", True),
        ("{alnum:63}", "binance-hmac-secret", False),
        ("ab" * 32, "binance-hmac-secret", False),
        ("{base64:88}", "kraken-api-secret", True),
        ("{base64:87}", "kraken-api-secret", False),
        ("{uuid}", "okx-api-key", True),
        ("account-{alnum:20}", "gemini-api-key", True),
        ("account-" + "ab" * 10, "gemini-api-key", False),
        ("{hex:8}-{hex:8}-{hex:8}-{hex:5}", "htx-api-secret", True),
        ("{hex:8}-{hex:8}-{hex:8}-{lower:10}", "htx-api-key", True),
        ("abababab-abababab-abababab-ababa", "htx-api-secret", False),
        ("complete-elements-internal-value", "htx-api-secret", False),
        ("complete-elements-internal-values", "htx-api-key", False),
        ("{lower:8}-{lower:8}-{lower:8}-{lower:6}", "htx-api-key", True),
    ],
)
def test_a_value_fits_by_its_form_and_as_random_as_it_is(value: str, rule: str, does: bool) -> None:
    assert (rule in fits(value)) == does


def test_phrases_are_told_by_their_number_of_words() -> None:
    phrase = fake("words:24")
    assert {rule.id for rule in SHAPES.fits(phrase.encode())} == {"dydx-recovery-phrase"}
    assert not SHAPES.fits(" ".join(phrase.split(" ")[:12]).encode())
    assert is_phrase(phrase.encode(), 24)
    assert not is_phrase(phrase.encode(), 23)
    zeros = "abandon " * 23 + "art"  # of a seed of zeros: its check agrees, but nobody drew it
    assert not is_phrase(zeros.encode(), 24)


def test_a_value_of_no_length_of_a_rule_fits_none() -> None:
    assert SHAPES.fits(fake("alnum:9").encode()) == Fits()
    assert SHAPES.fits(b"") == Fits()


@pytest.mark.parametrize(
    ("value", "does"),
    [("bg_{hex:32}", True), ("{alnum:64}", True), ("{alnum:18}", False), ("{alnum:9}", False)],
)
def test_a_value_speaks_where_some_rule_needs_not_both_name_and_exchange(value: str, does: bool) -> None:
    assert SHAPES.speaks(fill(value, 4).encode()) == does


def listing() -> dict[str, Fits]:
    made = Listing(RULES.by_id.values())
    names = {
        "loose and known": ("ftx-api-key", "binance-api-key"),
        "one": ("bitget-api-key",),
        "two": ("binance-api-key", "binance-hmac-secret"),
        "none": (),
    }
    return {
        name: made.sorted(RULES.by_id[rule] for rule in ids if rule in RULES.by_id)
        for name, ids in names.items()
    }


def test_what_several_rules_have_in_common() -> None:
    made = listing()
    assert made["two"].exchanges == {"binance"}
    assert made["two"].parts == {"key", "secret"}
    assert not made["two"].alone
    assert not made["two"].in_groups_only
    assert [rule.id for rule in made["one"].alone] == ["bitget-api-key"]
    assert not made["one"].needs_both
    assert not made["one"].is_loose
    assert made["none"] == Fits()
    (passphrase,) = (Listing([rule]).of([rule]) for rule in [RULES.by_id["okx-passphrase"]])
    assert passphrase.in_groups_only
    (uuid,) = (Listing([rule]).of([rule]) for rule in [RULES.by_id["kucoin-api-key"]])
    assert uuid.proofs == ("objectid-time",)
    assert made["two"].proofs == ()


def test_what_a_forked_process_sends_home_are_the_same_rules() -> None:
    for made in listing().values():
        assert pickle.loads(pickle.dumps(made)) == made


def test_known_formats_stand_before_frames_of_unknown_ones_and_else_as_in_the_files() -> None:
    made = Listing(RULES.by_id.values())
    every = list(RULES.by_id.values())
    ordered = made.sorted(reversed(every))
    loose = [getattr(rule.shape, "loose", False) for rule in ordered]
    assert loose == sorted(loose)
    assert [rule for rule in ordered if not getattr(rule.shape, "loose", False)] == [
        rule for rule in every if not getattr(rule.shape, "loose", False)
    ]


LOOSE = next(
    rule.shape for rule in RULES.by_id.values() if isinstance(rule.shape, TextShape) and rule.shape.loose
)


def spread(length: int, symbols: int, first: str = "") -> bytes:
    """Letters and digits of a length, with so many symbols in it besides the first character."""
    drawn = list(first + fake(f"alnum:{length - len(first)}", 3))
    for number in range(symbols):
        drawn[3 + 5 * number] = "+/_-"[number % 4]
    return "".join(drawn).encode()


@pytest.mark.parametrize(
    ("length", "first", "most"),
    [
        (40, "", 4),
        (59, "", 4),
        (60, "", 5),
        (71, "", 5),
        (72, "", 6),
        (40, "-", 3),
        (47, "/", 3),
        (48, "-", 4),
        (64, "/", 5),
    ],
)
def test_a_value_of_unknown_format_holds_few_symbols(length: int, first: str, most: int) -> None:
    """The first character counts among them where it is one that paths and options begin with."""
    assert is_random(LOOSE, spread(length, most - len(first), first))
    assert not is_random(LOOSE, spread(length, most - len(first) + 1, first))


def test_addresses_of_chains_are_of_no_unknown_format_and_a_path_must_be_more_random() -> None:
    assert not is_random(LOOSE, fill("0x{hex:40}", 1).encode())
    assert not is_random(LOOSE, fill("0x{hex:64}", 1).encode())
    scores = {seed: token_bits(fake("alnum:22", seed).encode()) for seed in range(200)}
    weak = [seed for seed, bits in scores.items() if 12 <= bits < 28]
    assert weak
    for seed in weak:
        value = fake("alnum:22", seed).encode()
        assert is_random(LOOSE, value)
        assert not is_random(LOOSE, b"/" + value)
    assert not any(
        is_random(LOOSE, fake("alnum:22", seed).encode()) for seed, bits in scores.items() if bits < 12
    )


@pytest.mark.parametrize(
    ("length", "bits"), [(20, -5.5), (32, -4), (56, -1), (59, -0.625), (60, 20), (64, 20)]
)
def test_long_values_must_score_and_short_ones_only_not_be_written(length: int, bits: float) -> None:
    shape = replace(LOOSE, loose=False)
    for seed in range(30):
        repeated = "e" * (seed * length // 40) + fake(f"alnum:{length - seed * length // 40}", seed)
        for drawn in (fake(f"alnum:{length}", seed), fake(f"lower:{length}", seed), repeated):
            value = drawn.encode()
            size = alphabet_size(bytes(shape.pattern.alphabet))
            assert is_random(shape, value) == (token_bits(value, size) >= bits)
