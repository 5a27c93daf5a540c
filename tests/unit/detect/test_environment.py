"""A test network or the live one: what is switched on, what is switched off, and what other files say."""

import pytest
from detecting import DETECTOR, RULES, matches

from leakscan.findings.collect import Collector
from leakscan.model import Location, WorktreeFile
from leakscan.rules.fake import fill
from leakscan.scanning.outcome import rule_facts

PAIR = fill('API_KEY = "{alnum:64}"\nAPI_SECRET = "{alnum:64}"\n', 11)
IMPORT, TEST_URL = (
    "from binance.client import Client\n",
    'client.API_URL = "https://testnet.binance.vision/api"\n',
)
LIVE, TEST = "binance", "binance-spot-testnet"
CALL = "client = Client(API_KEY, API_SECRET, {})\n"


def exchanges(text: str) -> set[str]:
    return {match.exchange for match in matches(text).values()}


@pytest.mark.parametrize(
    ("behind", "exchange"),
    [
        (CALL.format("testnet=False") + f"# {TEST_URL}", LIVE),
        (CALL.format("testnet=True") + TEST_URL, TEST),
        ("TESTNET    = True\n", TEST),
        ('TESTNET = os.getenv("BINANCE_TESTNET", "false").lower() in ("1", "true")\n', LIVE),
        ('TESTNET = flag("BINANCE_TESTNET", False)\n', LIVE),
        (TEST_URL, TEST),
    ],
)
def test_what_is_switched_off_outdoes_an_address_near_it(behind: str, exchange: str) -> None:
    assert exchanges(IMPORT + "import numpy\n" * 12 + PAIR + behind) == {exchange}


def test_a_value_whose_name_tells_is_not_switched_off() -> None:
    named = fill('API_KEY_TEST = "{alnum:64}"\nAPI_SECRET_TEST = "{alnum:64}"\n', 12)
    urls = 'URL = "https://api.binance.com/api"\nURL_TEST = "https://testnet.binance.vision/api"\n'
    assert exchanges(urls + PAIR + named + "const TEST: Boolean = false\n") == {LIVE, TEST}


def together(*texts: str) -> list[tuple[str, str]]:
    """Exchange and confidence of the findings in files that hold the same values."""
    collector = Collector(rule_facts(RULES), show_secrets=False)
    for number, text in enumerate(texts):
        location = Location(WorktreeFile(b"%d.py" % number), 1, 1, 1, 9)
        for match in DETECTOR.judge(DETECTOR.inspect(text.encode()), [b"%d.py" % number]):
            collector.add(match, [location])
    return [(finding.exchange, str(finding.confidence)) for finding in collector.findings({}, 0.0)]


NAMED = PAIR.replace("API", "BINANCE_API")
ON, OFF = IMPORT + PAIR + CALL.format("testnet=True"), IMPORT + PAIR + CALL.format("testnet=False")
BOTH = NAMED + fill('BINANCE_TESTNET_API_KEY = "{alnum:64}"\n', 12)
ASKS = IMPORT + PAIR + "def connect(key, secret, testnet=False):\n    ...\n"


@pytest.mark.parametrize(
    ("files", "exchange"),
    [
        ((NAMED,), LIVE),
        ((ON, NAMED), TEST),
        ((NAMED, ON), TEST),
        ((ON, NAMED, OFF), LIVE),
        ((ON, OFF), LIVE),
        ((OFF, ON), LIVE),
        ((ON, NAMED, ASKS), TEST),
        ((ON, BOTH), LIVE),
        ((ON, PAIR), TEST),
    ],
)
def test_one_file_that_tells_the_test_network_tells_it_for_those_that_say_nothing(
    files: tuple[str, ...], exchange: str
) -> None:
    assert together(*files)[:2] == [(exchange, "high")] * 2
