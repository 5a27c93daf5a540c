"""What an eighth reading of repositories showed: one case each, made up here."""

import pytest
from detecting import DETECTOR, matches

from leakscan.rules.fake import fill

BINANCE = "new Binance().options({\n  APIKEY: '{alnum:64}',\n  APISECRET: '{alnum:64}'"
BITMEX = "x = ccxt.bitmex({'apiKey': '{alnum:24}', 'secret': '{alnum:48}'})\n"
BITGET = 'API_KEY = "bg_{hex:32}"\nSECRET = "{hex:64}"\nPASSPHRASE = "Tr4ding-b0t"\n'


def exchanges(text: str, *paths: bytes) -> list[str]:
    """In the order of the values."""
    told = sorted(matches(fill(text, 7), *paths).values(), key=lambda match: match.span)
    return [match.exchange for match in told]


@pytest.mark.parametrize(
    ("text", "exchange"),
    [
        (BINANCE + ",\n  test: true\n\n});", "binance"),  # orders are simulated, with a live key
        (BITMEX + "x.urls['api'] = x.urls['test']\n", "bitmex-testnet"),
        (BITMEX + "# x.urls['api'] = x.urls['test']\n", "bitmex"),
        (BITMEX.rstrip() + "//x.urls['api'] = x.urls['test']\n", "bitmex"),
        (BITMEX + "print(x.urls['test'])\n", "bitmex"),
        (BITMEX + "x.setSandboxMode(true)\n", "bitmex-testnet"),
        (BITMEX + "x.setSandboxMode(false)\n", "bitmex"),
    ],
)
def test_a_client_is_switched_to_its_test_network(text: str, exchange: str) -> None:
    assert exchanges(text) == [exchange] * 2


@pytest.mark.parametrize(
    "name", ["binance-api-{}-test", "BINANCE_TEST_{}", "test_binance_{}", "testBinance{}"]
)
def test_a_name_with_test_beside_the_same_without_it_is_of_the_test_network(name: str) -> None:
    live = name.replace("-test", "").replace("TEST_", "").replace("test_", "").removeprefix("test")
    rows = [
        f'"{form.format(part)}": "{{alnum:64}}",\n' for form in (name, live) for part in ("Key", "Secret")
    ]
    assert exchanges("".join(rows)) == ["binance-spot-testnet"] * 2 + ["binance"] * 2
    assert exchanges("".join(rows[:2])) == ["binance"] * 2  # as likely the key of a program's own tests
    short = [f'{name} = "{{alnum:64}}"\n' for name in ("testKey", "testSecret", "key", "secret")]
    assert exchanges("# binance\n" + "".join(short)) == ["binance"] * 4
    assert exchanges("# binance\n" + "".join(f"String {row}" for row in short[:2])) == ["binance"] * 2


def test_hl_is_hyperliquid() -> None:
    assert exchanges('{"aevo_signing_key": "0x{hex:64}",\n "hl_secret_key": "0x{hex:64}"}') == [
        "aevo",
        "hyperliquid",
    ]
    assert exchanges('{"aevo_signing_key": "0x{hex:64}",\n "xhl_secret_key": "0x{hex:64}"}') == ["aevo"] * 2


def test_bitget_has_demo_trading() -> None:
    assert exchanges("# bitget\n" + BITGET) == ["bitget"] * 3
    assert exchanges("# bitget\n" + BITGET + 'headers = {"paptrading": "1"}\n') == ["bitget-demo"] * 3
    assert exchanges("# bitget\n" + BITGET + 'headers = {"paptrading": "0"}\n') == ["bitget"] * 3
    assert exchanges(BITGET + 'url = "wss://wspap.bitget.com/v2/ws/private"\n') == ["bitget-demo"] * 3


def test_crypto_com_has_a_sandbox() -> None:
    pair = 'API_KEY = "{alnum:22}"\nSECRET = "cxakp_{alnum:22}"\n'
    assert exchanges('URL = "https://uat-api.3ona.co/exchange/v1/"\n' + pair) == ["cryptocom-sandbox"] * 2
    assert exchanges('URL = "https://api.crypto.com/exchange/v1/"\n' + pair) == ["cryptocom"] * 2


@pytest.mark.parametrize(
    ("line", "exchange"),
    [
        ("def connect(key, secret, testnet: bool = False):", "bybit"),
        ("def connect(key, secret, testnet: bool = True):", "bybit-testnet"),
        ("def connect(key, secret, use_testnet):", "bybit"),
        ("def connect(key, secret, is_demo: bool):", "bybit"),
        ("def connect_to_testnet(key, secret):", "bybit-testnet"),
    ],
)
def test_a_parameter_asks_for_the_environment(line: str, exchange: str) -> None:
    body = '    api_key = "{alnum:18}"\n    api_secret = "{alnum:36}"\n'
    assert exchanges(f"# bybit\n{line}\n{body}") == [exchange] * 2


def test_a_host_in_a_comment_of_a_notebook_is_not_used() -> None:
    pair = "\"api_key = '{alnum:64}'\\n\",\n    \"secret_key = '{alnum:64}'\\n\",\n    "
    live, test = (
        '"url = \\"https://api.binance.com\\"\\n",\n    ',
        '"url = \\"https://testnet.binance.vision\\"\\n"',
    )
    assert exchanges(pair + live.replace("url", "#url", 1) + test) == ["binance-spot-testnet"] * 2
    assert exchanges(pair + live + test) == ["binance"] * 2


