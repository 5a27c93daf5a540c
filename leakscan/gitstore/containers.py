"""What the objects of a store lie in: packs and loose files, known again by what the file system says of them."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_LOOSE = re.compile(r"[0-9a-f]{38}|[0-9a-f]{62}")
_IN_PACKS = (".pack", ".idx")
# A file that changed so shortly ago may change again without a trace in its times; some systems count in seconds.
_SETTLED_NS: Final = 50_000_000
_SETTLED_COARSE_NS: Final = 3_000_000_000

Stamp = tuple[int | str, ...]


@dataclass(slots=True)
class Containers:
    """`stamps`: "number of the folder/name" -> inode, size, times and, of packs and indexes, the last bytes. `digests`:
    SHA-256 of the content of some. git sets the times of a file anew when it would write what is there already: then a
    digest tells that nothing else changed.

    `moved`: ids of loose objects that are gone and may be in a pack now. `is_settled`: no file changed so shortly
    before that another change could go unseen."""

    stamps: dict[str, Stamp] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    moved: list[str] = field(default_factory=list)
    is_settled: bool = True
    _wanted: set[str] = field(default_factory=set)

    def continues(self, earlier: Containers, folders: Sequence[Path]) -> bool:
        """Whether all that was there before is there still and the same, but for what `moved`; takes over what is known
        of it."""
        same = True
        for name, stamp in earlier.stamps.items():
            now, digest = self.stamps.get(name), earlier.digests.get(name, "")
            if now is None and not name.endswith(_IN_PACKS):
                self.moved.append("".join(name.split("/")[1:]))
                continue
            if now is None or _without_times(now) != _without_times(stamp):
                same = False
                continue
            if now != stamp:
                self._wanted.add(name)
                same = same and digest != "" and _digest(folders, name) == digest
            if digest and now == stamp:
                self.digests[name] = digest
        return same

    def seal(self, folders: Sequence[Path]) -> None:
        """Adds digests of loose objects, and of packs whose times were seen to change: large ones take a while."""
        for name in self.stamps:
            if name not in self.digests and (name in self._wanted or not name.endswith(_IN_PACKS)):
                self.digests[name] = _digest(folders, name)


def path_of(folders: Sequence[Path], name: str) -> Path:
    """The file that a stamp is of. ValueError, IndexError if the name is none of a stamp."""
    number, place, file = name.split("/")
    return folders[int(number)] / place / file


def _without_times(stamp: Stamp) -> tuple[int | str, ...]:
    return stamp[0], stamp[1], stamp[4]


def _digest(folders: Sequence[Path], name: str) -> str:
    """Empty if the file cannot be read."""
    try:
        with open(path_of(folders, name), "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def take_stock(folders: Sequence[Path], width: int) -> Containers:
    """What there is now. A file that vanishes meanwhile is left out."""
    found = Containers()
    now = time.time_ns()
    for number, folder in enumerate(folders):
        for name, path in _list(os.fspath(folder)):
            try:
                facts = os.stat(path)
                tail = _tail(path, width) if name.endswith(_IN_PACKS) else ""
            except OSError:
                continue
            if not stat.S_ISREG(facts.st_mode):
                continue
            found.stamps[f"{number}/{name}"] = (
                facts.st_ino,
                facts.st_size,
                facts.st_mtime_ns,
                facts.st_ctime_ns,
                tail,
            )
            latest = max(facts.st_mtime_ns, facts.st_ctime_ns)
            margin = _SETTLED_NS if latest % 1_000_000_000 else _SETTLED_COARSE_NS
            found.is_settled &= latest + margin < now
    return found


def _list(folder: str) -> Iterator[tuple[str, str]]:
    """(name below the folder, path) of packs, indexes and loose objects."""
    for place in ("pack", *(f"{number:02x}" for number in range(256))):
        try:
            names = os.listdir(os.path.join(folder, place))
        except OSError:
            continue
        for name in names:
            if name.endswith(_IN_PACKS) if place == "pack" else _LOOSE.fullmatch(name):
                yield f"{place}/{name}", os.path.join(folder, place, name)


def _tail(path: str, width: int) -> str:
    """The checksums at the end of a pack or an index."""
    file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        return os.pread(file, 2 * width, max(0, os.fstat(file).st_size - 2 * width)).hex()
    finally:
        os.close(file)
