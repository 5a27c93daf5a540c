"""Whether a run of letters and digits is a piece of something encoded: base64, PEM, ciphertext, a token."""

from __future__ import annotations

from leakscan.detect.lazy import lazy
from leakscan.model import Span

_BLOCK_REACH = 4  # 13 % of base64 lines hold no mark of base64; five in a row in 1 of 25,000
_LINE_REACH = 256

_LINE_BREAK = lazy(rb"\r\n|\n|\r|\\+r\\+n|\\+n")
_BASE64_LINE = lazy(rb"[\s\"'`,;+\\#*>|(\[]{0,80}([A-Za-z0-9+/]{16,}={0,2})[\s\"'`,;+\\)\].]{0,80}")
_ENDS_LINE = lazy(rb"[\s\"'`,;+\\)\].]{0,80}")
_ENCODED_MARK = lazy(rb"[+/=]")
_DRESSING = b" \t\"'`,;+\\().[]"
# What stands directly before a value that is the text of something encoded or encrypted.
_ENCODED_BEFORE = lazy(
    rb"(?:;base64,|\bENC\[[A-Za-z0-9_,]{0,40}data:|\$ANSIBLE_VAULT;[^\n]{0,60}\n\s{0,40})$"
)
# `BINANCE_API_SECRET=<value>`: no block of lines has such a name, whatever stands in the next one.
_OF_API, _NAME_REACH = lazy(rb"(?i)api_?(?:key|secret)[ \t]{0,3}[=:][ \t]{0,3}\Z"), 24
_ARMOUR_START, _ARMOUR_END = b"-----BEGIN ", b"-----END "
_MAX_ARMOUR = 64 * 1024


def is_piece_of_encoding(data: bytes, span: Span) -> bool:
    """True for a line of base64: it ends its line, and lines beside it are of the same kind.

    Such lines alone, all of letters and digits, are how people note down keys and secrets."""
    if data.startswith(b"MII", span.start):  # base64 of a DER sequence: 1 random value of 240,000
        return True
    if _ENCODED_BEFORE.search(data[max(0, span.start - 120) : span.start]):
        return True
    own = _line_of(data, span)
    if not _ENDS_LINE.fullmatch(data, span.end, own.end):
        return False
    if _OF_API.search(data, max(0, span.start - _NAME_REACH), span.start):
        return False
    length = span.end - span.start
    is_line = _BASE64_LINE.fullmatch(data, *own) is not None
    above = is_line and _has_marked_neighbour(data, own, length, below=False, is_line=True)
    return above or _has_marked_neighbour(data, own, length, below=True, is_line=is_line)


def _has_marked_neighbour(data: bytes, line: Span, length: int, *, below: bool, is_line: bool) -> bool:
    """True if one of the next lines in that direction is surely base64, and those between could be. Of a value that is
    all of its line, an armour may tell it, too."""
    for _ in range(_BLOCK_REACH):
        line = _line_beside(data, line, below=below)
        if is_line and data[line.start : line.end].lstrip(b" \t#*/\"'").startswith(
            _ARMOUR_END if below else _ARMOUR_START
        ):
            return True
        match = _BASE64_LINE.fullmatch(data, *line)
        if match is None:
            return False
        size = len(match[1])  # only the last line of a block is shorter than the others
        is_of_block = size <= length if below else size >= length
        if is_of_block and _ENCODED_MARK.search(match[1]):
            return True
    return False


def may_be_armoured(data: bytes) -> bool:
    """False if no value of this content is."""
    return _ARMOUR_START in data


def is_armoured(data: bytes, span: Span) -> bool:
    """True between a BEGIN line and its END line, whatever dresses the lines between: `hash += "MIIE…"`."""
    begin = data.rfind(_ARMOUR_START, max(0, span.start - _MAX_ARMOUR), span.start)
    if begin < 0 or _ARMOUR_END in data[begin : span.start]:
        return False
    return _ARMOUR_END in data[span.end : span.end + _MAX_ARMOUR]


def _line_of(data: bytes, span: Span) -> Span:
    low = max(0, span.start - _LINE_REACH)
    start = _line_start(data, low, span.start)
    following = _LINE_BREAK.search(data, span.end, span.end + _LINE_REACH)
    end = following.start() if following else min(len(data), span.end + _LINE_REACH)
    return Span(start, end)


def _line_start(data: bytes, low: int, place: int) -> int:
    """Behind the last line break of data[low:place], `low` if there is none."""
    text = data[low:place]
    if b"\r" not in text and b"\\" not in text:
        return low + text.rfind(b"\n") + 1
    return low + max((match.end() for match in _LINE_BREAK.finditer(text)), default=0)


def _line_beside(data: bytes, line: Span, *, below: bool) -> Span:
    """The next line in that direction which is more than dressing: in source code each line of a literal is quoted."""
    for _ in range(3):
        line = _adjacent(data, line, below=below)
        if data[line.start : line.end].strip(_DRESSING):
            break
    return line


def _adjacent(data: bytes, line: Span, *, below: bool) -> Span:
    if below:
        following = _LINE_BREAK.match(data, line.end)
        return (
            _line_of(data, Span(following.end(), following.end()))
            if following
            else Span(len(data), len(data))
        )
    if data[line.start - 1 : line.start] == b"\n":
        end = line.start - 1 - (data[line.start - 2 : line.start - 1] == b"\r")
        return _line_of(data, Span(end, end))
    low = max(0, line.start - 8)
    breaks = [match for match in _LINE_BREAK.finditer(data, low, line.start) if match.end() == line.start]
    return _line_of(data, Span(breaks[-1].start(), breaks[-1].start())) if breaks else Span(0, 0)
