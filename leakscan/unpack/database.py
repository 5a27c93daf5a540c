"""The tables of an SQLite file as text: a line a value, under the name of its column."""

from __future__ import annotations

import sqlite3
import struct
import time
from collections.abc import Iterator
from typing import Final

from leakscan.unpack.budget import MIB, Budget, Rest, Trouble, Unreadable
from leakscan.unpack.containers import Piece

_STEPS: Final = 100_000
_ALLOWED = (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ)
_HEAD_BYTES, _LARGEST_PAGE = 100, 65536
_PAGE_SIZE_AT, _SIZES = 16, struct.Struct(">H10xI")
_CHANGES, _COUNTED_AT = slice(24, 28), slice(92, 96)
_ROLLBACK_JOURNAL = b"\x01\x01"


def iter_tables(data: bytes, budget: Budget) -> Iterator[Piece]:
    """(table name, text) of each table. The file is only ever a copy in memory, and may run nothing: no view, no
    trigger, no virtual table, no function."""
    if not hasattr(sqlite3.Connection, "deserialize"):
        raise Unreadable("unsupported-format", "SQLite: this Python cannot read it from memory")
    deadline = time.monotonic() + budget.limits.seconds
    database = sqlite3.connect(":memory:", isolation_level=None)
    try:
        # a write-ahead log would have to lie beside it (bytes 18 and 19: https://www.sqlite.org/fileformat.html)
        database.deserialize(data[:18] + _ROLLBACK_JOURNAL + data[20:])
        database.text_factory = bytes
        for pragma in ("trusted_schema=OFF", "cell_size_check=ON", "query_only=ON"):
            database.execute(f"PRAGMA {pragma}")
        database.set_authorizer(lambda action, *_: int(action not in _ALLOWED))
        database.set_progress_handler(lambda: int(time.monotonic() > deadline), _STEPS)
        for name in _table_names(database, budget.limits.members + 1):
            budget.count_member()
            yield name, budget.take(_lines(database, name))
        if _size(data) > len(data):
            yield Trouble("bad-archive", b"", "SQLite: cut off")
        yield Rest(data[_size(data) :])
    except (sqlite3.Error, sqlite3.Warning, OverflowError, UnicodeError, MemoryError):
        raise Unreadable("bad-archive", "damaged, or no SQLite file at all") from None
    finally:
        database.close()


def _size(data: bytes) -> int:
    """By the number of pages that the head tells; all there is where that does not hold."""
    if (
        len(data) < _HEAD_BYTES or data[_CHANGES] != data[_COUNTED_AT]
    ):  # an old program's, which does not count them
        return len(data)
    page, count = _SIZES.unpack_from(data, _PAGE_SIZE_AT)
    return int(page if page > 1 else _LARGEST_PAGE) * int(count) or len(data)


def _table_names(database: sqlite3.Connection, most: int) -> list[bytes]:
    rows = database.execute(
        "SELECT name FROM sqlite_master WHERE type='table' AND rootpage>0 ORDER BY rowid LIMIT ?", (most,)
    )
    return [name for (name,) in rows if isinstance(name, bytes)]


def _lines(database: sqlite3.Connection, table: bytes) -> Iterator[bytes]:
    quoted = table.decode("utf-8", "surrogateescape").replace('"', '""')
    cursor = database.execute(f'SELECT * FROM "{quoted}"')
    names = [str(column[0]).encode("utf-8", "surrogateescape") for column in cursor.description]
    lines, size = [], 0
    for row in cursor:
        for name, value in zip(names, row, strict=True):
            if isinstance(value, bytes):
                lines.append(b"%b: %b\n" % (name, value))
                size += len(lines[-1])
                if size > MIB:  # rows may share what they hold, and be far more than the file
                    yield b"".join(lines)
                    lines, size = [], 0
    yield b"".join(lines)
