"""Reports read back: nothing lost, nothing made up, nothing that looks complete and may not have been."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakscan.errors import LeakscanError, ReportError
from leakscan.model import Failure, ScanResult, Severity, WorktreeFile
from leakscan.reporters import RenderOptions, render
from leakscan.reporters.escape import json_path
from leakscan.saved import load_saved, merge, trend_of
from leakscan.saved.finding import parse_path

sys.path.insert(0, str(Path(__file__).parents[1] / "reporters"))
from scan_results import (
    HOSTILE_PATHS,
    KEY_RULE,
    SECRET_RULE,
    Generator,
    desk_result,
    incomplete_result,
    result_of,
)

RULES = (KEY_RULE, SECRET_RULE)
Load = Callable[[str], ScanResult]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def from_text(text: str) -> ScanResult:
        file = tmp_path / "saved"
        file.write_text(text, "utf-8")
        return load_saved(file, RULES)

    return from_text


def rendered(name: str, result: ScanResult, **options: Any) -> str:
    return render(name, result, RenderOptions(**options))


def hostile_result() -> ScanResult:
    make = Generator(11)
    return result_of(*(make.finding(KEY_RULE, WorktreeFile(path)) for path in HOSTILE_PATHS))


@pytest.mark.parametrize("result", [desk_result(), incomplete_result(), result_of(), hostile_result()])
def test_json_read_back_gives_the_same_json(load: Load, result: ScanResult) -> None:
    text = rendered("json", result)
    assert rendered("json", load(text)) == text


def test_json_lines_read_back_give_the_same_lines_and_no_verdict(load: Load) -> None:
    text = rendered("jsonl", desk_result())
    again = load(text)
    assert rendered("jsonl", again) == text
    assert not again.complete
    assert not load("").complete
    one = text.splitlines(keepends=True)[0]
    assert len(load(one).findings) == 1


def test_sarif_read_back_gives_the_same_findings(load: Load) -> None:
    result = desk_result()
    again = load(rendered("sarif", result, sarif_history=True))
    assert {f.fingerprint for f in again.findings} == {f.fingerprint for f in result.findings}
    secret = next(
        f for f in again.findings if f.rule_id == SECRET_RULE.rule_id and f.severity is Severity.CRITICAL
    )
    assert secret.exposure.days == 412
    assert len(secret.locations) == 9
    assert secret.help == SECRET_RULE.help


def test_sarif_says_what_it_left_out_and_what_was_not_read(load: Load) -> None:
    again = load(rendered("sarif", incomplete_result(*desk_result().findings)))
    kinds = [failure.kind for failure in again.failures]
    assert {"missing-objects", "shallow", "partial-report"} == set(kinds)
    assert any("only in the history" in failure.reason for failure in again.failures)
    assert not again.complete


def test_a_value_in_full_is_not_taken_over(load: Load) -> None:
    make = Generator(5)
    value = make.text(64)
    text = rendered("json", result_of(make.finding(SECRET_RULE, WorktreeFile(b"a.py"), revealed=value)))
    assert value in text
    assert value not in rendered("json", load(text))


@pytest.mark.parametrize("name", ["json", "jsonl", "sarif"])
def test_a_report_cut_off_anywhere_is_refused_or_incomplete(load: Load, name: str) -> None:
    text = rendered(name, desk_result(), sarif_history=True)
    for size in range(1, len(text) - 1, max(len(text) // 60, 1)):
        try:
            again = load(text[:size])
        except ReportError:
            continue
        assert not again.complete


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nonsense", "not a report of leakscan"),
        ("[1, 2]", "not a report of leakscan"),
        ('{"tool": "other"}', "not a report of leakscan"),
        ("[" * 100_000, "not a report of leakscan"),
        ('{"a":' * 100_000, "not"),
        ('{"tool": "leakscan"}', "missing"),
        ('{"runs": [{"tool": {"driver": {"name": "gitleaks"}}, "results": []}]}', "another tool"),
        ('{"runs": []}', "another tool"),
        ('{"runs": 3}', "runs: a list is wanted"),
        ('{"tool": "leakscan", "complete": 1, "coverage": {}, "findings": [], "target": "."}', "complete"),
        ('{"tool": "leakscan", "complete": NaN}', "not a report of leakscan"),
    ],
)
def test_other_input_is_refused_with_a_reason(load: Load, text: str, said: str) -> None:
    with pytest.raises(ReportError, match=said):
        load(text)


def _put(report: dict[str, Any], name: str, value: Any) -> dict[str, Any]:
    report["findings"][0][name] = value
    return report


@pytest.mark.parametrize(
    ("name", "value"),
    [("severity", "dire"), ("score", 2), ("length", -1), ("part", "half"), ("reasons", [1]), ("locations", {}),
     ("preview", None), ("rule_id", 7)],
)  # fmt: skip
def test_a_wrong_field_is_named(load: Load, name: str, value: Any) -> None:
    report = _put(json.loads(rendered("json", desk_result())), name, value)
    with pytest.raises(ReportError, match=rf"findings\[0\].*{name}"):
        load(json.dumps(report))


def test_unknown_fields_and_kinds_of_a_newer_version_are_no_harm(load: Load) -> None:
    report = json.loads(rendered("json", incomplete_result(*desk_result().findings)))
    report["version"], report["new"] = "99.0", {}
    report["failures"].append({"kind": "eclipse", "where": "sky", "reason": "dark"})
    again = load(json.dumps(_put(report, "aura", 3)))
    assert again.failures[-1] == Failure("partial-report", "sky", "eclipse: dark")


@given(st.binary())
def test_paths_come_back_as_they_were(path: bytes) -> None:
    assert parse_path(json_path(path)) == path


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(["findings", "runs", "tool", "x"]), inner)
    ),
)


@given(
    st.sampled_from(["target", "coverage", "failures", "skipped", "policy", "findings", "complete"]), _json
)
def test_any_field_parses_or_is_refused(
    tmp_path_factory: pytest.TempPathFactory, name: str, value: Any
) -> None:
    report = json.loads(rendered("json", desk_result())) | {name: value}
    file = tmp_path_factory.mktemp("any") / "saved"
    file.write_text(json.dumps(report), "utf-8")
    try:
        result = load_saved(file, RULES)
    except LeakscanError:
        return
    for form in ("text", "json", "html"):
        rendered(form, result)


def test_merging_targets_joins_a_value_that_both_hold() -> None:
    make = Generator(3)
    shared = make.finding(SECRET_RULE, WorktreeFile(b"a.env"))
    alone = make.finding(KEY_RULE, WorktreeFile(b"b.env"))
    one, two = result_of(shared, target="one"), result_of(shared, alone, target="two/")
    both = merge([one, two])
    assert len(both.findings) == 2
    joined = next(f for f in both.findings if f.fingerprint == shared.fingerprint)
    assert [place.origin for place in joined.locations] == [
        WorktreeFile(b"one/a.env"),
        WorktreeFile(b"two/a.env"),
    ]
    assert both.coverage.files == 240
    assert both.complete
    assert not merge([one, incomplete_result()]).complete
    assert merge([one]) is one


def test_what_one_report_accepted_and_another_did_not_is_not_accepted() -> None:
    accepted = replace(incomplete_result(), accepted=frozenset({"shallow", "missing-objects"}))
    assert merge([accepted, accepted]).complete
    assert not merge([accepted, incomplete_result()]).complete


def test_a_trend_tells_new_fixed_and_open_apart_and_an_incomplete_scan_fixes_nothing() -> None:
    make = Generator(4)
    old, kept, new = (make.finding(KEY_RULE, WorktreeFile(b"%d" % number)) for number in range(3))
    trend = trend_of(result_of(old, kept), result_of(kept, new))
    assert (trend.new, trend.fixed, trend.open, trend.unseen) == ((new,), (old,), (kept,), ())
    trend = trend_of(result_of(old, kept), incomplete_result(kept))
    assert (trend.fixed, trend.unseen) == ((), (old,))
