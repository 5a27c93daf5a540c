import re

import pytest
from detecting import DETECTOR, RULES, digests, matches, values

from leakscan.detect.label import Labeller
from leakscan.detect.mentions import KeywordIndex
from leakscan.detect.venue import Venues
from leakscan.rules.fake import fill

KEY, SECRET = values(2)
PAIR = f'api_key = "{KEY}"\napi_secret = "{SECRET}"\n'


def exchanges(text: str) -> set[str]:
    return {match.exchange for match in matches(text).values()}


@pytest.mark.parametrize(
    ("text", "exchange"),
    [
        ("import binance\n{}", "binance"),
        ("[binance_user_config]\n{}", "binance"),
        ("x = ccxt.binanceusdm()\n{}", "binance"),
        ("x = ccxt.binanceus()\n{}", "binance-us"),
        ("# https://api.binance.us\n{}", "binance-us"),
        ("# Binance testnet\n{}", "binance-spot-testnet"),
        ("import binance\n{}exchange.set_sandbox_mode(True)", "binance-spot-testnet"),
        ("import binance\n{}testnet = False", "binance"),
        ("# Binance futures testnet\n{}", "binance-futures-testnet"),
        ("# Kraken, Binance and others\n{}", "binance"),
        ("{}", "unknown"),
    ],
)
def test_the_words_around_name_the_exchange(text: str, exchange: str) -> None:
    assert exchanges(text.format(PAIR)) == {exchange}


def test_a_host_beside_the_value_tells_the_test_network() -> None:
    text = f'UMFutures(key="{KEY}", secret="{SECRET}", base_url="https://testnet.binancefuture.com")'
    assert exchanges(text) == {"binance-futures-testnet"}


def test_the_name_outdoes_the_line_above_and_that_outdoes_the_neighbourhood() -> None:
    assert exchanges(f'# binance.us\nBINANCE_API_SECRET="{SECRET}"') == {"binance"}
    assert exchanges(f"binance.us\n\n# Binance\n{PAIR}") == {"binance"}


def test_an_open_bracket_names_what_stands_in_it() -> None:
    text = f'{{"binanceus": {{"secret": "", "x": []}}, "binance": {{"live": {{"secret": "{SECRET}"}}}}}}'
    assert exchanges(text) == {"binance"}


def test_a_header_of_a_family_gives_way_to_a_name() -> None:
    header = f'curl -H "X-MBX-APIKEY: {KEY}" https://api.binance'
    assert exchanges(header + ".com/x") == {"binance"}
    assert exchanges(header + ".us/x") == {"binance-us"}


@pytest.mark.parametrize("name", ["kucoin", "telegram", "alphavantage"])
def test_what_stands_under_another_name_is_not_of_binance(name: str) -> None:
    assert matches(f"binance:\n  x: 1\n{name}:\n  api_key: {KEY}\n  api_secret: {SECRET}\n") == {}


def test_values_of_one_form_belong_to_whom_they_stand_under() -> None:
    account = f"  api_key: {KEY}\n  api_secret: {SECRET}\n"
    assert exchanges(f"binance:\n  x: 1\ntoobit:\n{account}") == {"toobit"}
    assert exchanges(f"binance:\n  x: 1\nbinanceus:\n{account}") == {"binance-us"}


def test_a_lone_secret_key_beside_variables_of_binance_is_not_theirs() -> None:
    assert matches(f"BINANCE_API_SECRET=${{BINANCE_API_SECRET}}\nSECRET_KEY={SECRET}\n") == {}


def test_hexadecimal_values_are_of_the_test_network_and_need_a_name() -> None:
    key, secret = digests(2)
    for named in ("testnet.binancefuture.com", "binance"):
        text = f"{named}\napi_key={key}\napi_secret={secret}"
        assert exchanges(text) == {"binance-futures-testnet"}
    assert matches(f"binance\nprice={key}\nvolume={secret}") == {}
    assert matches("testnet.binancefuture.com\n" + "\n".join(digests(500))) == {}


def test_a_name_on_the_line_above_is_no_part_of_the_exchange_named_below() -> None:
    assert exchanges(f"exchange,api_key,api_secret\nbinance,{KEY},{SECRET}\n") == {"binance"}


@pytest.mark.parametrize(
    ("label", "is_named"),
    [
        ("my_okx_connector_configuration_api_key", True),
        ("OKXApiKey", True),
        ("OKXCHANGE_API_KEY", False),
        ("bokxApiKey", False),
    ],
)
def test_a_short_name_counts_where_it_is_a_word(label: str, is_named: bool) -> None:
    found = matches(fill(label + " = '{uuid}'"))
    assert ({match.exchange for match in found.values()} == {"okx"}) == is_named


def test_a_value_that_an_exchange_cannot_have_is_of_the_only_variant_that_can() -> None:
    venues = Venues(RULES, Labeller({}, {}), KeywordIndex(RULES.exchanges))
    spot, futures = "binance-spot-testnet", "binance-futures-testnet"
    assert venues.told_by_form("binance", frozenset({futures, "okx"})) == futures
    assert venues.told_by_form("binance", frozenset({futures, spot})) == "binance"
    assert venues.told_by_form("binance", frozenset({futures, "binance"})) == "binance"
    assert venues.told_by_form("okx", frozenset({futures})) == "okx"


