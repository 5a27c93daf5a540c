"""What a value stands under: outer lines, sections, comments over its paragraph, and the names of open brackets."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from leakscan.detect.lazy import lazy
from leakscan.model import Span

_MAX_PARENTS, _PARENT_REACH, _BRACKET_REACH = 6, 4096, 1024
_MAX_OPEN = 64  # brackets, with and without a name before them
_SECTION = lazy(rb"\s*\[([^\]\n]{1,80})\]\s*(?:[#;].*)?")
_COMMENT = lazy(rb"\s*(?:#|//|;|--|\*|<!--|/\*)")
# A heading of Markdown, with empty lines below it.
_HEADING = lazy(rb"#{2,6} \S.{0,60}|\*\*[^*\n]{1,60}\*\*:?")
_FIRST = b"[#*/;-<"  # of a section, a heading or a comment
_MAY_BE_ONE = lazy(rb"(?:\A|\n)[^\S\n]*[\[#*/;<-]")
# `{"exchange": "luno", "secret": "…"`, `displayName`: the item of a list says what it is; `filename` does not.
_KIND = lazy(
    rb"(?:(?<![A-Za-z])(?i:exchange|venue|provider|broker|name)|(?<=[a-z])(?:Exchange|Venue|Provider|Broker|Name))"
    rb"(?:_?[iI]d|_?[nN]ame)?\\{0,2}[\"']?\s{0,3}"
    rb"[:=]\s{0,3}\\{0,2}[\"']([\w.\- ]{1,40})\\{0,2}[\"']"
)
_BRACKETS = lazy(rb"[][{}()]")
# What stands before a bracket, from its end to its start: from the other side each place would be tried.
# `"zaif":          {` stands in columns, `&quot;amplitude&quot;:{` in a saved page.
_OPENER_NAME = lazy(
    rb"(?:(?:[ \t]{0,40}|\s{0,3})>?[:=])?\s{0,3}(?:;touq&|['\"\\]){0,6}((?:[\w.$\\ -]|::|>-){0,60}[A-Za-z_])"
)


ABOVE = _PARENT_REACH + 104  # how far up is looked, and the longest name before a bracket
_MAX_REMEMBERED = 2048  # times 4 kB; the versions of a file have most of their lines in common


def parent_spans(data: bytes, start: int) -> list[Span]:
    """The lines and names that the value at `start` stands under, the nearest first."""
    low = max(0, start - ABOVE)
    return [Span(low + begin, low + end) for begin, end in _parents_at_end(data[low:start])]


@lru_cache(_MAX_REMEMBERED)
def _parents_at_end(above: bytes) -> tuple[Span, ...]:
    return (*_bracket_parents(above, len(above)), *_line_parents(above, len(above)))


def _bracket_parents(data: bytes, start: int) -> Iterator[Span]:
    """Names before the brackets that are still open: `"binance": {"live": {"key": "…`, `ccxt.binance({`."""
    floor = max(0, start - _BRACKET_REACH)
    closed = found = opened = 0
    kind, unread = None, start
    for bracket in reversed(list(_BRACKETS.finditer(data, floor, start))):
        if bracket[0] in b")]}":
            closed += 1
        elif closed:
            closed -= 1
        else:
            opened += 1
            if bracket[0] == b"{":
                kind = _KIND.search(data, bracket.end(), unread) or kind
                unread = bracket.start()
                if kind:
                    yield Span(*kind.span(1))
            low = max(0, bracket.start() - 80)
            if name := _OPENER_NAME.match(data[low : bracket.start()][::-1]):
                found += 1
                yield Span(bracket.start() - name.end(1), bracket.start() - name.start(1))
            if found == _MAX_PARENTS or opened == _MAX_OPEN:
                return


def _line_parents(data: bytes, start: int) -> Iterator[Span]:
    floor = max(0, start - _PARENT_REACH)
    line_start = data.rfind(b"\n", floor, start) + 1
    indent = _indent(data[line_start:start])
    deepest = indent + 1  # of a comment that speaks of the value: ` * …` stands a blank further in
    found = 0
    paragraph = True
    above = data[floor : max(floor, line_start - 1)] if line_start else b""
    lines = above.split(b"\n") if indent or _MAY_BE_ONE.search(above) else []
    if floor:
        del lines[:1]  # the floor cuts through it: how far it is indented is not known
    place = line_start
    for line in reversed(lines):
        place -= len(line) + 1
        text = line.strip()
        if not text:
            paragraph = False
            continue
        outer = indent and _indent(line) < indent and line.strip(b" \t\r{}[](),;")
        may_be = text[0] in _FIRST
        section = may_be and (_SECTION.fullmatch(line) or _HEADING.fullmatch(text))
        if outer or section or (may_be and paragraph and _COMMENT.match(line) and _indent(line) <= deepest):
            found += 1
            yield Span(place, place + len(line))
        if outer:
            indent = _indent(line)
        if section or found == _MAX_PARENTS:
            return


def _indent(line: bytes) -> int:
    return len(line) - len(line.lstrip(b" \t"))
