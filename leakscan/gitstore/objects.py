"""Every object of the store: listed once, then read through one git, restarted behind what it cannot read."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from leakscan.gitstore.command import CHUNK, Git, Process
from leakscan.gitstore.packs import Pack, list_ids
from leakscan.gitstore.plainfile import open_regular

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from leakscan.gitstore.faults import Faults
    from leakscan.model import FailureKind

T = TypeVar("T")
KIND_NUMBERS: Final = {"commit": 1, "tree": 2, "blob": 3, "tag": 4}  # as packs number them
# git knows these without having them.
EMPTY: Final = {
    algorithm(f"{kind} 0\0".encode()).hexdigest(): kind
    for kind in ("tree", "blob")
    for algorithm in (hashlib.sha1, hashlib.sha256)
}
MAX_OBJECT_BYTES: Final = 256 << 20
_MAX_DAMAGED = 1_000
_CAREFUL = 2_000  # objects: more than git ever had in its buffer
TYPE_MASK, FOLDER, SUBMODULE = 0o170000, 0o040000, 0o160000  # of modes in trees
_KINDS = {b"blob": "blob", b"commit": "commit", b"tag": "tag", b"tree": "tree"}
_HEAP_BYTES = 1 << 30  # an object of the largest size that is read, its base and the delta between them
_CHECK_HEAP_BYTES = 160 << 20  # kinds and sizes take little, but git follows deltas that go round without end
_CHECK = "--batch-check=%(objectname) %(objecttype) %(objectsize)"


class StoredObject(NamedTuple):
    """`kind` is "blob", "commit" or "tag"; "tree" only where trees were asked for. `anchored`: whether the data of a
    blob hold an anchor, None if nobody looked."""

    oid: str
    kind: str
    data: bytes
    anchored: bool | None = None


_Take = Callable[["Process", int, int], Generator[T, None, int]]


class Inventory:
    """Ids one to a line, as git wants them on stdin. `content`: blobs, commits and tags, in pack order."""

    def __init__(self) -> None:
        self.content = bytearray()
        self.commits = bytearray()
        self.trees = bytearray()


class ObjectReader:
    """Reads objects through the shadow. `packs` are those of each object folder; `limit` is the size of the largest
    object that is read, in bytes."""

    def __init__(self, git: Git, packs: dict[Path, list[Pack]], hex_length: int, faults: Faults) -> None:
        self._git = git
        self._packs = packs
        self._width = hex_length + 1
        self._is_id = re.compile(f"[0-9a-f]{{{hex_length}}}").fullmatch
        self._faults = faults
        self._inventory: Inventory | None = None
        self.limit = MAX_OBJECT_BYTES

    @property
    def folders(self) -> list[Path]:
        """The object folders that are read, the shadow's own included."""
        return list(self._packs)

    def inventory(self, *, anew: bool = False) -> Inventory:
        """What the store holds, or held when this was asked first. Objects of no known kind, and those too large to
        hold, are recorded."""
        if self._inventory is None or anew:
            found = Inventory()
            arguments = ("cat-file", "--batch-all-objects", "--unordered", "--buffer", _CHECK)
            with self._git.stream(*arguments, max_heap_bytes=_CHECK_HEAP_BYTES) as process:
                self._sort(process, found)
                complete = process.wait() == 0
            self._inventory = found if complete else self._inventory_from_files()
        return self._inventory

    def read(self, feed: bytes | bytearray) -> Iterator[StoredObject]:
        """The objects whose ids stand in `feed`, one to a line; those that cannot be read are recorded."""
        yield from self._restarting("--batch", feed, self._answers)

    def _restarting(self, mode: str, feed: bytes | bytearray, take: _Take[T]) -> Iterator[T]:
        """What `take` gives of git's answers to `feed`. An object that git dies of is recorded, and git is started anew
        behind it.

        What git has in its buffer may be lost when it dies. So it is asked once more, and then writes each answer at
        once: what it does not answer as the first is damaged."""
        start, damaged, width, careful = 0, 0, self._width, False
        while start < len(feed):
            end = min(len(feed), start + _CAREFUL * width) if careful else len(feed)
            buffered = () if careful else ("--buffer",)
            part = memoryview(feed)[start:end]
            heap = _CHECK_HEAP_BYTES + 16 * len(part) if mode == _CHECK else _HEAP_BYTES
            with self._git.stream("cat-file", mode, *buffered, feed=part, max_heap_bytes=heap) as process:
                reached = yield from take(process, start, end)
                self._git.check_open()
                if process.stood_still:
                    return self._give_up(process.complaint(), len(feed) - reached)
                died_at_once = reached == start
                if died_at_once and careful:
                    process.wait()
                    self._damaged(feed[start : start + width - 1], process.complaint())
                    reached += width
                    damaged += 1
            careful = not careful if died_at_once else careful and reached < end
            start = reached
            if damaged >= _MAX_DAMAGED and start < len(feed):
                return self._give_up(f"{damaged:,} objects are damaged", len(feed) - start)
        return None

    def fetch(self, oids: Iterable[str]) -> Iterator[StoredObject]:
        """As `read`, of ids in a list."""
        return self.read("".join(f"{oid}\n" for oid in oids).encode())

    def kinds(self, oids: Iterable[str]) -> dict[str, str]:
        """oid -> kind, of those that are there and readable. What is no id names nothing, whatever git takes it for."""
        feed = b"".join(oid.encode() + b"\n" for oid in oids if self._is_id(oid))
        found: dict[str, str] = {}
        if feed:
            heap = _CHECK_HEAP_BYTES + 16 * len(feed)
            with self._git.stream("cat-file", "--buffer", _CHECK, feed=feed, max_heap_bytes=heap) as process:
                for line in process.out:
                    oid, kind, *_ = line.split()
                    if kind in _KINDS:
                        found[oid.decode()] = _KINDS[kind]
        return found

    def _answers(self, process: Process, start: int, end: int) -> Generator[StoredObject, None, int]:
        """What git answers to the part of a feed between two places; returns how far it came."""
        readline, read, width = process.out.readline, process.out.read, self._width
        while start < end:
            header = readline().split()
            if len(header) == 2 and header[1] == b"missing":
                self._damaged(header[0], "git cannot read it")
            elif len(header) != 3:
                break
            elif (size := int(header[2])) > self.limit:
                self.record_too_large(header[0].decode(), size)
                return start + width
            else:
                data = read(size)
                if len(data) != size or read(1) != b"\n":
                    break
                yield StoredObject(header[0].decode(), _KINDS[header[1]], data)
                self._git.check_open()
            start += width
        return start

    def _inventory_from_files(self) -> Inventory:
        """As `inventory`, where git's own listing died: by the ids that file names and pack indexes hold."""
        ids: dict[bytes, None] = {}
        for folder, packs in self._packs.items():
            ids.update(dict.fromkeys(list_ids(folder, packs, self._width // 2)))
        feed = b"".join(oid.hex().encode() + b"\n" for oid in ids)
        found = Inventory()

        def take(process: Process, start: int, end: int) -> Generator[None, None, int]:
            yield from ()
            return start + self._width * self._sort(process, found)

        for _ in self._restarting(_CHECK, feed, take):
            pass
        return found

    def _sort(self, process: Process, found: Inventory) -> int:
        """Puts each line of a listing into its place; returns how many there were."""
        width, count = self._width, 0
        while lines := process.out.readlines(CHUNK):
            for line in lines:
                kind = line[width : width + 4]
                if not line.endswith(b"\n"):
                    return count
                count += 1
                if kind == b"tree":
                    found.trees += line[: width - 1] + b"\n"
                elif kind == b"miss":
                    self._damaged(line[: width - 1], "git cannot read it")
                elif (size := int(line[line.rindex(b" ") :])) > self.limit:
                    self.record_too_large(line[: width - 1].decode(), size)
                else:
                    found.content += line[: width - 1] + b"\n"
                    if kind == b"comm":
                        found.commits += line[: width - 1] + b"\n"
        return count

    def _damaged(self, oid: bytes | bytearray, reason: str) -> None:
        name = oid.decode()
        kind: FailureKind = "corrupt-objects"
        for folder in self._packs:
            try:
                os.close(open_regular(folder / name[:2] / name[2:]))
            except PermissionError as error:
                kind, reason = "unreadable", error.strerror or reason
            except OSError:
                continue
        self._faults.add(kind, name, f"the object cannot be read: {reason}")

    def record_too_large(self, oid: str, size: int) -> None:
        reason = f"{size:,} bytes: objects over {self.limit:,} are not read"
        reason += " (a larger --max-memory would do)" if size <= MAX_OBJECT_BYTES else ""
        self._faults.add("too-large", oid, reason)

    def _give_up(self, reason: str, remaining_bytes: int) -> None:
        reason += f": the remaining {remaining_bytes // self._width:,} were not read"
        self._faults.add("corrupt-objects", "object store", reason)


def is_tree(data: bytes, hex_length: int) -> bool:
    """Whether it is nothing but entries."""
    return sum(len(match[0]) for match in _entries(data, hex_length)) == len(data)


def tree_entries(data: bytes, hex_length: int) -> Iterator[tuple[int, bytes, str]]:
    """(type, name, id) of each entry of a tree object, as far as they can be read; the type is FOLDER, SUBMODULE, or
    that of a file or link."""
    for match in _entries(data, hex_length):
        yield int(match[1], 8) & TYPE_MASK, match[2], match[3].hex()


def _entries(data: bytes, hex_length: int) -> Iterator[re.Match[bytes]]:
    return re.finditer(rb"([0-7]+) ([^\0]+)\0([\s\S]{%d})" % (hex_length // 2), data)
