"""What a seventh reading of repositories showed: one case each, made up here."""

import pytest
from detecting import matches

from leakscan.rules.fake import fill

BYBIT = 'api_key = "{alnum:18}"\napi_secret = "{alnum:36}"\n'
BYBIT_ENV = "BYBIT_API_KEY={alnum:18}\nBYBIT_API_SECRET={alnum:36}\n"
TEST_HOST, LIVE_HOST = '"https://api-testnet.bybit.com"', '"https://api.bybit.com"'


def found(text: str, *paths: bytes) -> list[str]:
    return sorted(match.rule_id for match in matches(fill(text, 7), *paths).values())


def exchanges(text: str, *paths: bytes) -> list[str]:
    """In the order of the values."""
    told = sorted(matches(fill(text, 7), *paths).values(), key=lambda match: match.span)
    return [match.exchange for match in told]


@pytest.mark.parametrize(
    ("text", "exchange"),
    [
        ("# pybit.HTTP(\n#     testnet=False,\n#     " + BYBIT.replace("\na", "\n#     a"), "bybit"),
        ("# BYBIT_TESTNET=True\n\n# BYBIT_TESTNET=False\n# " + BYBIT_ENV.replace("\nB", "\n# B"), "bybit"),
        (BYBIT_ENV + "# BYBIT_TESTNET=true\n", "bybit"),
        (BYBIT_ENV + "BYBIT_TESTNET=true\n", "bybit-testnet"),
        ("# " + BYBIT_ENV.replace("\nB", "\n# B") + "# BYBIT_TESTNET=true\n", "bybit-testnet"),
        (BYBIT_ENV + 'USE_TESTNET = os.getenv("USE_TESTNET", "0")\nprint("export USE_TESTNET=1")', "bybit"),
        (BYBIT_ENV + 'USE_TESTNET = os.getenv("USE_TESTNET", "1")\n', "bybit-testnet"),
        (BYBIT_ENV + 'os.getenv("USE_TESTNET", "0")\n\nUSE_TESTNET=1\n', "bybit"),
        (BYBIT_ENV + "environment = 'testnet'\n", "bybit-testnet"),
        (BYBIT_ENV + 'network: "mainnet"\n\nTESTNET=1\n', "bybit"),
    ],
)
def test_the_nearest_switch_in_use_tells_the_environment(text: str, exchange: str) -> None:
    assert exchanges(text) == [exchange] * 2


@pytest.mark.parametrize(
    ("text", "exchange"),
    [
        (f"{BYBIT}if testnet:\n    url = {TEST_HOST}\n", "bybit"),
        (f"{BYBIT}if testnet:\n    url = {TEST_HOST}\nelse:\n    url = {LIVE_HOST}\n", "bybit"),
        (f"{BYBIT}url = {TEST_HOST} if testnet else {LIVE_HOST}\n", "bybit"),
        (f"{BYBIT}const url = isTestnet ? {TEST_HOST} : {LIVE_HOST}\n", "bybit"),
        (f"testnet = True\n{BYBIT}url = {TEST_HOST} if testnet else {LIVE_HOST}\n", "bybit-testnet"),
        ("if testnet:\n    " + BYBIT.replace("\na", "\n    a") + f"    url = {TEST_HOST}\n", "bybit-testnet"),
        (f"{BYBIT}url = {TEST_HOST}\n", "bybit-testnet"),
    ],
)
def test_a_host_that_a_switch_decides_on_is_open(text: str, exchange: str) -> None:
    assert exchanges(text) == [exchange] * 2


def test_of_futures_and_spot_the_host_that_is_switched_on() -> None:
    pair = 'TESTNET = True\nAPI_KEY = "{alnum:64}"\nAPI_SECRET = "{alnum:64}"\n'
    hosts = '"https://testnet.binancefuture.com" if TESTNET else "https://fapi.binance.com"'
    assert exchanges(f"{pair}URL = {hosts}\n") == ["binance-futures-testnet"] * 2


@pytest.mark.parametrize("names", [("API_KEY{}", "SECRET_KEY{}"), ("{}API_KEY", "{}SECRET_KEY")])
def test_beside_names_of_test_the_others_are_live(names: tuple[str, str]) -> None:
    hosts = 'URL = "https://api.binance.com"\nTEST_URL = "https://testnet.binance.vision"\n\n'
    marks = ("_TEST", "") if names[0].endswith("{}") else ("TEST_", "")
    rows = [f'const {name.format(mark)} = "{{alnum:64}}"\n' for mark in marks for name in names]
    told = exchanges(hosts + "".join(rows))
    assert told == ["binance-spot-testnet", "binance-spot-testnet", "binance", "binance"]


def test_a_name_says_that_it_is_live() -> None:
    host = 'URL = "https://paper-api.alpaca.markets"\n\n'
    pair = 'live_KEY_ID = "AK{upper:18}"\nlive_SECRET_KEY = "{alnum:40}"\n'
    assert exchanges(host + pair) == ["alpaca", "alpaca"]


def test_a_secret_is_of_the_environment_that_has_its_key() -> None:
    host = 'URL = "https://paper-api.alpaca.markets"\n\n'
    assert exchanges(host + 'KEY_ID = "AK{upper:18}"\nSECRET_KEY = "{alnum:40}"\n') == ["alpaca", "alpaca"]
    assert exchanges(host + 'KEY_ID = "PK{upper:18}"\nSECRET_KEY = "{alnum:40}"\n') == ["alpaca-paper"] * 2


def test_phemex_has_a_test_network() -> None:
    text = (
        "API_KEY_SUB='{uuid}'\nAPI_SECRET_SUB='{b64url:91}'\n"
        "API_KEY_TESTNET='{uuid}'\nAPI_SECRET_TESTNET='{b64url:91}'\n\n"
        "PHEMEX_TESTNET='https://testnet-api.phemex.com'\nPHEMEX='https://api.phemex.com'\n"
    )
    assert exchanges(text) == ["phemex", "phemex", "phemex-testnet", "phemex-testnet"]


def test_a_secret_of_alpaca_may_have_a_slash() -> None:
    text = "API_KEY = 'PK{upper:18}'\nAPI_SECRET = '{alnum:30}/{alnum:9}'\nurl = 'https://paper-api.alpaca.markets'\n"
    assert found(text) == ["alpaca-paper-api-key", "alpaca-paper-api-secret"]
