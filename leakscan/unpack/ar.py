"""An `ar` archive (ar(5)): a static library, or a Debian package, which holds compressed tars (deb(5))."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from leakscan.unpack.budget import Budget, Trouble, Unreadable
from leakscan.unpack.containers import Piece

_FIRST: Final = len(b"!<arch>\n")
_HEADER_BYTES: Final = 60
_HEADER: Final = re.compile(rb"(.{16}).{32}([0-9]{1,10}) *`\n", re.DOTALL)
_LONG_NAME: Final = re.compile(rb"#1/([0-9]{1,10})")


def iter_ar(data: bytes, budget: Budget) -> Iterator[Piece]:
    """(name, content) of each member."""
    place = _FIRST
    while place < len(data):
        head = _HEADER.fullmatch(data, place, place + _HEADER_BYTES)
        if head is None:
            if not data[place:].strip(b"\n\0"):
                return
            raise Unreadable("bad-archive", "damaged or cut off")
        budget.count_member()
        name, size = head[1].rstrip(b" /"), int(head[2])
        content = data[head.end() : head.end() + size]
        if len(content) < size:
            yield Trouble("bad-archive", name, "damaged or cut off")
            return
        if long_name := _LONG_NAME.fullmatch(name):  # it stands before the content
            length = int(long_name[1])
            if length > size:
                raise Unreadable("bad-archive", "damaged or cut off")
            name, content = content[:length].rstrip(b"\0"), content[length:]
        yield name, budget.take(iter((content,)))
        place = head.end() + size + size % 2
