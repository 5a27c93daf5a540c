"""Object folders, packs and their indexes read as data: what git passes over in silence is named here."""

from __future__ import annotations

import os
import re
import stat
import struct
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from leakscan.gitstore.plainfile import read_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leakscan.gitstore.faults import Faults
    from leakscan.model import FailureKind

_MAX_ALTERNATES_BYTES = 1 << 20
_MAX_OBJECT_DIRS = 1_000
_INDEX_V2 = b"\377tOc\0\0\0\2"
_LEAST_OBJECT_BYTES = 9  # a byte of its own and an empty stream
_DENSE_BYTES = 1 << 24
_FAN_OUT = struct.Struct(">256I")
_ESCAPES = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"a": b"\a", b"b": b"\b", b"f": b"\f", b"v": b"\v"}


HALF = (
    "the pack has no index, or one of the two is not a regular file",
    "the pack of this index is missing",
)


class Pack:
    """A pack with its index. `fault` says why git, or this user, cannot use the two together, empty if they can."""

    __slots__ = ("fault", "path")

    def __init__(self, path: Path, fault: str) -> None:
        self.path = path
        self.fault = fault

    @property
    def index(self) -> Path:
        return self.path.with_suffix(".idx")


def find_object_dirs(objects: Path, faults: Faults, lent: Iterable[Path] = ()) -> list[Path]:
    """The object folder, others that are `lent`, and all their alternates: relative, chained and cyclic ones, each
    once."""
    found: dict[Path, None] = {}
    queue = [Path(os.path.realpath(folder)) for folder in (objects, *lent)]
    while queue:
        folder = queue.pop(0)
        if folder in found:
            continue
        if not os.path.isdir(folder):
            faults.add("missing-objects", str(folder), "the object folder does not exist")
            continue
        if len(found) == _MAX_OBJECT_DIRS:
            faults.add(
                "too-large", str(objects), f"more than {_MAX_OBJECT_DIRS:,} alternates: the rest was not read"
            )
            break
        found[folder] = None
        queue += [Path(os.path.realpath(folder / os.fsdecode(name))) for name in _alternates(folder, faults)]
    return list(found)


def quote_alternate(path: Path) -> bytes:
    """A path as a line of objects/info/alternates, C-quoted so that no character of it has a meaning."""
    return (
        b'"'
        + b"".join(b"\\%03o" % c if c < 32 or c > 126 or c in b'"\\' else b"%c" % c for c in bytes(path))
        + b'"'
    )


def unquoted(line: bytes) -> bytes:
    """What a line of objects/info/alternates means that begins with a quotation mark."""

    def plain(match: re.Match[bytes]) -> bytes:
        escaped = match[1]
        return bytes((int(escaped, 8) & 255,)) if escaped.isdigit() else _ESCAPES.get(escaped, escaped)

    return re.sub(rb"\\([0-7]{3}|.)", plain, line[1:].rpartition(b'"')[0])


def check_packs(folder: Path, width: int, faults: Faults) -> list[Pack]:
    """The packs of an object folder, bad ones recorded; `width` is the length of a raw object id."""
    try:
        names = sorted(os.listdir(folder / "pack"))
    except FileNotFoundError:
        return []
    except OSError as error:
        faults.add("unreadable", str(folder / "pack"), f"the packs in it cannot be read: {error.strerror}")
        return []
    packs = []
    for name in names:
        path = folder / "pack" / name
        if name.endswith(".pack"):
            kind: FailureKind = "corrupt-objects"
            try:
                fault = _pack_fault(path, width)
            except PermissionError as error:
                kind, fault = "unreadable", f"the pack or its index cannot be read: {error.strerror}"
            packs.append(Pack(path, fault))
            if fault:
                faults.add(kind, str(path), fault)
        elif name.endswith(".idx") and path.with_suffix(".pack").name not in names:
            faults.add("missing-objects", str(path), HALF[1])
    return packs


def is_half(path: Path) -> bool:
    """Whether a pack or an index stands there without the other one: while git writes, they come one by one. What
    cannot be looked at did not go."""
    try:
        path.lstat()
        return not _has_both(path)
    except FileNotFoundError:
        return False
    except OSError:
        return True


def _has_both(path: Path) -> bool:
    """PermissionError."""
    for ending in (".pack", ".idx"):
        try:
            if not stat.S_ISREG(path.with_suffix(ending).stat().st_mode):
                return False
        except PermissionError:
            raise
        except OSError:
            return False
    return True


def has_promisor_pack(folder: Path) -> bool:
    try:
        return any(name.endswith(".promisor") for name in os.listdir(folder / "pack"))
    except OSError:
        return False


