import re
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

from leakscan.model import FAILURE_KINDS, CommittedFile, Coverage, Failure, Skipped, Stdin, WorktreeFile
from leakscan.reporters import RenderOptions, render
from leakscan.reporters.coverage import _REMEDIES
from leakscan.reporters.text import coverage_line

CLEAN = "No exchange credentials found."


def text_of(result, **options):
    return render("text", result, RenderOptions(**options))


def test_the_report_of_a_desk():
    key, secret, lone, tagged = desk_result().findings
    assert text_of(desk_result()).splitlines()[:18] == [
        "CRITICAL  Moonbase: API key, API secret                          high confidence",
        f"  API key     {key.preview}  64 characters",
        "    bot/config.py:12:15 moonbase-api-key",
        f"  API secret  {secret.preview}  64 characters",
        "    bot/config.py:12:15 moonbase-api-secret",
        *(
            f"    ops/env.{number}:{13 + number}:15 in commit {commit_of(secret)} (2024-03-02, Alice)"
            for number in range(4)
        ),
        "    and 4 more places (--format json lists all)",
        f"  exposed  introduced 2024-03-02 in {commit_of(secret)} by Alice · still in HEAD ·",
        "           published · 412 days",
        "           412 days old: a key is due for replacement after 90 days even if",
        "           nobody saw it",
        "  why      API key: 64 letters and digits, 5.2 bits each; assigned to key",
        "           API secret: 64 letters and digits, 5.2 bits each; assigned to secret",
        "",
        "HIGH  Moonbase: API secret                                       high confidence",
    ]
    assert f"  API secret  {lone.preview}  64 characters" in text_of(desk_result())
    assert f"  API key  {tagged.preview}  64 characters" in text_of(desk_result())


def commit_of(finding):
    return finding.exposure.introduced.commit.oid[:8]


def test_places_stand_in_the_row_where_there_is_room():
    key = desk_result().findings[0]
    row = f"  API key     {key.preview}  64 characters  bot/config.py:12:15 moonbase-api-key"
    assert row in text_of(desk_result(), width=120).splitlines()


def test_the_last_lines_sum_up():
    assert text_of(desk_result()).splitlines()[-2:] == [
        "3 credentials (4 values) in 13 places: 1 critical, 1 high, 1 medium",
        "2 more below --min-confidence (show: --min-confidence low)",
    ]


def test_what_to_do_is_said_once_an_exchange():
    report = text_of(desk_result())
    assert report.count("Delete the API key now") == 1
    assert "Load it from" not in report
    assert "Load it from" in text_of(desk_result(), verbose=True)


def test_verbose_lists_every_place():
    assert "ops/env.7" not in text_of(desk_result())
    assert "ops/env.7" in text_of(desk_result(), verbose=True)


def test_a_committed_copy_of_a_line_that_still_stands_is_not_repeated():
    make = Generator(2)
    finding = make.finding(KEY_RULE, WorktreeFile(b"a.py"), CommittedFile("b1", b"a.py", make.commit(), True))
    tree, history = finding.locations
    finding = replace(finding, locations=(replace(history, line=tree.line), tree))
    assert "in commit" not in text_of(result_of(finding))
    assert "in 1 place:" in text_of(result_of(finding))


@pytest.mark.parametrize("width", [0, 60, 80, 120, 500])
def test_only_what_must_be_copied_passes_the_width(width):
    limit = min(max(width, 60), 120)
    for line in text_of(desk_result(), width=width).splitlines():
        assert len(line) <= limit or re.search(r":\d+:\d+|https://", line)


def test_a_long_path_is_not_cut():
    path = "/".join(["deep"] * 100)
    assert f"{path}:12:15" in text_of(result_of(Generator(1).finding(KEY_RULE, WorktreeFile(path.encode()))))


def test_colour_only_adds_colour():
    plain, coloured = text_of(desk_result()), text_of(desk_result(), color=True)
    assert "\x1b" not in plain
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain
    assert coloured != plain


def test_a_clean_scan_says_so():
    assert text_of(result_of()) == f"{CLEAN}\n"


def test_an_incomplete_scan_without_findings_never_reads_as_clean():
    report = text_of(incomplete_result())
    assert report.startswith("The scan is NOT complete: 8 things")
    assert "found" not in report
    assert "missing-objects 7: git fetch --refetch" in report
    assert "and 2 more" in report
    assert ".git/shallow: history is cut off" in report
    assert "no verdict" in report


