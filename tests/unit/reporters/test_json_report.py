import json

import pytest
from scan_results import HOSTILE_PATHS, KEY_RULE, Generator, desk_result, incomplete_result, result_of

from leakscan import __version__
from leakscan.model import (
    CommitMessage,
    CommittedFile,
    Event,
    Exposure,
    Severity,
    Stdin,
    StoredBlob,
    TagMessage,
    WorktreeFile,
)
from leakscan.reporters import RenderOptions, render
from tests.contract import FINDING_FIELDS

LOCATION_FIELDS = [
    *("path", "start_line", "start_column", "end_line", "end_column", "source", "blob"),
    *("commit", "author", "date", "in_head"),
]
TOP_FIELDS = [
    *("tool", "version", "rules_digest", "target", "complete", "coverage"),
    *("failures", "skipped", "hidden", "policy", "findings"),
]


def report_of(result):
    return json.loads(render("json", result, RenderOptions()))


def finding_of(*origins, **changes):
    return report_of(result_of(Generator(1).finding(KEY_RULE, *origins, **changes)))["findings"][0]


def test_the_report_has_the_fields_of_the_contract_in_their_order():
    report = report_of(desk_result())
    assert list(report) == TOP_FIELDS
    assert (report["tool"], report["version"], report["complete"], report["hidden"]) == (
        *("leakscan", __version__, True, 2),
    )
    for finding in report["findings"]:
        assert list(finding) == FINDING_FIELDS
        assert all(list(location) == LOCATION_FIELDS for location in finding["locations"])


def test_a_finding_says_what_the_model_holds():
    finding = finding_of(WorktreeFile(b"bot.py"), severity=Severity.CRITICAL, score=0.123456)
    assert (finding["severity"], finding["confidence"], finding["score"]) == ("critical", "high", 0.1235)
    assert finding["baseline"] is False
    assert finding["verification"] == {
        "status": "not-checked",
        "permissions": [],
        "ip_restricted": None,
        "expires": None,
        "reason": None,
        "test_network": False,
    }
    assert "secret" not in finding


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        (WorktreeFile(b"a.py"), ("tree", "a.py", None, None, None)),
        (Stdin(), ("stdin", "-", None, None, None)),
        (StoredBlob("b1"), ("history", "", "b1", None, None)),
        (CommittedFile("b2", b"a.py", None, False), ("history", "a.py", "b2", None, False)),
        (CommitMessage("c1"), ("commit-message", "", None, "c1", None)),
        (TagMessage("t1"), ("tag-message", "", "t1", None, None)),
    ],
)
def test_a_place_says_where_it_comes_from(origin, expected):
    place = finding_of(origin)["locations"][0]
    assert tuple(place[name] for name in ("source", "path", "blob", "commit", "in_head")) == expected
    assert place["author"] is None
    assert place["date"] is None


def test_a_committed_place_names_its_commit():
    commit = Generator(2).commit("Z\u00eb \udcff")
    place = finding_of(CommittedFile("b2", b"a.py", commit, True))["locations"][0]
    assert (place["commit"], place["author"], place["date"]) == (commit.oid, "Z\u00eb \\xff", commit.date)
    assert place["in_head"] is True


def test_exposure_names_its_events():
    commit = Generator(2).commit()
    exposure = Exposure(Event(commit, b"\xff.py"), None, True, True, ("refs/heads/main",), True, 412)
    assert finding_of(WorktreeFile(b"a.py"), exposure=exposure)["exposure"] == {
        "introduced": {
            "commit": commit.oid,
            "date": commit.date,
            "author": commit.author,
            "path": r"\xff.py",
        },
        "removed": None,
        "in_tree": True,
        "in_head": True,
        "refs": ["refs/heads/main"],
        "published": True,
        "days": 412,
    }


def test_what_could_not_be_read_is_listed():
    report = report_of(incomplete_result())
    assert report["complete"] is False
    assert len(report["failures"]) == 8
    assert report["failures"][-1] == {
        "kind": "shallow",
        "where": ".git/shallow",
        "reason": "history is cut off",
    }


def test_every_path_survives():
    make = Generator(3)
    report = report_of(result_of(*(make.finding(KEY_RULE, WorktreeFile(path)) for path in HOSTILE_PATHS)))
    assert len({finding["locations"][0]["path"] for finding in report["findings"]}) == len(HOSTILE_PATHS)


def test_a_line_of_jsonl_is_a_finding_of_json():
    lines = render("jsonl", desk_result(), RenderOptions()).splitlines()
    assert [json.loads(line) for line in lines] == report_of(desk_result())["findings"]
