import json
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest
from scan_results import (
    HOSTILE_PATHS,
    KEY_RULE,
    SECRET_RULE,
    Generator,
    desk_result,
    incomplete_result,
    result_of,
)

from leakscan.decisions import Allowed, PolicyUse
from leakscan.model import CommittedFile, Severity, WorktreeFile
from leakscan.reporters import RenderOptions, render

TREE = WorktreeFile(b"bot/config.py")


def lines_of(result, **options):
    return render("github", result, RenderOptions(**options)).splitlines()


def many(count, **changes):
    make = Generator(11)
    return result_of(*(make.finding(SECRET_RULE, TREE, score=n / count, **changes) for n in range(count)))


def test_an_annotation_stands_at_the_line_and_says_what_to_do():
    first, *_ = lines_of(result_of(Generator(1).finding(SECRET_RULE, TREE)))
    assert first.startswith(
        "::error file=bot/config.py,line=12,endLine=12,col=15,endColumn=79,title=critical%3A Moonbase API secret::"
    )
    assert "at bot/config.py:12:15. Delete the API key now [moonbase-api-secret]" in first


def test_a_path_is_escaped_as_the_runner_wants_it():
    make = Generator(1)
    lines = lines_of(result_of(make.finding(SECRET_RULE, WorktreeFile(b"100%/a,b:c.py"))))
    assert "file=100%25/a%2Cb%3Ac.py,line=" in lines[0]
    for path in HOSTILE_PATHS:
        *commands, _ = lines_of(result_of(make.finding(SECRET_RULE, WorktreeFile(path))))
        assert len(commands) == 1


def test_what_is_gone_from_the_checkout_has_no_file():
    make = Generator(1)
    origins = [
        CommittedFile(make.oid(), b"a.py", make.commit(), in_head, "range") for in_head in (False, True)
    ]
    gone, there = (lines_of(result_of(make.finding(SECRET_RULE, origin)))[0] for origin in origins)
    assert gone.startswith("::error title=")
    assert there.startswith("::error file=a.py,")


def test_the_most_severe_ten_of_each_level_are_shown_and_the_rest_counted():
    worst = many(12, severity=Severity.CRITICAL).findings
    lines = lines_of(result_of(*many(3, severity=Severity.LOW).findings, *worst))
    assert [line.split()[0] for line in lines[:15]] == ["::error"] * 10 + ["::notice::2"] + [
        "::warning"
    ] * 3 + ["leakscan:"]


def test_what_was_not_read_is_a_warning():
    lines = lines_of(incomplete_result())
    assert any(
        line.startswith("::warning title=leakscan%3A not everything was read::7 things") for line in lines
    )


@pytest.mark.parametrize("name", ["github", "markdown", "junit", "gitlab", "text"])
def test_what_the_baseline_knows_is_not_told_as_new(name):
    known = Generator(1).finding(SECRET_RULE, TREE, baseline=True)
    report = render(name, result_of(known), RenderOptions())
    assert known.preview not in report
    assert "config.py" not in report


def test_the_policy_is_told():
    use = PolicyUse(
        (".leakscan.toml",), ("fail-on never",), (Allowed("f", "r", b"a.py", 3, "mark", "old"),), ("n 1",)
    )
    result = result_of(policy=use)
    assert "Policy (.leakscan.toml): fail-on never; 1 finding allowed" in render(
        "text", result, RenderOptions()
    )
    assert "note: n 1" in render("text", result, RenderOptions())
    assert "allowed: a.py:3 r by mark: old" in render("text", result, RenderOptions(verbose=True))
    assert "fail-on never" in render("markdown", result, RenderOptions())
    assert any("note: n 1" in line for line in lines_of(result))


def test_a_summary_is_read_in_ten_seconds():
    report = render("markdown", desk_result(), RenderOptions())
    assert report.startswith("### leakscan: 3 credentials (4 values) in ")
    assert "| **critical** | **Moonbase**<br>" in report
    assert "1. Delete the API key now" in report
    assert len(report.splitlines()) < 25


def test_a_summary_of_many_is_cut():
    report = render("markdown", many(3_000), RenderOptions())
    assert "and 2,970 more credentials" in report
    assert len(report.encode()) < 1 << 18


def test_a_clean_and_an_incomplete_summary():
    assert render("markdown", result_of(), RenderOptions()).startswith(
        "### leakscan: no exchange credentials found"
    )
    assert "### leakscan: not everything was read, no verdict" in render(
        "markdown", incomplete_result(), RenderOptions()
    )


def test_junit_has_a_case_a_credential():
    suites = ElementTree.fromstring(render("junit", desk_result(), RenderOptions()))
    assert (suites.attrib["tests"], suites.attrib["failures"], suites.attrib["errors"]) == ("3", "3", "0")
    clean = ElementTree.fromstring(render("junit", result_of(), RenderOptions()))
    assert (clean.attrib["tests"], clean.attrib["failures"]) == ("1", "0")
    cut = ElementTree.fromstring(render("junit", incomplete_result(), RenderOptions()))
    assert cut.attrib["errors"] == "2"


def test_gitlab_takes_the_report():
    schema = json.loads((Path(__file__).parents[2] / "data" / "gitlab-secret-detection.json").read_text())
    for result in (desk_result(), incomplete_result(), result_of()):
        report = json.loads(render("gitlab", result, RenderOptions(finished=1_700_000_000.0)))
        jsonschema.Draft7Validator(schema).validate(report)
    assert report["scan"]["end_time"] == "2023-11-14T22:13:20"
    assert report["scan"]["start_time"] == "2023-11-14T22:13:18"
    tagged = json.loads(render("gitlab", desk_result(), RenderOptions()))["vulnerabilities"]
    assert {"file", "start_line", "end_line", "commit"} == set(tagged[0]["location"])
    assert KEY_RULE.rule_id in {one["identifiers"][0]["value"] for one in tagged}
