"""What a fourth reading of repositories showed: one case each, made up here."""

import pytest
from detecting import matches

from leakscan.rules.fake import fill


def found(text: str) -> list[str]:
    return sorted(match.rule_id for match in matches(fill(text, 7)).values())


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        # names cut short
        ("// binance\n//APIK={alnum:64};APIS={alnum:64}", ["binance-api-key", "binance-hmac-secret"]),
        ("//APIK={alnum:64};APIS={alnum:64}", ["unknown-api-key", "unknown-api-secret"]),
        # two exchanges have keys and secrets of this form, one of them with a number of a client beside them
        (
            '<add key="ApiSecret" value="{b64url:43}"/>\n<add key="ApiKey" value="{b64url:43}"/>',
            ["bitfinex-api-key", "bitfinex-api-secret"],
        ),
        # a form that was not written down
        ('"apiKey": "{uuid}",\n"apiSecret": "{b64url:91}",', ["phemex-api-key", "phemex-api-secret"]),
    ],
)
def test_what_was_missed(text: str, rules: list[str]) -> None:
    assert found(text) == rules


@pytest.mark.parametrize(
    "text",
    [
        # hints alone, and the names of others, say too little
        'key = "{b64url:43}"\nsecret = "{b64url:43}"',
        'VAPID_PUBLIC_KEY = "{b64url:43}"\nVAPID_PRIVATE_KEY = "{b64url:43}"',
        'id = "{uuid}"\ntoken = "{b64url:91}"',
        'import apis\napis = ["{hex:64}", "{hex:64}"]',
        # other services' keys in a file of an exchange
        "# Delta Exchange\nDELTA_URL=https://api.delta.exchange\n\nPERPLEXITY_API_KEY=pplx-{alnum:48}\n"
        "PINECONE_API_KEY=pcsk_{alnum:69}",
    ],
)
def test_what_is_none(text: str) -> None:
    assert found(text) == []


def test_with_a_passphrase_the_forms_are_those_of_an_exchange_that_has_one() -> None:
    text = 'api_key = "{hex:32}"\napi_secret = "{base64:88}"'
    with_passphrase = text + '\napi_passphrase = "tr4ding123"'
    assert [rule.split("-api")[0] for rule in found(with_passphrase)][:2] == ["coinbase-exchange"] * 2


def test_names_in_columns_are_headings() -> None:
    """Each value goes with its own exchange, and those of exchanges without a rule with none."""
    rows = [
        ("bithumb", "{hex:32}", "{hex:32}"),
        ("bitbay", "{hex:32}", "{hex:32}"),
        ("yobit", "{HEX:32}", "{hex:32}"),
    ]
    rows += [
        ("zaif", "{uuid}", "{uuid}"),
        ("liqui", "{uuid}", "{hex:64}"),
        ("bitcoincoid", "{uuid}", "{hex:80}"),
    ]
    lines = [
        f'"{name}":'.ljust(16) + f'{{ "apiKey": "{key}", "secret": "{secret}" }}'
        for name, key, secret in rows
    ]
    text = fill("{\n" + ",\n".join(lines) + "\n}", 7)
    told = {text.count("\n", 0, text.index(value)): match.exchange for value, match in matches(text).items()}
    assert told == {1: "bithumb", 4: "zaif", 6: "indodax"}
