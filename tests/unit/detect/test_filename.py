"""Files of one value each, as secrets are given to containers."""

import pytest
from detecting import matches, values

VALUE = values(1)[0]


@pytest.mark.parametrize(
    ("path", "rule_id"),
    [
        ("secrets/binance_api_secret", "binance-hmac-secret"),
        ("secrets/BINANCE_API_KEY", "binance-api-key"),
        ("binance_secret.txt", "binance-hmac-secret"),
        ("binance/secret", "binance-hmac-secret"),
        ("conf/binance.key", "binance-api-key"),
        ("binanceAPI.txt", "binance-api-key"),
        ("bundle.zip!run/binance_api_secret", "binance-hmac-secret"),
        ("binance_secret.gz", "binance-hmac-secret"),
        ("binance/notes.txt", None),
        ("binance_checksum.txt", None),
        ("jwt_secret.txt", None),
    ],
)
@pytest.mark.parametrize("text", ["{}", "{}\n", '"{}"\r\n'])
def test_the_name_of_a_file_is_that_of_its_only_value(path: str, rule_id: str | None, text: str) -> None:
    found = matches(text.format(VALUE), path.encode())
    assert [match.rule_id for match in found.values()] == ([rule_id] if rule_id else [])


def test_of_more_than_one_value_it_says_nothing() -> None:
    assert not matches(f"# {VALUE}\n{'-' * 40}\nand more\n", b"binance_api_secret.txt")


def test_the_reason_names_the_file() -> None:
    (match,) = matches(VALUE, b"secrets/binance_api_secret.txt").values()
    assert "in a file named binance_api_secret" in match.reasons
