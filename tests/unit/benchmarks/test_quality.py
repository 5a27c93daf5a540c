"""The benchmark of exchange credentials: what it makes is labelled rightly, and the scorer counts rightly."""

from __future__ import annotations

import hashlib
import json
import random
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from benchmarks.quality.generate import UTF16, Fixture, difficulties, fixtures, half_of, manifest, write
from benchmarks.quality.idioms import IDIOMS
from benchmarks.quality.page import CLOSE, OPEN, Page, finish
from benchmarks.quality.scanners import Report
from benchmarks.quality.score import score
from benchmarks.quality.venues import load

ROOT = Path(__file__).parents[3]
ENCODED = ("k8s-secret", "base64-python", "escaped-js", "hex-python", "url-query", "der-base64", "pem-base64")
SIZE = 700


@pytest.fixture(scope="module")
def made() -> list[Fixture]:
    return fixtures(3, SIZE, "development")


def text_of(fixture: Fixture) -> str:
    return fixture.data.decode("utf-16" if fixture.idiom == UTF16 else "utf-8")


def perfect(made: list[Fixture], expect: str) -> list[Report]:
    """A report of everything that is labelled so."""
    return [
        Report(
            f.path,
            p.line,
            p.end_line,
            p.column,
            p.end_column,
            "",
            "rule",
            "".join(p.note.exchange[:1]),
            "high",
            "",
        )
        for f in made
        for p in f.places
        if p.note.expect == expect
    ]


def test_the_same_seed_gives_the_same_files(made: list[Fixture]) -> None:
    assert [(f.path, f.data) for f in fixtures(3, SIZE, "development")] == [(f.path, f.data) for f in made]
    digests = [  # RSA keys are of a stock, see `values`
        {
            p.note.sha256
            for f in files
            for p in f.places
            if p.note.expect == "report" and p.note.part != "private-key"
        }
        for files in (made, fixtures(4, 50, "development"))
    ]
    assert not digests[0] & digests[1]


def test_labels_point_at_what_is_planted(made: list[Fixture]) -> None:
    for fixture in made:
        text = text_of(fixture)
        assert OPEN not in text
        assert CLOSE not in text
        lines = text.split("\n")
        for place in fixture.places:
            shown = text[place.start : place.end]
            assert lines[place.line - 1][place.column - 1 :].startswith(shown.split("\n")[0])
            assert lines[place.end_line - 1][: place.end_column - 1].endswith(shown.split("\n")[-1])
            if fixture.idiom not in ENCODED and "split" not in fixture.idiom and "pem" not in place.note.part:
                whole = shown.replace("\\n", "\n")
                if place.note.part != "private-key":
                    assert hashlib.sha256(whole.encode()).hexdigest() == place.note.sha256, fixture.idiom


def test_every_secret_is_shown_once_at_least_and_places_do_not_overlap(made: list[Fixture]) -> None:
    for fixture in made:
        ends = [0, *(place.end for place in fixture.places)]
        assert all(end <= place.start for end, place in zip(ends, fixture.places, strict=False)), (
            fixture.idiom
        )
        if fixture.language != "decoy":
            assert any(place.note.expect != "silent" for place in fixture.places)


def test_there_are_as_many_decoys_as_secrets(made: list[Fixture]) -> None:
    count = {
        expect: sum(len({p.note.sha256 for p in f.places if p.note.expect == expect}) for f in made)
        for expect in ("report", "silent")
    }
    assert count["report"] > SIZE
    assert 0 <= count["silent"] - count["report"] < count["report"] * 0.02


def test_every_row_of_the_table_has_a_venue() -> None:
    assert {venue.row for venue in load().values()} == set(range(1, 89)) - {3}  # 3 is printed examples only


def test_every_venue_and_idiom_stands_in_both_halves() -> None:
    halves = {
        (venue.id, name): half_of(venue.id, name)
        for venue in load().values()
        for name, idiom in IDIOMS.items()
        if idiom.suits(venue) and difficulties(idiom, venue)
    }
    for half in ("development", "scored"):
        here = [pair for pair, where in halves.items() if where == half]
        assert {venue for venue, _ in here} == set(load())
        assert {name for _, name in here} >= {n for n in IDIOMS if sum(name == n for _, name in halves) > 12}


def test_the_manifest_holds_no_value(made: list[Fixture], tmp_path: Path) -> None:
    write(made[:60] + made[-60:], tmp_path)
    text = (tmp_path / "manifest.json").read_text()
    assert len(json.loads(text)) == sum(len(manifest(f)) for f in made[:60] + made[-60:])
    for fixture in made[:60] + made[-60:]:
        whole = (tmp_path / "files" / fixture.path).read_bytes()
        assert whole == fixture.data
        for place in fixture.places:
            shown = text_of(fixture)[place.start : place.end]
            assert len(shown) < 12 or json.dumps(shown)[1:-1] not in text


@pytest.mark.parametrize(
    ("languages", "parse"),
    [
        (("json", "jupyter", "postman"), json.loads),
        (("toml",), tomllib.loads),
        (("xml",), ElementTree.fromstring),
    ],
)
def test_data_files_are_valid(
    made: list[Fixture], languages: tuple[str, ...], parse: Callable[[str], Any]
) -> None:
    chosen = [fixture for fixture in made if fixture.language in languages]
    assert chosen
    for fixture in chosen:
        parse(text_of(fixture))