def test_an_incomplete_scan_with_findings_ends_with_the_warning():
    report = text_of(incomplete_result(*desk_result().findings))
    assert report.endswith("1 medium\nThe scan is NOT complete: there may be more.\n")


def test_accepted_failures_are_named():
    failures = (Failure("lfs", "model.bin", "only a pointer"),)
    report = text_of(result_of(failures=failures, accepted=frozenset({"lfs"})))
    assert report == f"Not read, as accepted: lfs 1 (--format json lists all)\n\n{CLEAN}\n"


def test_every_kind_of_failure_has_a_remedy():
    assert set(_REMEDIES) == set(FAILURE_KINDS)


def test_hostile_fields_are_shown_escaped():
    make = Generator(3)
    hostile = "\x1b]0;x\x07 ::error::\u202e"
    commit = make.commit(hostile)
    findings = [make.finding(KEY_RULE, CommittedFile("b1", path, commit, False)) for path in HOSTILE_PATHS]
    failures = (Failure("unreadable", hostile, hostile),)
    report = text_of(result_of(*findings, failures=failures))
    for line in report.split("\n"):
        assert line.isprintable()
        assert not line.lstrip().startswith("::")
        assert "##[" not in line


def test_a_credential_without_a_group_stands_alone():
    make = Generator(1)
    loners = (replace(make.finding(KEY_RULE, Stdin()), group="") for _ in range(2))
    report = text_of(result_of(*loners))
    assert "2 credentials (2 values) in 1 place" in report
    assert "stdin:12:15 moonbase-api-key" in report


def test_an_empty_preview_is_named():
    assert "(masked)" in text_of(result_of(Generator(1).finding(SECRET_RULE, Stdin(), preview="")))


def test_the_coverage_line():
    assert coverage_line(desk_result()) == (
        "read 120 files, 3,412 blobs, 210 commits, 4 tags, 81.3 MB in 1.2 s; "
        "skipped 3 (too big 2, nested repository 1); failed 0"
    )


def test_the_coverage_line_names_what_failed_and_what_was_left_out():
    result = replace(
        incomplete_result(),
        coverage=Coverage(files=1, bytes=999, published_examples=5, seconds=3600),
        skipped=tuple(Skipped("x", f"rule {name}\x1b") for name in "abcdef"),
    )
    assert coverage_line(result) == (
        "read 1 file, 0 blobs, 0 commits, 0 tags, 999 B in 3,600 s; skipped 6 "
        r"(rule a\x1b 1, rule b\x1b 1, rule c\x1b 1, rule d\x1b 1 and 2 more); "
        "failed 8 (missing-objects 7, shallow 1); 5 published example keys left out"
    )


@pytest.mark.parametrize(
    ("number", "shown"),
    [(0, "0 B"), (1000, "1.0 kB"), (999_949, "999.9 kB"), (999_951, "1.0 MB"), (5 * 10**15, "5,000.0 TB")],
)
def test_sizes_are_decimal(number, shown):
    assert f" {shown} in " in coverage_line(result_of(coverage=Coverage(bytes=number)))


def test_what_is_published_comes_first_then_what_still_stands_in_the_code():
    make = Generator(7)
    gone, still, out = (
        make.finding(SECRET_RULE, CommittedFile(make.oid(), name, make.commit(), False), score=score)
        for name, score in ((b"gone.py", 0.99), (b"still.py", 0.97), (b"published.py", 0.90))
    )
    still = replace(still, exposure=replace(still.exposure, in_tree=False, in_head=True))
    gone = replace(gone, exposure=replace(gone.exposure, in_tree=False))
    out = replace(out, exposure=replace(out.exposure, in_tree=False, published=True))
    said = text_of(result_of(gone, still, out))
    places = [said.index(name) for name in ("published.py", "still.py", "gone.py")]
    assert places == sorted(places)


def test_a_rule_that_does_not_fit_beside_its_place_stands_below():
    place = "a/" * 30 + "bot.py"
    lines = text_of(
        result_of(Generator(1).finding(SECRET_RULE, WorktreeFile(place.encode()))), width=80
    ).splitlines()
    at = next(number for number, line in enumerate(lines) if place in line)
    assert lines[at].endswith(":12:15")
    assert lines[at + 1].split() == [SECRET_RULE.rule_id]
