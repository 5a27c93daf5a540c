"""Refs and reflogs in the form that git 2.45 brought and git 3 has by default: a stack of binary tables, of which the
newest that names a ref tells its value. The format: https://git-scm.com/docs/reftable"""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING, NamedTuple

from leakscan.gitstore.plainfile import read_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from leakscan.gitstore.faults import Faults

LIST = "tables.list"
_MAGIC = b"REFT"
_HEADER_BYTES = {1: 24, 2: 28}
_FOOTER_BYTES = 44  # beyond a header
_HASHES = {1: {0: 40}, 2: {int.from_bytes(b"sha1", "big"): 40, int.from_bytes(b"s256", "big"): 64}}
_TRIES = 5  # git may put several tables together while they are read
_MAX_LIST_BYTES = 1 << 20
_MAX_BYTES = 1 << 28  # of all tables of a stack; and of all names, which share their beginnings
_MAX_REFS = 1_000_000
_MAX_LOG_BYTES = 1 << 27  # of all reflogs, inflated
_MAX_NAME_BYTES = 4096
_OF_LOG = 9  # bytes behind the name of a ref: nought, and which update it was
_TABLE = re.compile(rb"[\w.-]{1,200}", re.ASCII)


class Malformed(Exception):
    """In words: what of a table cannot be understood."""


class Table(NamedTuple):
    name: str
    data: bytes
    header: int  # bytes
    block_size: int  # 0: blocks are not padded
    end: int  # of the blocks
    logs: int  # where they begin; 0 if there are none


class LogEntry(NamedTuple):
    """A line as `.git/logs` would have it; `ids` are the old and the new one."""

    ref: bytes
    ids: tuple[str, str]
    line: bytes


class Stack:
    """`refs`: name -> object id or "ref: NAME", HEAD and its like among them; `names`: those of deleted ones, too.
    A folder that is not there is a fault, and a stack of no tables."""

    def __init__(self, folder: Path, hex_length: int, faults: Faults) -> None:
        self._folder = folder
        self._hex = hex_length
        self._faults = faults
        self._left = _MAX_BYTES
        self.tables = self._read()
        self.refs: dict[bytes, bytes] = {}
        self.names: set[bytes] = set()
        for table in self.tables:
            self._note(table)

    def iter_logs(self) -> Iterator[tuple[Table, list[LogEntry]]]:
        """Block by block, of all tables: what a newer one takes away stands in an older one still."""
        left = _MAX_LOG_BYTES
        for table in self.tables:
            try:
                for block in _log_blocks(table):
                    left -= len(block)
                    if left < 0:
                        raise Malformed(f"its reflogs hold over {_MAX_LOG_BYTES >> 20} MB: not all were read")
                    yield table, list(_log_entries(block, self._hex))
            except Malformed as error:
                self._tell(table.name, error)

    def _tell(self, name: str, error: Exception) -> None:
        self._faults.add("corrupt-objects", str(self._folder / name), f"the table of refs: {error}")

    def _read(self) -> list[Table]:
        """The tables that the list names, oldest first; those that cannot be understood are told."""
        for tries in range(_TRIES):
            self._left, found, names = _MAX_BYTES, [], self._listed()
            for name in names:
                try:
                    data = read_file(self._folder / name, self._left, follow=False)
                    self._left -= len(data)
                    found.append(_open(name, data, self._hex))
                except Malformed as error:
                    self._tell(name, error)
                except FileNotFoundError:
                    if tries + 1 < _TRIES and names != self._listed():
                        break
                    self._faults.add("unreadable", str(self._folder / name), "the table of refs is missing")
                except OSError as error:
                    reason = f"the table of refs cannot be read: {error.strerror or error}"
                    self._faults.add("unreadable", str(self._folder / name), reason)
            else:
                return found
        return found

    def _listed(self) -> list[str]:
        path = self._folder / LIST
        try:
            lines = read_file(path, _MAX_LIST_BYTES, follow=False).split(b"\n")
        except OSError as error:
            reason = f"the list of the tables of refs cannot be read: {error.strerror or error}"
            self._faults.add("unreadable", str(path), reason)
            return []
        names = [line for line in lines if line]
        if not all(map(_TABLE.fullmatch, names)):
            self._faults.add("corrupt-objects", str(path), "it names what can be no table of refs")
        return [name.decode() for name in names if _TABLE.fullmatch(name)]

    def _note(self, table: Table) -> None:
        try:
            for name, value in _iter_refs(table, self._hex):
                self._left -= len(name)
                self.names.add(name)
                if self._left < 0 or len(self.names) > _MAX_REFS:
                    raise Malformed("its names are too many, or too long: not all were read")
                if value is None:
                    self.refs.pop(name, None)
                else:
                    self.refs[name] = value
        except Malformed as error:
            self._tell(table.name, error)


