"""What a sixth reading of repositories showed: one case each, made up here."""

import pytest
from detecting import matches

from leakscan.rules.fake import fill


def found(text: str, *paths: bytes) -> list[str]:
    return sorted(match.rule_id for match in matches(fill(text, 7), *paths).values())


def exchanges(text: str, *paths: bytes) -> set[str]:
    return {match.exchange for match in matches(fill(text, 7), *paths).values()}


@pytest.mark.parametrize(
    ("text", "exchange"),
    [
        ('bitmex = BitmexClient("{alnum:24}", "{alnum:48}", True)', "bitmex-testnet"),
        ('bitmex = BitmexClient("{alnum:24}",\n                      "{alnum:48}", True)', "bitmex-testnet"),
        ('bitmex = BitmexClient("{alnum:24}", "{alnum:48}", False)', "bitmex"),
        ('binance = BinanceFuturesClient("{alnum:64}", "{alnum:64}", True)', "binance-futures-testnet"),
        ('binance := binance.New("{alnum:64}", "{alnum:64}", false)', "binance"),
        # of something else behind it
        ('bitmex = BitmexClient("{alnum:24}", "{alnum:48}", timeout)\nstart(True)', "bitmex"),
    ],
)
def test_a_third_argument_switches_to_the_test_network(text: str, exchange: str) -> None:
    assert exchanges(text) == {exchange}


def test_an_exchange_named_far_off_must_have_such_pairs() -> None:
    text = "# deribit\n" + "\n" * 30 + "KEY = '{alnum:43}'\nSECRET = '{alnum:43}'\n"
    assert found(text, b"bitfinex.py") == ["bitfinex-api-key", "bitfinex-api-secret"]
    assert found(text) == []


def test_a_private_key_may_be_called_pk() -> None:
    text = "const URL = 'https://api.hyperliquid.xyz';\nconst HL_API_PK = '0x{hex:64}';"
    assert found(text) == ["hyperliquid-private-key"]


@pytest.mark.parametrize(
    "text",
    [
        "# gate\nconst coinWarzApiKey = '{hex:32}';",
        "# okx" + "\n" * 30 + "url = 'https://api.coinalyze.net/v1'\nheaders = dict(api_key='{uuid}')",
        "ws = 'dydx-api-key'\n\nurl = 'https://api.coinalyze.net/v1'\nheaders = dict(api_key='{uuid}')",
        "to = 'okx'\n\nurl = 'https://api.coinalyze.net/v1'\nheaders = dict(api_key='{uuid}')",
    ],
)
def test_what_is_of_another_service(text: str) -> None:
    assert found(text) == []


def test_rows_of_keys_and_secrets_go_together_in_turn() -> None:
    rows = "{}_KEY={alnum:18}\n{}_SECRET={alnum:36}\n#{}_KEY={alnum:18}\n#{}_SECRET={alnum:36}\n"
    text = fill(rows.replace("{}", "BYBIT_API"), 7)
    values = [line.partition("=")[2] for line in text.split()]
    told = matches(text)
    partners = {value: told[value].partner for value in values}
    assert partners == {values[at]: values[at ^ 1].encode() for at in range(4)}


@pytest.mark.parametrize(
    "second",
    ["# BYBIT_API_{}={}  testnet", "#BYBIT_API_{}={} # testnet", "bybit_{} = '{}'  # of the testnet"],
)
def test_what_stands_behind_a_value_speaks_of_it_alone(second: str) -> None:
    live = "BYBIT_API_KEY={alnum:18}\nBYBIT_API_SECRET={alnum:36}\n"
    other = "\n".join(
        second.replace("{}", name, 1).replace("{}", form)
        for name, form in (("KEY", "{alnum:18}"), ("SECRET", "{alnum:36}"))
    )
    for text, order in ((live + other, (0, 1)), (other + "\n" + live, (1, 0))):
        filled = fill(text, 7)
        told = [m.exchange for m in sorted(matches(filled).values(), key=lambda match: match.span)]
        expected = [("bybit", "bybit-testnet")[n] for n in order for _ in range(2)]
        assert told == expected


