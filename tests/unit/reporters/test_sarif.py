import json
import re
import zlib
from pathlib import Path
from urllib.parse import unquote_to_bytes

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

from leakscan.model import (
    CommitMessage,
    CommittedFile,
    Confidence,
    Event,
    Exposure,
    Failure,
    Help,
    RuleInfo,
    Severity,
    Stdin,
    StoredBlob,
    TagMessage,
    WorktreeFile,
)
from leakscan.reporters import RenderOptions, render

SCHEMA = json.loads((Path(__file__).parents[2] / "data" / "sarif-schema-2.1.0.json").read_text())
URI_CHARACTERS = re.compile(r"([A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*")
TREE = WorktreeFile(b"bot/config.py")


def validator():
    """The validator that the schema names, with the two URI formats that it does not check by itself."""
    kind = jsonschema.validators.validator_for(SCHEMA)
    formats = jsonschema.FormatChecker(kind.FORMAT_CHECKER.checkers)
    formats.checks("uri-reference")(lambda uri: bool(URI_CHARACTERS.fullmatch(uri)))
    formats.checks("uri")(lambda uri: bool(URI_CHARACTERS.fullmatch(uri) and re.match("[a-z]+:", uri)))
    return kind(SCHEMA, format_checker=formats)


def run_of(result, **options):
    log = json.loads(render("sarif", result, RenderOptions(**options)))
    assert list(validator().iter_errors(log)) == []
    [run] = log["runs"]
    return run


def notes_of(run):
    return {note["descriptor"]["id"]: note for note in run["invocations"][0]["toolExecutionNotifications"]}


def uri_of(place):
    return place["physicalLocation"]["artifactLocation"]["uri"]


def test_the_schema_check_sees_a_bad_uri():
    log = json.loads(render("sarif", desk_result(), RenderOptions()))
    log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] = "a b"
    assert list(validator().iter_errors(log))


def test_a_rule_has_all_that_code_scanning_asks_for():
    run = run_of(desk_result())
    driver = run["tool"]["driver"]
    assert (driver["name"], run["columnKind"], run["automationDetails"]["id"]) == (
        *("leakscan", "unicodeCodePoints", "leakscan/"),
    )
    rules = {rule["id"]: rule for rule in driver["rules"]}
    assert list(rules) == sorted(rules)
    rule = rules["moonbase-api-secret"]
    assert rule["name"] == "MoonbaseApiSecret"
    assert all(rule[name]["text"] for name in ("shortDescription", "fullDescription", "help"))
    assert "1. Delete the API key now" in rule["help"]["markdown"]
    assert f"]({SECRET_RULE.help.revoke_url})" in rule["help"]["markdown"]
    assert rule["helpUri"] == SECRET_RULE.help.docs_url
    assert rule["defaultConfiguration"]["level"] == "error"
    assert rule["properties"] == {
        "security-severity": "9.5",
        "precision": "high",
        "tags": ["security", "secret", "exchange", "moonbase"],
    }


def test_a_bare_rule_is_still_described():
    bare = RuleInfo("x-key", "x", "X", "", "d" * 5000, "key", Severity.LOW, Help("", "javascript:x", ()))
    [rule] = run_of(result_of(rules=(bare, bare)))["tool"]["driver"]["rules"]
    assert rule["shortDescription"]["text"] == "x-key"
    assert len(rule["fullDescription"]["text"]) == 1024
    assert rule["help"]["text"]
    assert rule["help"]["markdown"]
    assert "helpUri" not in rule
    assert "javascript" not in rule["help"]["markdown"]


def test_a_finding_of_an_unknown_rule_brings_its_rule():
    run = run_of(result_of(Generator(1).finding(KEY_RULE, TREE), rules=()))
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["moonbase-api-key"]


def test_a_result_points_at_its_line():
    make = Generator(1)
    history = CommittedFile(make.oid(), b"old.py", make.commit(), False)
    finding = make.finding(SECRET_RULE, history, TREE, exposure=exposure_since(make))
    [result] = run_of(result_of(finding))["results"]
    [place] = result["locations"]
    assert uri_of(place) == "bot/config.py"
    assert place["physicalLocation"]["region"] == {
        "startLine": 13,
        "startColumn": 15,
        "endLine": 13,
        "endColumn": 79,
    }
    assert (result["ruleId"], result["level"], result["rank"]) == ("moonbase-api-secret", "error", 97.0)
    assert result["partialFingerprints"] == {
        "primaryLocationLineHash": finding.locations[1].line_hash,
        "leakscan/v1": finding.fingerprint,
    }
    assert result["message"]["text"].startswith(
        f"Moonbase API secret in bot/config.py ({finding.preview}, 64 characters). In the history since 2024-"
    )
    assert result["relatedLocations"] == []


def exposure_since(make):
    return Exposure(Event(make.commit(), b"old.py"), None, True, True, (), True, 3)


def test_results_name_a_rule_by_its_index():
    run = run_of(desk_result())
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]


