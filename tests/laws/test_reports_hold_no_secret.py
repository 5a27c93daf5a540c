"""The law: whatever the findings say, a report shows previews only, and every parser takes it."""

import json
import re
import string
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
from hypothesis import given, settings
from hypothesis import strategies as st

from leakscan.model import (
    Commit,
    CommitMessage,
    CommittedFile,
    Confidence,
    Coverage,
    Event,
    Exposure,
    Failure,
    Finding,
    Help,
    Location,
    RuleInfo,
    ScanResult,
    Severity,
    Skipped,
    StagedFile,
    Stdin,
    StoredBlob,
    TagMessage,
    WorktreeFile,
)
from leakscan.reporters import REPORTERS, RenderOptions, render
from leakscan.reporters.text import coverage_line

# Values are of letters that no other field draws from, so that a piece of one can only come from a value.
VALUE_LETTERS = "\u0416\u0429\u042e\u042f\u0424\u0426"
texts = st.text(
    st.characters(exclude_characters=VALUE_LETTERS)
    | st.sampled_from("\x1b\n\r\u202e\u200b\udcff\ud800:#[]{}%\\"),
    max_size=20,
)
paths = st.binary(max_size=20).map(lambda path: path.replace(b"\x00", b"0"))
oids = st.text("0123456789abcdef", min_size=40, max_size=40)
commits = st.builds(Commit, oids, texts, texts, st.integers(0, 2**40))
origins = st.one_of(
    st.builds(WorktreeFile, paths),
    st.builds(StagedFile, oids, paths),
    st.builds(StoredBlob, oids),
    st.builds(
        CommittedFile, oids, paths, st.none() | commits, st.booleans(), st.sampled_from(("history", "range"))
    ),
    st.builds(CommitMessage, oids, st.booleans(), st.none() | commits),
    st.builds(TagMessage, oids, st.booleans(), texts),
    st.builds(Stdin),
)
positions = st.integers(1, 10**6)
locations = st.builds(
    Location, origins, positions, positions, positions, positions, st.just("") | oids, texts
)
exposures = st.builds(
    Exposure,
    *(st.none() | st.builds(Event, commits, paths) for _ in range(2)),
    *(st.booleans(), st.booleans(), st.lists(texts, max_size=3).map(tuple), st.booleans()),
    st.none() | st.integers(0, 9999),
)
helps = st.builds(Help, texts, texts, st.lists(texts, max_size=5).map(tuple))
values = st.text(VALUE_LETTERS, min_size=20, max_size=40)
KINDS = ("missing-objects", "shallow", "lfs")


@st.composite
def findings(draw, revealed):
    value = draw(values)
    return Finding(
        fingerprint=draw(oids),
        rule_id=draw(st.sampled_from(("moonbase-key", "moonbase-secret", "other"))),
        exchange=draw(texts),
        part=draw(st.sampled_from(("key", "secret", "private-key"))),
        title=draw(texts),
        severity=draw(st.sampled_from(Severity)),
        confidence=draw(st.sampled_from(Confidence)),
        score=draw(st.floats(0, 1)),
        preview=f"{value[:4]}\u2026{value[-2:]}",
        length=len(value),
        reasons=draw(st.lists(texts, max_size=3).map(tuple)),
        group=draw(st.sampled_from(("", "a", "b"))),
        locations=tuple(draw(st.lists(locations, min_size=1, max_size=8))),
        exposure=draw(exposures),
        help=draw(helps),
        revealed=value if revealed else None,
        baseline=draw(st.booleans()),
    )


