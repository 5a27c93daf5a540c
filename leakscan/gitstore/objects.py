"""Every object of the store: listed once, then read through one git, restarted behind what it cannot read."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final, NamedTuple

from leakscan.gitstore.command import CHUNK, Git, Process
from leakscan.gitstore.packs import Pack, list_ids

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator
    from pathlib import Path

    from leakscan.gitstore.faults import Faults

KIND_NUMBERS: Final = {"commit": 1, "tree": 2, "blob": 3, "tag": 4}  # as packs number them
# git knows these without having them.
EMPTY: Final = {
    algorithm(f"{kind} 0\0".encode()).hexdigest(): kind
    for kind in ("tree", "blob")
    for algorithm in (hashlib.sha1, hashlib.sha256)
}
MAX_OBJECT_BYTES: Final = 256 << 20
_MAX_DAMAGED = 1_000
_KINDS = {b"blob": "blob", b"commit": "commit", b"tag": "tag", b"tree": "tree"}
_CHECK = "--batch-check=%(objectname) %(objecttype) %(objectsize)"


class StoredObject(NamedTuple):
    """`kind` is "blob", "commit" or "tag"; "tree" only where trees were asked for. `anchored`: whether the data of a
    blob hold an anchor, None if nobody looked."""

    oid: str
    kind: str
    data: bytes
    anchored: bool | None = None


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
        self._faults = faults
        self._inventory: Inventory | None = None
        self.limit = MAX_OBJECT_BYTES

    @property
    def folders(self) -> list[Path]:
        """The object folders that are read, the shadow's own included."""
        return list(self._packs)

    def inventory(self) -> Inventory:
        """What the store holds. Objects of no known kind, and those too large to hold, are recorded."""
        if self._inventory is None:
            found = Inventory()
            with self._git.stream(
                "cat-file", "--batch-all-objects", "--unordered", "--buffer", _CHECK
            ) as process:
                self._sort(process, found)
                complete = process.wait() == 0
            self._inventory = found if complete else self._inventory_from_files()
        return self._inventory

    def read(self, feed: bytes | bytearray) -> Iterator[StoredObject]:
        """The objects whose ids stand in `feed`, one to a line; those that cannot be read are recorded."""
        start, damaged = 0, 0
        while start < len(feed):
            with self._git.stream(
                "cat-file", "--batch", "--buffer", feed=memoryview(feed)[start:]
            ) as process:
                reached = yield from self._answers(process, feed, start)
                self._git.check_open()
                # git may have died of something else than this object: it is tried once more, as the first.
                if reached == start:
                    process.wait()
                    self._damaged(feed[start : start + self._width - 1], process.complaint())
                    reached += self._width
                    damaged += 1
            start = reached
            if damaged >= _MAX_DAMAGED and start < len(feed):
                return self._give_up(damaged, len(feed) - start)

    def fetch(self, oids: Iterable[str]) -> Iterator[StoredObject]:
        """As `read`, of ids in a list."""
        return self.read("".join(f"{oid}\n" for oid in oids).encode())

    def kinds(self, oids: Iterable[str]) -> dict[str, str]:
        """oid -> kind, of those that are there and readable."""
        feed = b"".join(oid.encode() + b"\n" for oid in oids)
        found: dict[str, str] = {}
        if feed:
            with self._git.stream("cat-file", "--buffer", _CHECK, feed=feed) as process:
                for line in process.out:
                    oid, kind, *_ = line.split()
                    if kind in _KINDS:
                        found[oid.decode()] = _KINDS[kind]
        return found

    def _answers(
        self, process: Process, feed: bytes | bytearray, start: int
    ) -> Generator[StoredObject, None, int]:
        """What git answers to `feed` from `start` on; returns how far it came."""
        readline, read, width = process.out.readline, process.out.read, self._width
        while start < len(feed):
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
        start, damaged = 0, 0
        while start < len(feed):
            with self._git.stream("cat-file", "--buffer", _CHECK, feed=memoryview(feed)[start:]) as process:
                listed = self._sort(process, found)
                process.wait()
                if listed == 0:
                    self._damaged(feed[start : start + self._width - 1], process.complaint())
                    damaged += 1
            start += self._width * max(1, listed)
            if damaged >= _MAX_DAMAGED and start < len(feed):
                self._give_up(damaged, len(feed) - start)
                break
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
        self._faults.add("corrupt-objects", oid.decode(), f"the object cannot be read: {reason}")

    def record_too_large(self, oid: str, size: int) -> None:
        reason = f"{size:,} bytes: objects over {self.limit:,} are not read"
        reason += " (a larger --max-memory would do)" if size <= MAX_OBJECT_BYTES else ""
        self._faults.add("too-large", oid, reason)

    def _give_up(self, damaged: int, remaining_bytes: int) -> None:
        rest = remaining_bytes // self._width
        reason = f"{damaged:,} objects are damaged: the remaining {rest:,} were not read"
        self._faults.add("corrupt-objects", "object store", reason)
