"""What a report says where a bound, a flag or an order of preference decides, on both of its sides."""

import hashlib
from dataclasses import replace

import pytest
from detecting import DETECTOR, RULES

from leakscan.detect import Detector
from leakscan.rules.fake import fake, fill


def said(text: str, *paths: bytes) -> list[str]:
    """The rule and the confidence of each finding, in order."""
    matches = DETECTOR.judge(DETECTOR.inspect(fill(text, 7).encode()), paths)
    return [f"{match.rule_id} {match.confidence}" for match in matches]


def found(text: str, *paths: bytes) -> list[str]:
    """The rule of each finding, in order."""
    return [line.split(" ")[0] for line in said(text, *paths)]


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


def test_a_secret_near_its_exchange_stays_in_sight_in_a_test() -> None:
    text = "binance\nx = 1\napi_secret = '{alnum:64}'"
    assert said(text, b"src/a.py") == ["binance-hmac-secret high"]
    assert said(text, b"tests/a.py") == ["binance-hmac-secret medium"]


def test_an_exchange_of_two_letters_is_named_where_a_name_begins_with_it() -> None:
    assert said('XT_ACCESS_KEY = "{uuid}"') == ["xt-api-key high"]
    assert said('A_XT_ACCESS_KEY = "{uuid}"') == ["xt-api-key high"]
    assert said('AB_ACCESS_KEY = "{uuid}"') == []


@pytest.mark.parametrize(
    ("first", "is_named"), [("", True), ("MY_", True), ("A_", True), ("AB_", False), ("OLD_", False)]
)
def test_a_common_word_names_its_exchange_where_it_is_the_first_that_says_something(
    first: str, is_named: bool
) -> None:
    assert said(first + 'GATE_ACCESS_KEY = "{hex:32}"') == ["gate-api-key high"] * is_named


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


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        # the number of a project, in braces
        ("okx_api_key = '{{uuid}}'", 0),
        ("okx_api_key = '{{uuid}'", 1),
        ("okx_api_key = '{uuid}}'", 1),
        ("okx_api_key = '{uuid}'", 1),
        ("binance_api_secret = '{{alnum:64}}'", 1),
        # a list of digests, which no name stands before
        ("# binance\n{alnum:64}  file.zip\n", 0),
        ("# binance\n{alnum:64} *file.zip", 0),
        ("# binance\n{alnum:64}  file\n", 1),
        ("# binance\n{alnum:64}     file.zip\n", 1),
        ("# binance\napi_secret={alnum:64}  file.zip\n", 1),
        ("binance_secret:\n{alnum:64}  file.zip\n", 0),
        # a digest by the name of its file
        ('# binance\n{"dist/app.js": "{alnum:64}"}', 0),
        ('# binance\n{"app.js": "{alnum:64}"}', 1),
        ('# binance\n{"dist/app": "{alnum:64}"}', 1),
        ('# binance\n{"dist/app.js" = "{alnum:64}"}', 1),
        ('# binance\n{"dist/app.js": ["{alnum:64}"]}', 1),
        # a line of a block that is cut short
        ("# binance\n-----BEGIN RSA PRIVATE KEY-----\n{alnum:64}\n", 0),
        ("# binance\n-----BEGIN RSA PRIVATE KEY-----\\n{alnum:64}\n", 0),
        ("# binance\n-----BEGIN RSA PRIVATE KEY-----{alnum:64}\n", 0),
        ("# binance\n-----BEGIN RSA PRIVATE KEY----- x {alnum:64}\n", 1),
        ("# binance\n-----END RSA PRIVATE KEY-----\n{alnum:64}\n", 1),
        # each at the beginning of a content
        ("-----BEGIN RSA PRIVATE KEY-----\n{alnum:64} # binance", 0),
        ('"dist/app.js": "{alnum:64}" # binance', 0),
        # in the address of another service
        ("https://oapi.dingtalk.com/send?binance_token={alnum:64}", 0),
        ("https://oapi.dingtalk.com/send?x=1&binance_token={alnum:64}", 0),
        ("https://oapi.dingtalk.com/send?binance_key:{alnum:64}", 1),
        ("https://oapi.dingtalk.com/ ?binance_key={alnum:64}", 1),
        ("https://api.binance.com/send?api_key={alnum:64}", 1),
        ("https://oapi.dingtalk.com/" + "x" * 199 + "?binance_key={alnum:64}", 0),
        ("https://oapi.dingtalk.com/" + "x" * 200 + "?binance_key={alnum:64}", 1),
        # what is called a digest, unless nothing else has its form
        ("binance_sha256 = {alnum:64}", 0),
        ("sha256 = mx0{alnum:15}", 1),
    ],
)
def test_where_a_value_stands_may_say_that_it_is_none(text: str, findings: int) -> None:
    assert len(found(text)) == findings


