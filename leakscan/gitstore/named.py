"""Files whose names may hold a value: found in trees, whoever reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from leakscan.gitstore.kernel_reference_trees import may_be_value
from leakscan.gitstore.objects import FOLDER, SUBMODULE, tree_entries

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from leakscan.gitstore.objects import StoredObject
    from leakscan.gitstore.tags import Objects


class NameTests(NamedTuple):
    """`holds` is asked of whole paths, `may_hold` of the single names in them: paths of which it is true of none are
    not looked at."""

    may_hold: Callable[[bytes], bool]
    holds: Callable[[bytes], bool]


def named_in(trees: Iterable[StoredObject], hex_length: int, may_hold: Callable[[bytes], bool]) -> set[str]:
    """Ids of the files and folders that stand in trees under such names."""
    verdicts: dict[bytes, bool] = {}
    found = set()
    for tree in trees:
        for _, name, oid in entries_of(tree, hex_length):
            if name not in verdicts:
                verdicts[name] = may_be_value(name) and may_hold(name)
            if verdicts[name]:
                found.add(oid)
    return found


def folders_in(trees: Iterable[StoredObject], hex_length: int) -> Iterator[set[str]]:
    """Ids of the folders that stand in each tree."""
    for tree in trees:
        yield {oid for kind, _, oid in entries_of(tree, hex_length) if kind == FOLDER}


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
            entries = list(entries_of(tree, hex_length))
            if first := next((oid for kind, _, oid in entries if kind != FOLDER), None):
                found.files.add(first)
                found.folders.add(tree.oid)
            else:
                below.update(oid for _, _, oid in entries)
        folders = below - seen
        seen = seen | folders
    return found


def entries_of(tree: StoredObject, hex_length: int) -> Iterator[tuple[int, bytes, str]]:
    """(type, name, id) of its entries but for submodules: what these hold is not here."""
    return (entry for entry in tree_entries(tree.data, hex_length) if entry[0] != SUBMODULE)
