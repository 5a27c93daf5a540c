"""Where encoded, escaped and split values hide: the pieces of a text that say something else than they look like.

Each is found by the mark that the history engine knows it by (anchors/reference_hidden.py): a value that does
not show one is not decoded either."""

from __future__ import annotations

import binascii
import re
import string
from collections.abc import Iterable, Iterator

from leakscan.detect.decode import as_utf8
from leakscan.detect.lazy import lazy
from leakscan.detect.rewrite import Piece
from leakscan.detect.short import EMPTY_LINE
from leakscan.model import Span

_CODE = rb"[0-9A-Za-z+/]"
_MARK = rb"(?:%M|\\(?:/|(?:u00|x)M)|&#(?:43|47|61|[xX]M);)".replace(b"M", b"(?:2[BbFf]|3[Dd])")
_MARKS = lazy(_MARK + b"+")
_TOKEN = lazy(b"(?:%b+|%b)+" % (_CODE, _MARK))
_JOINT = rb"(?:\\?[\"'`](?!%b)[ \t\r\n+.&\\()]{0,32}[bBrRuUfF]{0,2}[\"'`]|\\\r?\n[ \t]{0,32})" % EMPTY_LINE
# An address is no piece of what stands before it: `-H 'X-MBX-APIKEY: …' \\` and, below, `"https://…"`.
_JOINT_AFTER = lazy(rb"(%b)(?!(?:https?|wss?)://)%b{4}" % (_JOINT, _CODE))
_JOINT_BEFORE = lazy(rb"%b{4}(%b)\Z" % (_CODE, _JOINT))
_LETTERS = frozenset((string.ascii_letters + string.digits + "+/").encode())
_PIECE, _LONG = 32, 60
_REACH = 96
_MAX_PIECES = 8
_ESCAPE = lazy(rb"&#[xX]([0-9A-Fa-f]{1,2});|&#([0-9]{2,3});|(?:%|\\x|\\u00)([0-9A-Fa-f]{2})")
_HEX = lazy(rb"(?:0[xX])?((?:[0-9a-f]{2}){30,}|(?:[0-9A-F]{2}){30,})\Z")
_NEXT_LINE = lazy(rb"(?:\r?\n|\\n)[ \t]{0,40}(?=[0-9A-Za-z+/]{4})")
_CODE_RUN = lazy(_CODE + b"+")
_LINE_ENDS = lazy(rb"={0,2}[ \t]{0,8}(?:[\r\n\"'`\\<,;]|\Z)")
_PADDING = lazy(rb"={0,2}")
_OF_TEXT = (string.ascii_uppercase + "abcdef").encode()  # first of four letters: the byte is below 128
_CONTROL = bytes({*range(32), 127} - {*b"\t\n\f\r"})
# Single bytes, or none at the ends of the text.
_MARK_STARTS, _MARK_ENDS = (b"%", b"\\", b"&"), (b"%", b"\\", b";")
_JOINT_STARTS, _JOINT_ENDS = (b'"', b"'", b"`", b"\\"), (b'"', b"'", b"`", b" ", b"\t", b"\n")
_ESCAPE_STARTS, _MARKS_OF_DIGITS = b"%\\&", (b"%", b"\\x", b"\\u00")
_HEAD = 48  # letters: 36 bytes, and hardly ever are those of an image all printable


def iter_hidden(data: bytes, spans: Iterable[tuple[int, int]]) -> Iterator[Piece]:
    """Every piece that can be said plainly; they may overlap. `spans`: long runs of base64 characters, shorter ones
    beside a joint, and escapes in a row."""
    done = apart = 0
    for start, end in spans:
        run = Span(start, end)
        if start < done:
            continue  # a line of what was decoded with the lines before it
        if data[start] in _ESCAPE_STARTS:
            yield Piece(run, _unescaped(data[start:end]), "unescaped")
            continue
        piece = None
        if end - start >= _LONG:
            piece, reached = _decoded(data, run, alone=start < apart)
            apart = max(apart, reached)
        if piece is None:
            yield from _joints(data, run)
        else:
            done = piece.original.end
            yield piece


def _unescaped(run: bytes) -> bytes:
    """Escapes in a row, which are mostly of one form: then they are read at once."""
    for mark in _MARKS_OF_DIGITS:
        if run.startswith(mark) and run.count(mark) * (len(mark) + 2) == len(run):
            return binascii.unhexlify(run.replace(mark, b""))
    return _ESCAPE.sub(_character, run)


def _character(escape: re.Match[bytes]) -> bytes:
    code = int(escape[2]) if escape[2] else int(escape[1] or escape[3], 16)
    return bytes((code,)) if code < 128 else escape[0]


