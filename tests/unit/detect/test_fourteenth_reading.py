"""What fooled the rules in the repositories of the fourteenth reading (docs/real-repositories.md)."""

import pytest
from detecting import matches

from leakscan.rules.fake import fill


def exchanges(text: str, *paths: bytes) -> list[str]:
    return sorted(match.exchange for match in matches(fill(text, 14), *paths).values())


@pytest.mark.parametrize(
    ("last", "exchange"),
    [
        ("BybitApiConfig.TESTNET_DOMAIN", "bybit-testnet"),
        ("BybitApiConfig.TESTNET_DOMAIN, true", "bybit-testnet"),
        ("BybitApiConfig.MAINNET_DOMAIN", "bybit"),
    ],
)
def test_a_domain_that_a_call_gets_tells_the_environment(last: str, exchange: str) -> None:
    text = (
        f'var client = BybitApiClientFactory.newInstance("{{alnum:18}}", "{{alnum:36}}", {last}).newRest();\n'
    )
    assert exchanges(text) == [exchange] * 2


def test_a_name_that_says_live_outweighs_the_address_of_a_test_network() -> None:
    text = (
        "TEST_URL = 'https://testnet.bitmex.com/api'\n"
        "TEST_API_KEY = '{alnum:24}'\nTEST_SECRET_KEY = '{alnum:48}'\n"
        "API_KEY = '{alnum:24}'\nSECRET_KEY = '{alnum:48}'\n\n\nclass BitMexApi(object):\n"
        "    def __init__(self, **kwargs):\n        self.base_url = TEST_URL\n"
    )
    assert exchanges(text) == ["bitmex"] * 2 + ["bitmex-testnet"] * 2


@pytest.mark.parametrize("modifiers", ["static final String", "const string", "val", "lazy var", "Const"])
def test_that_a_field_is_private_says_nothing_of_its_value(modifiers: str) -> None:
    field = f'class PolymarketTest {{\n  private {modifiers} CONDITION_ID = "0x{{hex:64}}";\n'
    assert exchanges(field) == []
    line = f"  private {modifiers} %s = '{{hex:32}}';\n"
    found = matches(fill("class BittrexTest {\n" + line % "key" + line % "secret", 14)).values()
    assert sorted(match.part for match in found) == ["key", "secret"]


@pytest.mark.parametrize(
    "text",
    [
        "CDP_CLIENT_API_KEY={alnum:32}\n",
        "NEXT_PUBLIC_CDP_CLIENT_API_KEY={alnum:32}\nCOINBASE=1\n",
        "NEXT_PUBLIC_ONCHAINKIT_API_KEY={alnum:32}\nCOINBASE=1\n",
        "// poloniex\nconst ayrshareKey = '{upper:8}-{upper:8}-{upper:8}-{upper:8}';\n",
    ],
)
def test_keys_of_other_services(text: str) -> None:
    assert exchanges(text) == []


@pytest.mark.parametrize("name", ["UsdFutures", "SpotMarket"])
def test_a_name_of_a_test_network_may_be_aligned(name: str) -> None:
    text = (
        '#include <Binance.hpp>\n\nauto url = "https://testnet.binancefuture.com";\n'
        + "run();\n" * 20
        + 'const string apiKeyFuturesTestNet       = "{hex:64}";\n'
        'const string secretKeyFuturesTestNet    = "{hex:64}";\n\n'
        f'const string apiKey{name}       = "{{alnum:64}}";\n'
        f'const string secretKey{name}    = "{{alnum:64}}";\n'
    )
    assert exchanges(text) == ["binance"] * 2 + ["binance-futures-testnet"] * 2


@pytest.mark.parametrize(
    ("comment", "exchange"),
    [
        ("/**   else use sandbox as https://openapi-sandbox.kucoin.io */", "kucoin"),
        ("/** the sandbox */", "kucoin-sandbox"),
    ],
)
def test_a_comment_that_speaks_of_both_tells_none(comment: str, exchange: str) -> None:
    text = (
        f"  {comment}\n  /** KuCoin: infos */\n  apiAuth: {{\n"
        '    key: "{objectid}",\n    secret: "{uuid}",\n    passphrase: "hell0-{alnum:6}",\n  },\n'
    )
    assert exchanges(text) == [exchange] * 3


def test_the_futures_of_kucoin_had_a_name_of_their_own() -> None:
    text = (
        'namespace KuMex\\Tests;\n$apiKey = "{objectid}";\n$apiSecret = "{uuid}";\n'
        '$apiBaseUri = "https://sandbox-api.kumex.com";\n'
    )
    assert exchanges(text) == ["kucoin-sandbox"] * 2


def test_a_login_is_a_key_beside_its_secret_only() -> None:
    pair = '  master = true\n  login = "{alnum:64}"\n  secret = "{alnum:64}"\n'
    assert exchanges(pair, b"config/binance.toml") == ["binance"] * 2
    assert exchanges('# binance\nlogin = "{alnum:64}"\n') == []


@pytest.mark.parametrize(
    ("bot", "exchange"),
    [
        ("Binance Futures Testnet Trading Bot", "binance-futures-testnet"),
        ("Binance Spot Testnet bot", "binance-spot-testnet"),
        ("Binance Futures Trading Bot", "binance"),
    ],
)
def test_what_a_program_says_of_itself(bot: str, exchange: str) -> None:
    text = (
        f'from bot.client import BinanceFuturesClient\n\n\nparser = ArgumentParser(description="{bot}")\n'
        + 'parser.add_argument("--symbol")\n' * 6
        + 'api_key = "{alnum:64}"\napi_secret = "{alnum:64}"\n\nclient = BinanceFuturesClient(api_key, api_secret)\n'
    )
    assert exchanges(text) == [exchange] * 2