def test_a_path_names_an_exchange_that_can_have_the_value() -> None:
    venues = Venues(RULES, Labeller({}, {}), KeywordIndex(RULES.exchanges))
    path = b"bots/okx/keys.json"
    assert venues.in_path(path, frozenset()) == "okx"
    assert venues.in_path(path, frozenset({"okx", "binance"})) == "okx"
    assert venues.in_path(path, frozenset({"binance"})) is None
    assert venues.in_path(b"bots/keys.json", frozenset()) is None


def said(text: str) -> list[str]:
    """The exchange and the confidence of each finding, in order."""
    found = DETECTOR.judge(DETECTOR.inspect(fill(text, 7).encode()))
    return [f"{match.exchange} {match.confidence}" for match in found]


@pytest.mark.parametrize(
    ("heading", "confidence"),
    [
        ("gate:", "high"),
        ("gate main account:", "high"),
        ("gate main old account:", "medium"),
        ("main gate:", "high"),
        ("old gate:", "medium"),
        ("gate from here:", "medium"),
    ],
)
def test_a_common_word_names_its_exchange_where_it_begins_a_heading_of_three_words(
    heading: str, confidence: str
) -> None:
    assert set(said(heading + "\n  api_key: {hex:32}\n  api_secret: {hex:64}\n")) == {f"gate {confidence}"}


@pytest.mark.parametrize("other", ["telegram", "kraken", "oanda"])
def test_a_heading_of_40_letters_names_another_and_a_longer_one_does_so_by_the_way(other: str) -> None:
    for length, expected in ((40, []), (41, ["binance high"])):
        heading = f"{other} ".ljust(length - 1, "x") + ":"
        assert said("binance\nx: 1\n" + heading + "\n  secret: {alnum:64}\n") == expected


@pytest.mark.parametrize(("between", "exchange"), [(7, "binance high"), (8, "unknown low")])
def test_the_eight_nearest_names_on_each_side_are_asked(between: int, exchange: str) -> None:
    assert said("binance " + "kraken " * between + "\nsecret = {alnum:64}") == [exchange]
    assert said("secret = {alnum:64}\n\n" + "kraken " * between + "binance") == [exchange]


@pytest.mark.parametrize(
    ("text", "exchange"),
    [
        ("binance, bybit, okx\nsecret = {alnum:64}", "binance high"),
        ("binance, bybit, okx, okx\nsecret = {alnum:64}", "binance high"),
        ("binance, bybit, okx, kraken\nsecret = {alnum:64}", "binance low"),
        ("x = 'binance, bybit, okx, kraken'; secret = '{alnum:64}'\n", "binance high"),
        ("x BINANCE_LOGIN\nsecret = {alnum:64}", "binance high"),
        ("x BINANCE_API_KEY\nsecret = {alnum:64}", "binance low"),
        ("x BINANCE_API_KEY\nx\nbinance.us\nsecret = {alnum:64}", "binance-us high"),
    ],
)
def test_a_list_of_four_and_the_name_of_another_value_say_little(text: str, exchange: str) -> None:
    assert said(text) == [exchange]


def test_what_may_be_a_wallets_key_keeps_the_name_of_its_chain() -> None:
    for text in ("BINANCE_PRIVATE_KEY={hex:64}", "# binance\nprivate_key = {hex:64}"):
        (candidate,) = DETECTOR.inspect(fill(text, 7).encode()).candidates
        assert candidate.venue is not None
        assert candidate.venue.exchange == "binance"


def test_a_hint_is_enough_under_the_name_of_the_exchange_and_not_near_it() -> None:
    assert said("# bybit\nsecret = {alnum:36}") == ["bybit high"]
    assert said("bybit\nx = 1\nsecret = {alnum:36}") == []
    assert said("bybit\nx = 1\napi_secret = {alnum:36}") == ["bybit high"]


@pytest.mark.parametrize(
    ("before", "behind", "exchange"),
    [
        ("{40}", "{19}", "toobit"),
        ("{40}", "{21}", "binance"),
        ("}{40}", "{79}", "toobit"),
        ("}{40}", "{81}", "toobit"),
        ("}{40}", "{83}", "binance"),
        ("{40}", "{3}}", "toobit"),
        ("{40}", "{4}}", "binance"),
        ("{40}", "{2}\n[", "toobit"),
        ("{40}", "{4}\n[", "binance"),
        ("{40}", "{2}\n\n", "toobit"),
        ("{40}", "{4}\n\n", "binance"),
    ],
)
def test_what_stands_before_a_value_speaks_of_it_and_what_stands_behind_or_beyond_less(
    before: str, behind: str, exchange: str
) -> None:
    def spaced(text: str) -> str:
        return re.sub(r"\{(\d+)\}", lambda match: "." * int(match[1]), text)

    text = f"binance{spaced(before)[: -len(' api_secret=')]} api_secret={SECRET}{spaced(behind)}toobit"
    assert exchanges(text) == {exchange}


def test_the_name_of_a_value_outdoes_the_host_beside_it() -> None:
    host = "# https://testnet.binancefuture.com"
    assert exchanges(f"BINANCE_API_SECRET='{SECRET}'\n{host}") == {"binance"}
    assert exchanges(f"binance\nx = 1\napi_secret='{SECRET}'\n{host}") == {"binance-futures-testnet"}
    live = "# https://fapi.binance.com"
    assert exchanges(f"binance\nx = 1\napi_secret='{SECRET}'\n{host}\n{live}") == {"binance"}
