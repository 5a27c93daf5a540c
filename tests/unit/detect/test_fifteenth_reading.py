"""What repositories drawn by the path of a connector or a file of settings taught."""

from __future__ import annotations

import pytest

from tests.unit.detect.test_fourteenth_reading import exchanges


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '# kraken futures\nAPI_KEY = "{base64:56}"\nAPI_SECRET = "{base64:88}"\nTESTNET = False\n',
            "kraken-futures",
        ),
        (
            'import ccxt\nx = ccxt.kraken({"apiKey": "{base64:56}", "secret": "{alnum:88}"})\n',
            "kraken-futures",
        ),
        ('import ccxt\nx = ccxt.kraken({"apiKey": "{base64:56}", "secret": "{base64:88}"})\n', "kraken"),
    ],
)
def test_krakens_futures_are_told_by_name_and_by_the_form_of_the_secret(text: str, expected: str) -> None:
    assert exchanges(text) == [expected] * 2


@pytest.mark.parametrize(
    "text",
    [
        "# binance, bitvavo\nexport JUPITER_API_SECRET={alnum:63}\n",
        'class Config { // binance\n public static string Sms77ApiKey { get { return "{alnum:64}"; } }\n}\n',
    ],
)
def test_more_services_have_keys_of_their_own(text: str) -> None:
    assert exchanges(text) == []
