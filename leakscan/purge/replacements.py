"""What `git filter-repo --replace-text` and `--replace-message` read: a line for each text, the longest first."""

from __future__ import annotations

import re
from collections.abc import Iterable

from leakscan.model import Secret
from leakscan.purge.forms import Forms

# Read as they are: no line end, no arrow that would begin the replacement, nothing outside ASCII.
_LITERAL = re.compile(rb"[ -~]*\Z")
_WORD = re.compile(rb"[0-9A-Za-z]")


def render_replacements(forms: Forms) -> bytes:
    """The file. It holds the values in full."""
    texts = _longest_first(forms.anywhere)
    lines = [_line(text) for text in texts if text]
    lines += [
        b"regex:" + _behind(context.reveal()) + _escaped(value.reveal()) + b"(?![0-9A-Za-z])"
        for context, value in sorted(forms.in_context, key=lambda pair: (pair[0].reveal(), pair[1].reveal()))
    ]
    return b"".join(line + b"\n" for line in lines)


def render_blob_ids(forms: Forms) -> bytes:
    """What `--strip-blobs-with-ids` reads."""
    return "".join(f"{oid}\n" for oid in sorted(forms.blobs)).encode()


def _longest_first(secrets: Iterable[Secret]) -> list[bytes]:
    return sorted((secret.reveal() for secret in secrets), key=lambda text: (-len(text), text))


def _line(text: bytes) -> bytes:
    if _LITERAL.match(text) and b"==>" not in text and text == text.rstrip():
        return b"literal:" + text
    return b"regex:" + _escaped(text)


def _behind(context: bytes) -> bytes:
    return b"(?<=" + _escaped(context) + b")" if context else rb"\A"


def _escaped(text: bytes) -> bytes:
    """A pattern of one line for exactly this text: `\\xNN` for all but letters and digits."""
    return b"".join(char if _WORD.match(char) else b"\\x%02x" % ord(char) for char in _each(text))


def _each(text: bytes) -> list[bytes]:
    return [text[at : at + 1] for at in range(len(text))]
