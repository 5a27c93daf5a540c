"""`leakscan report` on what real scans saved."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("form", ["json", "jsonl", "sarif"])
def test_a_saved_scan_becomes_a_page(form, repo, pair, leakscan, tmp_path):
    repo.commit(bot_env=pair.env)
    assert leakscan("scan", repo.path, "-o", f"{form}=saved").exit_code == 1
    run = leakscan("report", "saved", "-o", "html=page.html")
    assert run.exit_code == 1
    assert "bot.env:1:17" in run.stdout
    page = (tmp_path / "page.html").read_text()
    assert "1 credential found" in page
    assert pair.secret not in page


def test_a_saved_clean_scan_stays_clean_and_json_lines_give_no_verdict(repo, leakscan):
    repo.commit(readme_md="nothing here")
    assert leakscan("scan", repo.path, "-o", "json=a.json", "-o", "jsonl=a.jsonl").exit_code == 0
    assert leakscan("report", "a.json").exit_code == 0
    run = leakscan("report", "a.jsonl")
    assert run.exit_code == 3
    assert "partial-report" in run.stdout


def test_a_report_of_two_and_what_is_new_since(repo, make_pair, leakscan):
    repo.commit(one_env=make_pair(1).env)
    leakscan("scan", repo.path, "-o", "json=before.json")
    repo.commit(two_env=make_pair(50).env)
    leakscan("scan", repo.path, "-o", "json=after.json")
    run = leakscan("report", "after.json", "--since", "before.json")
    assert "2 new, 0 fixed, 2 still open" in run.stdout
    assert run.stdout.startswith("Since before.json")
    run = leakscan("report", "before.json", "after.json", "-f", "json", "--fail-on", "never")
    assert (run.exit_code, len(run.findings)) == (0, 4)


def test_input_that_cannot_be_read_exits_2_and_says_why(leakscan, tmp_path):
    run = leakscan("report", "nowhere.json")
    assert (run.exit_code, run.stdout) == (2, "")
    assert "nowhere.json: cannot be read" in run.stderr
    (tmp_path / "cut.json").write_text('{\n  "tool": "leakscan",\n  "ver')
    run = leakscan("report", "cut.json")
    assert run.exit_code == 2
    assert "cut.json:3: not JSON, or cut off" in run.stderr
