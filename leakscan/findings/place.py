"""Byte offsets -> lines and columns, and GitHub's name for a line."""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from collections.abc import Iterator
from operator import attrgetter
from typing import NamedTuple

from leakscan.model import Span

_LINE_BREAK = re.compile(rb"\r\n|\n|\r")
_HASH_WINDOW = 100
_HASH_BASE = 37
_END_OF_FILE = "\uffff"
_HEAD_BYTES = 8
_PIECE_BYTES = 1 << 20


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
        plain = _plain(self._data)
        last = max(lines, default=0)
        starts = {line: start for line, start in _line_starts(plain, last) if line in lines}
        wanted = {line: _window(plain, start) for line, start in starts.items()}
        heads = {plain[start : start + _HEAD_BYTES] for start in starts.values()}
        seen = dict.fromkeys(wanted.values(), 0)
        hashes: dict[int, str] = {}
        for line, start in _line_starts(plain, last):
            if plain[start : start + _HEAD_BYTES] in heads and (window := _window(plain, start)) in seen:
                seen[window] += 1
            if line in wanted:
                hashes[line] = f"{_hash(wanted[line]):x}:{seen[wanted[line]]}"
        return hashes


def _plain(data: bytes) -> bytes:
    """As UTF-8, in which anything may be told by its bytes, with line ends of one kind, no blanks and the mark of the
    end. Piece by piece: as one str, content may take four times its memory."""
    if not data.isascii():
        decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        pieces = (decode(data[at : at + _PIECE_BYTES]) for at in range(0, len(data), _PIECE_BYTES))
        data = b"".join(piece.encode() for piece in (*pieces, decode(b"", True)))
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").translate(None, b" \t") + _END_OF_FILE.encode()


def _window(plain: bytes, start: int) -> bytes:
    """UTF-16 code units: none takes more than three bytes."""
    text = plain[start : start + 4 * _HASH_WINDOW].decode("utf-8", "ignore")
    return text.encode("utf-16-le")[: 2 * _HASH_WINDOW]


def _line_starts(plain: bytes, last: int) -> Iterator[tuple[int, int]]:
    """(number, where it starts) of the lines up to the `last`."""
    line, start = 1, 0
    while line <= last:
        yield line, start
        start = plain.find(b"\n", start) + 1
        if not start:
            break
        line += 1


def _hash(window: bytes) -> int:
    units = memoryview(window).cast("H").tolist()
    units += [0] * (_HASH_WINDOW - len(units))
    value = 0
    for unit in units:
        value = (value * _HASH_BASE + unit) & 0xFFFFFFFFFFFFFFFF
    return value
