"""What a value scores: the thresholds of detection stand on these figures, so they are written down here."""

import base64

import pytest

from leakscan.detect.randomness import MIN_RANDOM_BITS, decodes_to_text, randomness_bits, token_bits
from leakscan.rules.fake import fake

LETTERS = "".join(letter for letter in fake("alnum:100", 5) if letter.isalpha())[:64]


@pytest.mark.parametrize(
    ("value", "bits"),
    [
        (fake("alnum:64"), 85),
        (fake("alnum:20"), 20),
        (fake("hex:64"), -121),
        (fake("lower:64"), -46),
        (fake("base32:32"), -21),
        ("a" * 32, -59),
        ("Ab3" * 12, -176),
        ("ThisIsTheNameOfSomeFunctionThatIsLong", -5),
        (LETTERS, -12),
    ],
)
def test_of_letters_and_digits(value: str, bits: int) -> None:
    assert round(randomness_bits(value.encode())) == bits


@pytest.mark.parametrize(
    ("value", "bits"),
    [
        (fake("hex:64"), 127),
        (fake("upper:32"), 64),
        (fake("base64:44"), 49),
        ("1234567890" * 3, -179),
        (fake("alnum:7"), -42),
        ("a" * 32, -79),
        ("Ab3" * 12, -77),
    ],
)
def test_of_the_smallest_alphabet_that_holds_it(value: str, bits: int) -> None:
    assert round(token_bits(value.encode())) == bits


def test_of_an_alphabet_that_a_rule_says() -> None:
    assert round(token_bits(fake("hex:64").encode(), 62)) == -381
    assert token_bits(LETTERS.encode(), 62) < token_bits(LETTERS.encode(), 52)


@pytest.mark.parametrize(
    "text", ["the name of the thing\nand its value\n", "a\tb\tc\td\te\tf\tg\th\ti\tj\tk\r\n"]
)
@pytest.mark.parametrize("skip", range(4))
def test_base64_of_text_is_not_drawn_wherever_it_is_cut(text: str, skip: int) -> None:
    value = base64.b64encode(text.encode() * 3)[skip:].rstrip(b"=")
    assert decodes_to_text(value)


def test_random_bytes_are_no_text() -> None:
    assert not decodes_to_text(fake("base64:64").encode())
    assert randomness_bits(fake("alnum:64").encode()) > MIN_RANDOM_BITS
