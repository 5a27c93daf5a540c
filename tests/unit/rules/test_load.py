import tomllib
from pathlib import Path

import pytest

from leakscan.errors import RuleError
from leakscan.rules import builtin_directory, load_rules
from tests.unit.rules.test_parse import GOOD


def test_rules_of_a_folder_stand_beside_the_built_in_ones(tmp_path: Path) -> None:
    (tmp_path / "moonbase.toml").write_text(GOOD)
    rules = load_rules([tmp_path])
    assert {"moonbase-secret", "binance-api-key"} <= rules.by_id.keys()
    assert rules.digest != load_rules().digest == load_rules().digest


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (GOOD.replace('id = "moonbase"', 'id = "binance"'), "exchange binance: defined in two files"),
        (
            GOOD.replace('id = "moonbase-secret"', 'id = "binance-api-key"'),
            "rule binance-api-key: defined twice",
        ),
        (
            GOOD.replace(
                'steps = ["Revoke it"]', 'steps = ["a"]\nvariant = { of = "mars", words = ["test"] }'
            ),
            "variant: of: no exchange 'mars'",
        ),
    ],
)
def test_files_are_checked_against_each_other(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "moonbase.toml").write_text(text)
    with pytest.raises(RuleError, match=complaint):
        load_rules([tmp_path])


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match=r"holds no \.toml rule file"):
        load_rules([tmp_path])


def test_a_file_is_named_after_its_exchange() -> None:
    for file in builtin_directory().glob("*.toml"):
        if file.name != "published.toml":
            assert tomllib.loads(file.read_text())["exchange"]["id"] == file.stem