def results(*, revealed):
    rules = st.builds(
        RuleInfo,
        *(st.sampled_from(("moonbase-key", "moonbase-secret")), texts, texts, texts, texts, st.just("key")),
        *(st.sampled_from(Severity), helps),
    )
    return st.builds(
        ScanResult,
        target=texts,
        findings=st.lists(findings(revealed), max_size=5).map(tuple),
        skipped=st.lists(st.builds(Skipped, texts, texts), max_size=3).map(tuple),
        failures=st.lists(st.builds(Failure, st.sampled_from(KINDS), texts, texts), max_size=8).map(tuple),
        coverage=st.builds(Coverage, *(st.integers(0, 10**12) for _ in range(6)), st.floats(0, 10**5)),
        rules=st.lists(rules, max_size=3).map(tuple),
        rules_digest=oids,
        hidden=st.integers(0, 9),
        accepted=st.frozensets(st.sampled_from(KINDS)),
    )


SCHEMA = json.loads((Path(__file__).parents[1] / "data" / "sarif-schema-2.1.0.json").read_text())
VALIDATOR = jsonschema.validators.validator_for(SCHEMA)(SCHEMA)
GITLAB = jsonschema.Draft7Validator(
    json.loads((Path(__file__).parents[1] / "data" / "gitlab-secret-detection.json").read_text())
)
options = st.builds(RenderOptions, st.booleans(), st.integers(0, 200), st.booleans(), st.booleans())


def pieces_of_values(report):
    """Runs of value letters that are longer than what a preview shows."""
    decoded = re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), report)
    return re.findall(f"[{VALUE_LETTERS}]{{5,}}", decoded)


@given(results(revealed=False), options)
@settings(deadline=None)
def test_no_report_shows_more_of_a_value_than_its_preview(result, how):
    reports = [render(name, result, how) for name in REPORTERS]
    assert [pieces_of_values(report) for report in (*reports, coverage_line(result))] == [[]] * (
        len(reports) + 1
    )


@given(results(revealed=True), options)
@settings(deadline=None)
def test_sarif_shows_no_value_even_when_the_others_do(result, how):
    assert pieces_of_values(render("sarif", result, how)) == []
    for name in ("text", "json", "jsonl"):
        shown = pieces_of_values(render(name, result, how))
        told = [f for f in result.findings if name != "text" or not f.baseline]
        assert all(finding.revealed in shown for finding in told)


@given(results(revealed=False), options)
@settings(deadline=None)
def test_every_report_can_be_parsed(result, how):
    report = json.loads(render("json", result, how))
    lines = render("jsonl", result, how).splitlines()
    assert [json.loads(line) for line in lines] == report["findings"]
    assert next(VALIDATOR.iter_errors(json.loads(render("sarif", result, how))), None) is None
    assert all(render(name, result, how).isascii() for name in ("json", "jsonl", "sarif", "gitlab", "junit"))
    assert next(GITLAB.iter_errors(json.loads(render("gitlab", result, how))), None) is None
    suite = ElementTree.fromstring(render("junit", result, how))
    assert int(suite.attrib["tests"]) == len(list(suite.iter("testcase")))
    json.dumps(report, ensure_ascii=False).encode()


@given(results(revealed=False), options)
@settings(deadline=None)
def test_no_line_of_the_text_commands_a_terminal_or_a_ci_log(result, how):
    report = render("text", result, how)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", report) if how.color else report
    for line in (*plain.removesuffix("\n").split("\n"), coverage_line(result)):
        assert set(line) <= set(string.printable[:95]) or line.isprintable()
        assert not line.lstrip().startswith("::")


@given(results(revealed=False), options)
@settings(deadline=None)
def test_every_line_for_github_is_one_command_of_ours(result, how):
    *commands, last = render("github", result, how).removesuffix("\n").split("\n")
    assert last.startswith("leakscan: read ")
    for line in commands:
        assert re.match(r"::(error|warning|notice)( [A-Za-z]+=[^:]*)?::", line)
        assert line.isprintable()
    assert sum(line.startswith("::error") for line in commands) <= 10


@given(results(revealed=False), options)
@settings(deadline=None)
def test_nothing_in_markdown_is_markup_of_the_repository(result, how):
    report = render("markdown", result, how)
    plain = re.sub(r"</?(code|sub)>|<br>|&#[0-9]+;", "", report)
    assert not re.search(r"[<>`\[\]!@~]", plain)
    assert len(report.encode()) < 1 << 20
