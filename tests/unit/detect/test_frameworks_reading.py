"""What a reading of SDKs and frameworks taught."""

from detecting import RULES


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
