"""What GitHub code scanning takes (docs.github.com: SARIF support for code scanning), line by line, on a big result."""

import gzip
import json
import re
from dataclasses import replace

import pytest
from scan_results import KEY_RULE, SECRET_RULE, Generator, desk_result, result_of

from leakscan.decisions import PolicyUse
from leakscan.model import CommittedFile, RuleInfo, Severity, StagedFile, WorktreeFile
from leakscan.reporters import RenderOptions, render

SCORES = {"critical": (9.0, 10.0), "high": (7.0, 8.9), "medium": (4.0, 6.9), "low": (0.1, 3.9)}
TREE = WorktreeFile(b"bot/config.py")


@pytest.fixture(scope="module")
def big() -> bytes:
    """30,000 findings at many places each, of all severities."""
    make = Generator(12)
    places = [WorktreeFile(b"deep/" * 10 + b"%d.env" % number) for number in range(8)]
    one = {level: make.finding(SECRET_RULE, *places, severity=level) for level in Severity}
    findings = [
        replace(
            one[Severity(1 + number % 4)],
            fingerprint=f"{number:032x}",
            score=number / 30_000,
            group=str(number // 2),
        )
        for number in range(30_000)
    ]
    return render("sarif", result_of(*findings), RenderOptions()).encode()


@pytest.fixture(scope="module")
def run(big: bytes):
    log = json.loads(big)
    assert (log["version"], len(log["runs"])) == ("2.1.0", 1), "one run a file: two of a category are refused"
    assert log["$schema"].endswith("sarif-schema-2.1.0.json")
    return log["runs"][0]


def test_thirty_thousand_findings_shrink_by_rank_with_a_note(run, big) -> None:
    results = run["results"]
    assert len(results) == 5_000
    assert len(gzip.compress(big)) < 10_000_000
    assert {result["properties"]["severity"] for result in results} == {"critical"}
    ranks = [result["rank"] for result in results]
    assert ranks == sorted(ranks, reverse=True)
    notes = {
        n["descriptor"]["id"]: n["message"]["text"]
        for n in run["invocations"][0]["toolExecutionNotifications"]
    }
    assert notes["omitted/limit"].startswith("25,000 results of lower rank cut")


def test_the_limits_of_a_run(run) -> None:
    assert len(run["tool"]["driver"]["rules"]) <= 25_000
    assert all(len(rule["properties"]["tags"]) <= 10 for rule in run["tool"]["driver"]["rules"])
    assert all(len(result["locations"]) == 1 for result in run["results"]), "only the first is used"
    assert all(len(result["relatedLocations"]) <= 100 for result in run["results"])
    assert "extensions" not in run["tool"]
    assert not any("codeFlows" in result for result in run["results"])


def test_the_category_is_one(run) -> None:
    assert run["automationDetails"]["id"] == "leakscan/"
    assert run["columnKind"] == "unicodeCodePoints"


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from strings(item)


def test_no_string_is_empty_and_none_too_long(run) -> None:
    driver = run["tool"]["driver"]
    assert driver["name"]
    assert re.fullmatch(r"\d+\.\d+\.\d+\S*", driver["semanticVersion"])
    assert all(strings([driver, run["results"][:50]]))
    for rule in driver["rules"]:
        assert 0 < len(rule["shortDescription"]["text"]) <= 1024
        assert 0 < len(rule["fullDescription"]["text"]) <= 1024
        assert 0 < len(rule["name"]) <= 255
        assert rule["help"]["text"]
        assert rule["help"]["markdown"]
        assert rule["defaultConfiguration"]["level"] in ("note", "warning", "error")
        assert rule["properties"]["precision"] in ("very-high", "high", "medium", "low")
        assert "security" in rule["properties"]["tags"]


@pytest.mark.parametrize("severity", Severity)
def test_the_ranking_is_a_number_in_quotes(severity) -> None:
    rule = RuleInfo("x-key", "x", "X", "X key", "", "key", severity, KEY_RULE.help)
    run = json.loads(render("sarif", result_of(rules=(rule,)), RenderOptions()))["runs"][0]
    score = run["tool"]["driver"]["rules"][0]["properties"]["security-severity"]
    low, high = SCORES[str(severity)]
    assert isinstance(score, str)
    assert low <= float(score) <= high


def test_results_have_a_message_a_rule_and_a_whole_region(run) -> None:
    for result in run["results"]:
        assert result["message"]["text"]
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        place = result["locations"][0]["physicalLocation"]
        region = place["region"]
        assert set(region) == {"startLine", "startColumn", "endLine", "endColumn"}, "and no snippet"
        assert all(number >= 1 for number in region.values())
        assert not re.match("[a-z]+:|/", place["artifactLocation"]["uri"]), (
            "relative to the repository's root"
        )
        assert set(result["partialFingerprints"]) == {"primaryLocationLineHash", "leakscan/v1"}
        for related in result["relatedLocations"]:
            assert f"]({related['id']})" in result["message"]["text"] or related["id"] > 3


def test_a_repeated_rule_is_written_once() -> None:
    run = json.loads(render("sarif", replace(desk_result(), rules=(KEY_RULE, KEY_RULE)), RenderOptions()))[
        "runs"
    ][0]
    ids = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(ids) == len(set(ids))


def test_what_is_known_or_allowed_is_left_out_and_counted() -> None:
    make = Generator(1)
    result = result_of(
        make.finding(SECRET_RULE, TREE, baseline=True),
        make.finding(SECRET_RULE, TREE),
        policy=PolicyUse(notes=("allow 1: stale",)),
    )
    run = json.loads(render("sarif", result, RenderOptions()))["runs"][0]
    notes = {
        n["descriptor"]["id"]: n["message"]["text"]
        for n in run["invocations"][0]["toolExecutionNotifications"]
    }
    assert len(run["results"]) == 1
    assert notes["omitted/baseline"].startswith("1 value that the baseline knows")
    assert notes["policy"] == "allow 1: stale."
    assert not {"suppressions", "baselineState"} & set(run["results"][0])


def test_the_end_of_a_range_is_the_checkout_and_its_middle_is_history() -> None:
    make = Generator(1)
    commit = make.commit()
    origins = (
        CommittedFile(make.oid(), b"a.py", commit, True, "range"),
        CommittedFile(make.oid(), b"b.py", commit, False, "range"),
        StagedFile(make.oid(), b"c.py"),
    )
    result = result_of(*(make.finding(SECRET_RULE, origin) for origin in origins))
    run = json.loads(render("sarif", result, RenderOptions()))["runs"][0]
    uris = {r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for r in run["results"]}
    assert uris == {"a.py", "c.py"}
