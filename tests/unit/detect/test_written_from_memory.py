"""Names of other languages and idioms, and digests that bear an exchange's name."""

import pytest

from leakscan.anchors import find_hidden
from leakscan.detect import unfold
from leakscan.rules.fake import fill
from tests.unit.detect.detecting import rule_ids


@pytest.mark.parametrize(
    "text",
    [
        "from binance.client import Client\nanahtar = '{alnum:64}'\ngizli_anahtar = '{alnum:64}'\n",
        "// binance\nclave = '{alnum:64}'\nclave_secreta = '{alnum:64}'\n",
        "// fapi.binance.com\npub const KEY: &str = '{alnum:64}';\npub static SEC: &'static str = '{alnum:64}';\n",
        'const char* host = "api.binance.com";\nString apikey = "{alnum:64}";\nString apisec = "{alnum:64}";\n',
    ],
)
def test_names_that_people_give(text: str) -> None:
    assert rule_ids(fill(text, 3)) == ["binance-api-key", "binance-hmac-secret"]


def test_every_row_of_a_table_stands_under_its_head() -> None:
    row = "main,binance,{alnum:64},{alnum:64},1\n"
    text = "name,exchange,key,secret,active\n" + row * 5
    assert rule_ids(fill(text, 3)) == ["binance-api-key"] * 5 + ["binance-hmac-secret"] * 5


@pytest.mark.parametrize(
    "text",
    [
        '{"binanceTickers": "{hex:64}", "binanceOrders": "{hex:64}"}',
        "config :binance, url: 1\nconfig :hello, secret_key_base: '{alnum:64}'\n",
    ],
)
def test_what_is_none(text: str) -> None:
    assert rule_ids(fill(text, 3)) == []


@pytest.mark.parametrize(("length", "is_one"), [(32, True), (33, False), (44, False)])
def test_a_passphrase_of_kucoin_has_32_characters_at_most(length: int, is_one: bool) -> None:
    text = (
        f"kucoin_key = '{{objectid}}'\nkucoin_secret = '{{uuid}}'\nkucoin_passphrase = '{{alnum:{length}}}'\n"
    )
    assert ("kucoin-passphrase" in rule_ids(fill(text, 3))) == is_one


def test_an_address_behind_a_value_is_no_piece_of_it() -> None:
    text = "curl -H 'X-MBX-APIKEY: {alnum:64}' \\\n  \"https://fapi.binance.com/fapi/v2/balance\"\n"
    assert unfold(fill(text, 3).encode(), find_hidden) is None
