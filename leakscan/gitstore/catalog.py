"""Every stored object of all packs and loose files as one numbered list: kind, size and base of each."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from typing import TYPE_CHECKING

from leakscan.gitstore import kernel
from leakscan.gitstore.inflate import InflateError
from leakscan.gitstore.loose import iter_loose, peek_loose, read_loose
from leakscan.gitstore.numbered import Numbered
from leakscan.gitstore.objects import MAX_OBJECT_BYTES
from leakscan.gitstore.packfile import PackFile
from leakscan.gitstore.packindex import note_shared_places
from leakscan.gitstore.packs import check_packs

if TYPE_CHECKING:
    from collections.abc import Container, Sequence
    from pathlib import Path

    from leakscan.gitstore.faults import Faults

_ATTEMPTS = 3


class Catalog(Numbered):
    """A node is a copy of an object: packs give theirs in the order of offsets, then come the loose ones.

    `kinds` (B), `sizes` (Q) and `parents` (i) are of nodes. A parent is a node, -1 for a root, -2 if unknown; a kind
    is 1 commit, 2 tree, 3 blob, 4 tag, 0 damaged, for deltas 6 or 7 until `kernel.grow` gives them that of their
    root. `missing` are the deltas whose base, a raw id, is nowhere. What is larger than `limit` bytes is not read, nor
    what stands in the files of `skip`."""

    def __init__(
        self,
        folders: Sequence[Path],
        width: int,
        faults: Faults,
        *,
        limit: int = MAX_OBJECT_BYTES,
        skip: Container[Path] = (),
    ) -> None:
        self.limit = limit
        self._skip = skip
        self.width = width
        self._faults = faults
        self.packs: list[PackFile] = []
        self._loose: list[tuple[bytes, Path]] = []
        try:
            self._open(folders)
            self.kinds, self.sizes, self.parents = array("B"), array("Q"), array("i")
            self._firsts: list[int] = []
            for pack in self.packs:
                self._append(pack)
                if pack.kinds.count(0):
                    note_shared_places(pack.path, pack.offsets, faults)
            self._first_loose = len(self.kinds)
            self._append_loose()
            self.stock = kernel.Stock(self.packs, self.read, limit)
            self.missing: dict[bytes, list[int]] = {}
            self.names = kernel.Names(width, [*(pack.ids for pack in self.packs), self._loose_ids()])
            self.copies = self._find_copies()
            self._refer()
        except BaseException:
            self.close()
            raise

    def __len__(self) -> int:
        return len(self.kinds)

    def read(self, node: int) -> bytes:
        """What is stored: of a root the content, else the delta. OSError, InflateError, OversizeError."""
        if node >= self._first_loose:
            return read_loose(self._loose[node - self._first_loose][1], self.limit)
        place = bisect_right(self._firsts, node) - 1
        return self.packs[place].read(node - self._firsts[place], self.limit)

    def close(self) -> None:
        if hasattr(self, "stock"):
            self.stock.close()
        for pack in self.packs:
            pack.close()

    def _open(self, folders: Sequence[Path]) -> None:
        """Packs, the largest first. A repack may take away what was just listed: then all is listed anew."""
        for attempt in range(_ATTEMPTS):
            self.close()
            self.packs = []
            listed = [pack for folder in folders for pack in check_packs(folder, self.width, self._faults)]
            listed = [pack for pack in listed if pack.path not in self._skip]
            vanished = False
            for pack in listed:
                if not pack.fault:
                    try:
                        self.packs.append(PackFile(pack.path, self.width, len(self.packs)))
                    except FileNotFoundError:
                        vanished = True
                        if attempt + 1 == _ATTEMPTS:
                            self._faults.add("vanished", str(pack.path), "the pack was taken away")
                    except (OSError, ValueError) as error:
                        reason = f"the pack cannot be read: {getattr(error, 'strerror', None) or error}"
                        self._faults.add("corrupt-objects", str(pack.path), reason)
            if not vanished:
                break
        self.packs.sort(key=len, reverse=True)
        loose = (found for folder in folders for found in iter_loose(folder, self.width))
        self._loose = [found for found in loose if found[1] not in self._skip]

    def _append(self, pack: PackFile) -> None:
        first = len(self.kinds)
        self._firsts.append(first)
        self.kinds += pack.kinds
        self.sizes += pack.sizes
        self.parents += (
            pack.bases if not first else array("i", [b + first if b >= 0 else b for b in pack.bases])
        )

    def _append_loose(self) -> None:
        for _, path in self._loose:
            try:
                kind, size = peek_loose(path)
            except (OSError, InflateError):
                kind, size = 0, 0
            self.kinds.append(kind)
            self.sizes.append(size)
            self.parents.append(-1 if kind else -2)

    def _loose_ids(self) -> tuple[bytes, None]:
        return b"".join(name for name, _ in self._loose), None

    def _refer(self) -> None:
        """Bases that are named: those of the same pack before others, as git does it."""
        for first, pack in zip(self._firsts, self.packs, strict=True):
            for number, name in pack.references:
                base = pack.find(name)
                node = first + base if base >= 0 else self.names.find(name)
                if node < 0:
                    node = -2
                    self.missing.setdefault(name, []).append(first + number)
                self.parents[first + number] = node
            pack.references = []

    def _find_copies(self) -> dict[bytes, list[int]]:
        """Raw id -> its nodes, of all objects that are there more than once."""
        copies: dict[bytes, list[int]] = {}
        for node in self.names.doubles:
            name = self.names.name(node)
            copies.setdefault(name, [self.names.find(name)]).append(node)
        return copies