@pytest.mark.parametrize(
    ("severity", "level"),
    [
        (Severity.CRITICAL, "error"),
        (Severity.HIGH, "error"),
        (Severity.MEDIUM, "warning"),
        (Severity.LOW, "note"),
    ],
)
def test_the_level_follows_the_finding(severity, level):
    [result] = run_of(result_of(Generator(1).finding(KEY_RULE, TREE, severity=severity)))["results"]
    assert result["level"] == level


def test_parts_and_other_places_are_linked():
    make = Generator(1)
    key = make.finding(KEY_RULE, TREE, group="pair")
    others = [WorktreeFile(b"copy/%d.py" % number) for number in range(200)]
    secret = make.finding(SECRET_RULE, TREE, *others, group="pair")
    result = run_of(result_of(key, secret))["results"][0]
    related = result["relatedLocations"]
    assert [place["id"] for place in related] == list(range(1, 101))
    assert uri_of(related[0]) == "bot/config.py"
    assert uri_of(related[1]) == "copy/0.py"
    text = result["message"]["text"]
    assert "Of the same credential: [Moonbase API key](1)." in text
    assert "[copy/0.py:13](2), [copy/1.py:14](3), [copy/2.py:15](4) and 96 other places." in text


def history_result():
    make = Generator(4)
    commit = make.commit()
    origins = (
        CommittedFile("b1", b"old dir/a.py", commit, False),
        CommittedFile("b2", b"lost.py", None, False),
        CommittedFile("b3", b"", None, False),
        StoredBlob("b4"),
        CommitMessage("c1"),
        TagMessage("t1"),
    )
    return result_of(*(make.finding(KEY_RULE, origin) for origin in origins), make.finding(KEY_RULE, Stdin()))


def test_what_stands_only_in_the_history_is_counted_and_left_out():
    run = run_of(history_result())
    assert [uri_of(result["locations"][0]) for result in run["results"]] == ["stdin"]
    assert notes_of(run)["omitted/history-only"]["message"]["text"].startswith("6 values")


def test_the_history_is_kept_on_demand():
    run = run_of(history_result(), sarif_history=True)
    assert [uri_of(result["locations"][0]) for result in run["results"]] == [
        *("old%20dir/a.py", "lost.py", "blob/b3", "blob/b4", "commit/c1", "tag/t1", "stdin"),
    ]
    assert notes_of(run) == {}


def test_a_failure_is_a_notification_of_its_kind():
    run = run_of(incomplete_result())
    assert run["invocations"][0]["executionSuccessful"] is False
    notes = notes_of(run)
    assert {name: note["level"] for name, note in notes.items()} == {
        "incomplete/missing-objects": "error",
        "incomplete/shallow": "error",
    }
    assert re.fullmatch(
        r"Not read, missing-objects: 7 places: (\w{40} \(not in the object store\)(, )?){3} and 4 more\.",
        notes["incomplete/missing-objects"]["message"]["text"],
    )


def test_an_accepted_failure_is_a_note():
    failures = (Failure("lfs", "model.bin", "only a pointer"),)
    run = run_of(result_of(failures=failures, accepted=frozenset({"lfs"}), hidden=1))
    assert run["invocations"][0]["executionSuccessful"] is True
    assert {name: note["level"] for name, note in notes_of(run).items()} == {
        "incomplete/lfs": "note",
        "omitted/confidence": "note",
    }


def test_hostile_fields_stay_data():
    make = Generator(3)
    findings = (
        make.finding(KEY_RULE, WorktreeFile(path), reasons=("\x1b[2J\udcff ::error",))
        for path in HOSTILE_PATHS
    )
    results = run_of(result_of(*findings))["results"]
    for path, result in zip(HOSTILE_PATHS, results, strict=True):
        assert unquote_to_bytes(uri_of(result["locations"][0])) == path
        assert result["message"]["text"].isprintable()
        assert not re.search(r"(?<!\\)\[[^]]*\]\(", result["message"]["text"])
        assert result["properties"]["reasons"] == [r"\x1b[2J\xff \x3a:error"]


def test_at_most_5000_results_and_the_least_ones_are_cut():
    make = Generator(6)
    findings = [make.finding(KEY_RULE, TREE, score=0.5 + number / 20_000) for number in range(5000)]
    worst = make.finding(KEY_RULE, TREE, severity=Severity.CRITICAL, score=0.1, confidence=Confidence.LOW)
    run = run_of(result_of(*findings, worst))
    fingerprints = [result["partialFingerprints"]["leakscan/v1"] for result in run["results"]]
    assert len(fingerprints) == 5000
    assert fingerprints[0] == worst.fingerprint
    assert findings[0].fingerprint not in fingerprints
    assert notes_of(run)["omitted/limit"]["message"]["text"].startswith("1 result of lower rank cut")


def test_a_report_too_big_for_an_upload_loses_its_least_results(monkeypatch):
    monkeypatch.setattr("leakscan.reporters.sarif._MAX_ZIPPED", 100_000)
    make = Generator(9)
    paths = [make.text(400).encode() for _ in range(600)]
    result = result_of(*(make.finding(KEY_RULE, WorktreeFile(path)) for path in paths))
    assert len(zlib.compress(render("sarif", result, RenderOptions()).encode())) <= 100_000
    run = run_of(result)
    assert len(run["results"]) == 100
    assert "omitted/limit" in notes_of(run)
