"""A repository in one file: a pack of git's, alone or in a bundle. Its objects are its members, by their ids."""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections import OrderedDict, defaultdict
from collections.abc import Iterator
from typing import Final, NamedTuple

from leakscan.gitstore import kernel
from leakscan.gitstore.deltaerror import DeltaError, OversizeError
from leakscan.unpack import deflate
from leakscan.unpack.budget import MIB, Budget, Rest, Trouble, Unreadable
from leakscan.unpack.containers import Piece

# https://git-scm.com/docs/gitformat-pack and gitformat-bundle
_HEADER: Final = struct.Struct(">4sII")
_KINDS: Final = {1: b"commit", 2: b"tree", 3: b"blob", 4: b"tag"}
_TREE, _OFFSET_DELTA, _ID_DELTA = 2, 6, 7
_ID_BYTES = 20
_LONGEST_NUMBER = 10  # bytes of one
_INPUT_BYTES = 1 << 14
_HELD_BYTES = 64 * MIB


class _Entry(NamedTuple):
    """An object as it is stored. `base`: where in the data, or what id, that of a delta has; else None."""

    kind: int
    base: int | bytes | None
    size: int
    start: int


def iter_pack(data: bytes, budget: Budget) -> Iterator[Piece]:
    """(id, content) of each blob, commit and tag of a pack with SHA-1 ids, or of the pack in a bundle."""
    start = data.find(b"\n\n") + 2 if data.startswith(b"#") else 0
    mark, version, count = _HEADER.unpack(data[start : start + _HEADER.size].ljust(_HEADER.size, b"\0"))
    if mark != b"PACK":
        raise Unreadable("bad-archive", "damaged or cut off")
    if version not in (2, 3) or b"\n@object-format=sha256\n" in data[:start]:
        raise Unreadable("unsupported-format", "not read by this version")
    pack = _Pack(data, budget)
    place = start + _HEADER.size
    for _ in range(count):
        at, place = place, pack.add(place)
        yield from pack.members(at)
    if waiting := sum(map(len, pack.waiting.values())):
        yield Trouble("missing-objects", b"", f"{waiting:,} objects are deltas of others that are not here")
    end = place + _ID_BYTES
    if hashlib.sha1(memoryview(data)[start:place], usedforsecurity=False).digest() != data[place:end]:
        yield Trouble("bad-archive", b"", "its checksum does not fit: it may hold more objects than it says")
    yield Rest(data[end:])