def find_special_files(folder: Path, faults: Faults | None = None) -> list[Path]:
    """What stands where git expects a file and is none: git would wait on a FIFO without end. A folder of objects
    that cannot be listed, which git passes over in silence, goes to `faults`."""
    found: list[Path] = []
    for place in ("pack", "info", *(f"{number:02x}" for number in range(256))):
        try:
            with os.scandir(folder / place) as entries:
                folders = place in ("pack", "info")  # there they are left alone
                found += [
                    Path(entry.path)
                    for entry in entries
                    if not (entry.is_file() or (folders and entry.is_dir()))
                ]
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            if faults and place != "info":
                reason = f"the objects in it cannot be listed: {error.strerror}"
                faults.add("unreadable", str(folder / place), reason)
    return found


def list_ids(folder: Path, packs: list[Pack], width: int) -> Iterator[bytes]:
    """Raw ids of all loose objects and of those in usable packs, as names and indexes say."""
    from leakscan.gitstore.packindex import PackIndex  # no hook needs it

    name_pattern = re.compile(f"[0-9a-f]{{{2 * width - 2}}}")
    for number in range(256):
        try:
            names = sorted(os.listdir(folder / f"{number:02x}"))
        except OSError:
            continue
        yield from (bytes((number,)) + bytes.fromhex(name) for name in names if name_pattern.fullmatch(name))
    for pack in packs:
        if not pack.fault:
            index = PackIndex(pack.index, width)
            yield from map(index.name, range(len(index)))


def _alternates(folder: Path, faults: Faults) -> list[bytes]:
    path = folder / "info" / "alternates"
    try:
        data = read_file(path, _MAX_ALTERNATES_BYTES)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        faults.add("unreadable", str(path), f"the alternates cannot be read: {error.strerror or error}")
        return []
    lines = [line for line in data.split(b"\n") if line and not line.startswith(b"#")]
    names = [unquoted(line) if line.startswith(b'"') else line for line in lines]
    return [name for name in names if b"\0" not in name]


def _pack_fault(path: Path, width: int) -> str:
    """Why git will not use the pack, by what it checks on opening: header, counts, sizes, last bytes.
    PermissionError."""
    if not _has_both(path):
        return HALF[0]
    try:
        with path.with_suffix(".idx").open("rb") as file:
            index_facts = os.fstat(file.fileno())
            index_size = index_facts.st_size
            head = file.read(8 + _FAN_OUT.size)
            file.seek(max(0, index_size - 2 * width))
            tail = file.read(width)
        with path.open("rb") as file:
            magic, version, count = struct.unpack(">4sII", file.read(12).ljust(12, b"\0"))
            facts = os.fstat(file.fileno())
            file.seek(max(0, facts.st_size - width))
            checksum = file.read(width)
    except PermissionError:
        raise
    except OSError as error:
        return f"the pack or its index cannot be read: {error.strerror or error}"
    fault = _index_fault(head, index_size, width, count)
    if magic != b"PACK" or version not in (2, 3):
        return "it is not a pack"
    if _is_hollow(facts) or _is_hollow(index_facts):
        return "the pack or its index is full of holes"
    if count > facts.st_size // _LEAST_OBJECT_BYTES:
        return f"the pack says that it holds {count} objects: it has no room for them"
    if not fault and checksum != tail:
        return "the pack does not belong to its index, or is cut off"
    return fault


def _is_hollow(facts: os.stat_result) -> bool:
    """Little of it is on the disk: as git writes packs they are dense, and compress no further."""
    stored = getattr(facts, "st_blocks", 0) * 512
    return facts.st_size > _DENSE_BYTES and 0 < stored < facts.st_size // 8


def _index_fault(head: bytes, size: int, width: int, objects_in_pack: int) -> str:
    is_v2 = head.startswith(_INDEX_V2)
    if len(head) < 8 + _FAN_OUT.size or (head.startswith(b"\377tOc") and not is_v2):
        return "the index of the pack is cut off or of an unknown version"
    fan_out = _FAN_OUT.unpack_from(head, 8 if is_v2 else 0)
    count = fan_out[-1]
    if any(low > high for low, high in pairwise(fan_out)):
        return "the index of the pack is damaged"
    least = (8 if is_v2 else 0) + _FAN_OUT.size + count * (width + (8 if is_v2 else 4)) + 2 * width
    if not least <= size <= least + (8 * max(0, count - 1) if is_v2 else 0):
        return "the index of the pack has the wrong size"
    if count != objects_in_pack:
        return f"the pack says that it holds {objects_in_pack} objects, its index says {count}"
    return ""
