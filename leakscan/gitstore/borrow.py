"""A copy of a remote repository made with the copy of a relative: the remote is asked for what that one lacks."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from itertools import compress
from typing import TYPE_CHECKING

from leakscan.errors import GitError
from leakscan.gitstore import kernel
from leakscan.gitstore.containers import path_of
from leakscan.gitstore.memory import Memory
from leakscan.gitstore.objects import KIND_NUMBERS
from leakscan.gitstore.packindex import PackIndex

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from leakscan.gitstore.mirror import Mirror, RemoteRefs
    from leakscan.gitstore.store import Store

_LIST = ("rev-list", "--objects", "--no-object-names", "--all")
_PACK = ("pack-objects", "-q", "--delta-base-offset")
_REUSE = "--window=0"  # look for no new deltas: those that are there are taken over
_SIZES = "--batch-check=%(objecttype) %(objectsize)"
_IN_COMMITS = {b"commit ", b"tag commit"}


class NothingSharedError(Exception):
    """The two have nothing in common that could be of use."""


class Lender:
    """The copy of a relative, opened, and what is remembered of it: all its objects were read, and git had made sure
    that each is what its id says. NothingSharedError if something of it is absent."""

    def __init__(self, store: Store, memory: Memory) -> None:
        if memory.absent or memory.shallow or store.is_partial:
            raise NothingSharedError
        self.store = store
        self.memory = memory
        self.width = store.layout.hex_length // 2
        indexes = [path for name in memory.containers.stamps if (path := self._file(name)).suffix == ".idx"]
        self.names = kernel.Names(self.width, [(PackIndex(path, self.width).names, None) for path in indexes])

    def _file(self, name: str) -> Path:
        return path_of(self.store.object_dirs, name)


@dataclass(frozen=True, slots=True)
class Loan:
    """What a copy took over: the name of the pack that holds it, and a flag for each object of the lender."""

    lender: Lender
    pack: str
    taken: bytearray

    def memory(self) -> Memory:
        """What a scan of the shared pack alone would leave to remember. Everything in it hangs on commits in it, as
        all refs of the copy lead to commits: only then a commit that brought a blob in is there as well, or is new."""
        lender, memory = self.lender, self.lender.memory
        width, size, number = lender.width, memory.mask_bytes, len(memory.orders)
        names = [memory.ids[at : at + width] for at in range(0, width * number, width)]
        kept = [self._holds(name) for name in names]
        masks = (memory.masks[at : at + size] for at in range(0, size * number, size or 1))
        return Memory(
            memory.key,
            counts=self._counts(),
            found=self._of(memory.found),
            changed=self._of(memory.changed),
            traced=memory.traced,
            named=self._of(memory.named),
            ids=b"".join(compress(names, kept)),
            orders=memory.orders[:0] + type(memory.orders)("q", compress(memory.orders, kept)),
            masks=b"".join(compress(masks, kept)),
            quiet={oid: memory.quiet[oid] for oid in self._of([*memory.quiet])},
            alike={oid: of for oid, of in memory.alike.items() if len(self._of([oid, of[0]])) == 2},
        )

    def _holds(self, name: bytes) -> bool:
        number = self.lender.names.find(name)
        return number >= 0 and bool(self.taken[number])

    def _of(self, oids: list[str]) -> list[str]:
        return [oid for oid in oids if self._holds(bytes.fromhex(oid))]

    def _counts(self) -> dict[str, int]:
        """Those of the lender without what was left behind."""
        names = self.lender.names
        left = bytearray(not flag for flag in self.taken)
        for double in names.doubles:
            left[double] = False
        feed = b"".join(
            names.name(number).hex().encode() + b"\n" for number in compress(range(len(left)), left)
        )
        counts = dict(self.lender.memory.counts)
        git = self.lender.store.git
        for line in git.run("cat-file", "--buffer", _SIZES, feed=feed).splitlines() if feed else ():
            kind, size = line.split()
            if kind.decode() not in KIND_NUMBERS:
                raise NothingSharedError
            if kind != b"tree":
                counts[f"{kind.decode()}s"] -= 1
                counts["bytes"] -= int(size)
        return counts


def beginning(folder: Path) -> Path:
    """Where a copy is made before it takes its place: what is there is of a run that was killed."""
    return folder.with_suffix(".new")


def borrow(mirror: Mirror, refs: RemoteRefs, lender: Lender, tips: list[str]) -> Loan:
    """Makes the copy, which afterwards has all its objects itself and no others; what `lender` has, in a pack of its
    own. `tips` of the lender's are told to the remote. GitError, OSError, or NothingSharedError: then there is no
    copy."""
    if refs.is_sha256 != (lender.width == 32):
        raise NothingSharedError
    new = beginning(mirror.folder)
    made = new / "made"
    try:
        other = mirror.beside(new, lender.store.layout.objects)
        other.begin(refs, tips)
        made.mkdir()
        taken = bytearray(len(lender.names))
        shared, own = _divide(other.run(*_LIST), lender.names, taken)
        name = _pack(other, shared, _REUSE)
        _pack(other, own)
        if not name or 0 < mirror.max_bytes < sum(file.stat().st_size for file in made.glob("*.pack")):
            raise NothingSharedError
        shutil.rmtree(new / "objects/pack")
        made.rename(new / "objects/pack")
        is_usable = set(_kinds_of_refs(other)) <= _IN_COMMITS
        shutil.rmtree(mirror.folder, ignore_errors=True)
        new.rename(mirror.folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return Loan(lender, name if is_usable else "", taken)


def _divide(listing: bytes, names: kernel.Names, taken: bytearray) -> tuple[bytes, bytes]:
    """The lines of those that have a number, which are flagged, and of the others."""
    shared, own = bytearray(), bytearray()
    for line in listing.splitlines(keepends=True):
        number = names.find(bytes.fromhex(line[:-1].decode()))
        if number >= 0:
            taken[number] = True
            shared += line
        else:
            own += line
    return bytes(shared), bytes(own)


def _pack(mirror: Mirror, ids: bytes, *options: str) -> str:
    """The name of a pack that holds these objects; empty if they are none."""
    if not ids:
        return ""
    said = mirror.run(*_PACK, *options, str(mirror.folder / "made/pack"), feed=ids)
    if not said.strip() or b"\n" in said.strip():
        raise GitError("git made more than one pack")
    return f"pack-{said.strip().decode()}"


def _kinds_of_refs(mirror: Mirror) -> Iterator[bytes]:
    yield from mirror.run("for-each-ref", "--format=%(objecttype) %(*objecttype)").splitlines()
