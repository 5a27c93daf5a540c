"""Precision, recall and F1 of one scanner against the manifest."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from benchmarks.quality.generate import Fixture
from benchmarks.quality.page import Note, Place
from benchmarks.quality.scanners import Report
from benchmarks.quality.venues import plain

SEVERITIES = {
    "live": ("critical", "high"),
    "key": ("low", "medium"),
    "test": ("low", "medium"),
    "dead": ("low",),
}
LEAST_COMMON = 8  # characters that a reported value and a planted one share, where there are no columns
ENVIRONMENTS = (
    "testnet",
    "demo",
    "paper",
    "sandbox",
    "futures",
    "exchange",
    "hmac",
    "rsa",
    "ed25519",
    "cdp",
    "legacy",
)


@dataclass
class Tally:
    """Counts of one group of fixtures; a secret counts once, however often it stands in its file."""

    secrets: int = 0
    found: int = 0
    false: int = 0
    named: int = 0  # secrets whose exchange is said
    named_found: int = 0
    named_right: int = 0

    @property
    def precision(self) -> float:
        return self.found / (self.found + self.false) if self.found + self.false else 1.0

    @property
    def recall(self) -> float:
        return self.found / self.secrets if self.secrets else 1.0

    @property
    def f1(self) -> float:
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    def figures(self) -> dict[str, Any]:
        """All of it, as JSON takes it."""
        naming = self.named_right / self.named_found if self.named_found else None
        return {
            **vars(self),
            "precision": round(self.precision, 4),
            "recall": round(self.recall, 4),
            "f1": round(self.f1, 4),
            "named_of_found": None if naming is None else round(naming, 4),
            "named_of_all": round(self.named_right / self.named, 4) if self.named else None,
        }


@dataclass
class Score:
    """One scanner's tallies, and what it got wrong."""

    total: Tally = field(default_factory=Tally)
    by: dict[str, dict[str, Tally]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(Tally)))
    severity_right: int = 0
    credentials: int = 0  # of several parts in one file
    whole: int = 0  # of these: all parts reported, in one group
    wrong: Counter[str] = field(default_factory=Counter)  # kinds of decoys reported; "unlabelled" elsewhere
    misses: list[dict[str, str]] = field(default_factory=list)
    alarms: list[dict[str, str]] = field(default_factory=list)
    misnamed: list[dict[str, str]] = field(default_factory=list)

    def tallies(self, fixture: Fixture, venue: str) -> list[Tally]:
        groups = {"venue": venue, "idiom": fixture.idiom, "difficulty": fixture.difficulty}
        return [self.total, *(self.by[kind][group] for kind, group in groups.items())]


def covers(report: Report, place: Place, shown: str) -> bool:
    """Whether the report is about what stands at the place."""
    if report.end_line < place.line or report.start_line > place.end_line:
        return False
    if report.start_column:
        starts = (report.start_line, report.start_column) < (place.end_line, place.end_column)
        return starts and (report.end_line, report.end_column) > (place.line, place.column)
    value = report.value.strip("\"'`,; ")
    if not value:
        return True
    if shown in value or (len(value) >= LEAST_COMMON and value in shown):
        return True
    return value[:LEAST_COMMON] in shown or shown[:LEAST_COMMON] in value


def names_it(report: Report, note: Note) -> bool:
    """Whether the exchange in the report, or else its rule, is the one of the note."""
    if report.exchange is None:
        return any(name in plain(report.rule) for name in note.exchange)
    said = plain(report.exchange)
    return any(
        said == name or _environment(said.removeprefix(name))
        for name in note.exchange
        if said.startswith(name)
    )


def _environment(rest: str) -> bool:
    for word in ENVIRONMENTS:
        rest = rest.replace(word, "")
    return rest in ("", "spot", "pro")


