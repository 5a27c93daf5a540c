"""What a tenth reading of repositories showed: one case each, made up here."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from detecting import matches

from leakscan.rules.fake import fill

SEED = 10


def exchanges(text: str, *paths: bytes) -> list[str]:
    """In the order of the values."""
    told = sorted(matches(fill(text, SEED), *paths).values(), key=lambda match: match.span)
    return [match.exchange for match in told]


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (b"api.txt", 2),
        (b"bot/my_api_keys.txt", 2),
        (b"credentials", 2),
        (b"notes.txt", 0),
        (b"jwt_keys.txt", 0),
    ],
)
@pytest.mark.parametrize("text", ["{alnum:64}\n{alnum:64}\n", "{alnum:64}\r\n{alnum:64}\r\ntest\r\n"])
def test_the_name_of_a_file_is_that_of_its_two_values(text: str, path: bytes, found: int) -> None:
    assert exchanges(text, path) == ["unknown"] * found


def test_of_two_values_in_a_text_the_name_of_the_file_says_nothing() -> None:
    assert not exchanges("{alnum:64} is the first of them\n{alnum:64}\n", b"api.txt")


@pytest.mark.parametrize(("kind", "exchange"), [("service_account", "unknown"), ("key", "binance")])
def test_a_private_key_of_a_service_account_is_no_exchange_s(kind: str, exchange: str) -> None:
    key = generate_private_key(65537, 2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    text = json.dumps({"type": kind, "project_id": "binance-bot", "private_key": pem}, indent=2)
    assert [match.exchange for match in matches(text, b"binance-bot.json").values()] == [exchange]


@pytest.mark.parametrize(
    ("live", "test", "exchange"),
    [
        ("ACTUAL_{}", "TEST_{}", "binance-spot-testnet"),
        ("REAL_{}", "TEST_{}", "binance-spot-testnet"),
        ("{}_LIVE", "{}_TEST", "binance-spot-testnet"),
        ("FIRST_{}", "TEST_{}", "binance"),
    ],
)
def test_a_name_beside_that_of_the_live_one_tells(live: str, test: str, exchange: str) -> None:
    names = [name.format(word) for name in (live, test) for word in ("API_KEY", "SECRET_KEY")]
    text = "[BINANCE]\n" + "".join(f"{name} = {{alnum:64}}\n" for name in names)
    assert exchanges(text) == ["binance"] * 2 + [exchange] * 2


def test_a_key_that_begins_in_its_own_way_needs_no_full_name() -> None:
    assert exchanges("PAPER_KEY = 'PK{upper:18}'\nPAPER_SECRET = '{alnum:40}'\n") == ["alpaca-paper"] * 2
    assert not exchanges("PAPER_KEY = 'QK{upper:18}'\nPAPER_SECRET = '{alnum:40}'\n")


@pytest.mark.parametrize(("key", "found"), [("PK{upper:18}", 2), ("{upper:20}", 0)])
def test_a_public_key_may_be_the_key_of_an_api(key: str, found: int) -> None:
    text = (
        "import alpaca_trade_api as tradeapi\nSEC_KEY = '{alnum:40}'  # Enter Your Secret Key Here\n"
        f"PUB_KEY = '{key}'\nBASE_URL = 'https://paper-api.alpaca.markets'\n"
    )
    assert exchanges(text) == ["alpaca-paper"] * found


def test_a_key_goes_with_the_secret_beside_it_not_with_the_wallet_s_key_above() -> None:
    text = (
        "from py_clob_client.client import ClobClient\n\n\n"
        'private_key = "0x{hex:64}"\n\ncreds = (\n'
        '"apiKey": "{uuid}",\n"secret": "{base64:44}",\n"passphrase": "{hex:64}",\n)\n'
    )
    assert exchanges(text) == ["polymarket"] * 4


def test_names_in_notes_of_a_word_processor_are_read_without_their_font() -> None:
    text = "{\\rtf1\\ansi\n\\f0\\fs32 \\cf2 Access\\\n{alnum:40}\\\n\\\nSecret\\\n{alnum:40}\\\n\\cb3 \\\n}"
    assert exchanges(text) == ["upbit"] * 2


@pytest.mark.parametrize(("path", "found"), [(b"configs/test.yml", 2), (b"tests/test_client.py", 0)])
def test_a_pair_in_settings_for_tests_is_one(path: bytes, found: int) -> None:
    assert exchanges("access_key: {alnum:64}\nsecret_key: {alnum:64}\n", path) == ["unknown"] * found


@pytest.mark.parametrize(
    ("above", "name", "found"),
    [
        ("", "client_secret", []),
        ("", "api_secret", ["unknown"]),
        ("# binance", "client_secret", ["binance"]),
    ],
)
def test_the_secret_of_a_client_is_any_service_s_where_no_exchange_is_named(
    above: str, name: str, found: list[str]
) -> None:
    assert exchanges(f"{above}\n'{name}' => '{{alnum:64}}',\n") == found
