"""What fooled the rules in the repositories of the thirteenth reading (docs/real-repositories.md)."""

import pytest
from detecting import matches

from leakscan.rules.fake import fill

PAIR = 'api_key = "{alnum:64}"\napi_secret = "{alnum:64}"\n'
BITMEX = 'key = "{alnum:24}"\nsecret = "{alnum:48}"\n'
BYBIT = 'const apiKey = "{alnum:18}";\nconst apiSecret = "{alnum:36}";\n'


def exchanges(text: str, *paths: bytes) -> list[str]:
    return sorted(match.exchange for match in matches(fill(text, 13), *paths).values())


@pytest.mark.parametrize(
    "text",
    [PAIR, PAIR.replace("secret", "sekret"), 'EXCHANGE="BINA"\n' + PAIR],
)
def test_a_pair_whose_exchange_nothing_names_is_of_an_unknown_one(text: str) -> None:
    assert exchanges(text) == ["unknown"] * 2


def test_a_semicolon_begins_a_comment_too() -> None:
    text = (
        'bitmex.url = "https://testnet.bitmex.com/api/v1/"\nbitmex.apiKey = "{alnum:24}"\n'
        'bitmex.apiSecret = "{alnum:48}"\n\n%sbitmex.url = "https://www.bitmex.com/api/v1/"\n'
    )
    assert exchanges(text % "; ") == ["bitmex-testnet"] * 2
    assert exchanges(text % "") == ["bitmex"] * 2


@pytest.mark.parametrize(
    ("program", "exchange"),
    [
        ('BITMEX_URL = "wss://testnet.bitmex.com"\n', "bitmex-testnet"),
        ('BITMEX_URL = "wss://testnet.bitmex.com"\nURL = "wss://www.bitmex.com"\n', "bitmex"),
    ],
)
def test_what_is_commented_out_as_a_whole_goes_where_it_went(program: str, exchange: str) -> None:
    text = program + "x = 1\n" * 30 + "def sign_for_bitmex(self):\n" + BITMEX
    commented = "".join(f"# {line}\n" for line in text.splitlines())
    assert exchanges(commented) == [exchange] * 2
    assert exchanges("import bitmex\n" + commented) == ["bitmex"] * 2


@pytest.mark.parametrize(
    ("call", "exchange"),
    [
        ('await axios.post("https://testnet.bybit.com/spot/v1/order", order)', "bybit-testnet"),
        ("URI.create(\n  'https://testnet.bybit.com/spot/v1/order')", "bybit-testnet"),
        (
            'await axios.post("https://api.bybit.com/v1");\nawait axios.post("https://testnet.bybit.com/v1")',
            "bybit",
        ),
        ('// await axios.post("https://testnet.bybit.com/v1")', "bybit"),
        ('see "https://testnet.bybit.com/v1"', "bybit"),
    ],
)
def test_an_address_that_a_call_gets_tells_the_environment_from_afar(call: str, exchange: str) -> None:
    assert exchanges("// bybit\n" + BYBIT + "run();\n" * 30 + call) == [exchange] * 2


@pytest.mark.parametrize(
    ("first", "exchange"),
    [
        ("helpers.BYBIT_TESTNET_BASE_URL", "bybit-testnet"),
        ("ctx, bybit.TestnetBaseURL", "bybit-testnet"),
        ("&bybit.TestnetBaseURL", "bybit-testnet"),
        ("helpers.BYBIT_BASE_URL", "bybit"),
    ],
)
def test_what_a_call_gets_before_the_two_tells_it(first: str, exchange: str) -> None:
    text = 'bybitClient := New(%s, "{alnum:18}", "{alnum:36}")\n'
    assert exchanges(text % first) == [exchange] * 2


@pytest.mark.parametrize(
    "text",
    [
        "ENV['SITE_CAPTCHA_KEY'] ||= '{alnum:40}'\nENV['SITE_CAPTCHA_SECRET_KEY'] ||= '{alnum:40}'\n",
        "namespace Bybit\n{\n  public static void AddSimple{alnum:9}<T>([NotNull] string key, T value)\n",
        "const dummyConfig = {\n  apiBaseUrl: 'https://api.huobipro.com',\n  huobi: {\n"
        "    accessKey: '{hex:8}-{hex:8}-{hex:8}-{hex:7}',\n    secretKey: '{hex:8}-{hex:8}-{hex:8}-{hex:5}',\n",
    ],
)
def test_what_is_none(text: str) -> None:
    assert not [m for m in matches(fill(text, 13), b"test/api.test.ts").values() if m.confidence > 1]


@pytest.mark.parametrize(("word", "exchange"), [("demo", "bybit-testnet"), ("live", "bybit")])
def test_an_environment_may_be_that_of_an_adapter(word: str, exchange: str) -> None:
    text = f'env_adapt: {word}\nbybit:\n  api_key: "{{alnum:18}}"\n  api_secret: "{{alnum:36}}"\n'
    assert exchanges(text) == [exchange] * 2