@pytest.mark.parametrize(
    ("before", "behind"),
    [
        (b"\xda@", b"z\x08BTC"),
        (b"Z@", b"c"),
        (b"\xfa@", b"N"),
        (b"s@\0\0\0", b"i"),
        (b"\xda@", b"\xda\x03abc"),
    ],
)
def test_strings_of_compiled_python_end_where_their_length_says(before: bytes, behind: bytes) -> None:
    key, secret = (fill("{alnum:64}", seed).encode() for seed in (7, 8))
    code = b"\xe3\0\0\xda\x07binance\xda@" + key + before + secret + behind + b"\xda\x07API_KEY"
    assert [match.identity for match in DETECTOR.judge(DETECTOR.inspect(code), [b"a.pyc"])] == [key, secret]


@pytest.mark.parametrize("before", [b"\x02@", b"Z?", b"Z@\0"])
def test_what_is_no_string_of_64_bytes_goes_on(before: bytes) -> None:
    key, secret = (fill("{alnum:64}", seed).encode() for seed in (7, 8))
    code = b"\xe3\0\0\xda\x07binance\xda@" + key + before + secret + b"z\x08BTC"
    assert [match.identity for match in DETECTOR.judge(DETECTOR.inspect(code), [b"a.pyc"])] == [key]


LIVE_URL, TEST_URL = 'url = "https://api.binance.com"\n', 'url_test = "https://testnet.binance.vision"\n'


@pytest.mark.parametrize(
    ("used", "exchange"),
    [
        ("Client(key, secret, base_url=url_test)", "binance-spot-testnet"),
        ("Client(key, secret, base_url=url)", "binance"),
        ("Client(key, secret, base_url=url if live else url_test)", "binance"),
        ("Client(key, secret)", "binance"),
        ("Client(key, secret, url_test=None)", "binance"),
    ],
)
def test_of_two_addresses_the_one_whose_variable_is_used(used: str, exchange: str) -> None:
    pair = 'api_key = "{alnum:64}"\nsecret_key = "{alnum:64}"\n'
    assert exchanges(pair + LIVE_URL + TEST_URL + used + "\n") == [exchange] * 2


def test_code_that_is_commented_out_is_no_heading() -> None:
    pair = 'API_KEY = "{alnum:64}"\nAPI_SECRET = "{alnum:64}"\n'
    code = '# client.URL = "https://testnet.binancefuture.com/fapi"\n'
    assert exchanges(f"# Binance client\n{pair}{code}") == ["binance"] * 2
    assert exchanges("# https://testnet.binancefuture.com\n" + pair) == ["binance-futures-testnet"] * 2
    commented = pair.replace("API_", "# API_")
    assert exchanges(f"# Binance client\n{commented}{code}") == ["binance-futures-testnet"] * 2


def test_coinbase_exchange_has_a_sandbox() -> None:
    keys = '  auth: { passphrase: "Tr4ding-b0t", apiKey: "{hex:32}", apiSecret: "{base64:88}" }\n'
    text = (
        "dev: {\n gdax: {\n  url: 'https://api-public.sandbox.gdax.com',\n"
        + keys
        + " }\n},\nprod: {\n gdax: {\n  url: 'https://api.gdax.com',\n"
        + keys.replace("b0t", "b0tt")
        + " }\n}\n"
    )
    assert exchanges(text) == ["coinbase-exchange-sandbox"] * 3 + ["coinbase-exchange"] * 3


@pytest.mark.parametrize("name", ["session.auth", "s.auth", "auth"])
def test_user_and_password_of_http_are_key_and_secret(name: str) -> None:
    url, pair = 'URL = "https://api.hitbtc.com/api/2"\n', ' = ("{hex:32}", "{hex:32}")\n'
    assert exchanges(url + name + pair) == ["hitbtc"] * 2
    assert exchanges(url + name.replace("auth", "colours") + pair) == []
    assert exchanges("session = requests.session()\n" + name + pair) == []


def test_a_pair_in_a_file_of_api_keys_needs_hints_only() -> None:
    pair = '{\n"key":"{alnum:43}",\n"secret":"{alnum:43}"\n}\n'
    assert exchanges(pair, b"config/apikey.json") == ["bitfinex"] * 2
    assert exchanges(pair, b"config/API_KEYS.json") == ["bitfinex"] * 2
    assert exchanges(pair, b"apikey/config.json") == []
    assert exchanges(pair, b"config/keys.json") == []
    assert exchanges(pair.replace("alnum:43", "hex:32"), b"config/apikey.json") == []


@pytest.mark.parametrize(
    ("name", "exchange"),
    [
        ("BINANCE_BASE_URL", "binance-futures-testnet"),
        ("url", "binance-futures-testnet"),
        ("BINANCE_TESTNET_URL", "binance"),
        ("DEMO_URL", "binance"),
        ('URL = "https://fapi.binance.com"\nBASE_URL', "binance"),
    ],
)
def test_an_address_for_all_of_it_tells_more_than_the_name_of_a_key(name: str, exchange: str) -> None:
    pair = 'BINANCE_API_KEY = "{alnum:64}"\nBINANCE_API_SECRET = "{alnum:64}"\n'
    assert exchanges(f'{pair}{name} = "https://testnet.binancefuture.com"\n') == [exchange] * 2


def test_each_account_has_its_own_address() -> None:
    account = "'{}': {{\n 'API_KEY': '{{alnum:24}}',\n 'API_SECRET': '{{alnum:48}}',\n 'ENDPOINT': {}\n}},\n"
    accounts = [account.format(name, url) for name, url in (("A", "LIVE_URL"), ("B", "bitmex.TESTNET_URL"))]
    assert exchanges("# bitmex\nX = {\n" + "".join(accounts) + "}") == ["bitmex"] * 2 + ["bitmex-testnet"] * 2
    accounts.reverse()
    assert exchanges("# bitmex\nX = {\n" + "".join(accounts) + "}") == ["bitmex-testnet"] * 2 + ["bitmex"] * 2
