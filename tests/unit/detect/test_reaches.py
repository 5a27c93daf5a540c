"""How far detection looks: at each distance something is seen, and one byte further it is not."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from detecting import DETECTOR, digests, values

from leakscan.detect.phrase import is_phrase
from leakscan.detect.proofs import proven
from leakscan.rules.fake import fake

KEY, SECRET = values(2)
SHORT_KEY, SHORT_SECRET = fake("alnum:18"), fake("alnum:36")


def found(text: str) -> list[str]:
    """The rule of each finding, in order."""
    return [match.rule_id for match in DETECTOR.judge(DETECTOR.inspect(text.encode()))]


@pytest.mark.parametrize(("apart", "kept"), [(500, 2), (501, 0)])
def test_two_hints_are_of_one_credential_within_500_bytes(apart: int, kept: int) -> None:
    first, second = digests(2)
    for names in (("key", "secret"), ("secret", "key")):
        begun = f"{names[0]} = '{first}'\n"
        name = f"{names[1]} = '"
        text = begun.ljust(apart + begun.index(first) - len(name), "\n") + f"{name}{second}'\n"
        assert text.index(second) - text.index(first) == apart
        assert len(DETECTOR.inspect(text.encode()).candidates) == kept


PASSPHRASE = 'passphrase = "Tr4ding-b0t"'


@pytest.mark.parametrize(("apart", "is_seen"), [(500, True), (501, False)])
def test_a_passphrase_is_looked_for_within_500_bytes(apart: int, is_seen: bool) -> None:
    key, secret = fake("objectid"), fake("uuid")
    behind = f"kucoin; api_key = '{key}'; api_secret = '{secret}{PASSPHRASE.rjust(apart, ';')};"
    before = f";{PASSPHRASE.ljust(apart, ';')}{key}'; api_secret = '{secret}'; kucoin"
    for text in (behind, before):
        assert ("kucoin-passphrase" in found(text)) == is_seen


@pytest.mark.parametrize(("apart", "exchange"), [(240, "binance-futures-testnet"), (241, "binance")])
def test_a_host_stands_beside_a_value_within_240_bytes(apart: int, exchange: str) -> None:
    host = "testnet.binancefuture.com"
    text = f"binance\nx\napi_secret = '{SECRET}" + "'".ljust(apart - len(host)) + host
    assert found(text) == [f"{exchange}-hmac-secret"]


@pytest.mark.parametrize(("length", "confidence"), [(399, "low"), (400, "high")])
def test_a_list_of_exchanges_is_a_line_of_less_than_400_bytes(length: int, confidence: str) -> None:
    text = "binance" + ", bybit, okx, kraken".ljust(length, ".") + f"\nsecret = {SECRET}"
    (match,) = DETECTOR.judge(DETECTOR.inspect(text.encode()))
    assert str(match.confidence) == confidence


@pytest.mark.parametrize(("apart", "is_seen"), [(300, True), (301, False)])
def test_a_value_without_a_name_is_looked_for_within_300_bytes_of_another(apart: int, is_seen: bool) -> None:
    before = SHORT_KEY + f"; bybit_api_secret = {SHORT_SECRET}".rjust(
        apart - len(SHORT_KEY) + len(SHORT_SECRET)
    )
    behind = f"bybit_api_secret = {SHORT_SECRET}" + SHORT_KEY.rjust(apart - 1) + " ;"
    for text in (before, behind):
        assert ("bybit-api-key" in found(text)) == is_seen


@pytest.mark.parametrize(("apart", "is_proven"), [(600, True), (601, False)])
def test_the_public_half_of_a_seed_stands_within_600_bytes(apart: int, is_proven: bool) -> None:
    private = Ed25519PrivateKey.from_private_bytes(bytes(range(40, 72)))
    halves = (private.private_bytes_raw(), private.public_key().public_bytes_raw())
    seed, public = map(base64.b64encode, halves)
    before, behind = public.ljust(apart) + seed, seed + b" " + public.rjust(apart - 1)
    for text in (before, behind):
        assert bool(proven("ed25519-seed", seed, text, text.index(seed))) == is_proven


@pytest.mark.parametrize(("distinct", "is_drawn"), [(18, True), (17, False)])
def test_a_phrase_of_24_words_has_18_that_are_not_repeated(distinct: int, is_drawn: bool) -> None:
    from mnemonic import Mnemonic

    listed = Mnemonic("english").wordlist
    drawn, ends = listed[: distinct - 1], listed[distinct:]
    phrases = (" ".join([*drawn, *[drawn[0]] * (24 - distinct), end]) for end in ends)
    phrase = next(phrase for phrase in phrases if Mnemonic("english").check(phrase))
    assert len(set(phrase.split(" "))) == distinct
    assert is_phrase(phrase.encode(), 24) == is_drawn