def test_content_is_weighed_where_one_of_its_values_or_keys_is_wanted() -> None:
    data = fill("BINANCE_API_SECRET='{alnum:64}'\n{ed25519}\nOKX_API_KEY='{uuid}'\n", 7).encode()
    whole = DETECTOR.inspect(data)
    assert len(whole.candidates) == 3
    for candidate in whole.candidates:
        assert DETECTOR.inspect(data, lambda span, wanted=candidate.span: span == wanted) == whole
    nothing = DETECTOR.inspect(data, lambda span: False)
    assert (nothing.candidates, nothing.published) == ((), 0)


def test_of_a_value_within_a_key_only_the_key_is_told_and_one_behind_it_is_told_too() -> None:
    pem = fake("ed25519:oneline")
    assert found(f"binance_api_key = '{pem}'; secret = '{{alnum:64}}'") == [
        "binance-ed25519-private-key",
        "binance-hmac-secret",
    ]


def test_published_values_and_keys_are_counted_each() -> None:
    values = [fake("alnum:64", seed) for seed in range(3)]
    pems = [fake("ed25519", seed) for seed in range(2)]
    text = "".join(f"BINANCE_API_SECRET_{at} = '{value}'\n" for at, value in enumerate(values))
    data = (text + "\n".join(pems)).encode()
    identities = [candidate.identity for candidate in DETECTOR.inspect(data).candidates]
    digests = {hashlib.sha256(value.encode()).hexdigest() for value in values[:2]}
    known = frozenset(digests | {identity.decode() for identity in identities[3:]})
    inspection = Detector(replace(RULES, published=known)).inspect(data)
    assert [candidate.identity for candidate in inspection.candidates] == [values[2].encode()]
    assert inspection.published == 4


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("kraken\nx\nsecret = '{base64:88}'", 1),
        ("kraken-futures\nx\nsecret = '{base64:87}'", 0),
        ("kraken-futures\nx\napi_secret = '{base64:87}'", 1),
        ("# kraken-futures\nsecret = '{base64:87}'", 1),
        ("hyperliquid\nx\nsecret = '0x{hex:64}'", 1),
        ("hyperliquid\nx\nkey = '0x{hex:64}'", 0),
        ("hyperliquid\nx\nsecret = '{hex:64}'", 0),
        ("dydx\nx\nkey = '{words:24}'", 1),
    ],
)
def test_near_an_exchange_a_hint_is_enough_for_what_no_web_framework_has(text: str, findings: int) -> None:
    assert len(said(text)) == findings


@pytest.mark.parametrize(
    ("paths", "rule"),
    [
        ((b"bots/binance/a.py",), "binance-api-key"),
        ((b"binance.py",), "binance-api-key"),
        ((b"b/kraken.py", b"bots/binance/a.py"), "binance-api-key"),
        ((b"c/binance.py", b"b/toobit.py"), "toobit-api-key"),
        ((b"binance/toobit.py",), "toobit-api-key"),
    ],
)
def test_of_several_paths_the_first_that_names_one_that_has_the_value_and_in_it_the_last(
    paths: tuple[bytes, ...], rule: str
) -> None:
    assert said("api_key = '{alnum:64}'", *paths) == [f"{rule} medium"]


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("api_key = '{alnum:64}'\n{ed25519}", ["binance-api-key medium", "binance-ed25519-private-key high"]),
        (
            "Client('{alnum:64}', x)\n{ed25519}",
            ["binance-api-key medium", "binance-ed25519-private-key high"],
        ),
        ("f('{alnum:64}')\n{ed25519}", ["unknown-api-key low", "unknown-private-key high"]),
        ("api_key = '{alnum:18}'\n{ed25519}", ["unknown-private-key high"]),
        ("{ed25519}", ["unknown-private-key high"]),
    ],
)
def test_a_named_key_of_64_letters_beside_a_private_key_is_of_binance(text: str, rules: list[str]) -> None:
    assert said(text) == rules


@pytest.mark.parametrize(("unnamed", "is_found"), [(0, True), (20, True), (21, False)])
def test_a_hint_beside_a_private_key_is_none_in_a_list_of_many_values(unnamed: int, is_found: bool) -> None:
    listed = "".join(f"'{fake('alnum:64', seed)}',\n" for seed in range(unnamed))
    text = "bybit\n\n{rsa:2048}\nx = 1\nkey = '{alnum:18}'\n" + "#\n" * 10 + listed
    assert ("bybit-api-key" in found(text)) == is_found