def score(fixtures: Iterable[Fixture], reports: list[Report], *, general: bool) -> Score:
    """`general`: a scanner of all services, of which other services' secrets are no false alarms."""
    by_path: dict[str, list[Report]] = defaultdict(list)
    for report in reports:
        by_path[report.path].append(report)
    result = Score()
    for fixture in fixtures:
        text = fixture.data.decode("utf-16" if fixture.data[:2] == b"\xff\xfe" else "utf-8")
        _score_file(result, fixture, text, by_path.get(fixture.path, []), general)
    return result


def _score_file(result: Score, fixture: Fixture, text: str, reports: list[Report], general: bool) -> None:
    about: dict[int, list[Place]] = {
        n: [place for place in fixture.places if covers(report, place, text[place.start : place.end])]
        for n, report in enumerate(reports)
    }
    secrets: dict[str, list[Place]] = defaultdict(list)
    for place in fixture.places:
        if place.note.expect == "report":
            secrets[place.note.sha256].append(place)
    for places in secrets.values():
        hits = [reports[n] for n, covered in about.items() if set(places) & set(covered)]
        _secret(result, fixture, places[0].note, hits)
    _wholes(result, fixture, reports, about)
    said: set[tuple[object, ...]] = set()
    for n, covered in about.items():
        if any(place.note.expect != "silent" for place in covered):
            continue
        if general and any(place.note.foreign for place in covered):
            continue
        kind = covered[0].note.part if covered else "unlabelled"
        key = (kind, covered[0] if covered else (reports[n].start_line, reports[n].value))
        if key not in said:  # two rules for one value are one false alarm
            said.add(key)
            _alarm(result, fixture, kind, reports[n])


def _secret(result: Score, fixture: Fixture, note: Note, hits: list[Report]) -> None:
    right = any(names_it(hit, note) for hit in hits)
    where = {
        "file": fixture.path,
        "venue": note.venue,
        "idiom": fixture.idiom,
        "difficulty": fixture.difficulty,
    }
    where["part"] = note.part
    for tally in result.tallies(fixture, note.venue):
        tally.secrets += 1
        tally.found += bool(hits)
        if fixture.named:
            tally.named += 1
            tally.named_found += bool(hits)
            tally.named_right += right
    result.severity_right += any(hit.severity in SEVERITIES[note.severity] for hit in hits)
    if not hits:
        result.misses.append(where)
    elif fixture.named and not right:
        result.misnamed.append({**where, "said": hits[0].exchange or hits[0].rule})


def _wholes(result: Score, fixture: Fixture, reports: list[Report], about: dict[int, list[Place]]) -> None:
    """Counts credentials, one for each venue of the file; of a user id nothing is asked."""
    groups: dict[str, dict[str, set[str]]] = defaultdict(dict)
    for place in fixture.places:
        note = place.note
        if note.expect != "silent" and note.part != "user-id":
            said = {reports[n].group for n, covered in about.items() if place in covered}
            groups[note.venue].setdefault(note.part, set()).update(said - {""})
    for parts in groups.values():
        if len(parts) > 1:
            result.credentials += 1
            result.whole += bool(set.intersection(*parts.values()))


def _alarm(result: Score, fixture: Fixture, kind: str, report: Report) -> None:
    for tally in result.tallies(fixture, fixture.venue.id):
        tally.false += 1
    result.wrong[kind] += 1
    where = {"file": fixture.path, "venue": fixture.venue.id, "idiom": fixture.idiom, "kind": kind}
    result.alarms.append({**where, "rule": report.rule, "line": str(report.start_line)})


def summary(result: Score, details: Callable[[list[dict[str, str]]], object]) -> dict[str, object]:
    """The figures as JSON takes them; `details` decides what is said of single fixtures."""
    return {
        "total": result.total.figures(),
        "severity_right": result.severity_right,
        "credentials": result.credentials,
        "whole": result.whole,
        "false_alarms_by_kind": dict(result.wrong.most_common()),
        **{
            f"by_{kind}": {name: t.figures() for name, t in sorted(g.items())}
            for kind, g in result.by.items()
        },
        "misses": details(result.misses),
        "alarms": details(result.alarms),
        "misnamed": details(result.misnamed),
    }
