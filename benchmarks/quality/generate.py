"""Fixtures from a seed: which venue stands in which idiom, in which half, and the files with their manifest."""

from __future__ import annotations

import hashlib
import itertools
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.quality import (  # noqa: F401  (they register idioms and decoys)
    decoy_records,
    disguises,
    documents,
    formats,
    more,
    several,
    sources,
)
from benchmarks.quality.decoy_files import DECOYS
from benchmarks.quality.idioms import IDIOMS, Idiom
from benchmarks.quality.page import Page, Place, finish
from benchmarks.quality.venues import Venue, load

HALVES = ("development", "scored")
NAMELESS = ("unnamed",)  # difficulties in which nothing says which exchange it is
NO_EXAMPLES = ("unnamed", "path", "class", "far")  # these stand in no file of tests, documents or examples
UTF16 = "utf16-env"


@dataclass(frozen=True)
class Fixture:
    """One file and what is planted in it."""

    path: str
    data: bytes
    places: tuple[Place, ...]
    venue: Venue
    idiom: str
    language: str
    difficulty: str
    half: str

    @property
    def named(self) -> bool:
        """Whether text or path say which exchange it is."""
        return self.difficulty not in NAMELESS


def half_of(venue: str, idiom: str) -> str:
    """A venue in an idiom is in one half only; every venue and every idiom are in both."""
    return HALVES[hashlib.blake2b(f"{venue}/{idiom}".encode()).digest()[0] & 1]


def fixtures(seed: int, size: int, half: str) -> list[Fixture]:
    """So many files with credentials, and files with decoys until there are as many decoys as secrets."""
    made = [
        _credential(*one, number) for number, one in enumerate(itertools.islice(_choices(seed, half), size))
    ]
    secrets = _count(made, "report")
    missing = secrets - _count(made, "silent")
    for number, (rng, venue, name) in enumerate(_decoy_choices(seed, half), start=len(made)):
        if missing <= 0:
            break
        made.append(_decoy(rng, venue, name, number))
        missing -= _count(made[-1:], "silent")
    return made


def _count(made: list[Fixture], expect: str) -> int:
    return sum(len({p.note.sha256 for p in f.places if p.note.expect == expect}) for f in made)


def _choices(seed: int, half: str) -> Iterator[tuple[random.Random, Venue, Idiom, str]]:
    """Venue after venue in turn, each in its own order of idioms, without end."""
    columns: dict[str, list[Idiom]] = {}
    for venue in load().values():
        column = [i for i in IDIOMS.values() if half_of(venue.id, i.name) == half and i.suits(venue)]
        column = [idiom for idiom in column if difficulties(idiom, venue)]
        random.Random(f"{seed}/{venue.id}").shuffle(column)
        columns[venue.id] = column
    for turn in itertools.count():
        for name, column in columns.items():
            idiom, venue = column[turn % len(column)], load()[name]
            rng = random.Random(f"{seed}/{name}/{idiom.name}/{turn // len(column)}")
            yield rng, venue, idiom, rng.choice(difficulties(idiom, venue))


def difficulties(idiom: Idiom, venue: Venue) -> list[str]:
    """Those of the idiom in which a reviewer would still know what the venue's values are."""
    return [difficulty for difficulty in idiom.difficulties if _suits(venue, difficulty)]


def _suits(venue: Venue, difficulty: str) -> bool:
    if difficulty == "unnamed":
        return venue.unnamed
    if difficulty in ("path", "class", "far", "positional"):
        return not venue.word
    return difficulty != "one-part" or "key" in venue.parts


def _decoy_choices(seed: int, half: str) -> Iterator[tuple[random.Random, Venue, str]]:
    chosen = [(v, name) for v in load().values() for name in DECOYS if half_of(v.id, name) == half]
    random.Random(f"{seed}/decoys").shuffle(chosen)
    for turn in itertools.count():
        for venue, name in chosen:
            yield random.Random(f"{seed}/{venue.id}/{name}/{turn}"), venue, name


def _credential(rng: random.Random, venue: Venue, idiom: Idiom, difficulty: str, number: int) -> Fixture:
    parts = tuple(venue.parts)
    if difficulty == "one-part":
        parts = (rng.choice([part for part in parts if part in ("key", "secret", "private-key")]),)
    page = Page(rng, venue, difficulty, parts)
    files = [
        f
        for f in idiom.files
        if difficulty not in NO_EXAMPLES or not f.startswith(("tests", "examples", "docs", "README"))
    ]
    path = _path(rng, rng.choice(files), number, venue.prefix[0] if difficulty == "path" else "")
    text, places = finish(idiom.render(page), page.notes)
    data = text.encode("utf-16") if idiom.name == UTF16 else text.encode()
    return Fixture(
        path,
        data,
        tuple(places),
        venue,
        idiom.name,
        idiom.language,
        difficulty,
        half_of(venue.id, idiom.name),
    )


def _decoy(rng: random.Random, venue: Venue, name: str, number: int) -> Fixture:
    files, render = DECOYS[name]
    page = Page(rng, venue, "beside")
    path = _path(rng, rng.choice(files), number, "")
    text, places = finish(render(page), page.notes)
    return Fixture(path, text.encode(), tuple(places), venue, name, "decoy", "decoy", half_of(venue.id, name))


def _path(rng: random.Random, name: str, number: int, exchange: str) -> str:
    if exchange:
        folder, _, last = name.rpartition("/")
        stem, dot, suffix = last.rpartition(".")
        named = f"{exchange}{dot}{suffix}" if stem and rng.random() < 0.5 else f"{exchange}/{last}"
        name = "/".join(filter(None, (folder, named)))
    return f"{number:05d}/{name}"


def write(made: list[Fixture], folder: Path) -> None:
    """The files under `folder`/files, and `folder`/manifest.json: places and SHA-256, no value."""
    for fixture in made:
        file = folder / "files" / fixture.path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(fixture.data)
    entries = [entry for fixture in made for entry in manifest(fixture)]
    (folder / "manifest.json").write_text(json.dumps(entries, indent=1) + "\n")


def manifest(fixture: Fixture) -> list[dict[str, object]]:
    """One entry for each place at which a value stands."""
    return [
        {
            "file": fixture.path,
            "start_line": place.line,
            "start_column": place.column,
            "end_line": place.end_line,
            "end_column": place.end_column,
            **place.note._asdict(),
            "named": fixture.named,
            "idiom": fixture.idiom,
            "language": fixture.language,
            "difficulty": fixture.difficulty,
            "half": fixture.half,
        }
        for place in fixture.places
    ]
