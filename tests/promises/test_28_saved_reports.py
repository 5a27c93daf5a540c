"""Promises 16, 17 and 28: what is handed to the commands beside `scan` (saved reports, rules, lists, baselines) may say
anything."""

from __future__ import annotations

import json
import time

import pytest

from leakscan.rules.fake import fake

EVIL = "\x1b[2J\x07\u202e\n::error::forged"
FORMS = ["text", "json", "jsonl", "sarif", "markdown", "github", "gitlab", "html", "junit"]


@pytest.fixture
def saved(repo, leakscan, tmp_path):
    """A report with one finding, to be forged."""
    repo.commit(s_py=f"BINANCE_API_SECRET='{fake('alnum:64')}'\n")
    leakscan("scan", repo.path, "-q", "--no-cache", "-o", "json=true.json")
    return json.loads((tmp_path / "true.json").read_text())


def _check_plain(out: str) -> None:
    assert not {"\x1b", "\x07", "\u202e"} & set(out)
    assert "\n::error::forged" not in out


@pytest.mark.parametrize("form", FORMS)
def test_the_name_of_a_rule_in_a_report_is_shown_as_text(saved, leakscan, tmp_path, form) -> None:
    saved["findings"][0]["rule_id"] = EVIL
    saved["policy"] = {"sources": ["x"], "settings": [], "notes": [], "allowed": [
        {"fingerprint": "0" * 32, "rule_id": EVIL, "path": "a", "start_line": 1, "by": "x", "reason": "x"}
    ]}  # fmt: skip
    (tmp_path / "forged.json").write_text(json.dumps(saved))
    run = leakscan("report", "forged.json", "-v", "-f", form)
    assert run.exit_code == 1
    _check_plain(run.stdout + run.stderr)


def test_a_rule_without_a_title_is_explained_as_text(saved, leakscan, tmp_path) -> None:
    saved["findings"][0].update(rule_id=EVIL, title=" ")
    (tmp_path / "forged.json").write_text(json.dumps(saved))
    run = leakscan("explain", saved["findings"][0]["fingerprint"], "--from", "forged.json")
    assert run.exit_code == 0
    _check_plain(run.stdout + run.stderr)


@pytest.mark.parametrize("form", FORMS)
def test_reports_of_a_target_that_no_encoding_can_write_are_merged(saved, leakscan, tmp_path, form) -> None:
    (tmp_path / "forged.json").write_text(json.dumps(saved | {"target": "half of \ud83d a pair"}))
    run = leakscan("report", "true.json", "forged.json", "-f", form)
    assert run.exit_code == 1, run.stderr


def test_a_rule_file_with_a_number_of_any_length_is_refused_with_its_name(leakscan, tmp_path) -> None:
    (tmp_path / "long.toml").write_text(f"a = {'9' * 10_000}\n")
    for arguments in (["check", "long.toml"], ["list", "--rules", "long.toml"]):
        run = leakscan("rules", *arguments)
        assert run.exit_code == 2
        assert "long.toml: not valid TOML" in run.stderr


def test_a_line_that_no_folder_can_be_called_does_not_end_a_fleet(repo, leakscan) -> None:
    repo.commit(a_txt="nothing here")
    listed = f"\ufeff{repo.path}\n/{'a' * 70_000}\n"
    run = leakscan("fleet", "run", "-", "-f", "json", stdin=listed.encode())
    assert run.exit_code == 3
    assert [one["state"] for one in run.json["repositories"]] == ["complete"]
    assert [failure["kind"] for failure in run.json["failures"]] == ["unreachable"]


def test_a_list_on_standard_input_is_read_to_its_end_or_not_at_all(repo, leakscan) -> None:
    repo.commit(a_txt="nothing here")
    listed = f"{repo.path}\n#{' ' * (64 << 20)}\n/nowhere\n"
    run = leakscan("fleet", "run", "-", stdin=listed.encode())
    assert run.exit_code == 2
    assert "standard input: over 64 MiB" in run.stderr


def test_a_baseline_of_many_stale_lines_is_checked_in_time(repo, leakscan, tmp_path) -> None:
    repo.commit(a_txt="nothing here")
    known = "".join(f"{number:032x} binance-hmac-secret a.txt\n" for number in range(300_000))
    (tmp_path / "known").write_text(f"# leakscan baseline 1\n{known}")
    started = time.monotonic()
    run = leakscan("baseline", "check", "--baseline", "known", repo.path)
    assert time.monotonic() - started < 60
    assert run.exit_code == 1
    assert run.stdout.startswith("300,000 stale")
