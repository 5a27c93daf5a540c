"""Which address a value goes to, where a program names more than one."""

import pytest
from detecting import matches

from leakscan.rules.fake import fill

TEST = "binance-futures-testnet"
PAIR = 'KEY = "{alnum:64}"\nSECRET = "{alnum:64}"\n'
UNUSED = 'testnet = "https://testnet.binancefuture.com"\n'
CLIENT = "client = Client(KEY, SECRET)\n"


def exchanges(text: str) -> set[str]:
    return {match.exchange for match in matches(fill(text, 11)).values()}


@pytest.mark.parametrize(
    ("text", "exchange"),
    [
        (UNUSED + PAIR + CLIENT, "binance"),
        (PAIR + UNUSED + CLIENT, "binance"),
        (PAIR + UNUSED + 'live = "https://api.binance.com"\n' + CLIENT + "get(live)\n", "binance"),
        (PAIR + UNUSED + CLIENT + "# the testnet is slow\n", "binance"),
        (PAIR + UNUSED + CLIENT + 'other = testnet = "none"\n', "binance"),
        # it is used, as it is, or as an attribute
        (PAIR + UNUSED + CLIENT + "get(testnet)\n", TEST),
        (PAIR + UNUSED + CLIENT + "get(self.testnet)\n", TEST),
        (PAIR + UNUSED + CLIENT + 'get(urls["testnet"])\n', TEST),
        # settings, which other files use
        (UNUSED + PAIR, TEST),
        (UNUSED + PAIR + 'KEY = ""\n', TEST),
        (
            "testnet: https://testnet.binancefuture.com\nkey: {alnum:64}\nsecret: {alnum:64}\nother:\n  key:\n",
            TEST,
        ),
        # nothing has a name that could be used
        ('get("https://testnet.binancefuture.com", "{alnum:64}", "{alnum:64}")\n', TEST),
        # so many times that it is not looked for any further
        (PAIR + UNUSED + CLIENT + "#  testnet\n" * 70, TEST),
    ],
)
def test_the_address_of_a_test_network_that_nothing_uses_tells_nothing(text: str, exchange: str) -> None:
    assert exchanges(text) == {exchange}
