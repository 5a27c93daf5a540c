"""Files whose names may hold a value: found in trees, whoever reads them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from leakscan.gitstore.kernel_reference_trees import may_be_value

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from leakscan.gitstore.objects import StoredObject

_FOLDER: Final = 0o040000
_SUBMODULE: Final = 0o160000
_TYPE_MASK: Final = 0o170000


class NameTests(NamedTuple):
    """`holds` is asked of whole paths, `may_hold` of the single names in them: paths of which it is true of none are
    not looked at."""

    may_hold: Callable[[bytes], bool]
    holds: Callable[[bytes], bool]


class Objects(Protocol):
    """Whoever knows the kinds of objects, and what they hold."""

    def kinds(self, oids: Iterable[str]) -> dict[str, str]: ...

    def fetch(self, oids: Iterable[str]) -> Iterator[StoredObject]: ...


def named_in(trees: Iterable[StoredObject], hex_length: int, may_hold: Callable[[bytes], bool]) -> set[str]:
    """Ids of the files and folders that stand in trees under such names."""
    verdicts: dict[bytes, bool] = {}
    found = set()
    for tree in trees:
        for _, name, oid in _entries(tree.data, hex_length):
            if name not in verdicts:
                verdicts[name] = may_be_value(name) and may_hold(name)
            if verdicts[name]:
                found.add(oid)
    return found


def folders_in(trees: Iterable[StoredObject], hex_length: int) -> Iterator[set[str]]:
    """Ids of the folders that stand in each tree."""
    for tree in trees:
        yield {oid for kind, _, oid in _entries(tree.data, hex_length) if kind == _FOLDER}


class Files(NamedTuple):
    """`folders` hold those of the files that are not named themselves."""

    files: set[str]
    folders: set[str]


def files_below(objects: Objects, oids: Collection[str], hex_length: int) -> Files:
    """The files among `oids`, and of each folder the first file: it stands wherever the folder does."""
    kinds = objects.kinds(sorted(oids))
    found = Files({oid for oid, kind in kinds.items() if kind == "blob"}, set())
    folders = seen = {oid for oid, kind in kinds.items() if kind == "tree"}
    while folders:
        below: set[str] = set()
        for tree in objects.fetch(sorted(folders)):
            entries = list(_entries(tree.data, hex_length))
            if first := next((oid for kind, _, oid in entries if kind != _FOLDER), None):
                found.files.add(first)
                found.folders.add(tree.oid)
            else:
                below.update(oid for _, _, oid in entries)
        folders = below - seen
        seen = seen | folders
    return found


def _entries(data: bytes, hex_length: int) -> Iterator[tuple[int, bytes, str]]:
    """(type, name, id) of each entry of a tree object, but for submodules."""
    for match in re.finditer(rb"([0-7]+) ([^\0]+)\0([\s\S]{%d})" % (hex_length // 2), data):
        if (kind := int(match[1], 8) & _TYPE_MASK) != _SUBMODULE:
            yield kind, match[2], match[3].hex()
