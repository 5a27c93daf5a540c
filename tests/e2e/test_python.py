"""What a program sees: the examples of the documentation run and have types, results are those of the command."""

from __future__ import annotations

import dataclasses
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import leakscan as api
from tests.conftest import Pair, Repo, Run

PAGE = Path(__file__).parents[2] / "docs/python.md"
CODE = "\n".join(re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.M | re.S))


@pytest.fixture
def bot(tmp_path: Path, pair: Pair) -> Repo:
    repo = Repo(tmp_path / "trading-bot")
    repo.commit(bot__config_py=f"BINANCE_API_KEY = '{pair.key}'\nBINANCE_API_SECRET = '{pair.secret}'\n")
    repo.commit(bot__config_py="import os\n")
    return repo


def test_the_examples_run(bot: Repo, pair: Pair) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE], cwd=bot.path.parent, capture_output=True, text=True, check=True
    )
    lines = done.stdout.splitlines()
    assert re.fullmatch(r"critical: .*: bot/config\.py:2 .+…..", lines[1]), lines
    assert lines[-2:] == ["2 to revoke", "unknown exchange 'binnance'; did you mean binance?"]
    assert pair.secret not in done.stdout
    assert '"complete": true' in (bot.path.parent / "report.json").read_text()
    assert "<html" in (bot.path.parent / "report.html").read_text()


def test_the_examples_have_types(tmp_path: Path) -> None:
    (tmp_path / "example.py").write_text(CODE)
    argv = [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "example.py"]
    env = os.environ | {"MYPYPATH": str(PAGE.parents[1])}
    done = subprocess.run(argv, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_result_is_that_of_the_command(bot: Repo, leakscan: Callable[..., Run]) -> None:
    result = api.scan(bot.path)
    text = api.render(result, "json").replace(str(bot.path), "REPO")
    assert text == leakscan("scan", bot.path, "-f", "json").stdout.replace(str(bot.path), "REPO")
    assert [finding.part for finding in result.findings] == ["key", "secret"]
    assert api.scan(bot.path, history=False).findings == ()
    assert api.scan(bot.path, jobs=2, cache=bot.path.parent / "cache").findings == result.findings
    assert list((bot.path.parent / "cache").iterdir())


def test_what_is_asked_for_wins_over_the_configuration(bot: Repo, pair: Pair) -> None:
    bot.write(".leakscan.toml", 'exchanges = ["kraken"]\n')
    assert api.scan(bot.path).findings == ()
    found = api.scan(bot.path, exchanges={"binance"}, min_confidence=api.Confidence.HIGH, show_secrets=True)
    assert {finding.revealed for finding in found.findings} == {pair.key, pair.secret}


def test_rules_of_ones_own_do_not_stay(bot: Repo, tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    with pytest.raises(api.LeakscanError, match=r"holds no \.toml rule file"):
        api.scan(bot.path, rules=[tmp_path / "rules"])
    assert len(api.scan(bot.path).findings) == 2


@pytest.mark.parametrize(
    "wrong", [{"jobs": 0}, {"jobs": -5}, {"min_confidence": "certain"}, {"rules": ["nowhere"]}]
)
def test_what_cannot_be_asked_for_is_refused(bot: Repo, wrong: dict[str, Any]) -> None:
    with pytest.raises(api.LeakscanError):
        api.scan(bot.path, **wrong)


def test_a_file_that_is_called_like_standard_input_is_a_file(
    tmp_path: Path, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(api.LeakscanError, match="no such file"):
        api.scan("-")
    Path("-").write_text(pair.env)
    assert len(api.scan("-").findings) == 2


def test_what_was_not_read_is_told(bot: Repo) -> None:
    (bot.path / ".git/shallow").write_text(bot.run("rev-parse", "HEAD") + "\n")
    result = api.scan(bot.path)
    assert not result.complete
    assert {failure.kind for failure in result.failures} == {"shallow"}
    with pytest.raises(dataclasses.FrozenInstanceError):
        result.target = ""  # type: ignore[misc]


def test_importing_costs_nothing() -> None:
    code = "import sys, leakscan; print([name for name in sys.modules if name.startswith('leakscan.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
    assert set(api.__all__) <= set(dir(api))
    with pytest.raises(AttributeError, match="has no attribute 'scam'"):
        api.scam  # noqa: B018
