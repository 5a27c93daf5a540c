"""What a value scores: the thresholds of detection stand on these figures, so they are written down here."""

import base64

import pytest

from leakscan.detect.randomness import (
    MIN_RANDOM_BITS,
    alphabet_size,
    decodes_to_text,
    describe,
    randomness_bits,
    token_bits,
)
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
    for smaller in ("hex", "base32", "lower", "upper"):
        assert round(token_bits(fake(f"{smaller}:64").encode(), 62)) == -381
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


@pytest.mark.parametrize(
    ("value", "is_text"),
    [
        (base64.b64encode(b"some printable text, all of it"), True),
        (base64.b64encode(b"printable text" * 3 + b"\0" * 7), True),  # 85 of 100 are enough
        (base64.b64encode(b"printable text" * 3 + b"\0" * 9), False),
        (base64.b64encode(b"printable text" * 3 + b"\x7f" * 7), True),
        (base64.b64encode(b"printable text" * 3 + b"\x7f" * 9), False),
        (base64.b64encode(b"a " * 21), True),
        (b"", False),
        (b"abc", False),
        (b"ab-c" * 4, False),
    ],
)
def test_text_is_what_is_printable_to_85_percent(value: bytes, is_text: bool) -> None:
    assert decodes_to_text(value) == is_text


@pytest.mark.parametrize(
    ("alphabet", "size"),
    [
        ("0123456789", 10),
        ("0123456789abcdef", 16),
        ("0123456789ABCDEF-", 16),
        ("0123456789abcdefABCDEF", 16),
        ("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 32),
        ("abcdefghijklmnopqrstuvwxyz0123456789_", 36),
        ("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 36),
        ("abcXYZ019+/=", 62),
    ],
)
def test_the_size_of_an_alphabet_is_that_of_its_letters_and_digits(alphabet: str, size: int) -> None:
    assert alphabet_size(alphabet.encode()) == size


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        (b"a text of words!", False),  # 16 letters of base64 and more hold text alone
        (b"a text of w", True),
        (b"a text of wo", False),
        (b"kraken_api_secret and more", False),
        (b"kraken_api_secre\1", True),
        (b"printable but for one\1", True),  # 30 letters
        (b"printable but for on\1byt", False),  # 32, of which 85 of 100 printable are enough
    ],
)
def test_short_base64_of_nothing_but_text_is_written(text: bytes, drawn: bool) -> None:
    value = base64.b64encode(text)
    lowest = -len(value) * 5.95
    assert (token_bits(value, 62) > lowest) == drawn


def test_seven_letters_are_too_few_to_tell() -> None:
    assert token_bits(b"x7Kq2Zw") < -40
    assert token_bits(b"x7Kq2Zw9") > -10
    assert token_bits(b"x7-Kq_2Z/w") < -40
    assert round(token_bits(b"x7-Kq_2Z/w9")) == round(token_bits(b"x7Kq2Zw9"))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (fake("uuid"), "a UUID"),
        (fake("uuid").upper(), "a UUID"),
        (fake("hex:32"), "32 hexadecimal digits"),
        (fake("HEX:32"), "32 hexadecimal digits"),
        (fake("alnum:32"), "32 letters and digits"),
        (fake("base64:44"), "44 characters of base64"),
        ("account-" + fake("alnum:20"), "28 characters"),
    ],
)
def test_a_value_in_words(value: str, words: str) -> None:
    assert describe(value.encode()) == words


def test_long_letters_without_a_digit_are_less_likely_drawn() -> None:
    assert round(token_bits(LETTERS[:60].encode(), 62)) == -11
    assert round(token_bits(LETTERS[:59].encode(), 62)) == 64
