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


@pytest.mark.parametrize("modifiers", ["static final String", "final String", "const string"])
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
