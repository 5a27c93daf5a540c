"""What an eleventh reading of repositories showed: one case each, made up here."""

import pytest
from detecting import matches

from leakscan.rules.fake import fill

SEED = 11


def exchanges(text: str, *paths: bytes) -> list[str]:
    """In the order of the values."""
    told = sorted(matches(fill(text, SEED), *paths).values(), key=lambda match: match.span)
    return [match.exchange for match in told]


def under(exchange: str, line: str, *pairs: tuple[str, str]) -> str:
    """`line` for each name and value, below the name of the exchange."""
    lines = [line.replace("NAME", name).replace("VALUE", value) for name, value in pairs]
    return "\n".join([f"# {exchange}", *lines, ""])


@pytest.mark.parametrize("secret", ["{alnum:88}", "{alnum:87}", "{base64:88}"])
@pytest.mark.parametrize(
    "text",
    [
        "import ccxt\nAPI_KEY = '{alnum:56}'\nAPI_SECRET = '%s'\nexchange = ccxt.krakenfutures({\n",
        "KRAKEN_FUTURE_API_KEY={alnum:56}\nKRAKEN_FUTURE_API_SECRET=%s\n",
    ],
)
def test_a_secret_of_kraken_futures_may_have_no_padding(text: str, secret: str) -> None:
    assert exchanges(text % secret) == ["kraken-futures"] * 2


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("apikey = '{alnum:64}'\n  # '{alnum:64}'\napisecret = '{alnum:64}'\n  # '{alnum:64}'\n", 4),
        ("apikey = '{alnum:64}'  # '{alnum:64}'\napisecret = '{alnum:64}'  #'{alnum:64}'\n", 4),
        ('"apiKey": "{alnum:64}", // "{alnum:64}"\n"apiSecret": "{alnum:64}", // "{alnum:64}"\n', 4),
        ("apikey = '{alnum:64}'  # '{alnum:48}'\napisecret = '{alnum:64}'  # '{alnum:48}'\n", 2),
        ("file_hash = '{alnum:64}'  # '{alnum:64}'\nfile_sha256 = '{alnum:64}'  # '{alnum:64}'\n", 0),
    ],
)
def test_another_value_in_a_comment_has_the_name_of_the_one_before_it(text: str, found: int) -> None:
    assert exchanges(text) == ["unknown"] * found


def test_a_key_of_a_service_for_prices_is_no_exchange_s() -> None:
    text = "{}'\nurl = 'https://testnet.binancefuture.com'\n"
    assert not exchanges(text.format("COINDESK_API_KEY = '{hex:64}"))
    assert exchanges(text.format("API_KEY = '{hex:64}")) == ["binance-futures-testnet"]


@pytest.mark.parametrize(
    "text",
    [
        "HYPERLIQUID_RPC: 'https://rpc.hyperliquid.xyz/evm',\nANKR_API_KEY: '{hex:64}',\n",
        "init({\n  amplitudeApiKey: '{hex:32}',\n  endpoint: 'https://cca-lite.coinbase.com',\n})\n",
    ],
)
def test_a_key_named_after_another_service_is_not_of_the_exchange_beside_it(text: str) -> None:
    assert not exchanges(text)
    assert (
        exchanges("BYBIT_LINEAR_API_KEY = '{alnum:18}'\nBYBIT_LINEAR_SECRET = '{alnum:36}'\n")
        == ["bybit"] * 2
    )


@pytest.mark.parametrize(
    ("key", "secret", "found"),
    [
        ("{alnum:82}", "{alnum:84}", ["bingx"] * 2),
        ("{alnum:18}", "{alnum:36}", ["bybit"] * 2),
        ("{hex:32}", "{hex:32}", []),
        ("{alnum:18}", "{alnum:18}", []),
    ],
)
def test_names_from_another_exchange_s_program_deny_no_pair_whose_forms_tell(
    key: str, secret: str, found: list[str]
) -> None:
    assert exchanges(f"BINANCE_API_KEY = '{key}'\nBINANCE_API_SECRET = '{secret}'\n") == found
    assert not exchanges(f"BINANCE_API_KEY = '{key}'\nBINANCE_SIGNATURE = '{secret}'\n")


@pytest.mark.parametrize(
    "line",
    [
        "NAME=${NAME:-VALUE}",
        '- NAME=${NAME:-"VALUE"}',
        'let v = env::var("NAME").unwrap_or("VALUE".to_string());',
        'let v = env::var("NAME").unwrap_or_else(|_| String::from("VALUE"));',
        'String v = Optional.ofNullable(System.getenv("NAME")).orElse("VALUE");',
        'val v = sys.env.get("NAME").getOrElse("VALUE")',
    ],
)
@pytest.mark.parametrize(
    ("exchange", "key", "secret"),
    [("upbit", "{alnum:40}", "{alnum:40}"), ("bybit", "{alnum:18}", "{alnum:36}")],
)
def test_what_stands_for_a_variable_that_is_not_set_has_its_name(
    line: str, exchange: str, key: str, secret: str
) -> None:
    text = under(exchange, line, ("API_KEY", key), ("API_SECRET", secret))
    assert exchanges(text) == [exchange] * 2


@pytest.mark.parametrize("name", ["SECKEY", "chave_secreta", "clave_secreta", "cle_secrete"])
def test_a_secret_has_a_name_in_other_languages(name: str) -> None:
    assert exchanges(f"# upbit\napikey = '{{alnum:40}}'\n{name} = '{{alnum:40}}'\n") == ["upbit"] * 2


@pytest.mark.parametrize(
    "line",
    [
        "NAME = 'VALUE' if testing else 'VALUE'",
        "NAME: str = 'VALUE' if mode == 'testing' else 'VALUE'",
        "NAME: testing ? 'VALUE' : 'VALUE',",
        "$NAME = $mode === 'testing' ? 'VALUE' : 'VALUE';",
        "const NAME = testing\n  ? 'VALUE'\n  : 'VALUE';",
        'val NAME = if (testing) "VALUE" else "VALUE"',
        "local NAME = testing and 'VALUE' or 'VALUE'",
    ],
)
@pytest.mark.parametrize(
    ("exchange", "key", "secret"),
    [("binance", "{alnum:64}", "{alnum:64}"), ("upbit", "{alnum:40}", "{alnum:40}")],
)
def test_each_value_of_a_condition_has_the_name_that_it_is_assigned_to(
    line: str, exchange: str, key: str, secret: str
) -> None:
    text = under(exchange, line, ("API_KEY", key), ("API_SECRET", secret))
    assert [name.split("-")[0] for name in exchanges(text)] == [exchange] * 4
    assert not exchanges(under(exchange, line, ("file_sha256", key), ("file_sha256", secret)))


@pytest.mark.parametrize("noise", ["!==", "===", "<=!", "a ? b ", "a: b ", "or "])
@pytest.mark.parametrize("end", ["else", "?", "a ? b:", "if (a)"])
def test_a_condition_of_many_comparisons_comes_to_an_end(noise: str, end: str) -> None:
    assert exchanges(f"secret = {noise * 80} {end} {{alnum:64}}\n", b"binance.js") in (["binance"], [])
