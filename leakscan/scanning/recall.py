"""What a scan of a history leaves for the next one, in a private folder of the user's."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import leakscan
from leakscan.gitstore import Bounds, Store
from leakscan.gitstore.cachefile import read_private, write_private
from leakscan.gitstore.containers import Containers, take_stock
from leakscan.gitstore.memory import Memory, UnusableError, decode
from leakscan.gitstore.recalled import Recalled
from leakscan.gitstore.remember import is_sound, remember
from leakscan.scanning.again import Found, find_alike, find_quiet

_PREFIX = "history-"
_MAX_FILES = 200


@dataclass(slots=True)
class Recall:
    """`notes` tell the user what became of it: (whether it is a warning, text)."""

    folder: Path
    rules_digest: str
    notes: list[tuple[bool, str]] = field(default_factory=list)

    def open(self, store: Store, limits: Bounds) -> Recollection:
        """What is known of a store before it is read."""
        width = store.layout.hex_length // 2
        path = self.folder / f"{_PREFIX}{_digest(str(store.layout.objects))[:40]}"
        said = (program_id(), self.rules_digest, limits.alone, *store.object_dirs, width)
        found = Recollection(
            self, path, _digest("\0".join(map(str, said))), take_stock(store.object_dirs, width)
        )
        try:
            data = read_private(path)
            if data is not None and is_sound(store):
                found.use(decode(data, found.key, width), store)
        except UnusableError as error:
            self.notes.append((True, f"the cache {path} is not used: {error}"))
        return found

    def clear_away(self) -> None:
        """Keeps the histories that were used last."""
        with contextlib.suppress(OSError):  # another scan may do the same
            files = sorted(self.folder.glob(f"{_PREFIX}*"), key=lambda file: file.stat().st_mtime)
            for file in files[:-_MAX_FILES]:
                file.unlink()


@dataclass(slots=True)
class Recollection:
    """One store's. `memory`: what an earlier scan left, if it still fits; `is_new`: something came since."""

    recall: Recall
    path: Path
    key: str
    containers: Containers
    memory: Memory | None = None
    is_new: bool = False

    def use(self, memory: Memory, store: Store) -> None:
        same = self.containers.continues(memory.containers, store.object_dirs)
        if not same or memory.shallow != sorted(store.shallow):
            self.recall.notes.append((False, "cache: objects are not where they were, all are read"))
            return
        with contextlib.suppress(OSError):
            os.utime(self.path)  # those that were not used for longest go first
        self.memory = memory
        self.is_new = self.containers.stamps.keys() != memory.containers.stamps.keys()

    def keep(self, store: Store, counts: dict[str, int], found: Found, quiet: Mapping[str, int]) -> None:
        """Writes what is to be remembered, if everything was read and nothing changed meanwhile. See `place`."""
        if not self.containers.is_settled or self._is_known(store):
            return
        memory = remember(store, self.key, self.containers, counts, found.keys() | quiet.keys())
        if memory is None:
            return
        memory.quiet = find_quiet(found, quiet, self.memory.quiet if self.memory else {})
        memory.alike = find_alike({oid: looks for oid, looks in found.items() if oid not in memory.quiet})
        self.containers.seal(store.object_dirs)
        stock = take_stock(store.object_dirs, store.layout.hex_length // 2)
        try:
            if stock.stamps == self.containers.stamps:
                write_private(self.path, memory.encode())
                self.recall.clear_away()
        except UnusableError as error:
            self.recall.notes.append(
                (True, f"the cache {self.path} is not written, --no-cache does without: {error}")
            )

    def inherit(self, memory: Memory, pack: str) -> None:
        """Keeps what is remembered of another store and holds of one pack of this one. UnusableError."""
        held = {name: stamp for name, stamp in self.containers.stamps.items() if Path(name).stem == pack}
        inherited = replace(memory, key=self.key, containers=Containers(held))
        write_private(self.path, inherited.encode())

    def _is_known(self, store: Store) -> bool:
        """Whether the file holds all that there is to remember."""
        memory, check = self.memory, store.connectivity
        return (
            memory is not None
            and check is not None
            and isinstance(store.history, Recalled)
            and memory.containers.stamps == self.containers.stamps
            and store.traced.issubset(memory.traced)
            and (not memory.absent or memory.tips == sorted(check.tips))
        )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


@cache
def program_id() -> str:
    """This version, and when its files were made: a checkout changes without changing its number."""
    root = Path(leakscan.__file__).parent
    facts = [leakscan.__version__]
    for folder, _, names in sorted(os.walk(root)):
        for name in sorted(names):
            if name.endswith((".py", ".so", ".pyd")):
                status = os.stat(os.path.join(folder, name))
                facts.append(f"{name} {status.st_size} {status.st_mtime_ns}")
    return "\n".join(facts)
