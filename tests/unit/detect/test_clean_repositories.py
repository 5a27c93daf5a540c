"""What was reported in repositories that hold no exchange's key: one case each, made up here."""

import pytest
from detecting import matches

from leakscan.rules.fake import fill

SEED = 12


def exchanges(text: str) -> list[str]:
    told = sorted(matches(fill(text, SEED)).values(), key=lambda match: match.span)
    return [match.exchange for match in told]


ADDRESS = "'https://testnet.binance.vision',\n'https://bsc-mainnet.rpcfast.com?api_key={alnum:64}',\n"


def test_a_key_in_the_query_of_an_address_is_its_host_s() -> None:
    assert not exchanges(ADDRESS)
    assert not exchanges(ADDRESS.removeprefix("'https://testnet.binance.vision',\n"))
    assert exchanges(ADDRESS.replace("api_key", "binance_api_key")) == ["binance"]
    assert exchanges(ADDRESS.replace("bsc-mainnet.rpcfast.com", "api.binance.com/api")) == ["binance"]
    assert exchanges(ADDRESS.replace("64}'", "64}&secret={alnum:64}'")) == ["binance-spot-testnet"] * 2


@pytest.mark.parametrize(
    "text",
    [
        "delegate: DelegateAPI;\nprivateKey: '{hex:64}'\n",
        "it('derivePublicKey', () => {\n  const x = '{alnum:29}'\n  api.derivePublicKey(x)\n",
        "class ChangellySettings { public Settings() { ApiKey = '{hex:32}'; ApiSecret = '{hex:64}'; } }\n",
        "import ccxt.okx\n" + "\n" * 40 + "SAUCER_API_KEY: 'none',\nENZYME_API_KEY: '{uuid}',\n",
        "import ccxt.okx\nENZYME_API_KEY: '{uuid}',\n",
        "a[href^='https://go.etoro.com/']\n"
        "data='{&quot;amplitude&quot;:{&quot;apiKey&quot;:&quot;{hex:32}&quot;,&quot;on&quot;:true}'\n",
        "import hyperliquid\n" + "\n" * 40 + "TREADTOOLS_API_KEY: '{hex:64}',\n",
        "from '@coinbase/onchainkit'\n" + "\n" * 40 + "apiKey='{alnum:32}'\n",
        "[Interface]\nPrivateKey = {base64:44}\n[Peer]\nPublicKey = {base64:44}\nAllowedIPs = 10.0.0.1/32\n",
        '"private_key": "{base64:44}",\n"server": "10.0.0.1",\n"peer_public_key": "{base64:44}",\n',
    ],
)
def test_what_is_of_no_exchange(text: str) -> None:
    assert not exchanges(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("gateapi.configure(\n  secret = '{hex:64}'\n", ["gate"]),
        ("DERIVE_API_KEY = '{alnum:29}'\n", ["derive"]),
        ("api_key = '{hex:32}'\napi_secret = '{hex:64}'\n", ["gate"] * 2),
        ("import ccxt.okx\n" + "\n" * 40 + "MY_BOT_API_KEY: '{uuid}',\n", ["okx"]),
        ("import ccxt.okx\nENZYME_API_KEY: '{uuid}'\nENZYME_API_SECRET: '{HEX:32}'\n", ["okx"] * 2),
        ("import ccxt.okx\nKC_API_KEY: '{uuid}'\n", ["okx"]),
        ("import hyperliquid\n" + "\n" * 40 + "PRIVATE_KEY: '0x{hex:64}',\n", ["hyperliquid"]),
        ("COINBASE_API_KEY='{alnum:32}'\n", ["coinbase"]),
        ("api_key = '{base64:44}'\napi_secret = '{base64:44}'\n", ["backpack"] * 2),
        ("import binance\n" + "\n" * 40 + "JOHN_API_KEY: '{alnum:64}',\n", ["binance"]),
    ],
)
def test_what_still_is(text: str, found: list[str]) -> None:
    assert exchanges(text) == found
