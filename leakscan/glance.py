"""The cheapest test of content: most of what is committed cannot hold a credential, and a hook should say so at once.

It may only say no where the detectors would: `tests/laws/test_a_glance_misses_nothing.py` holds it to that."""

from __future__ import annotations

from collections.abc import Callable

from leakscan.anchors import AnchorSpec, begins_bare
from leakscan.glance_words import HEADS, HINTS

# What `Detector` calls an anchor, without its last word; a test keeps the two the same.
SPEC = AnchorSpec(64, 69, (b"-----BEGIN", b"PuTTY-User-Key-File-"), HINTS, HEADS, hidden=True, phrases=True)
# Of archives, the others show by bytes that no text has; and of Git LFS pointers.
_TEXTUAL_HEADS = (
    b"PK",
    b"BZh",
    b"Rar!",
    b"x\x01",
    b"x\x5e",
    b"x\x9c",
    b"x\xda",
    b"# v",
    b"\x04\x22\x4d\x18",
    b"\x50\x2a\x4d\x18",
    b"LZIP\x01",
    b"!<arch>\n",
    b"version https://git-lfs.github.com/",
    *(bytes((version,)) + b"\r\r\n" for version in b"3BUao"),  # compiled Python, until 3.12
    b"+\x0e\r\n",  # of 3.14
)


def may_hold(data: bytes, has_anchor: Callable[[bytes], bool]) -> bool:
    """False for UTF-8 text without an anchor; `has_anchor` looks for marks of hidden values too. What is no plain text
    is looked at closely: it may be UTF-16, or an archive; and what may be nothing but values."""
    if has_anchor(data) or b"\0" in data or data.startswith(_TEXTUAL_HEADS) or begins_bare(data):
        return True
    if data.isascii():
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False
