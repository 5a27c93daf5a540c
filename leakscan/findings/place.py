"""Byte offsets -> lines and columns, and GitHub's name for a line."""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import pairwise
from operator import attrgetter
from typing import NamedTuple

from leakscan.model import Span

_LINE_BREAK = re.compile(rb"\r\n|\n|\r")
_HASH_WINDOW = 100
_HASH_BASE = 37
_END_OF_FILE = "\uffff"
_NO_BLANKS = str.maketrans("", "", " \t")


class _Place(NamedTuple):
    offset: int
    line: int
    column: int


class LineIndex:
    """Lines and columns of UTF-8 (or unknown) content. A byte that is no UTF-8 counts as one code point.

    They are counted on from the nearest place that was asked for before: content may be nothing but line breaks, and
    a list of them all would take many times its memory; and there may be thousands of values in one line of 50 MB."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._known = [_Place(0, 1, 1)]

    def at(self, offset: int) -> tuple[int, int]:
        """Byte offset -> (line, column), both from 1; columns count code points."""
        data = self._data
        number = bisect_right(self._known, offset, key=attrgetter("offset"))
        start, line, column = self._known[number - 1]
        end = offset - (
            data[offset - 1 : offset + 1] == b"\r\n"
        )  # in the middle of a break, no line has ended
        breaks = (
            data.count(b"\n", start, end) + data.count(b"\r", start, end) - data.count(b"\r\n", start, end)
        )
        if breaks:
            start = max(data.rfind(b"\n", start, end), data.rfind(b"\r", start, end)) + 1
            column = 1
        between = data[start:offset]
        column += len(between) if between.isascii() else len(between.decode("utf-8", "surrogateescape"))
        self._known.insert(number, _Place(offset, line + breaks, column))
        return line + breaks, column

    def offset(self, line: int, column: int) -> int:
        """(line, column) -> byte offset: the inverse of `at`; the end of the content for what lies behind it."""
        start = 0
        for _ in range(line - 1):
            found = _LINE_BREAK.search(self._data, start)
            if found is None:
                return len(self._data)
            start = found.end()
        following = _LINE_BREAK.search(self._data, start)
        text = self._data[start : following.end() if following else None].decode("utf-8", "surrogateescape")
        return start + len(text[: column - 1].encode("utf-8", "surrogateescape"))

    def place(self, span: Span) -> tuple[int, int, int, int]:
        """Span -> (line, column, end line, end column), ends exclusive."""
        return *self.at(span.start), *self.at(span.end)

    def line_hashes(self, lines: frozenset[int]) -> dict[int, str]:
        """GitHub's primaryLocationLineHash of each of the lines.

        The published algorithm (github/codeql-action src/fingerprints.ts): a polynomial hash, base 37, 64 bits, over
        the 100 UTF-16 code units from the start of the line, blanks left out, line ends as one newline, 65535 for the
        end of the file and zeros behind it; then the number of times that this hash came up so far."""
        text = self._data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
        plain = text.translate(_NO_BLANKS) + _END_OF_FILE
        starts, units = _line_starts(plain)
        wanted = {line: _window(units, starts[line - 1]) for line in lines if line <= len(starts)}
        seen = dict.fromkeys(wanted.values(), 0)
        hashes: dict[int, str] = {}
        for line, start in enumerate(starts[: max(wanted, default=0)], 1):
            window = _window(units, start)
            if window in seen:
                seen[window] += 1
            if line in wanted:
                hashes[line] = f"{_hash(window):x}:{seen[window]}"
        return hashes


def _window(units: bytes, start: int) -> bytes:
    return units[2 * start : 2 * (start + _HASH_WINDOW)]


def _line_starts(plain: str) -> tuple[list[int], bytes]:
    """Where lines start, in UTF-16 code units, and the code units themselves. A line has at least one character."""
    units = plain.encode("utf-16-le", "surrogatepass")
    starts = [0]
    step = units.find(b"\n\0")
    while step >= 0:
        if step % 2 == 0:
            starts.append(step // 2 + 1)
        step = units.find(b"\n\0", step + 1)
    return [start for start, _ in pairwise([*starts, len(units) // 2]) if start < len(units) // 2], units


def _hash(window: bytes) -> int:
    units = memoryview(window).cast("H").tolist()
    units += [0] * (_HASH_WINDOW - len(units))
    value = 0
    for unit in units:
        value = (value * _HASH_BASE + unit) & 0xFFFFFFFFFFFFFFFF
    return value
