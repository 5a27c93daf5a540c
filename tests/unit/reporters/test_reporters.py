import json
from dataclasses import replace

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

from leakscan.errors import ConfigError
from leakscan.model import WorktreeFile
from leakscan.reporters import REPORTERS, RenderOptions, load_renderer, render


def hostile_result():
    make = Generator(3)
    return result_of(*(make.finding(KEY_RULE, WorktreeFile(path)) for path in HOSTILE_PATHS))


@pytest.mark.parametrize("name", REPORTERS)
def test_every_lazy_entry_resolves(name):
    assert callable(load_renderer(name))


def test_an_unknown_format_is_refused_with_the_known_ones():
    with pytest.raises(ConfigError, match="text, json, jsonl, sarif"):
        render("yaml", result_of(), RenderOptions())


@pytest.mark.parametrize("name", REPORTERS)
@pytest.mark.parametrize("build", [desk_result, incomplete_result, hostile_result])
def test_two_runs_give_the_same_bytes(name, build):
    assert render(name, build(), RenderOptions()) == render(name, build(), RenderOptions())


@pytest.mark.parametrize("name", REPORTERS)
def test_a_report_ends_in_one_newline(name):
    report = render(name, desk_result(), RenderOptions())
    assert report.endswith("\n")
    assert not report.endswith("\n\n")


@pytest.mark.parametrize("name", ["json", "jsonl", "sarif", "gitlab", "junit"])
@pytest.mark.parametrize("build", [desk_result, incomplete_result, hostile_result])
def test_reports_for_machines_are_ascii(name, build):
    assert render(name, build(), RenderOptions()).isascii()


@pytest.mark.parametrize("name", REPORTERS)
def test_the_clock_is_in_no_report(name):
    fast = desk_result()
    slow = replace(fast, coverage=replace(fast.coverage, seconds=99.0))
    assert render(name, slow, RenderOptions()) == render(name, fast, RenderOptions())


def test_jsonl_of_nothing_is_no_line():
    assert render("jsonl", result_of(), RenderOptions()) == ""


def test_a_revealed_value_is_in_every_report_but_sarif():
    make = Generator(5)
    value = make.text(64)
    result = result_of(make.finding(SECRET_RULE, WorktreeFile(b"bot.py"), revealed=value))
    shown = {name for name in REPORTERS if value in render(name, result, RenderOptions())}
    assert shown == {"text", "json", "jsonl"}
    assert json.loads(render("jsonl", result, RenderOptions()))["secret"] == value