def _decoded(data: bytes, run: Span, *, alone: bool) -> tuple[Piece | None, int]:
    """Hexadecimal digits or base64, if it is text that they hold, and how far was read. Base64 goes on in the next
    lines, if not `alone`: lines that are no text together may each be some."""
    start, end = run
    if data[start - 1 : start] == b"\\" and data[start : start + 1] in b"nrt":
        start += 1
    if hexadecimal := _HEX.match(data, start, end):
        text = _as_text(binascii.unhexlify(hexadecimal[1]))
        return Piece(Span(start, end), text, "hexadecimal decoded") if text else None, end
    if len(data[start : min(end, start + _HEAD) : 4].translate(None, _OF_TEXT)) > 2:
        return None, end
    head = _base64(data[start : start + _HEAD])
    if not head or not _is_text(head):
        return None, end
    body, end = (data[start:end], end) if alone else _with_next_lines(data, start, end)
    if text := _as_text(_base64(body)):
        return Piece(Span(start, end), text, "base64 decoded"), end
    return (None if alone else _decoded(data, run, alone=True)[0]), end


def _with_next_lines(data: bytes, start: int, end: int) -> tuple[bytes, int]:
    """Base64 in lines: all that are as long as the first, and one that is shorter. With the padding at the end."""
    width = end - start
    lines = [data[start:end]]
    while len(lines[-1]) == width and (gap := _NEXT_LINE.match(data, end)):
        line = _CODE_RUN.match(data, gap.end())
        if line is None or len(line[0]) > width or not _LINE_ENDS.match(data, line.end()):
            break
        lines.append(line[0])
        end = line.end()
    padding = _PADDING.match(data, end)
    return b"".join(lines), padding.end() if padding else end


def _base64(body: bytes) -> bytes:
    body = body[:-1] if len(body) % 4 == 1 else body  # cut off within the byte
    try:
        return binascii.a2b_base64(body + b"=" * (-len(body) % 4))
    except binascii.Error:
        return b""


def _as_text(content: bytes) -> bytes:
    """As UTF-8; empty for what is no text."""
    text = as_utf8(content)
    try:
        text.decode()
    except UnicodeDecodeError:
        return b""
    return text if _is_text(text) else b""


def _is_text(content: bytes) -> bool:
    """Also for the head of UTF-16, every other byte of which is NUL."""
    plain = content[0::2] if content[1::2].count(0) == len(content) // 2 else content
    return len(plain.translate(None, _CONTROL)) == len(plain)


def _joints(data: bytes, run: Span) -> Iterator[Piece]:
    """What stands between this piece of a value and the others: escaped marks, ends and starts of string literals."""
    before, after = data[run.start - 1 : run.start] if run.start else b"", data[run.end : run.end + 1]
    if (before in _MARK_ENDS and _is_marked_before(data, run)) or (
        after in _MARK_STARTS and _MARKS.match(data, run.end)
    ):
        yield from _marks(data, run)
    if after in _JOINT_STARTS:
        yield from _joints_after(data, run.end)
    if before in _JOINT_ENDS:
        yield from _joints_before(data, run.start)


def _is_marked_before(data: bytes, run: Span) -> bool:
    """An escaped mark ends where this run starts, or a few letters into it: "2B" of %2B is of base64, too."""
    for mark in _MARKS.finditer(data, max(0, run.start - 6), min(run.end, run.start + 5)):
        if mark.end() >= run.start:
            return mark.end() + _PIECE <= run.end
    return False


def _marks(data: bytes, run: Span) -> Iterator[Piece]:
    """All escaped marks of the token that this run is a piece of."""
    low = max(0, run.start - _REACH)
    for token in _TOKEN.finditer(data, low, run.end + _REACH):
        if token.start() <= run.start < token.end():
            for mark in _MARKS.finditer(data, *token.span()):
                yield Piece(Span(*mark.span()), _unmarked(mark[0]), "unescaped")


def _unmarked(marks: bytes) -> bytes:
    return _ESCAPE.sub(_character, marks).replace(b"\\/", b"/")


def _joints_after(data: bytes, place: int) -> Iterator[Piece]:
    for _ in range(_MAX_PIECES):
        joint = _JOINT_AFTER.match(data, place)
        following = _CODE_RUN.match(data, joint.end(1)) if joint else None
        if joint is None or following is None:
            return
        yield Piece(Span(*joint.span(1)), b"", "joined from pieces")
        place = following.end()


def _joints_before(data: bytes, place: int) -> Iterator[Piece]:
    for _ in range(_MAX_PIECES):
        low = max(0, place - _REACH)
        joint = _JOINT_BEFORE.search(data[low:place])
        if joint is None:
            return
        yield Piece(Span(low + joint.start(1), place), b"", "joined from pieces")
        place = low + joint.start(1)
        while place > 0 and data[place - 1] in _LETTERS:
            place -= 1
