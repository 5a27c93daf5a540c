"""What a report says where a bound, a flag or an order of preference decides, on both of its sides."""

import pytest
from detecting import DETECTOR

from leakscan.rules.fake import fill


def said(text: str, *paths: bytes) -> list[str]:
    """The rule and the confidence of each finding, in order."""
    found = DETECTOR.judge(DETECTOR.inspect(fill(text, 7).encode()), paths)
    return [f"{match.rule_id} {match.confidence}" for match in found]


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("BINANCE_API_SECRET={alnum:64}(x)", 0),
        ("BINANCE_API_SECRET={alnum:64} (main)", 1),
        ("BINANCE_API_SECRET={alnum:64};(x)", 1),
    ],
)
def test_a_parenthesis_right_behind_a_value_makes_it_the_name_of_a_function(text: str, findings: int) -> None:
    assert len(said(text)) == findings


def test_a_hint_is_enough_beside_the_key_of_an_hmac_where_the_path_names_the_exchange() -> None:
    text = 'key = "{alnum:18}"\nsign = hmac.new(b"{alnum:36}", text)'
    assert said(text, b"bots/bybit/main.py") == ["bybit-api-key high", "bybit-api-secret high"]
    assert said(text, b"bots/main.py") == []
    far = text.replace("\n", "\nx = 1" * 100 + "\n")
    assert said(far, b"bots/bybit/main.py") == ["bybit-api-secret medium"]


WALLETS = "".join(f"{name}_PRIVATE_KEY=0x{{hex:64}}\n" for name in ("ALICE", "BOB", "CAROL"))
TWO_WALLETS = WALLETS[: WALLETS.index("CAROL")]


@pytest.mark.parametrize(
    ("text", "confidence"),
    [
        (f"# hyperliquid\n{WALLETS}", "medium"),
        (f"hyperliquid\nx = 1\n{WALLETS}", "low"),
        (f"hyperliquid\nx = 1\n{TWO_WALLETS}", "medium"),
    ],
)
def test_keys_of_three_wallets_in_a_test_are_of_nobody_unless_they_stand_under_the_exchange(
    text: str, confidence: str
) -> None:
    assert set(said(text, b"tests/a.py")) == {f"hyperliquid-private-key {confidence}"}
    assert set(said(text, b"src/a.py")) == {"hyperliquid-private-key high"}


def test_an_exchange_of_two_letters_is_named_where_a_name_begins_with_it() -> None:
    assert said('XT_ACCESS_KEY = "{uuid}"') == ["xt-api-key high"]
    assert said('A_XT_ACCESS_KEY = "{uuid}"') == ["xt-api-key high"]
    assert said('AB_ACCESS_KEY = "{uuid}"') == []


@pytest.mark.parametrize("before", ["", "\n", "x = 1\n"])
def test_a_private_key_is_of_the_exchange_that_its_name_begins_with(before: str) -> None:
    assert said(before + "BULLISH_PRIVATE_KEY='{ec:oneline}'") == ["bullish-ec-private-key high"]
    assert said(before + "MY_PRIVATE_KEY='{ec:oneline}'") == ["unknown-private-key high"]


def test_the_hash_of_a_password_is_none_at_the_beginning_of_a_content_either() -> None:
    assert said("$2b$12${alnum:64} # binance") == []
    assert said("x2b$12${alnum:64} # binance") != []


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("\0# bitmex\nbitmex_api_key={b64url:24}\0", 1),
        ("\0# bitflyer\nbitflyer_api_key={alnum:22}\0", 0),  # short
        ("# bitflyer\nbitflyer_api_key={alnum:22}\n", 1),
        ("\0# bitmex\nbitmex_api_key, {b64url:24}\0", 0),  # assigned to nothing
        ("\0# zaif\nzaif_api_key={alnum:30}\0", 0),  # of no known form
        ("# zaif\nzaif_api_key={alnum:30}\n", 1),
        ("\0# binance\nbinance_api_key, {alnum:64}\0", 1),
    ],
)
def test_in_machine_code_a_value_is_long_of_a_known_form_and_assigned(text: str, findings: int) -> None:
    assert len(said(text)) == findings


@pytest.mark.parametrize(("apart", "findings"), [(63, 0), (64, 1)])
def test_machine_code_is_told_by_a_nul_within_64_bytes(apart: int, findings: int) -> None:
    value = "bitflyer_api_key={alnum:22}"
    assert len(said(f"{value}{';' * apart}\0")) == findings
    filler = ";" * (apart - len("bitflyer_api_key="))
    assert len(said(f"\0{filler}{value}\n")) == findings
