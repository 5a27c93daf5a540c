"""Text that hides its anchors: UTF-16 and UTF-32, with or without a byte order mark, also amid other content."""

from __future__ import annotations

import codecs

from leakscan.anchors import count_nuls, find_wide

_MARKS = (  # UTF-32 first: its little-endian mark starts with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MIN_NULS = (
    0.3  # of one byte position: text in a Latin alphabet is far above, code and tables of numbers far below
)
_MAX_NULS_ELSEWHERE = 0.05
_HEAD_BYTES = 1 << 16
# Letters of ASCII without a NUL between them: as many as wide text hardly ever has in a row, and at its ends.
_LEAST_PLAIN, _PLAIN_END = 24, b"p" * 4
_KINDS = bytes(
    112 if 32 <= code <= 126 or code in b"\t\n\r" else 48 if code == 0 else 32 for code in range(256)
)  # p: of plain text, 0: NUL


def as_utf8(data: bytes) -> bytes:
    """The content as UTF-8 without a byte order mark; bytes that are no wide text come back as they are. Where wide
    text stands beside plain text (PowerShell's `>>` appends UTF-16 to any file) or amid binary content, its ASCII loses
    the NULs."""
    encoding = _wide_encoding(data)
    if encoding is None:
        return _narrowed(data.removeprefix(codecs.BOM_UTF8))
    kinds = data.translate(_KINDS)
    if b" " not in kinds:
        return data.replace(b"\0", b"")
    if kinds.startswith(_PLAIN_END) or kinds.endswith(_PLAIN_END) or b"p" * _LEAST_PLAIN in kinds:
        return _narrowed(data)
    return data.decode(encoding, "replace").removeprefix("\ufeff").encode("utf-8", "surrogatepass")


def _narrowed(data: bytes) -> bytes:
    rows = find_wide(data)
    if not rows:
        return data
    parts: list[bytes] = []
    place = 0
    for start, end in rows:
        following = data[end : end + (3 if data[start + 1] == 0 else 1)]
        end += len(following) - len(following.lstrip(b"\0"))  # the last letter's, if they stand behind it
        parts += (data[place:start], data[start:end].replace(b"\0", b""))
        place = end
    return b"".join((*parts, data[place:]))


def _wide_encoding(data: bytes) -> str | None:
    """What the NULs say, for a mark may lie; what the mark says where they say nothing, or where that has more lines:
    a text may be full of letters like U+4E00."""
    marked = next((encoding for mark, encoding in _MARKS if data.startswith(mark)), None)
    told = _by_nuls(data)
    if marked and told not in (None, marked) and _lines(data, marked) > _lines(data, told):
        return marked
    return told or marked


def _lines(data: bytes, encoding: str) -> int:
    return data[:_HEAD_BYTES].decode(encoding, "replace").count("\n")


def _by_nuls(data: bytes) -> str | None:
    if b"\0" not in data[:4096] or len(data) < 8:
        return None
    size = min(len(data), _HEAD_BYTES)
    nuls = count_nuls(data, size)
    for width, encodings in ((4, ("utf-32-le", "utf-32-be")), (2, ("utf-16-le", "utf-16-be"))):
        shares = [sum(nuls[place::width]) / size * width for place in range(width)]
        full = [share >= (0.9 if width == 4 else _MIN_NULS) for share in shares]
        if full == [False] + [True] * (width - 1) and shares[0] <= _MAX_NULS_ELSEWHERE:
            return encodings[0]
        if full == [True] * (width - 1) + [False] and shares[-1] <= _MAX_NULS_ELSEWHERE:
            return encodings[1]
    return None
