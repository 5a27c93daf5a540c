"""A file under construction: text in which values are planted, and what is known of each."""

from __future__ import annotations

import hashlib
import random
import re
from dataclasses import dataclass, field
from typing import NamedTuple

from benchmarks.quality.values import Maker
from benchmarks.quality.venues import ONLY_WITH_OTHERS, SHORTEST_ALONE, Venue

OPEN, MIDDLE, CLOSE = "\ue000", "\ue001", "\ue002"  # private characters, taken out again by `finish`
_MARK = re.compile(f"{OPEN}([0-9]+){MIDDLE}|({CLOSE})")


class Note(NamedTuple):
    """What is known of one planted value."""

    sha256: str
    expect: str  # "report"; "optional" (only as part of a group); "silent"
    part: str  # of a credential, or the kind of a decoy
    venue: str
    exchange: tuple[str, ...]  # accepted names
    severity: str  # live, key (alone), test, dead; "" of decoys
    foreign: bool  # a decoy that is a secret of another service: a general scanner may report it


class Place(NamedTuple):
    """Where a note stands in the finished text: characters; lines and columns from 1, ends exclusive."""

    note: Note
    start: int
    end: int
    line: int
    column: int
    end_line: int
    end_column: int


class Setting(NamedTuple):
    """A name and a value as configuration files hold them; a comment has only a value."""

    name: str  # snake case; "" of a comment
    value: str
    bare: bool = False  # a number or true, false


@dataclass
class Page:
    rng: random.Random
    venue: Venue
    difficulty: str
    parts: tuple[str, ...] = ()
    notes: list[Note] = field(default_factory=list)
    _values: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.maker = Maker(self.rng)
        self.parts = self.parts or tuple(self.venue.parts)
        self.turn = self.rng.randrange(60)

    def pick(self, *choices: str) -> str:
        return self.rng.choice(choices)

    def value(self, part: str) -> str:
        """The value of a part, the same each time, not planted."""
        if part not in self._values:
            self._values[part] = self.maker.fill(self.venue.parts[part])
        return self._values[part]

    def secret(self, part: str, shown: str | None = None) -> str:
        """The part planted, in the form in which the text shows it."""
        value = self.value(part)
        alone = "secret" in self.parts or "private-key" in self.parts
        severity = self.venue.kind if self.venue.kind != "live" else "live" if alone else "key"
        weak = part in ONLY_WITH_OTHERS or len(value) < SHORTEST_ALONE
        digest = hashlib.sha256(value.encode()).hexdigest()
        expect = "optional" if weak else "report"
        note = Note(digest, expect, part, self.venue.id, self.venue.accepted, severity, False)
        return self._plant(note, value if shown is None else shown)

    def decoy(self, kind: str, value: str, *, foreign: bool = False) -> str:
        """A value planted that must not be reported."""
        digest = hashlib.sha256(value.encode()).hexdigest()
        return self._plant(Note(digest, "silent", kind, self.venue.id, (), "", foreign), value)

    def make(self, kind: str, shape: str, *, foreign: bool = False) -> str:
        """A decoy of a shape, planted."""
        return self.decoy(kind, self.maker.fill(shape), foreign=foreign)

    def _plant(self, note: Note, shown: str) -> str:
        self.notes.append(note)
        return f"{OPEN}{len(self.notes) - 1}{MIDDLE}{shown}{CLOSE}"


def plain_text(text: str) -> str:
    """Text without the marks of what is planted."""
    return _MARK.sub("", text)


def finish(text: str, notes: list[Note]) -> tuple[str, list[Place]]:
    """The text without marks, and where each planted value stands in it."""
    out: list[str] = []
    spans: list[tuple[int, int, Note]] = []
    size = at = 0
    stack: list[tuple[int, int]] = []
    for match in _MARK.finditer(text):
        out.append(text[at : match.start()])
        size += match.start() - at
        at = match.end()
        if match[1]:
            stack.append((int(match[1]), size))
        else:
            number, start = stack.pop()
            spans.append((start, size, notes[number]))
    clean = "".join([*out, text[at:]])
    return clean, [_place(clean, *span) for span in sorted(spans, key=lambda span: span[0])]


def _place(text: str, start: int, end: int, note: Note) -> Place:
    def at(offset: int) -> tuple[int, int]:
        return text.count("\n", 0, offset) + 1, offset - (text.rfind("\n", 0, offset) + 1) + 1

    return Place(note, start, end, *at(start), *at(end))
