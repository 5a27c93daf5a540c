"""Values of block chains are no keys of an exchange: made here, with their check sums."""

import hashlib
import random

import pytest
from detecting import matches

from leakscan.detect.chain import has_checksum, in_hex
from leakscan.rules.fake import fill

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def base58check(body: bytes) -> str:
    raw = body + hashlib.sha256(hashlib.sha256(body).digest()).digest()[:4]
    number, text = int.from_bytes(raw, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = BASE58[digit] + text
    return "1" * (len(raw) - len(raw.lstrip(b"\0"))) + text


def drawn(seed: int, size: int) -> bytes:
    return random.Random(seed).randbytes(size)


# A wallet's key, of the test network, of an old wallet; an address; an extended key (BIP 32).
BODIES = [
    b"\x80" + drawn(1, 32) + b"\x01",
    b"\xef" + drawn(2, 32) + b"\x01",
    b"\x80" + drawn(3, 32),
    b"\x00" + drawn(4, 20),
    bytes.fromhex("0488ade4") + drawn(5, 74),
]


@pytest.mark.parametrize("body", BODIES)
def test_a_check_sum_agrees_or_does_not(body: bytes) -> None:
    value = base58check(body)
    assert has_checksum(value.encode())
    for place in range(0, len(value), 7):
        changed = (
            value[:place] + random.Random(place).choice(BASE58.replace(value[place], "")) + value[place + 1 :]
        )
        assert not has_checksum(changed.encode()), place


@pytest.mark.parametrize("text", ["{base58:52}", "{base58:111}", "{alnum:64}", "{alnum:12}", "{base64:88}"])
def test_what_is_drawn_has_none(text: str) -> None:
    assert not any(has_checksum(fill(text, seed).encode()) for seed in range(200))


def test_a_wallet_s_key_and_the_public_half_of_one_are_no_credential() -> None:
    text = "# blockchain.com/v3\nPRIVATE_KEY: {}\nPUBLIC_KEY: {}\n"
    assert not matches(text.format(base58check(BODIES[0]), "02" + drawn(6, 32).hex()))
    assert len(matches(fill(text.format("{alnum:52}", "{hex:64}"), 7))) == 2


def test_a_public_key_is_told_by_its_form() -> None:
    assert in_hex(b"03" + drawn(8, 32).hex().encode())
    assert not in_hex(b"04" + drawn(8, 32).hex().encode())


@pytest.mark.parametrize("name", ["BlockchainCommons", "CryptoCompare", "cryptocompare.com/api"])
def test_a_name_that_only_begins_as_an_exchange_s_is_another(name: str) -> None:
    keys = fill("\napi_key = '{alnum:22}'\nsecret_key = '{alnum:34}'\n", 9)
    assert not matches(f"# {name}{keys}")
    for exchange in ("https://api.blockchain.com/v3", "client = BlockchaincomApi("):
        assert len(matches(f"# {exchange}{keys}")) == 2, exchange
