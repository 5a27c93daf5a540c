"""Compiled Python (`.pyc`) as text: a line a constant, with the name that it is given to."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from leakscan.unpack.budget import Budget, Rest

if TYPE_CHECKING:
    from leakscan.unpack.containers import Piece

# Of 3.6 to 3.14: Include/internal/pycore_magic_number.h of CPython
_3_7, _3_8, _3_11, _3_13, _3_14 = 3394, 3413, 3495, 3571, 3627
MAGICS: Final = tuple(
    version.to_bytes(2, "little") + b"\r\n"
    for version in (3379, _3_7, _3_8, 3425, 3439, _3_11, 3531, _3_13, _3_14)
)
_WITH_FLAG: Final = 0x80
_SIZES: Final = {**dict.fromkeys((b"N", b"T", b"F", b"S", b"."), 0), b"i": 4, b"g": 8, b"y": 16}
_STRINGS: Final = {**dict.fromkeys((b"z", b"Z"), 1), **dict.fromkeys((b"s", b"u", b"a", b"A", b"t"), 4)}
_TUPLES: Final = {b")": 1, **dict.fromkeys((b"(", b"[", b"<", b">"), 4)}
# A string of sixteen letters and digits, three of these at least, which is no `name_of_2_words`: most files have none.
_DRAWN: Final = re.compile(
    rb"(?:[zZ\xda\xfa][\x10-\x88]|[sauAt\xf3\xe1\xf5\xc1\xf4][\x10-\xff][\0-\x7f]\0\0)"
    rb"(?=(?:[A-Za-z+/=_-]{0,24}[0-9]){3})(?![a-z0-9]{0,20}_[a-z0-9_]{8})(?![A-Z0-9]{0,20}_[A-Z0-9_]{8})"
    rb"[A-Za-z0-9+/=_-]{16}"
)
_LONG: Final = re.compile(rb"[A-Za-z0-9+/=_-]{16}")  # no instructions, no table
_LARGEST: Final = 4 << 20
_MAX_DEPTH, _MAX_KEYS, _MAX_OBJECTS = 20, 24, 200_000  # the largest of 19,000 files has 42,000
_OBJECTS_OF_CODE: Final = 8
# Instructions, of which two versions have others.
_EXTENDED_ARG, _KW_NAMES, _STORE_FAST, _LOAD_FAST, _STORE_ATTR = 144, (172, 173), 125, 124, 95
_LOAD_CONST: Final = {_3_13: 83, _3_14: 82}
_STORE_NAME: Final = {_3_13: 114, _3_14: 116}

_Object = bytes | list["_Object"] | None


def is_compiled(data: bytes) -> bool:
    """Compiled Python that is worth to be read."""
    return data.startswith(MAGICS) and len(data) <= _LARGEST and _has_drawn(data)


@functools.lru_cache(1)  # it is asked twice of each
def _has_drawn(data: bytes) -> bool:
    return _DRAWN.search(data) is not None


def read_compiled(data: bytes, budget: Budget) -> Iterator[Piece]:
    """All that is read; what is not understood stands as it is, too."""
    reader = _Reader(data, budget)
    with suppress(IndexError, ValueError):
        reader.read(0)
    yield b"", reader.text() + (b"" if reader.is_done else data)
    yield Rest(reader.rest)


class _Reader:
    """Reads what `marshal` writes, as far as strings and their names need it."""

    def __init__(self, data: bytes, budget: Budget) -> None:
        self._data, self._budget = data, budget
        self._version = int.from_bytes(data[:2], "little")
        self._place = 16 if self._version >= _3_7 else 12
        self._references: list[_Object] = []
        self._objects = 0
        self._values: list[list[bytes]] = []  # of each code, outer ones first
        self._names: dict[bytes, None] = {}

    @property
    def rest(self) -> bytes:
        return self._data[self._place :]

    @property
    def is_done(self) -> bool:
        return self._place == len(self._data)

    def text(self) -> bytes:
        """The names stand behind all values: above one they would be taken for its heading."""
        values = b"\n".join(b"".join(lines) for lines in self._values)
        return values + b"\n" + b" ".join(self._names) + b"\n"

    def read(self, depth: int) -> _Object:
        self._objects += 1
        if depth > _MAX_DEPTH or self._objects > _MAX_OBJECTS:
            raise ValueError("too deep, or too many")
        byte = self._take(1)[0]
        number = len(self._references)
        if byte & _WITH_FLAG:
            self._references.append(None)
        read = self._body(bytes((byte & ~_WITH_FLAG,)), depth)
        if byte & _WITH_FLAG:
            self._references[number] = read
        return read

    def _body(self, kind: bytes, depth: int) -> _Object:
        if kind in _STRINGS:
            return self._take(self._number(_STRINGS[kind]))
        if kind in _TUPLES:
            return [self.read(depth + 1) for _ in range(self._number(_TUPLES[kind]))]
        if kind == b"r":
            return self._references[self._number(4)]
        if kind == b"c":
            self._read_code(depth)
        elif kind == b"l":
            self._take(2 * abs(self._number(4, signed=True)))
        elif kind in _SIZES:
            self._take(_SIZES[kind])
        else:
            raise ValueError("not known")
        return None

    def _read_code(self, depth: int) -> None:
        lines: list[bytes] = []
        self._values.append(lines)
        self._take(24 if _3_8 <= self._version < _3_11 else 20)
        code, values, names, local, *others = [self.read(depth + 1) for _ in range(_OBJECTS_OF_CODE)]
        self._take(4)
        tables = [self.read(depth + 1) for _ in range(2 if self._version >= _3_11 else 1)]
        if not isinstance(code, bytes) or not isinstance(values, list):
            raise ValueError("no code")
        given = _Names(self._version, code, values, _strings(names), _strings(local)).given()
        shown: dict[int, bytes] = {}
        for number, value in enumerate(values):
            if value is not None:
                name = given.get(number)
                lines.append(b"%b%b;\n" % (name + b" = " if name else b"", self._shown(value, shown)))
        known = {*given.values()}
        odd = [text for text in _strings([code, *_strings(local), *tables]) if _LONG.search(text)]
        rest = _strings([*_strings(names), *others]) + odd
        self._names.update(dict.fromkeys(text for text in rest if text not in known))

    def _shown(self, value: _Object, shown: dict[int, bytes]) -> bytes:
        """As source code has it. One value may stand in many places: lists that were `shown` are not read again."""
        if isinstance(value, list):
            if id(value) not in shown:
                shown[id(value)] = b"(%b)" % b", ".join([self._shown(one, shown) for one in value])
            text = shown[id(value)]
        else:
            text = b'"%b"' % value if value else b""
        self._budget.count_bytes(len(text))
        return text

    def _number(self, size: int, *, signed: bool = False) -> int:
        return int.from_bytes(self._take(size), "little", signed=signed)

    def _take(self, size: int) -> bytes:
        start, self._place = self._place, self._place + size
        if self._place > len(self._data):
            raise ValueError("cut short")
        return self._data[start : self._place]


class _Names:
    """Which names the code of a module, a class or a function gives to its constants."""

    def __init__(
        self, version: int, code: bytes, values: list[_Object], names: list[bytes], local: list[bytes]
    ) -> None:
        self._values, self._names, self._local = values, names, local
        self._load, self._store = _LOAD_CONST.get(version, 100), _STORE_NAME.get(version, 90)
        self._units = list(_units(code))

    def given(self) -> dict[int, bytes]:
        """By the numbers of the constants."""
        given: dict[int, bytes] = {}
        for at, (operation, number) in enumerate(self._units):
            if operation == self._load and (name := self._stored(at + 1)):
                given.setdefault(number, name)
            elif operation in (self._load, *_KW_NAMES) and number < len(self._values):
                for one, name in self._by_keys(at, self._values[number]):
                    given.setdefault(one, name)
        return given

    def _stored(self, at: int) -> bytes:
        """`NAME = "…"`, `name = "…"` in a function, `self.name = "…"`."""
        operation, number = self._units[at] if at < len(self._units) else (0, 0)
        if operation == _LOAD_FAST and at + 1 < len(self._units):
            operation, number = self._units[at + 1]
            return _at(self._names, number) if operation == _STORE_ATTR else b""
        if operation == self._store:
            return _at(self._names, number)
        return _at(self._local, number) if operation == _STORE_FAST else b""

    def _by_keys(self, at: int, keys: _Object) -> Iterator[tuple[int, bytes]]:
        """`Client(key="…", secret="…")`, `{"key": "…", "secret": "…"}`: the keys are a constant behind the values."""
        if not isinstance(keys, list) or not 0 < len(keys) <= min(_MAX_KEYS, at):
            return
        for (operation, number), key in zip(self._units[at - len(keys) : at], keys, strict=True):
            if operation == self._load and isinstance(key, bytes):
                yield number, key


def _units(code: bytes) -> Iterator[tuple[int, int]]:
    extended = 0
    for operation, number in zip(code[::2], code[1::2], strict=False):
        if operation == _EXTENDED_ARG:
            extended = (extended | number) << 8
            continue
        yield operation, extended | number
        extended = 0


def _at(names: list[bytes], number: int) -> bytes:
    return names[number] if number < len(names) else b""


def _strings(read: _Object) -> list[bytes]:
    return [text for text in read if isinstance(text, bytes)] if isinstance(read, list) else []
