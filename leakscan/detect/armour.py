"""The base64 of a PEM block, out of whatever dresses its lines: indentation, comments, quotes, escapes, diffs."""

from __future__ import annotations

import re
from typing import NamedTuple

from leakscan.detect.lazy import lazy
from leakscan.model import Span

_NEWLINE = lazy(rb"\r\n|\n|\r")
_QUOTE = lazy(rb"\"{3}|'{3}|`{3}|[\"'`]")
_ESCAPED_QUOTE = lazy(rb"(?<!\\)\\++[\"'`]")
# A line end or a tab as JSON, XML, a web page, a URL or a shell writes it, however often it was escaped itself.
_ESCAPED_BREAK = lazy(
    rb"(?<!\\)\\++(?:[nrt]|u000[aAdD9]|x0[aAdD9])|%0[aAdD9]|&#(?:10|13|9|[xX]0?[aAdD9]);|<(?:br|BR) ?/?>"
)
_ESCAPED_CHAR = lazy(rb"(?<!\\)\\++(?:(?:u00|x)(2[bBfF]|3[dD])|(/))|%(2[0bBfF]|3[dD])|&#[xX](2[bBfF]|3[dD]);")
_LEADING = lazy(rb"(?:[\s#*|>;,:\\-]|<!--|//(?=\s))*+")
_TRAILING = b" \t\r\n,;.\\\"'`)]}"
_LINE = lazy(rb"[A-Za-z0-9+/]+={0,2}")
_ENCRYPTION = lazy(rb"\s*Proc-Type: ?4,ENCRYPTED\s+DEK-Info: ?([A-Z0-9-]{3,40}),([0-9A-Fa-f]{16,64})\s")
_LONGEST_MARK = 3  # "+", "//" or "+//" before every line of a diff or a comment
_NOTE = lazy(rb"(?:Comment|Version|Hash|Charset): ?[ -~]*")


class Armour(NamedTuple):
    """`body` is base64; `cipher` is what a DEK-Info line names, empty without one."""

    body: bytes
    cipher: bytes


def unwrap(data: bytes, inside: Span) -> Armour | None:
    """What stands between header and footer; None where a line is anything but dressed base64."""
    first, *others = _NEWLINE.split(data[inside.start : inside.end])
    prefix = others[-1] if others else b""
    if len(prefix) > _LONGEST_MARK and _LINE.fullmatch(prefix.strip()):
        prefix = b""  # the last line of the body: the footer follows without a line end
    head = _undress_first(first) if others else _unescape(b"".join(_quotes(first).split(first)[0::2]))
    texts = [head, *(_undress(line, prefix, first) for line in others)]
    text = b"\n".join(texts)
    cipher = b""
    if encryption := _ENCRYPTION.match(text):
        cipher = encryption[1]
        text = text[encryption.end() :]
    body: list[bytes] = []
    for line in text.split(b"\n"):
        piece = line.replace(b" ", b"").rstrip(_TRAILING)
        if _LINE.fullmatch(piece):
            body.append(piece)
        elif piece and not _NOTE.fullmatch(line.strip()):
            return None
    return Armour(b"".join(body), cipher)


def _undress_first(line: bytes) -> bytes:
    """What follows the header on its line, with the header inside of its quotes."""
    line = b"".join(_quotes(line).split(line)[0::2])
    held = _LINE.fullmatch(line.replace(b" ", b"").rstrip(_TRAILING)) or _ESCAPED_BREAK.search(line)
    return _unescape(line) if held else b""


def _undress(line: bytes, prefix: bytes, suffix: bytes) -> bytes:
    """A line is dressed as the footer is on its left (`prefix`) and the header on its right (`suffix`)."""
    parts = _quotes(line).split(line)
    if len(parts) > 1:
        line = b"".join(parts[1::2])
    else:
        line = line.removesuffix(suffix) if suffix.strip() else line
        line = line.removeprefix(prefix) if prefix.strip() else line
        leading = _LEADING.match(line)
        line = line[leading.end() :] if leading else line
    return _unescape(line)


def _quotes(line: bytes) -> re.Pattern[bytes]:
    return _ESCAPED_QUOTE if _ESCAPED_QUOTE.search(line) else _QUOTE


def _unescape(line: bytes) -> bytes:
    return _ESCAPED_CHAR.sub(_character, _ESCAPED_BREAK.sub(b"\n", line)).strip(b" \t\\")


def _character(escape: re.Match[bytes]) -> bytes:
    code = escape[1] or escape[3] or escape[4]
    return bytes.fromhex(code.decode()) if code else b"/"
