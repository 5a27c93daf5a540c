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
    ],
)
def test_what_is_of_another_service(text: str) -> None:
    assert found(text) == []