class _Pack:
    """The objects read so far. `waiting`: by the id of what is missing, where those are that are made from it, if by
    way of others."""

    def __init__(self, data: bytes, budget: Budget) -> None:
        self._data = data
        self._budget = budget
        self._entries: dict[int, _Entry] = {}
        self._places: dict[bytes, int] = {}
        self._held: OrderedDict[int, tuple[int, bytes]] = OrderedDict()
        self._held_bytes = 0
        self._lacking: dict[int, bytes] = {}  # what those wait for
        self.waiting: defaultdict[bytes, list[int]] = defaultdict(list)

    def add(self, at: int) -> int:
        """Reads the object that starts at `at`; gives the place behind it."""
        entry = _entry(self._data, at)
        if entry.size > self._budget.limits.member_bytes:
            raise Unreadable("too-large", f"an object of {entry.size:,} bytes")
        self._entries[at] = entry
        content, end = self._inflated(entry)
        if entry.base is None:
            self._hold(at, entry.kind, content)
        return end

    def members(self, at: int) -> Iterator[Piece]:
        """The object at `at`, and those that waited for it."""
        todo = [at]
        while todo:
            at = todo.pop()
            base = self._base(self._entries[at])
            base = self._lacking.get(base, base) if isinstance(base, int) else base
            if isinstance(base, bytes):
                self._lacking[at] = base
                self.waiting[base].append(at)
                continue
            kind, content = self._content(at)
            oid = hashlib.sha1(b"%b %d\0" % (_KINDS[kind], len(content)), usedforsecurity=False)
            oid.update(content)
            self._places[oid.digest()] = at
            if kind != _TREE:
                self._budget.count_member()
                yield oid.hexdigest().encode(), content
            for freed in self.waiting.pop(oid.digest(), ()):
                del self._lacking[freed]
                todo.append(freed)

    def _base(self, entry: _Entry) -> int | bytes | None:
        """Where the base of a delta is, or its id if that is not known yet."""
        return self._places.get(entry.base, entry.base) if isinstance(entry.base, bytes) else entry.base

    def _content(self, at: int) -> tuple[int, bytes]:
        chain = [at]
        while chain[-1] not in self._held:
            base = self._base(self._entries[chain[-1]])
            if base is None:
                break
            if isinstance(base, bytes) or base not in self._entries:
                raise Unreadable("bad-archive", "a delta without its base")
            chain.append(base)
        last = chain.pop()
        if last not in self._held:
            self._hold(last, self._entries[last].kind, self._inflated(self._entries[last])[0])
        kind, content = self._held[last]
        for place in reversed(chain):
            delta, _ = self._inflated(self._entries[place])
            try:
                content = kernel.apply(content, delta, self._budget.limits.member_bytes)
            except OversizeError as error:
                raise Unreadable("too-large", f"an object of {error.size:,} bytes") from None
            except DeltaError:
                raise Unreadable("bad-archive", "a delta that does not fit its base") from None
            self._budget.count_bytes(len(content))
            self._hold(place, kind, content)
        return kind, content

    def _hold(self, at: int, kind: int, content: bytes) -> None:
        """For the deltas that follow; those that came first go first."""
        self._held[at] = kind, content
        self._held_bytes += len(content)
        while self._held_bytes > _HELD_BYTES and len(self._held) > 1:
            self._held_bytes -= len(self._held.popitem(last=False)[1][1])

    def _inflated(self, entry: _Entry) -> tuple[bytes, int]:
        """What stands in the data, and the place behind it."""
        stream, place, chunks, size = deflate.decompressor(zlib.MAX_WBITS), entry.start, [b""], 0
        while not stream.eof and place < len(self._data) and size <= entry.size:
            packed = stream.unconsumed_tail
            if not packed:
                packed = self._data[place : place + _INPUT_BYTES]
                place += len(packed)
            try:
                chunks.append(stream.decompress(packed, entry.size - size + 1))
            except deflate.ERRORS:
                break
            size += len(chunks[-1])
        self._budget.count_bytes(size)
        if not stream.eof or size != entry.size:
            raise Unreadable("bad-archive", "damaged or cut off")
        return b"".join(chunks), place - len(stream.unused_data)


def _entry(data: bytes, at: int) -> _Entry:
    """Read from the head of an object. Unreadable if there is none."""
    head = _number(data, at)
    place = at + len(head)
    kind = head[0] >> 4 & 7 if head else 0
    size = sum((code & 127) << 7 * n for n, code in enumerate(head[1:])) << 4 | (head[0] & 15 if head else 0)
    if kind in _KINDS:
        return _Entry(kind, None, size, place)
    if kind == _ID_DELTA:
        return _Entry(kind, data[place : place + _ID_BYTES], size, place + _ID_BYTES)
    if kind != _OFFSET_DELTA:
        raise Unreadable("bad-archive", "damaged or cut off")
    distance, back = _number(data, place), -1
    for code in distance:
        back = (back + 1) << 7 | code & 127
    if back <= 0:
        raise Unreadable("bad-archive", "damaged or cut off")
    return _Entry(kind, at - back, size, place + len(distance))


def _number(data: bytes, place: int) -> bytes:
    """The bytes of the number that starts here: all but the last one are over 127."""
    end = place
    while end < min(len(data), place + _LONGEST_NUMBER) and data[end] > 127:
        end += 1
    return data[place : end + 1]