def test_python_files_compile(made: list[Fixture]) -> None:
    chosen = [
        f for f in made if f.language == "python" and f.path.endswith(".py") and f.idiom != "base64-python"
    ]
    assert len(chosen) > 50
    broken = []
    for fixture in chosen:
        try:
            compile(text_of(fixture).replace("await ", ""), fixture.path, "exec")
        except SyntaxError as error:
            broken.append((fixture.idiom, fixture.difficulty, str(error)))
    assert not broken


def test_who_finds_everything_and_nothing_else_has_full_marks(made: list[Fixture]) -> None:
    result = score(made, perfect(made, "report"), general=False)
    assert (result.total.precision, result.total.recall, result.total.f1) == (1.0, 1.0, 1.0)
    assert result.total.named_right == result.total.named > 0
    assert set(result.by["venue"]) >= {f.venue.id for f in made if f.language != "decoy"}


def test_who_finds_nothing_has_no_recall_and_full_precision(made: list[Fixture]) -> None:
    result = score(made, [], general=False)
    assert (result.total.recall, result.total.precision) == (0.0, 1.0)
    assert len(result.misses) == result.total.secrets


def test_decoys_cost_precision_and_parts_of_a_group_do_not(made: list[Fixture]) -> None:
    right, wrong = perfect(made, "report"), perfect(made, "silent")
    strict = score(made, right + wrong, general=False).total
    assert strict.false == len(wrong)
    general = score(made, right + wrong, general=True).total
    foreign = sum(p.note.foreign for f in made for p in f.places)
    assert 0 < foreign == strict.false - general.false
    assert score(made, right + perfect(made, "optional"), general=False).total.false == 0


def test_a_report_where_nothing_is_labelled_is_a_false_alarm(made: list[Fixture]) -> None:
    fixture = next(f for f in made if f.language == "decoy")
    last = text_of(fixture).count("\n") + 5
    stray = Report(fixture.path, last, last, 1, 9, "", "rule", "kraken", "high", "")
    result = score(made, [stray], general=False)
    assert (result.total.false, dict(result.wrong)) == (1, {"unlabelled": 1})


@pytest.mark.parametrize(
    ("venue", "said", "right"),
    [
        ("binance", "binance", True),
        ("binance", "binance-futures-testnet", True),
        ("binance", "binance-us", False),
        ("binance-us", "binance-us", True),
        ("binance-us", "binance", False),
        ("gate", "gateio", True),
        ("htx", "huobi", True),
        ("kraken-futures", "kraken", True),
        ("kraken", "unknown", False),
        ("woo", "woox", True),
    ],
)
def test_the_exchange_counts_as_named(venue: str, said: str, right: bool) -> None:
    files = [
        f
        for f in fixtures(5, 400, "development")
        if f.venue.id == venue and f.named and "several" not in f.idiom
    ]
    fixture = next(f for f in files if any(p.note.expect == "report" for p in f.places))
    reports = [report._replace(exchange=said) for report in perfect([fixture], "report")]
    result = score([fixture], reports, general=False)
    assert (result.total.named_right == result.total.named) is right


def test_the_command_scores_what_is_installed(tmp_path: Path) -> None:
    for half in ("development", "scored"):
        out = tmp_path / f"{half}.json"
        command = [sys.executable, "-m", "benchmarks.quality", "--size", "60", "--half", half]
        done = subprocess.run(
            [*command, "--tools", "leakscan", "--json", str(out)], cwd=ROOT, capture_output=True, check=True
        )
        assert b"by venue" in done.stdout
        figures = json.loads(out.read_text())["scanners"]["leakscan"]
        assert figures["total"]["found"] > 0
        assert isinstance(figures["misses"], list if half == "development" else int)


def test_no_value_stands_in_the_benchmark(leakscan: Callable[..., Any]) -> None:
    run = leakscan("scan", ROOT / "benchmarks", "-f", "json", "--no-history", "--min-confidence", "low")
    assert (run.exit_code, run.findings) == (0, [])


@pytest.mark.parametrize("name", IDIOMS)
def test_every_idiom_suits_every_venue_that_it_says(name: str) -> None:
    idiom, chooser = IDIOMS[name], random.Random(name)
    venues = [venue for venue in load().values() if idiom.suits(venue) and difficulties(idiom, venue)]
    assert venues
    for venue in venues:
        page = Page(random.Random(7), venue, chooser.choice(difficulties(idiom, venue)))
        text, places = finish(idiom.render(page), page.notes)
        planted = {
            place.note.part
            for place in places
            if place.note.venue == venue.id and place.note.expect != "silent"
        }
        assert planted
        assert text.endswith("\n") or name == "json-one-line"


def test_a_credential_is_whole_if_its_parts_share_a_group(made: list[Fixture]) -> None:
    fixture = next(f for f in made if {p.note.part for p in f.places} >= {"key", "secret", "passphrase"})
    reports = perfect([fixture], "report") + perfect([fixture], "optional")
    assert score([fixture], reports, general=False).whole == 0
    grouped = [report._replace(group="one") for report in reports]
    result = score([fixture], grouped, general=False)
    assert result.whole == result.credentials >= 1
    assert score([fixture], grouped[1:], general=False).whole < result.whole


@pytest.mark.parametrize(("option", "value"), [("--tools", "nosuch"), ("--write", ".")])
def test_what_cannot_be_done_is_said(option: str, value: str) -> None:
    command = [sys.executable, "-m", "benchmarks.quality", "--size", "5", option, value]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f"{option}" in done.stderr
