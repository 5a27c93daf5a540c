"""Targets, formats and files as the contract has them."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from leakscan.rules.fake import fake
from tests.conftest import Pair, Repo, Run
from tests.contract import FINDING_FIELDS

Scan = Callable[..., Run]


def test_a_finding_has_every_field_of_the_contract(leakscan: Scan, pair: Pair) -> None:
    run = leakscan("scan", "-", "-f", "json", stdin=pair.env.encode())
    finding = next(f for f in run.findings if f["part"] == "secret")
    assert list(finding) == FINDING_FIELDS
    assert (finding["rule_id"], finding["exchange"], finding["severity"]) == (
        "binance-hmac-secret",
        "binance",
        "critical",
    )
    assert finding["preview"] == f"{pair.secret[:4]}…{pair.secret[-2:]}"
    place = {
        "path": "-",
        "start_line": 2,
        "start_column": 20,
        "end_line": 2,
        "end_column": 84,
        "source": "stdin",
    }
    nothing_known = dict.fromkeys(("blob", "commit", "author", "date", "in_head"))
    assert finding["locations"][0] == place | nothing_known


@pytest.mark.parametrize("form", ["text", "json", "jsonl", "sarif"])
def test_no_report_shows_a_value_unless_asked(form: str, leakscan: Scan, repo: Repo, pair: Pair) -> None:
    repo.commit("bot", bot_env=pair.env, key_pem=fake("ed25519:pkcs8"))
    run = leakscan("scan", repo.path, "-f", form)
    assert run.exit_code == 1
    for value in (pair.key, pair.secret, fake("ed25519:pkcs8").splitlines()[1]):
        assert value not in run.stdout + run.stderr
    if form != "sarif":
        assert pair.secret in leakscan("scan", repo.path, "-f", form, "--show-secrets").stdout


def test_reports_go_to_files_whole_and_private(leakscan: Scan, tmp_path: Path, pair: Pair) -> None:
    target = tmp_path / "elsewhere"
    target.write_text("kept")
    (tmp_path / "link.json").symlink_to(target)
    run = leakscan(
        "scan",
        "-",
        "-o",
        "json=a.json",
        "-o",
        "sarif=b.sarif",
        "-o",
        "jsonl=link.json",
        stdin=pair.env.encode(),
    )
    assert run.exit_code == 1
    assert len(json.loads((tmp_path / "a.json").read_text())["findings"]) == 2
    assert json.loads((tmp_path / "b.sarif").read_text())["version"] == "2.1.0"
    assert stat.S_IMODE((tmp_path / "a.json").stat().st_mode) == 0o600
    assert target.read_text() == "kept"
    assert leakscan("scan", "-", "-o", f"json={os.devnull}", stdin=b"").exit_code == 0
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)


def test_a_plain_folder_and_a_single_file(leakscan: Scan, tmp_path: Path, pair: Pair) -> None:
    (tmp_path / "deep/er").mkdir(parents=True)
    (tmp_path / "deep/er/bot.env").write_text(pair.env)
    folder = leakscan("scan", "deep", "-f", "json").findings[0]["locations"][0]
    file = leakscan("scan", "deep/er/bot.env", "-f", "json").findings[0]["locations"][0]
    assert (folder["path"], folder["source"]) == ("er/bot.env", "tree")
    assert (file["path"], file["source"]) == ("deep/er/bot.env", "tree")


def test_links_and_fifos_are_not_opened(leakscan: Scan, tmp_path: Path, pair: Pair) -> None:
    outside = tmp_path / "outside.env"
    outside.write_text(pair.env)
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "link.env").symlink_to(outside)
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe")
    run = leakscan("scan", folder, "-f", "json")
    assert run.exit_code == 0
    assert {entry["where"] for entry in run.json["skipped"]} == {"link.env", "loop", "pipe"}


def test_ignored_files_are_read_on_demand(leakscan: Scan, repo: Repo, pair: Pair) -> None:
    repo.commit("start", a_txt="1\n")
    repo.write(".gitignore", "*.env\n")
    repo.write("new.py", "untracked = True\n")
    repo.write("bot.env", pair.env)
    assert leakscan("scan", repo.path).exit_code == 0
    assert leakscan("scan", repo.path, "--ignored").exit_code == 1


def test_tree_and_history_apart(leakscan: Scan, repo: Repo, pair: Pair) -> None:
    repo.commit("bot", bot_env=pair.env)
    repo.commit("clean", bot_env="\n")
    assert leakscan("scan", repo.path, "--no-history").exit_code == 0
    assert leakscan("scan", repo.path, "--no-tree").exit_code == 1


def test_a_folder_inside_a_repository_says_that_history_is_not_read(
    leakscan: Scan, repo: Repo, pair: Pair
) -> None:
    repo.commit("bot", src__bot_env=pair.env, other__x_txt="1\n")
    inside = leakscan("scan", repo.path / "src", "-f", "json")
    assert [f["locations"][0]["path"] for f in inside.findings] == ["src/bot.env"] * 2
    assert any("history" in entry["rule"] for entry in inside.json["skipped"])
    assert leakscan("scan", repo.path / "other").exit_code == 0


def test_an_ignored_folder_that_is_named_is_read(leakscan: Scan, repo: Repo, pair: Pair) -> None:
    repo.write(".gitignore", "secrets/\n")
    repo.write("secrets/bot.env", pair.env)
    repo.commit("start")
    assert leakscan("scan", repo.path).exit_code == 0
    run = leakscan("scan", repo.path / "secrets", "-f", "json")
    assert (run.exit_code, run.json["coverage"]["files"]) == (1, 1)


def test_files_alone_need_no_history(leakscan: Scan, repo: Repo, tmp_path: Path) -> None:
    repo.commit("one", a__b_txt="1\n")
    repo.commit("two", a__b_txt="2\n")
    shallow = tmp_path / "shallow"
    repo.run("clone", "-q", "--depth", "1", f"file://{repo.path}", str(shallow))
    assert leakscan("scan", shallow).exit_code == 3
    assert leakscan("scan", shallow, "--no-history").exit_code == 0
    assert leakscan("scan", shallow / "a").exit_code == 0


def test_thresholds(leakscan: Scan, pair: Pair) -> None:
    weak = f"api_key = '{pair.key}'\n".encode()
    assert leakscan("scan", "-", stdin=weak).exit_code == 0
    assert "1 more below --min-confidence" in leakscan("scan", "-", stdin=weak).stdout
    assert leakscan("scan", "-", "--min-confidence", "low", stdin=weak).exit_code == 1
    assert leakscan("scan", "-", "--min-confidence", "low", "--fail-on", "medium", stdin=weak).exit_code == 0
    assert leakscan("scan", "-", "--fail-on", "never", stdin=pair.env.encode()).exit_code == 0
    assert leakscan("scan", "-", "--exchange", "binance-us", stdin=pair.env.encode()).exit_code == 0


def test_every_run_ends_with_a_coverage_line(leakscan: Scan, repo: Repo) -> None:
    repo.commit("start", a_txt="1\n")
    run = leakscan("scan", repo.path)
    assert run.stderr.startswith("leakscan: read 1 file, 1 blob, 1 commit, 0 tags, ")
    assert run.stderr.endswith("failed 0\n")
    assert leakscan("scan", repo.path, "-q").stderr == ""


def test_several_targets_make_one_report(leakscan: Scan, tmp_path: Path, pair: Pair) -> None:
    for name in ("a.env", "b.env"):
        (tmp_path / name).write_text(pair.env)
    run = leakscan("scan", "a.env", "b.env", "-f", "json")
    assert len(run.findings) == 2
    assert [place["path"] for place in run.findings[0]["locations"]] == ["a.env", "b.env"]


def test_rules_are_listed_shown_and_checked(leakscan: Scan) -> None:
    assert "binance-hmac-secret" in leakscan("rules", "list").stdout
    assert "[A-Za-z0-9]{64}" in leakscan("rules", "show", "binance-hmac-secret").stdout
    check = leakscan("rules", "check")
    assert (check.exit_code, check.stdout.split(": ")[-1]) == (0, "all right\n")
