"""What a fifth reading of repositories showed: one case each, made up here."""

import pytest
from detecting import DETECTOR, matches

from leakscan.model import Confidence
from leakscan.rules.fake import fill


def found(text: str) -> list[str]:
    return sorted(match.rule_id for match in matches(fill(text, 7)).values())


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        # Bithumb's own example of a client, and its name as it is misspelt
        (
            "from xcoin_api_client import *\n\napi_key = '{hex:32}';\napi_secret = '{hex:32}';\n\n"
            "api = XCoinAPI(api_key, api_secret);",
            ["bithumb-api-key", "bithumb-api-secret"],
        ),
        (
            'new BithumAPI("{hex:32}", "{hex:32}");\n\nnew coinoneAPI("{uuid}", "{uuid}");',
            ["bithumb-api-key", "bithumb-api-secret", "coinone-api-key", "coinone-api-secret"],
        ),
        # a secret, misspelt
        (
            "site: 'bithumb',\n apiKey: '{hex:32}',\n secreteKey: '{hex:32}'",
            ["bithumb-api-key", "bithumb-api-secret"],
        ),
        # the names that pyupbit's examples have; Upbit's clients make a token of JWT
        ("ACCESS={alnum:40}\nSECRET={alnum:40}", ["upbit-api-key", "upbit-api-secret"]),
        (
            "import jwt\n\n# access key\n\n# {alnum:40}\n\n# secret key\n\n# {alnum:40}\n",
            ["upbit-api-key", "upbit-api-secret"],
        ),
        # the old name of an exchange: its keys have the form of a test network's
        (
            "[BINANCE]\nURL = https://testnet.binancefuture.com\n[APOLLOX]\nAPI_KEY = {hex:64}\n"
            "API_SECRET = {hex:64}",
            ["aster-api-key", "aster-api-secret"],
        ),
    ],
)
def test_what_was_missed_or_named_wrongly(text: str, rules: list[str]) -> None:
    assert found(text) == rules


def test_a_name_tells_the_environment_where_the_forms_tell_the_exchange() -> None:
    text = "{}_API_KEY = '{alnum:18}'\n{}_API_SECRET = '{alnum:36}'\n"
    for name, exchange in (("LIVE", "bybit"), ("TESTNET", "bybit-testnet")):
        told = matches(fill(text.replace("{}", name), 7))
        assert {match.exchange for match in told.values()} == {exchange}


def test_a_short_key_is_the_argument_beside_its_secret() -> None:
    """Not the value that bears the name of a key, three lines below."""
    text = (
        (
            'var client = new RestClient("{alnum:8}", "{b64url:43}", "https://test.deribit.com");\n\n\n'
            '//const ws = new Deribit({{key: "{upper:12}", secret: "{upper:32}", testnet: true}})\n'
        )
        .replace("{{", "{")
        .replace("}}", "}")
    )
    filled = fill(text, 7)
    keys = [m for m in matches(filled).values() if m.rule_id.endswith("-api-key")]
    assert sorted(len(match.identity) for match in keys) == [8, 12]


def test_the_form_of_a_key_tells_the_test_network_of_its_secret() -> None:
    text = 'from alpaca.data import client\n\nkey = "{}K{upper:18}"\nsecret = "{alnum:40}"\n'
    for first, exchange in (("P", "alpaca-paper"), ("A", "alpaca")):
        told = matches(fill(text.replace("{}", first), 7))
        assert {match.exchange for match in told.values()} == {exchange}


@pytest.mark.parametrize(
    "text",
    [
        # names of another service's four, in a file of an exchange
        "# poloniex\nconsumer_key: '{alnum:25}',\nconsumer_secret: '{alnum:50}',\n"
        "access_token_secret: '{alnum:45}'",
        # the marks of a saved web page
        '# https://testnet.binancefuture.com\n<a data-hydro-click-hmac="{hex:64}">Terms</a>',
        # an exchange without a rule, beside one that has keys of these forms
        "# okx\n\nBTCChina:\n    api: {uuid}\n    secret: {HEX:32}\n",
        # hints alone, of another form
        "ACCESS={hex:40}\nSECRET={hex:40}",
        "ACCESS={alnum:40}\nTOKEN={alnum:40}",
        # the secret of a web framework
        "from flask_jwt import jwt\nACCESS = '{alnum:40}'\nSECRET_KEY = '{alnum:40}'",
    ],
)
def test_what_is_none(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("path", "confidence"),
    [(b"configs/bithumb.key", Confidence.MEDIUM), (b"configs/sample_bithumb.key", Confidence.LOW)],
)
def test_what_no_form_tells_is_doubted_in_examples(path: bytes, confidence: Confidence) -> None:
    text = fill('{"api_key": "{alnum:26}"}', 7).encode()
    (match,) = DETECTOR.judge(DETECTOR.inspect(text), [path])
    assert match.confidence == confidence
