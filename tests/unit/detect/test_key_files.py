"""What fooled the rules in repositories with files that are named after keys (docs/real-repositories.md)."""

from __future__ import annotations

import pytest
from detecting import matches

import leakscan
from leakscan.rules.fake import fill

KRAKEN, UPBIT, BITTREX = "{base64:56}\n{base64:88}\n", "{alnum:40}\n{alnum:40}\n", "{hex:32}\n{hex:32}\n"


def found(text: str, path: str) -> list[str]:
    return [match.rule_id for match in matches(fill(text, 29), path.encode()).values()]


@pytest.mark.parametrize(
    ("text", "path", "exchange"),
    [
        (KRAKEN, "kraken.key", "kraken"),
        (KRAKEN, "examples/kraken.key", "kraken"),
        (KRAKEN.replace("\n", "\r\n"), "Kraken API.txt", "kraken"),
        (KRAKEN, "kraken/keys.txt", "kraken"),
        (UPBIT, "upbit.txt", "upbit"),
        (UPBIT + "\n" + UPBIT, "upbit.txt", "upbit"),
        (UPBIT.replace("\n", " "), "upbit_key", "upbit"),
        (BITTREX, "bittrex.key", "bittrex"),
        (BITTREX, "bithumb.txt", "bithumb"),
        ("{alnum:64}\n{alnum:64}\n", "binance.txt", "binance"),
        ("{alnum:18}:{alnum:36}", "bybit-api", "bybit"),
        ('["{alnum:18}", "{alnum:36}"]\n', "bybit.json", "bybit"),
    ],
)
def test_a_file_of_two_values_is_named_by_its_name(text: str, path: str, exchange: str) -> None:
    rules = found(text, path)
    assert len(rules) in (2, 4)
    assert {rule.partition("-")[0] for rule in rules} == {exchange}
    assert ["api-key" in rule for rule in rules] == [True, False] * (len(rules) // 2)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (KRAKEN, "data.txt"),
        (KRAKEN, "keys.txt"),
        (UPBIT, "upbit/notes.txt"),
        (BITTREX, "bittrex_data.txt"),  # digests
        ("{hex:64}\n{hex:64}\n", "binance.txt"),
        ("{hex:40}\n{hex:40}\n", "upbit.txt"),
        ("{alnum:40}\n", "upbit.txt"),
        (UPBIT + "and four more words\n", "upbit.txt"),
    ],
)
def test_a_file_whose_name_does_not_say_so_holds_none(text: str, path: str) -> None:
    assert found(text, path) == []


@pytest.mark.parametrize(
    ("text", "path", "rule"),
    [
        ("{base64:56}\n", "kraken.key", "kraken-api-key"),
        ("{base64:88}\n", "secrets/kraken_private_key", "kraken-api-secret"),
        ("{alnum:40}\n", "upbit_access_key.txt", "upbit-api-key"),
    ],
)
def test_a_file_of_one_value_is_named_by_its_name(text: str, path: str, rule: str) -> None:
    assert found(text, path) == [rule]


def test_they_are_found_in_files_and_in_history(repo) -> None:
    """No anchor stands in them, and none in what changes."""
    path = repo.path / "kraken.key"
    for seed in (1, 2):
        path.write_text(fill(KRAKEN, seed))
        repo.run("add", "-A")
        repo.run("commit", "-qm", str(seed))
    repo.run("gc", "-q")
    path.unlink()
    tree = leakscan.scan(repo.path, history=False)
    assert not tree.findings
    (repo.path / "other").mkdir()
    (repo.path / "other/kraken.key").write_text(fill(KRAKEN, 3))
    for options, count in (({"history": False}, 2), ({"tree": False}, 4), ({}, 6)):
        result = leakscan.scan(repo.path, **options)
        assert result.complete
        assert len(result.findings) == count


def test_the_forms_tell_which_of_two_keys_is_the_secret() -> None:
    text = "key1 = '{base64:56}'\npkey1 = '{base64:88}'\n\nuri = 'https://api.kraken.com'\n"
    assert found(text, "main.py") == ["kraken-api-key", "kraken-api-secret"]
    assert found(text.replace("56", "88"), "main.py") == ["kraken-api-secret"] * 2


@pytest.mark.parametrize(
    "name", ["my_scret_key", "Upbit_ScretKey", "SECERT_KEY", "api_secrect", "ACCESS_SERCET"]
)
def test_a_misspelt_secret_is_one(name: str) -> None:
    text = f"# upbit\nmy_api_key = '{{alnum:40}}'\n{name} = '{{alnum:40}}'\n"
    assert found(text, "main.py") == ["upbit-api-key", "upbit-api-secret"]


def test_names_tell_which_id_goes_with_which_secret() -> None:
    text = (
        "# deribit\nclient_id_testnet = '{alnum:8}'\nclient_secret_testnet = '{alnum:43}'\n\n"
        "client_id_realnet = '{alnum:8}'\nclient_secret_realnet = '{alnum:43}'\n"
    )
    test, live = (
        ["deribit-testnet-api-key", "deribit-testnet-api-secret"],
        ["deribit-api-key", "deribit-api-secret"],
    )
    assert sorted(found(text, "main.py")) == sorted(test + live)
