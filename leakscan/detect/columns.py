"""Names that stand apart from their values: `key, secret = "…", "…"`, and the head of a table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from leakscan.detect.lazy import lazy
from leakscan.model import Span

_NAMES = lazy(
    rb"\s{0,80}(?:const|let|var|val|my)?[\s(\[]{0,4}((?:[\w.$]{1,60}\s{0,3},\s{0,3}){1,8}[\w.$]{1,60})[\s)\]]{0,4}:?=\s{0,4}[(\[]?"
)
_NAME = lazy(rb"[\w.$]+")
_INSERT = lazy(
    rb"\(([\w\s,`\"\[\].]{3,300})\)\s{0,20}VALUES\s{0,20}(?:\([^()]{1,300}\)\s{0,20},\s{0,20}){0,4}\(([^()]{0,400})\Z",
    re.IGNORECASE,
)
_HEAD_LINE = lazy(rb"[ \w\"'.\-,;|\t]{3,200}")
_RULE_LINE = lazy(rb"[ |:\-+=]{3,200}")
_VALUE = lazy(rb"[A-Za-z0-9+/=]{29}")  # longer than a name: a row, not the head
_MAX_ROWS = 8
# What gets a variable: `"X-CMC_PRO_API_KEY": `, `?CMC_PRO_API_KEY=" + `, `?CMC_PRO_API_KEY={`.
_GETS = lazy(
    rb"(?<![\w-])([A-Za-z][\w-]{2,40})[\"'`\]]{0,2}\s{0,4}[:,=]\s{0,4}"
    rb"(?:[\"'`]\s?[+.]\s?|[$f]?[\"'`]?[$%{]{1,2}\s?)?\Z"
)
_GETS_REACH = 60  # bytes, more than that takes
_MAX_USES = 8


def column_name(text: bytes, line_start: int) -> Span | None:
    """The name of the value at the end of `text`, by its place among the values of its line or of an SQL statement;
    None if it has none."""
    if (b"VALUES" in text or b"values" in text) and (insert := _INSERT.search(text)):
        place = insert[2].count(b",")
        found = list(_NAME.finditer(text, *insert.span(1)))
        return Span(*found[place].span()) if place < len(found) else None
    line = text[line_start:]
    if names := _NAMES.match(line):
        place = line.count(b",", names.end())
        found = list(_NAME.finditer(text, line_start + names.start(1), line_start + names.end(1)))
        return Span(*found[place].span()) if place < len(found) else None
    return _table_head(text, line, line_start)


def _table_head(text: bytes, line: bytes, line_start: int) -> Span | None:
    """The cell above the value, where the line above, or one above some rows of values, is all names: a CSV file, a
    table in Markdown."""
    cells_before = line.lstrip()  # tabs before the first one are an indentation
    separator = next((mark for mark in (b"|", b"\t", b";", b",") if mark in cells_before), None)
    if separator is None or b"=" in line or b":" in line or b"(" in line:
        return None
    start, end = _line_above(text, line_start)
    for _ in range(_MAX_ROWS):
        if not _VALUE.search(text, start, end):
            break
        start, end = _line_above(text, start)
    if end > start and _RULE_LINE.fullmatch(text, start, end):
        start, end = _line_above(text, start)
    if end <= start or not _HEAD_LINE.fullmatch(text, start, end):
        return None
    cells = text[start:end].split(separator)
    place = line.count(separator)
    if place >= len(cells):
        return None
    begin = start + sum(len(cell) + 1 for cell in cells[:place])
    return Span(begin, begin + len(cells[place]))


def _line_above(text: bytes, line_start: int) -> Span:
    end = max(0, line_start - 1)
    return Span(text.rfind(b"\n", 0, end) + 1, end)


def iter_given(data: bytes, start: int, name: bytes) -> Iterator[bytes]:
    """The names of what gets the variable `name` in data[start:], as `headers = {"X-CMC_PRO_API_KEY": API_KEY}`."""
    use = re.compile(rb"(?<![\w-])" + re.escape(name) + rb"(?![\w-])")
    for place in islice(use.finditer(data, start), _MAX_USES):
        if gets := _GETS.search(data, max(start, place.start() - _GETS_REACH), place.start()):
            yield gets[1]
