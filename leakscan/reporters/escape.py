"""Text from a repository, made safe for a terminal, for JSON and for a URI. Nothing is shortened."""

from __future__ import annotations

import re
from typing import Any

# Zero-width or blank, although str.isprintable() calls them printable.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
# Commands to a CI runner: `::` where a line may start (the second may be ours), `##[` and its kin anywhere.
_COMMAND = re.compile(r"(?:^|(?<=\s)):(?=:|$)|##(?=\w*\[)")
_SURROGATE = re.compile("[\ud800-\udfff]")
_SHORT = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


def _escaped(char: str) -> str:
    r"""`\xNN` for ASCII controls and for bytes that are not UTF-8, `\uNNNN` and `\UNNNNNNNN` for the rest."""
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x80:
        return _SHORT.get(char, f"\\x{code:02x}")
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def show_text(text: str) -> str:
    """One printable line: no control, bidirectional or invisible character, nothing that a CI log obeys."""
    if not (text.isascii() and text.isprintable()):
        text = _INVISIBLE.sub(lambda found: _escaped(found[0]), text)
        text = "".join(char if char.isprintable() else _escaped(char) for char in text)
    return _COMMAND.sub(lambda found: f"\\x{ord(found[0][0]):02x}{found[0][1:]}", text)


def show_path(path: bytes) -> str:
    """A path as a person may read and copy it. Two paths never look the same: a backslash is doubled."""
    return show_text(path.decode("utf-8", "surrogateescape").replace("\\", "\\\\"))


def json_path(path: bytes) -> str:
    r"""The path as text, reversible: backslashes doubled, a byte that is not UTF-8 as `\xNN`."""
    return path.replace(b"\\", b"\\\\").decode("utf-8", "backslashreplace")


def path_uri(path: bytes) -> str:
    """The path's raw bytes as a relative URI that no reader takes for a host, a scheme or a parent folder."""
    uri = "/".join(_quoted_segment(segment) for segment in path.split(b"/"))
    return f"%2F{uri[1:]}" if uri.startswith("/") else uri


def _quoted_segment(segment: bytes) -> str:
    from urllib.parse import quote

    return segment.decode().replace(".", "%2E") if segment in (b".", b"..") else quote(segment, safe="")


def sarif_text(text: str) -> str:
    """Text for a SARIF message: no embedded link and no placeholder (SARIF 2.1.0, 3.11.5 and 3.11.6)."""
    return re.sub(r"[\\\[\]]", r"\\\g<0>", show_text(text)).replace("{", "{{").replace("}", "}}")


def dump_json(value: Any, *, indent: int | None = None) -> str:
    """JSON of pure ASCII that every parser accepts: no NaN, no lone surrogate."""
    text = _dumped(value, indent)
    return _dumped(_without_surrogates(value), indent) if r"\ud" in text else text


def _dumped(value: Any, indent: int | None) -> str:
    import io
    import json

    if indent is None:
        return json.dumps(value, allow_nan=False)  # in C
    text = io.StringIO()  # written piece by piece: a list of all pieces takes many times as much memory
    json.dump(value, text, indent=indent, allow_nan=False)
    return text.getvalue()


def _without_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return _SURROGATE.sub(lambda found: _escaped(found[0]), value)
    if isinstance(value, dict):
        return {key: _without_surrogates(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_surrogates(item) for item in value]
    return value
