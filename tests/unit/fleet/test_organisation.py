"""Reports of many repositories as one: facts, and forms that nothing of a repository breaks out of."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from leakscan.fleet.export import write_sqlite
from leakscan.fleet.organisation import MISSING, Organisation, Read, organise
from leakscan.fleet.page import render_fleet_html
from leakscan.fleet.views import render_fleet_json, render_fleet_markdown, render_fleet_text
from leakscan.model import CommittedFile, Event, Exposure, Failure, Finding, Severity, WorktreeFile
from tests.unit.reporters.scan_results import (
    HOSTILE_PATHS,
    KEY_RULE,
    SECRET_RULE,
    Generator,
    incomplete_result,
    result_of,
)

FORMS = {
    "json": render_fleet_json,
    "markdown": render_fleet_markdown,
    "text": render_fleet_text,
    "html": render_fleet_html,
}
MARKUP = (
    "</script><script>alert(1)</script><img src=x onerror=alert(1)>'\"|`[x](http://x)\x1b[31m\n::error::x"
)
EMPTY = result_of()


def exposed(make: Generator, days: int, date: str, *, removed: bool = False) -> Exposure:
    event = Event(replace(make.commit(date=date), order=-days), b"a.py")
    return Exposure(event, event if removed else None, False, not removed, ("refs/heads/main",), True, days)


def pair(make: Generator, group: str, exposure: Exposure, path: bytes = b"a.py") -> tuple[Finding, Finding]:
    origin = CommittedFile(make.oid(), path, make.commit(), in_head=True)
    key = make.finding(KEY_RULE, origin, group=group, exposure=exposure)
    secret = make.finding(SECRET_RULE, origin, group=group, exposure=exposure)
    return key, secret


def read(name: str, *findings: Finding, state: str = "complete", failures: tuple[Failure, ...] = ()) -> Read:
    result = result_of(*findings, target=name, failures=failures)
    return Read(name, state, f"{name}.json", result)


@pytest.fixture
def fleet() -> Organisation:
    make = Generator(3)
    shared = pair(make, "shared", exposed(make, 100, "2024-01-01T00:00:00Z"))
    older = tuple(
        replace(part, exposure=exposed(make, 900, "2022-01-01T00:00:00Z")) for part in shared
    )  # in another repository
    gone = pair(make, "gone", exposed(make, 2000, "2019-01-01T00:00:00Z", removed=True))
    low = replace(pair(make, "low", exposed(make, 10, "2024-03-01T00:00:00Z"))[0], severity=Severity.LOW)
    crashed = (Failure("crashed", "isolated", "the process that read it ended 3 times"),)
    missing = (Failure("partial-report", "later", "not read yet"),)
    return organise(
        [
            read("web", *older, low),
            read("bot", *shared, *gone),
            read("clean"),
            read("isolated", state="isolated", failures=crashed),
            read("later", state=MISSING, failures=missing),
        ],
        EMPTY,
        refused=[Failure("unreachable", "nowhere (line 3)", "no such folder")],
    )


def test_what_stands_in_two_is_one_credential_with_the_older_age(fleet: Organisation) -> None:
    (shared,) = fleet.reused
    assert shared.repositories == ("bot", "web")
    assert (shared.days, shared.since[:4]) == (900, "2022")
    assert len(fleet.result.findings) == 5
    assert len(fleet.credentials) == 3


def test_the_oldest_open_ones_come_first_and_removed_ones_not_at_all(fleet: Organisation) -> None:
    assert [spread.credential.worst.group for spread in fleet.oldest] == ["shared", "low"]


def test_each_repository_has_its_own_numbers(fleet: Organisation) -> None:
    by_name = {repository.name: repository for repository in fleet.repositories}
    assert by_name["bot"].cells == {"moonbase": (2, Severity.CRITICAL)}
    assert by_name["web"].credentials == 2
    assert by_name["clean"].cells == {}
    assert fleet.states == {"complete": 3, "incomplete": 0, "failed": 0, "isolated": 1, MISSING: 1}
    assert fleet.exchanges == ("moonbase",)


def test_whatever_was_not_read_is_told_once(fleet: Organisation) -> None:
    assert not fleet.result.complete
    assert [failure.where for failure in fleet.result.failures] == ["isolated", "later", "nowhere (line 3)"]
    for render in FORMS.values():
        assert "no such folder" in render(fleet)


def test_nothing_found_is_said_only_if_everything_was_read() -> None:
    clean = organise([read("a"), read("b")], EMPTY)
    assert "no exchange credentials found in 2 repositories" in render_fleet_text(clean)
    assert "clean-text" in render_fleet_html(clean)
    broken = organise([read("a"), Read("b", "incomplete", "b.json", incomplete_result())], EMPTY)
    for form in ("text", "markdown", "html"):
        assert "NOT complete" in FORMS[form](broken)
        assert "no exchange credentials" not in FORMS[form](broken).lower()


def test_the_order_of_reading_does_not_matter(fleet: Organisation) -> None:
    make = Generator(4)
    reads = [read(f"r{n}", *pair(make, f"g{n}", exposed(make, n, "2024-01-01T00:00:00Z"))) for n in range(6)]
    for render in FORMS.values():
        assert render(organise(reads, EMPTY)) == render(organise(reads[::-1], EMPTY))


def hostile() -> Organisation:
    make = Generator(5)
    exposure = exposed(make, 5, "2024-01-01T00:00:00Z")
    paths = (*HOSTILE_PATHS, MARKUP.encode())
    findings = [
        make.finding(KEY_RULE, WorktreeFile(path), group=f"g{n}", exposure=exposure)
        for n, path in enumerate(paths)
    ]
    failures = (Failure("unreachable", MARKUP, MARKUP),)
    return organise([read(MARKUP, *findings), read("b", *findings, failures=failures, state="failed")], EMPTY)


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


def test_no_name_becomes_part_of_the_page() -> None:
    tags = Tags()
    tags.feed(render_fleet_html(hostile()))
    assert not {"script", "img", "iframe", "object", "form", "svg"} & tags.tags
    assert not any(name.startswith("on") for name in tags.attributes)
    assert not {"src", "style"} & tags.attributes


@pytest.mark.parametrize("form", FORMS)
def test_no_name_breaks_a_line_or_a_terminal(form: str) -> None:
    text = FORMS[form](hostile())
    assert not any(line.lstrip().startswith("::") for line in text.splitlines())
    assert all(char.isprintable() or char == "\n" for char in text)
    text.encode("utf-8")
    if form == "markdown":
        assert "<img" not in text
        assert "](http" not in text


def test_json_is_a_report_too(fleet: Organisation, tmp_path: Path) -> None:
    from leakscan.saved import load_saved

    text = render_fleet_json(fleet)
    assert text.isascii()
    (tmp_path / "summary.json").write_text(text)
    again = load_saved(tmp_path / "summary.json", EMPTY.rules)
    assert [f.fingerprint for f in again.findings] == [f.fingerprint for f in fleet.result.findings]
    assert json.loads(text)["states"]["isolated"] == 1


def test_the_database_takes_any_name(tmp_path: Path) -> None:
    organisation = hostile()
    write_sqlite(tmp_path / "all.db", organisation)
    write_sqlite(tmp_path / "all.db", organisation)
    with sqlite3.connect(tmp_path / "all.db") as database:
        (number,) = database.execute("SELECT count(DISTINCT fingerprint) FROM locations").fetchone()
    database.close()
    assert number == len(organisation.result.findings)
    assert [path.name for path in tmp_path.iterdir()] == ["all.db"]