def _open(name: str, data: bytes, hex_length: int) -> Table:
    version = data[4] if data[:4] == _MAGIC and len(data) > 4 else 0
    if version not in _HEADER_BYTES:
        raise Malformed("it is none, or of a version that is unknown")
    header = _HEADER_BYTES[version]
    footer = header + _FOOTER_BYTES
    end = len(data) - footer
    whole = end >= header and data[end : end + header] == data[:header]
    if not whole or _number(data, len(data) - 4, 4) != zlib.crc32(data[end:-4]):
        raise Malformed("its end is cut off or damaged")
    if _HASHES[version].get(_number(data, 24, header - 24)) != hex_length:
        raise Malformed("its object ids are not those of the repository")
    logs = _number(data, end + header + 24, 8)
    if not logs and data[header : header + 1] == b"g":
        logs = header
    return Table(name, data, header, _number(data, 5, 3), end, logs)


def _iter_refs(table: Table, hex_length: int) -> Iterator[tuple[bytes, bytes | None]]:
    """Name and value of each ref, None where it is deleted."""
    data, start, at = table.data, 0, table.header
    while at < table.end and data[at] == ord("r"):
        stop = start + _number(data, at + 1, 3)
        if not at + 6 <= stop <= table.end:
            raise Malformed("a block is longer than the file")
        cursor = _Cursor(data, at + 4, stop - 2 - 3 * _number(data, stop - 2, 2))
        while cursor.more:
            name, kind = cursor.key(_MAX_NAME_BYTES)
            cursor.varint()
            if kind > 3:
                raise Malformed("a ref is of a kind that is unknown")
            value = cursor.take(hex_length // 2).hex().encode() if kind in (1, 2) else None
            if kind == 2:
                cursor.take(hex_length // 2)  # what the tag is of
            elif kind == 3:
                value = b"ref: " + cursor.take(cursor.varint())
            yield name, value
        padded = stop < table.end and data[stop] == 0 and stop - start < table.block_size
        start = at = start + table.block_size if padded else stop


def _log_blocks(table: Table) -> Iterator[bytes]:
    """Inflated. The length of a first block counts the header of the file, as that of a block of refs does."""
    data, at = memoryview(table.data), table.logs
    while table.header <= at < table.end and data[at] == ord("g"):
        size = _number(table.data, at + 1, 3) - 4 - (at if at == table.header else 0)
        inflater = zlib.decompressobj()
        deflated = data[at + 4 : min(table.end, at + 4 + size + size // 100 + 64)]
        try:
            block = inflater.decompress(deflated, size + 1)
        except zlib.error as error:
            raise Malformed("a block of reflogs is damaged") from error
        if len(block) != size or not inflater.eof or size < 2:
            raise Malformed("a block of reflogs is cut off")
        yield block
        at += 4 + len(deflated) - len(inflater.unused_data)


def _log_entries(block: bytes, hex_length: int) -> Iterator[LogEntry]:
    cursor = _Cursor(block, 0, len(block) - 2 - 3 * _number(block, len(block) - 2, 2))
    while cursor.more:
        key, kind = cursor.key(_MAX_NAME_BYTES + _OF_LOG)
        if kind == 0:
            continue  # taken away
        if kind != 1 or len(key) < _OF_LOG:
            raise Malformed("an entry of a reflog is of a kind that is unknown")
        old, new = cursor.take(hex_length // 2).hex(), cursor.take(hex_length // 2).hex()
        name, email = cursor.take(cursor.varint()), cursor.take(cursor.varint())
        seconds, minutes = cursor.varint(), int.from_bytes(cursor.take(2), "big", signed=True)
        sign, (hours, rest) = "-" if minutes < 0 else "+", divmod(abs(minutes), 60)
        message = cursor.take(cursor.varint()).rstrip(b"\n")
        who = b"%s <%s> %d %s" % (name, email, seconds, f"{sign}{hours:02}{rest:02}".encode())
        yield LogEntry(key[:-_OF_LOG], (old, new), f"{old} {new} ".encode() + who + b"\t" + message)


def _number(data: bytes, at: int, width: int) -> int:
    return int.from_bytes(data[at : at + width], "big")


class _Cursor:
    """Reads records one after the other; Malformed where one goes on behind the end."""

    def __init__(self, data: bytes, at: int, end: int) -> None:
        self._data = data
        self._at = at
        self._end = end
        self._key = b""

    @property
    def more(self) -> bool:
        return self._at < self._end

    def key(self, longest: int) -> tuple[bytes, int]:
        """The key of a record, which begins as the one before, and the kind of its value."""
        shared, facts = self.varint(), self.varint()
        if shared > len(self._key) or shared + (facts >> 3) > longest:
            raise Malformed("a name is longer than a name can be")
        self._key = self._key[:shared] + self.take(facts >> 3)
        return self._key, facts & 7

    def varint(self) -> int:
        """As in packs: each byte but the last has its high bit set, and counts one more."""
        number = -1
        while True:
            (byte,) = self.take(1)
            number = (number + 1) << 7 | byte & 0x7F
            if byte < 0x80:
                return number
            if number >> 64:
                raise Malformed("a number has no end")

    def take(self, count: int) -> bytes:
        at = self._at
        if at + count > self._end:
            raise Malformed("a record is cut off")
        self._at = at + count
        return self._data[at : at + count]
