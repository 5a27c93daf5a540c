"""What a reading of SDKs and frameworks taught."""

import pytest
from detecting import RULES, matches

from leakscan.rules.fake import fill


def test_the_values_of_examples_that_ccxt_carries_are_known() -> None:
    known = {digest[:8] for digest in RULES.published}
    assert known >= {
        "63fced8c",
        "614f5c0c",
        "8b631fec",
        "188c4130",
        "e5a24d12",
        "3bce55c9",
        "7bfd2635",
        "0bfcb12f",
    }


@pytest.mark.parametrize("indent", [4, 28, 60])
def test_a_passphrase_below_the_secret_that_it_is_aligned_with(indent: int) -> None:
    line = f",\n{' ' * indent}b'"
    text = f"# gdax\nauth = CoinbaseExchangeAuth(b'{{hex:32}}'{line}{{base64:88}}'{line}tr4d3r-b0t-77')\n"
    found = {match.part for match in matches(fill(text, 3)).values()}
    assert found == {"key", "secret", "passphrase"}
