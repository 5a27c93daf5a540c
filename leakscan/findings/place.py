"""Byte offsets -> lines and columns, and GitHub's name for a line."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from itertools import pairwise

from leakscan.model import Span

_LINE_BREAK = re.compile(rb"\r\n|\n|\r")
_HASH_WINDOW = 100
_HASH_BASE = 37
_END_OF_FILE = "\uffff"
_NO_BLANKS = str.maketrans("", "", " \t")


class LineIndex:
    """Lines and columns of UTF-8 (or unknown) content. A byte that is no UTF-8 counts as one code point."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._starts = [0, *(match.end() for match in _LINE_BREAK.finditer(data))]
        self._last = (1, 0, 1)  # line, offset and column asked for last

    def at(self, offset: int) -> tuple[int, int]:
        """Byte offset -> (line, column), both from 1; columns count code points."""
        line = bisect_right(self._starts, offset)
        known_line, start, column = self._last
        if known_line != line or start > offset:
            start, column = self._starts[line - 1], 1
        # counted on from the last place: in one line of 50 MB there may be thousands of them
        between = self._data[start:offset]
        column += len(between) if between.isascii() else len(between.decode("utf-8", "surrogateescape"))
        self._last = (line, offset, column)
        return line, column

    def offset(self, line: int, column: int) -> int:
        """(line, column) -> byte offset: the inverse of `at`; the end of the content for what lies behind it."""
        if line > len(self._starts):
            return len(self._data)
        start = self._starts[line - 1]
        end = self._starts[line] if line < len(self._starts) else len(self._data)
        text = self._data[start:end].decode("utf-8", "surrogateescape")
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
        wanted = sorted(line for line in lines if line <= len(starts))
        seen: Counter[bytes] = Counter()
        hashes: dict[int, str] = {}
        last = wanted[-1] if wanted else 0
        for line, start in enumerate(starts[:last], 1):
            window = units[2 * start : 2 * (start + _HASH_WINDOW)]
            seen[window] += 1
            if line in lines:
                hashes[line] = f"{_hash(window):x}:{seen[window]}"
        return hashes


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
