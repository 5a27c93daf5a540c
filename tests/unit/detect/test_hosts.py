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


@pytest.mark.parametrize(
    ("text", "exchange"),
    [
        # what is said of tests above, while the switch below is off
        ("# For tests you can set BINANCE_TESTNET=True\n{pair}BINANCE_TESTNET=False\n", "binance"),
        (
            "# For tests you can set BINANCE_TESTNET=True\n{pair}BINANCE_TESTNET=True\n",
            "binance-spot-testnet",
        ),
        ("# For tests you can set BINANCE_TESTNET=True\n{pair}", "binance-spot-testnet"),
        ("# Binance testnet\n{pair}TESTNET=False\n", "binance-spot-testnet"),
        ("# For tests you can set BINANCE_TESTNET=True\n{put by}BINANCE_TESTNET=False\n", "binance"),
        ("# BINANCE_TESTNET=True\n{put by}BINANCE_TESTNET=False\n", "binance-spot-testnet"),
        # an address that is put by, with the keys that went to it, and the one that is used
        ('#URL = "https://testnet.binance.vision"\nURL = "https://api.binance.com"\n{pair}', "binance"),
        (
            '#URL = "https://api.binance.com"\nURL = "https://testnet.binance.vision"\n{pair}',
            "binance-spot-testnet",
        ),
    ],
)
def test_what_is_put_by_or_only_offered_tells_nothing(text: str, exchange: str) -> None:
    pair = "API_KEY={alnum:64}\nAPI_SECRET={alnum:64}\n"
    put_by = "".join(f"# {line}\n" for line in pair.splitlines())
    assert exchanges(text.replace("{pair}", pair).replace("{put by}", put_by)) == {exchange}


def test_each_of_two_pairs_goes_to_the_address_above_it() -> None:
    keys = '{0}API_KEY = "{alnum:64}"\n{0}API_SECRET = "{alnum:64}"\n'
    text = '#URL = "https://testnet.binance.vision"\n' + keys.replace("{0}", "#")
    text += 'URL = "https://api.binance.com"\n# main\n' + keys.replace("{0}", "")
    told = sorted(matches(fill(text, 12)).values(), key=lambda match: match.span)
    assert [match.exchange for match in told] == ["binance-spot-testnet"] * 2 + ["binance"] * 2


def test_columns_of_blanks_before_an_equals_sign_are_no_use() -> None:
    text = 'TESTNET = "https://testnet.binancefuture.com"\nKEY         = "{alnum:64}"\nSECRET      = "{alnum:64}"\n'
    assert exchanges(text) == {TEST}
