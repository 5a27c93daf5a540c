"""What fooled the rules in the repositories of the twelfth reading (docs/real-repositories.md)."""

import hashlib
from dataclasses import replace

import pytest
from detecting import RULES, matches

from leakscan.detect import Detector
from leakscan.rules.fake import fake, fill

BITMEX = fill("import bitmex.*;\n" + 'String apiKey = "{alnum:24}";\nString apiSecret = "{alnum:48}";\n', 12)
TEST_CALL = "Client client = Factory.newTestNetClient(apiKey, apiSecret);\n"


def exchanges(text: str) -> set[str]:
    return {match.exchange for match in matches(text).values()}


@pytest.mark.parametrize(
    "call",
    [
        TEST_CALL,
        "client = connect_testnet(key=apiKey, secret=apiSecret)\n",
        "let c = BitMexTestnetClient(\n    apiKey,\n    apiSecret\n);\n",
        TEST_CALL + "// Client other = Factory.newClient(apiKey, apiSecret);\n",
    ],
)
def test_what_only_the_client_of_a_test_network_gets_is_a_test_network_s(call: str) -> None:
    assert exchanges(BITMEX + "\n" * 12 + call) == {"bitmex-testnet"}


@pytest.mark.parametrize(
    "call",
    [
        "Client client = Factory.newClient(apiKey, apiSecret);\n",
        "// " + TEST_CALL,
        TEST_CALL + "Client live = Factory.newClient(apiKey, apiSecret);\n",
        "def new_testnet_client(apiKey, apiSecret):\n    ...\n",
        "newTestnetClient(apiKey, apiSecret) {\n}\n",
        "Client client = Factory.newTestNetClient(testKey, testSecret);\n",
    ],
)
def test_what_another_gets_too_or_a_definition_asks_for_is_not(call: str) -> None:
    assert exchanges(BITMEX + "\n" * 12 + call) == {"bitmex"}


def test_a_value_that_begins_as_an_example_does_is_one_that_somebody_misremembered() -> None:
    example, other = fake("alnum:64", 1), fake("alnum:64", 2)
    known = hashlib.sha256(example[:16].encode()).hexdigest()
    detector = Detector(replace(RULES, published=frozenset({known})))
    text = "binance_api_secret = '{}'\n"
    for value, published in ((example[:16] + other[16:], 1), (example[:15] + other[15:], 0)):
        inspection = detector.inspect(text.format(value).encode())
        assert (inspection.published, len(inspection.candidates)) == (published, 1 - published)


IN_ENV = 'import kucoin\nAPI_KEY = os.getenv("{objectid}")\nAPI_SECRET = os.getenv("{uuid}")\n'


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ('API_PASSPHRASE = os.getenv("tr4ding-b0t")', "tr4ding-b0t"),
        ("API_PASSPHRASE = os.environ['tr4ding-b0t']", "tr4ding-b0t"),
        ('API_PASSPHRASE = os.getenv("KUCOIN_WORDS")', None),
        ('API_PASSPHRASE = os.getenv("kucoin_passphrase")', None),
    ],
)
def test_a_passphrase_in_place_of_the_name_of_a_variable(line: str, value: str | None) -> None:
    found = [text for text, match in matches(fill(IN_ENV, 7) + line).items() if match.part == "passphrase"]
    assert found == ([] if value is None else [value])


def test_beside_plain_values_what_is_looked_up_is_no_passphrase() -> None:
    plain = fill('import kucoin\nkey = "{objectid}"\nsecret = "{uuid}"\n', 7)
    assert {m.part for m in matches(plain + 'passphrase = os.getenv("tr4ding-b0t")').values()} == {
        "key",
        "secret",
    }


BYBIT = fill('using Bybit.Net;\nstring API_KEY = "{alnum:18}";\nstring API_SECRET = "{alnum:36}";\n', 12)


@pytest.mark.parametrize(
    ("text", "exchange"),
    [
        (BYBIT + "BybitEnvironment env = BybitEnvironment.Testnet; // Testnet account\n", "bybit-testnet"),
        (BYBIT + "BybitEnvironment env = BybitEnvironment.DemoTrading; // on Mainnet\n", "bybit-testnet"),
        (BYBIT + "var environment = Environment.SANDBOX;\n", "bybit-testnet"),
        (BYBIT + "BybitEnvironment env = BybitEnvironment.Mainnet; // not Testnet = true\n", "bybit"),
    ],
)
def test_a_value_of_an_enumeration_is_a_switch(text: str, exchange: str) -> None:
    assert exchanges(text) == {exchange}


@pytest.mark.parametrize(
    ("path", "reported"),
    [(b"tests/key_secret.php", 2), (b"tests/credentials.py", 2), (b"tests/ClientTest.php", 0)],
)
def test_a_pair_in_a_file_for_keys_is_no_test(path: bytes, reported: int) -> None:
    found = matches(fill("<?php\n$key='{alnum:64}';\n$secret='{alnum:64}';\n", 12), path)
    assert len(found) == reported


@pytest.mark.parametrize(
    ("line", "exchange"),
    [
        ("**Testnet**: True\n", "bybit-testnet"),
        ("**Testnet**: False\n", "bybit"),
    ],
)
def test_a_bold_word_is_a_switch(line: str, exchange: str) -> None:
    text = f"## Bybit\n{line}**API key**: {fake('alnum:18', 3)}\n**API secret**: {fake('alnum:36', 3)}\n"
    assert exchanges(text) == {exchange}