@pytest.mark.parametrize(
    ("hosts", "exchange"),
    [
        ("#url = 'https://www.bitmex.com'\nurl = 'https://testnet.bitmex.com'", "bitmex-testnet"),
        ("url = 'https://www.bitmex.com'\n#url = 'https://testnet.bitmex.com'", "bitmex"),
        ("url = 'https://www.bitmex.com'\ntest = 'https://testnet.bitmex.com'", "bitmex"),
    ],
)
def test_a_host_that_is_commented_out_is_none(hosts: str, exchange: str) -> None:
    apart = "# " + "x " * 130 + "\n"
    assert exchanges(f"key = '{{alnum:24}}'\nsecret = '{{alnum:48}}'\n{apart}class Bitmex:\n{hosts}\n") == {
        exchange
    }


@pytest.mark.parametrize(
    "sign", ["consumer_key = '{alnum:25}'", "import tweepy", "url = 'https://api.twitter.com'\n"]
)
def test_tokens_of_oauth_are_no_exchanges(sign: str) -> None:
    pair = "access_token = '{alnum:50}'\naccess_secret = '{alnum:45}'\n"
    assert found("# coinone\n" + pair) == ["coinone-api-key", "coinone-api-secret"]
    assert found(f"# coinone\n{sign}\n{pair}") == []


def test_two_names_of_functions_have_the_forms_of_no_exchange() -> None:
    pair = "api_key = '{}'\napi_secret = '{}'\n"
    assert found(pair.replace("{}", "{alnum:24}", 1).replace("{}", "{alnum:27}")) == [
        "cexio-api-key",
        "cexio-api-secret",
    ]
    assert matches(pair.format("getKeyFromPublicPkcs8Hex", "loadPlainPkcs5PrivateKeyHex")) == {}


def test_a_heading_tells_the_live_one_and_its_test_network_apart() -> None:
    text = fill(
        "def connect():\n    # main net\n    # key = '{alnum:18}'\n    # secret = '{alnum:36}'\n"
        "    # test net\n    key = '{alnum:18}'\n    secret = '{alnum:36}'\n"
        "    return pybit.HTTP(key, secret, testnet=True)\n",
        7,
    )
    told = [m.exchange for m in sorted(matches(text).values(), key=lambda match: match.span)]
    assert told == ["bybit", "bybit", "bybit-testnet", "bybit-testnet"]


def test_a_sentence_about_the_live_network_is_no_heading() -> None:
    pair = "OKX_API_KEY={uuid}\nOKX_API_SECRET={HEX:32}\nUSE_DEMO=true\n"
    assert exchanges("# For live trading, give the key permissions\n" + pair) == {"okx-demo"}
    assert exchanges("# live\n" + pair) == {"okx"}


def test_a_value_in_a_comment_is_no_heading() -> None:
    """Not even one in which letters spell the name of a service."""
    text = "# bybit\n\ndef keys():\n    # key = 'Tg{alnum:16}'\n    secret = '{alnum:36}'\n"
    assert exchanges(text) == {"bybit"}


@pytest.mark.parametrize("comment", ["from liqui", "an example of basefex"])
def test_a_comment_behind_a_value_names_an_exchange_without_a_rule(comment: str) -> None:
    pair = "api_key = '{uuid}'{}\napi_secret = '{b64url:43}='{}\n# polymarket\n"
    assert found(pair.replace("{}", "")) == ["polymarket-api-key", "polymarket-api-secret"]
    assert found(pair.replace("{}", f"  # {comment}")) == []


@pytest.mark.parametrize(("name", "exchange"), [("domain.key", "unknown"), ("bybit_rsa.key", "bybit")])
def test_the_key_of_a_server_is_not_of_the_exchange_that_its_folder_names(name: str, exchange: str) -> None:
    assert exchanges("{rsa:2048:pkcs8}", f"bybit-bot/{name}".encode()) == {exchange}
