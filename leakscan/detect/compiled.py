"""Strings of compiled Python (`.pyc`), and the names they are assigned to: all of those stand behind all of these."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from contextlib import suppress

from leakscan.model import Span

_MAGIC = slice(2, 4)  # the two bytes before it say the version
_OBJECTS_AT = (16, 12)  # behind the magic number, the time and the size; before 3.7 without flags
_CODE, _WITH_FLAG = (b"c", b"\xe3"), 0x80
_SIZES = {
    **dict.fromkeys((b"N", b"T", b"F", b"S", b"."), 0),
    b"i": 4,
    b"g": 8,
    b"y": 16,
}
_REFERENCE, _LONG = b"r", b"l"
_TEXTS = {**dict.fromkeys((b"z", b"Z"), 1), **dict.fromkeys((b"s", b"u", b"a", b"A", b"t"), 4)}
_TUPLES = {b")": 1, **dict.fromkeys((b"(", b"[", b"<", b">"), 4)}
_MAX_DEPTH = 20
_MAX_HELD = 4 << 20  # bytes of the content that was read last
_LONGEST_HEAD = 3
_OBJECTS_OF_CODE = 8
_SINCE_3_8, _SINCE_3_11 = 3400, 3450
_STORES = {(100, 90), (83, 114), (82, 116)}  # LOAD_CONST and STORE_NAME: until 3.12, in 3.13, in 3.14
_Object = Span | Sequence[Span | None] | None


def assigned_name(data: bytes, start: int) -> Span | None:
    """The name that the string at `start` is assigned to, in a module or a class."""
    return _read(data).names.get(start) if _is_compiled(data) else None


def string_in(data: bytes, token: Span) -> Span | None:
    """The string in a token: its type and length, and the type of what follows, may be letters, too."""
    ends = _read(data).ends if _is_compiled(data) else {}
    starts = range(token.start, min(token.end, token.start + _LONGEST_HEAD))
    return next((Span(at, ends[at]) for at in starts if ends.get(at, token.end + 1) <= token.end), None)


def _is_compiled(data: bytes) -> bool:
    return data[_MAGIC] == b"\r\n" and len(data) <= _MAX_HELD


@functools.lru_cache(1)
def _read(data: bytes) -> _Reader:
    reader = _Reader(data, next((at for at in _OBJECTS_AT if data[at : at + 1] in _CODE), len(data)))
    with suppress(IndexError, ValueError):
        reader.read(0)
    return reader


class _Reader:
    """Reads what `marshal` writes, as far as names need it; of what is damaged, what stands before that."""

    def __init__(self, data: bytes, place: int) -> None:
        self._data, self._place = data, place
        self._version = int.from_bytes(data[:2], "little")
        self._references: list[_Object] = []
        self.names: dict[int, Span] = {}
        self.ends: dict[int, int] = {}  # of strings, by their starts

    def read(self, depth: int) -> _Object:
        """The place of a string, the elements of a tuple, None for everything else."""
        if depth > _MAX_DEPTH:
            raise ValueError("too deep")
        byte = self._data[self._place]
        self._skip(1)
        number = len(self._references)
        if byte & _WITH_FLAG:
            self._references.append(None)
        read = self._body(bytes((byte & ~_WITH_FLAG,)), depth)
        if byte & _WITH_FLAG:
            self._references[number] = read
        return read

    def _body(self, kind: bytes, depth: int) -> _Object:
        if kind in _TEXTS:
            size = self._number(_TEXTS[kind])
            text = Span(self._place, self._place + size)
            self._skip(size)
            self.ends[text.start] = text.end
            return text
        if kind in _TUPLES:
            elements = [self.read(depth + 1) for _ in range(self._number(_TUPLES[kind]))]
            return [element if isinstance(element, Span) else None for element in elements]
        if kind == _REFERENCE:
            return self._references[self._number(4)]
        if kind == b"c":
            self._read_code(depth)
        elif kind == _LONG:
            self._skip(2 * abs(self._number(4, signed=True)))
        elif kind in _SIZES:
            self._skip(_SIZES[kind])
        else:
            raise ValueError("not known")
        return None

    def _read_code(self, depth: int) -> None:
        self._skip(24 if _SINCE_3_8 < self._version < _SINCE_3_11 else 20)
        code, values, names, *_ = [self.read(depth + 1) for _ in range(_OBJECTS_OF_CODE)]
        self._skip(4)
        for _ in range(2 if self._version > _SINCE_3_11 else 1):
            self.read(depth + 1)
        if not isinstance(code, Span) or not isinstance(values, list) or not isinstance(names, list):
            return
        words = self._data[code.start : code.end]
        for at in range(0, len(words) - 3, 2):
            if (words[at], words[at + 2]) in _STORES:
                value, name = values[words[at + 1]], names[words[at + 3]]
                if value is not None and name is not None:
                    self.names.setdefault(value.start, name)

    def _number(self, size: int, *, signed: bool = False) -> int:
        number = int.from_bytes(self._data[self._place : self._place + size], "little", signed=signed)
        self._skip(size)
        return number

    def _skip(self, size: int) -> None:
        self._place += size
        if self._place > len(self._data):
            raise ValueError("cut short")
