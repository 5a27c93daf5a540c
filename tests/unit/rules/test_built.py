"""What is read from the file made at build time is what the rule files say."""

from pathlib import Path

import pytest

from leakscan.rules import build_rules, built, builtin_directory, load_rules
from leakscan.rules.load import PUBLISHED_FILE


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "built.json"
    monkeypatch.setattr(built, "FILE", place)
    return place


def test_what_was_built_equals_what_is_parsed(file: Path) -> None:
    parsed = load_rules()
    build_rules()
    first = file.read_bytes()
    read = load_rules()
    assert read == parsed
    assert list(read.by_id.items()) == list(parsed.by_id.items())
    build_rules()
    assert file.read_bytes() == first


def test_the_rules_are_not_parsed_where_they_were_built(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build_rules()
    monkeypatch.setattr("leakscan.rules.load.parse_exchange", pytest.fail)
    assert load_rules().by_id


def test_what_was_built_of_other_rule_files_is_not_used(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_rules()
    folder = tmp_path / "rules"
    folder.mkdir()
    for path in builtin_directory().glob("*.toml"):
        if path.name in (PUBLISHED_FILE, "binance.toml", "unknown.toml"):
            (folder / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr("leakscan.rules.load.builtin_directory", lambda: folder)
    assert {rule.exchange for rule in load_rules().by_id.values()} == {"binance", "unknown"}


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"null", b'{"digest": 1}'])
def test_a_damaged_file_is_as_none(file: Path, damage: bytes) -> None:
    parsed = load_rules()
    file.write_bytes(damage)
    assert load_rules() == parsed
    build_rules()
    file.write_bytes(file.read_bytes()[:-1000])
    assert load_rules() == parsed
