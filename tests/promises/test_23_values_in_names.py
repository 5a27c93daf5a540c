"""Promise 23: a value stands in no output, wherever the repository put it besides."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from leakscan.reporters import REPORTERS
from leakscan.rules.fake import fake

PLACES = ("path", "author", "message", "tag", "branch", "untracked", "submodule", "link", "missing")


@pytest.fixture
def values(repo) -> dict[str, str]:
    """Values by the place where they stand; each is also found in a file, but for two that are names only."""
    made = {place: fake("alnum:64", number) for number, place in enumerate(PLACES)}
    for place, value in made.items():
        if place not in ("tag", "branch"):
            repo.write(f"{place}.env", f"BINANCE_API_SECRET={value}\n")
    repo.write(f"keys/{made['path']}/secret_{made['path']}.py", f"BINANCE_API_SECRET = '{made['path']}'\n")
    (repo.path / "link").symlink_to(f"binance_api_secret={made['link']}")
    repo.write(".gitmodules", f'[submodule "x"]\n\turl = https://x/?binance_api_secret={made["submodule"]}\n')
    repo.run("config", "user.name", f"binance {made['author']}")
    repo.commit(f"binance_api_secret={made['message']}")
    repo.run("tag", "-a", "-m", "first", f"v-{made['tag']}")
    repo.run("branch", f"binance_api_secret-{made['branch']}")
    repo.write(f"{made['untracked']}.txt", f"BINANCE_API_SECRET={made['untracked']}\n")
    gone = repo.write(f"{made['missing']}.txt", "gone\n")
    oid = repo.run("hash-object", "-w", gone.name)
    (repo.path / ".git" / "objects" / oid[:2] / oid[2:]).unlink()
    repo.run("update-index", "--add", "--cacheinfo", f"100644,{oid},{gone.name}")
    return made


@pytest.mark.parametrize("form", REPORTERS)
def test_no_output_shows_more_than_six_characters(repo, leakscan, values, form, tmp_path) -> None:
    file = tmp_path / "report"
    run = leakscan("scan", repo.path, "-v", "--min-confidence", "low", "-f", form, "-o", f"{form}={file}")
    assert run.exit_code == 1
    for text in (run.stdout, run.stderr, file.read_text()):
        assert [place for place, value in values.items() if value[:7] in text or value[-7:] in text] == []


def test_a_masked_path_still_tells_where(repo, leakscan, values) -> None:
    report = leakscan("scan", repo.path, "-f", "json").json
    paths = {location["path"] for finding in report["findings"] for location in finding["locations"]}
    mask = f"{values['path'][:4]}…{values['path'][-2:]}"
    assert f"keys/{mask}/secret_{mask}.py" in paths
    assert any(mask in json.dumps(f, ensure_ascii=False) for f in report["findings"])


def test_a_name_of_another_kind_stays(leakscan, tmp_path: Path) -> None:
    digest = fake("hex:64")
    name = f"layers/{digest}/TheNameOfAClassThatIsLongerThanThirtyTwo2Letters.py"
    (tmp_path / name).parent.mkdir(parents=True)
    (tmp_path / name).write_text(f"BINANCE_API_SECRET='{fake('alnum:64')}'\n")
    (finding,) = leakscan("scan", tmp_path, "-f", "json").findings
    assert [place["path"] for place in finding["locations"]] == [name]


@pytest.mark.parametrize("form", REPORTERS)
def test_a_value_in_a_policy_is_not_shown(repo, leakscan, form) -> None:
    value = fake("alnum:64")
    repo.commit("x", s_py=f"BINANCE_API_SECRET = '{fake('alnum:64', 1)}'\n")
    repo.write(".leakscan.toml", f'[[allow]]\npath = "gone"\nreason = "it was secret={value}"\n')
    run = leakscan("scan", repo.path, "-v", "-f", form)
    assert run.exit_code == 1
    assert value[:7] not in run.stdout + run.stderr


def test_a_value_in_a_policy_is_not_shown_by_who_explains_it(repo, leakscan) -> None:
    value = fake("alnum:64")
    repo.write(".leakscan.toml", f'[[allow]]\npath = "{value}"\nreason = "it was {value}"\n')
    repo.write(".leakscan-baseline", f"{'0' * 32} binance-hmac-secret {value} # it was {value}\n")
    shown = leakscan("config", "show", repo.path), leakscan("baseline", "check", repo.path)
    assert [run.exit_code for run in shown] == [0, 1]
    assert all(value[:2] in run.stdout and value[:7] not in run.stdout + run.stderr for run in shown)


@pytest.mark.parametrize("text", ['"secret={}" = 1', '[[allow]]\nrule = "{}"\nreason = "x"'])
def test_a_value_in_a_policy_that_is_refused_is_not_shown(repo, leakscan, text) -> None:
    value = fake("alnum:64")
    repo.write(".leakscan.toml", text.format(value))
    run = leakscan("scan", repo.path)
    assert run.exit_code == 2
    assert "unknown" in run.stderr
    assert value[:7] not in run.stderr
