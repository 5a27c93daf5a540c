"""Where an exchange is named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakscan.detect.mentions import KeywordIndex, Kind, Mention, Mentions, is_weak
from leakscan.model import Span
from leakscan.rules import load_rules
from leakscan.rules.fake import fake

INDEX = KeywordIndex(load_rules().exchanges)
LINES = ["binance", "Binance.US", "# woo", "exchange=okx", "bybit kraken", "", "x" * 700, "coin" * 600]


@given(st.lists(st.sampled_from(LINES), max_size=30), st.integers(0, 40))
def test_a_text_looked_at_in_pieces_names_what_its_lines_name(lines: list[str], start: int) -> None:
    data = "\n".join(lines).encode() + b"\n"
    window = Span(min(start, len(data)), len(data))
    expected = []
    for line in data[window.start :].splitlines(keepends=True):
        alone = INDEX.mentions(line, [Span(0, len(line))])
        low = window.start
        expected += [m._replace(span=Span(low + m.span.start, low + m.span.end)) for m in alone]
        window = Span(low + len(line), window.end)
    inside = INDEX.mentions(data, [Span(min(start, len(data)), len(data))])
    assert [m for m in inside if m.span.start > start + 40] == [
        m for m in expected if m.span.start > start + 40
    ]


def named(text: str) -> list[str]:
    """The exchanges that a text names, in order; "" for one that no rule is about."""
    data = text.encode()
    return [mention.exchange for mention in INDEX.mentions(data, [Span(0, len(data))])]


@pytest.mark.parametrize(
    ("text", "exchanges"),
    [
        # a short name is a whole word
        ("okx", ["okx"]),
        ("x okx y", ["okx"]),
        ("okxy", []),
        ("bokx", []),
        ("OKX_API", ["okx"]),
        ("okxapikey", ["okx"]),
        ("okxsecret", ["okx"]),
        ("okxtestnet", ["okx"]),
        ("okxSecret", ["okx"]),
        ("okxX", ["okx"]),
        ("OKXX", []),
        ("myOkx", ["okx"]),
        ("BOKX", []),
        ("okX", ["okx"]),
        ("okxKey", ["okx"]),
        # a long one is not, but where a longer name begins
        ("mybinancekey", ["binance"]),
        ("binanceus", ["binance-us"]),
        ("binanceUSKey", ["binance-us"]),
        ("binanceusdm", ["binance"]),
        ("binance.us", ["binance-us"]),
        ("HYPERLIQUID_SECRET", ["hyperliquid"]),
        ("kraken binance", ["kraken", "binance"]),
        ("hyperliquidbinance", ["hyperliquid", "binance"]),
        # as they are written where they are used most
        ("# 币安 API 密钥", ["binance"]),
        ("我的幣安賬戶", ["binance"]),
        ("업비트와 빗썸", ["upbit", "bithumb"]),
        ("GMOコインとビットフライヤー", ["gmocoin", "bitflyer"]),
        ("# 火币\n# 欧易", ["htx", "okx"]),
        ("币 安, ビット, 비트", []),
        # common words, where they stand alone or in code that only an exchange has
        ("# gate\n", ["gate"]),
        ("the gate\n", []),
        ('exchange: "gate"', ["gate"]),
        ("ccxt.gate(", ["gate"]),
        ("a gateway", []),
        # exchanges that no rule is about
        ("import oanda", [""]),
        ("oandasomething", []),
        ("OANDA_KEY", [""]),
        # a long one of two words begins as a word, too
        ("aster_key", ["aster"]),
        ("master_key", []),
        ("coins-ph", ["coins-ph"]),
        ("bitcoins-ph", []),
        # in a path, in something encoded, and a function of the same name
        ("src/main/java/com/company/okx/client", ["okx"]),
        ("/okx/" + fake("alnum:18", 2), ["okx"]),
        (fake("base64:40") + "/okx/" + fake("base64:40"), []),
        (fake("alnum:40") + "/okx", []),
        ("okx/" + fake("alnum:40"), []),
        (fake("alnum:40") + " okx", ["okx"]),
        (fake("alnum:20") + "/okx", []),
        (fake("alnum:19") + "/okx", ["okx"]),
        ("okx/" + fake("alnum:20"), []),
        ("okx/" + fake("alnum:19"), ["okx"]),
        ("bitGet(1)", []),
        ("bitget(1)", ["bitget"]),
    ],
)
def test_a_name_is_one_where_it_is_a_word(text: str, exchanges: list[str]) -> None:
    assert named(text) == exchanges


@pytest.mark.parametrize(
    ("text", "weak"),
    [
        ("# gate\n", True),
        ('exchange: "gate"', True),
        ("binance", False),
        ("coinbase := 1", True),
        ("coinbase_api", False),
        ("Coinbase Pro", False),
        ("coinbase.com", False),
        ("import coinbase", False),
        ("exchange = 'coinbase'", False),
        ("from x" + " " * 20 + "coinbase", True),
    ],
)
def test_a_common_word_and_the_miner_of_a_block_speak_of_what_is_near_only(text: str, weak: bool) -> None:
    data = text.encode()
    (mention,) = INDEX.mentions(data, [Span(0, len(data))])
    assert is_weak(data, mention) == weak


FOUND = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 4)), max_size=8)


@given(FOUND, st.integers(0, 36), st.integers(0, 36))
def test_mentions_are_asked_for_by_place(found: list[tuple[int, int]], place: int, bound: int) -> None:
    listed: list[Mention] = []
    for start, size in sorted(found):  # they never overlap
        if not listed or start >= listed[-1].span.end:
            listed.append(Mention(Span(start, start + size), "x", Kind.OWN))
    mentions = Mentions(listed)
    before = [m for m in reversed(listed) if m.span.end <= place and m.span.start >= bound]
    assert list(mentions.before(place, bound)) == before
    assert list(mentions.after(place, bound)) == [
        m for m in listed if m.span.start >= place and m.span.end <= bound
    ]
    span = Span(min(place, bound), max(place, bound) + 1)
    touching = [m for m in reversed(listed) if m.span.start < span.end and m.span.end > span.start]
    assert list(mentions.touching(span)) == touching
