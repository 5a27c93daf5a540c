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
        (BYBIT_ENV + "mode = 'demo'  # or live\n", "bybit"),  # of the bot: it trades nothing
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


def test_a_host_behind_a_brace_that_closes_is_another_ones() -> None:
    text = (
        "bitmex: {\n  test: {\n    id: '{alnum:24}',\n    secret: '{alnum:48}',\n    url: 'https://testnet.bitmex.com'\n"
        "  },\n  live: {\n    id: 'api', secret: 'none', url: 'https://www.bitmex.com'\n  }\n}\n"
    )
    assert exchanges(text) == ["bitmex-testnet", "bitmex-testnet"]


def test_what_stands_beside_a_secret_may_be_called_id() -> None:
    assert found("const bitmex = {\n  id: '{alnum:24}',\n  secret: '{alnum:48}',\n}") == [
        "bitmex-api-key",
        "bitmex-api-secret",
    ]
    assert found("const bitmex = {\n  id: '{alnum:24}',\n  label: '{alnum:48}',\n}") == []
    coinex = "const coinex = {\n  id: '{HEX:32}',\n  secret: '{HEX:48}',\n}"
    assert found(coinex) == ["coinex-api-key", "coinex-api-secret"]
    assert found("const okx = {\n  id: '{uuid}',\n  secret: '{HEX:32}',\n}") == ["okx-api-secret"]


def test_phemex_has_a_test_network() -> None:
    text = (
        "API_KEY_SUB='{uuid}'\nAPI_SECRET_SUB='{b64url:91}'\n"
        "API_KEY_TESTNET='{uuid}'\nAPI_SECRET_TESTNET='{b64url:91}'\n\n"
        "PHEMEX_TESTNET='https://testnet-api.phemex.com'\nPHEMEX='https://api.phemex.com'\n"
    )
    assert exchanges(text) == ["phemex", "phemex", "phemex-testnet", "phemex-testnet"]


def test_kucoin_had_a_sandbox() -> None:
    client = 'from kucoin.client import Client\nclient = Client("{objectid}", "{uuid}", "Tr4ding-b0t"'
    assert exchanges(client + ", sandbox=True)\n") == ["kucoin-sandbox"] * 3
    assert (
        exchanges(client + ")\n# or\n# client = Client(key, secret, passphrase, sandbox=True)\n")
        == ["kucoin"] * 3
    )


@pytest.mark.parametrize(
    ("name", "exchange"),
    [("BITREX", "bittrex"), ("WAZIRIX", "wazirx"), ("KUKOIN", "kucoin"), ("BIANANCE", "binance")],
)
def test_names_that_many_write_wrong(name: str, exchange: str) -> None:
    form = {"kucoin": "{objectid}", "bittrex": "{hex:32}"}.get(exchange, "{alnum:64}")
    assert exchanges(f"{name}_API_KEY={form}\n") == [exchange]


def test_a_lone_key_beside_those_of_an_exchange_may_be_anothers() -> None:
    pair = 'string BinanceApiKey = "{alnum:64}";\nstring BinanceSecretKey = "{alnum:64}";\n\nbool Active = true;\n'
    assert len(found(pair + 'string Sms77ApiKey = "{alnum:64}";\n')) == 2
    assert len(found(pair + 'string SpotApiKey2 = "{alnum:64}";\n')) == 3
    other = 'string JackApiKey = "{alnum:64}";\nstring JackSecretKey = "{alnum:64}";\n'
    assert len(found(pair + other)) == 4


@pytest.mark.parametrize(
    ("address", "count"),
    [
        ("wss://ws.twelvething.com/v1/quotes/price?apikey={hex:32}", 0),
        ("https://quotes.example.org/v1?limit=9&apikey={hex:32}", 0),
        ("https://api.pro.coinbase.com/v1/quotes?apikey={hex:32}", 1),
        ("http://localhost:8000/quotes?apikey={hex:32}", 1),
        ("http://10.0.0.7:8000/quotes?apikey={hex:32}", 1),
        ("https://my.example.org/order?apikey={hex:32}&secret={base64:88}", 2),
    ],
)
def test_a_key_in_an_address_is_of_whom_the_address_names(address: str, count: int) -> None:
    assert len(found(f"exchange = 'coinbase pro'\n\nurl = '{address}'\n")) == count


def test_a_secret_beside_the_id_of_a_key_of_aws_is_of_aws() -> None:
    secret = "\nACCESS_SECRET_KEY = '{alnum:40}'\n\nurl = 'https://www.bithumb.com/'\n"
    assert found("ACCESS_KEY_ID = 'AKIA" + fill("{base32:16}", 7) + "'" + secret) == []
    assert found("ACCESS_KEY_ID = '{alnum:40}'" + secret) == ["bithumb-api-key-v2", "bithumb-api-secret-v2"]


@pytest.mark.parametrize("start", ["YoUr", "your", "xxxx", "XXXX"])
def test_what_is_masked_or_asks_for_a_value_is_none(start: str) -> None:
    for prefix, count in ((start, 0), ("", 1)):
        value = f"{prefix}{{alnum:{36 - len(prefix)}}}"
        assert len(found(f"[BYBIT]\nsecret = {value}\n")) == count


def test_the_path_of_an_address_is_no_name() -> None:
    text = 'exchange := NewByBit({0},\n    "wss://stream-testnet.bybit.com/realtime_{1}",\n    "{2}",\n    "{3}")\n'
    for word in ("private", "order", "signature"):
        told = found(
            text.replace("{0}", TEST_HOST)
            .replace("{1}", word)
            .replace("{2}", "{alnum:18}")
            .replace("{3}", "{alnum:36}")
        )
        assert told == ["bybit-testnet-api-key", "bybit-testnet-api-secret"]


def test_tabs_before_a_value_make_no_table() -> None:
    call = f'exchange := NewByBit({TEST_HOST},\n\t\t"{{alnum:18}}",\n\t\t"{{alnum:36}}",\n\t\tfalse)\n'
    assert found(call) == ["bybit-testnet-api-key", "bybit-testnet-api-secret"]


def test_a_pair_of_kraken_is_told_by_its_forms() -> None:
    pair = 'key = "{base64:56}"\nsecret = "{base64:88}"\n'
    assert found(pair, b"config.py") == ["kraken-api-key", "kraken-api-secret"]
    assert found(pair.replace("88}", "86}"), b"config.py") == []


def test_a_secret_of_alpaca_may_have_a_slash() -> None:
    text = "API_KEY = 'PK{upper:18}'\nAPI_SECRET = '{alnum:30}/{alnum:9}'\nurl = 'https://paper-api.alpaca.markets'\n"
    assert found(text) == ["alpaca-paper-api-key", "alpaca-paper-api-secret"]


def test_the_name_of_a_class_is_no_name_of_a_value() -> None:
    row = (
        '<td><a class="el_class">com.bithumb.coin.service.{}</a></td><td><code>{hex:16}</code></td></tr><tr>'
    )
    assert found("".join(row.replace("{}", f"Coin{name}Impl") for name in ("Base", "Service", "View"))) == []


@pytest.mark.parametrize(
    "text",
    [
        'gh secret set BYBIT_API_KEY --body "{alnum:18}"\ngh secret set BYBIT_API_SECRET --body "{alnum:36}"\n',
        '-define(BYBIT_KEY, "{alnum:18}").\n-define(BYBIT_SECRET, "{alnum:36}").\n',
    ],
)
def test_other_ways_to_assign(text: str) -> None:
    assert found(text) == ["bybit-api-key", "bybit-api-secret"]
