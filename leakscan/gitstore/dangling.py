"""Paths of blobs that no commit holds: from trees that no commit leads to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakscan.gitstore.objects import tree_entries

if TYPE_CHECKING:
    from collections.abc import Collection

    from leakscan.gitstore.attribution import Sightings
    from leakscan.gitstore.command import Git
    from leakscan.gitstore.faults import Faults
    from leakscan.gitstore.objects import ObjectReader

_MAX_TREES = 100_000
_MAX_PATHS = 100
_MAX_DEPTH = 4_096
_REACHABLE = (
    "rev-list --objects --no-object-names --no-walk=unsorted --filter=blob:none --missing=allow-any --stdin"
)


def note_dangling(git: Git, reader: ObjectReader, hex_length: int, seen: Sightings, faults: Faults) -> None:
    """Gives the blobs that are still without a place the paths at which dangling trees hold them."""
    trees = _dangling_trees(git, reader, hex_length)
    if len(trees) > _MAX_TREES:
        reason = f"{len(trees):,} trees belong to no commit: paths were looked up in the first {_MAX_TREES:,}"
        faults.add("too-deep", "dangling trees", reason)
        trees = trees[:_MAX_TREES]
    note_paths(seen, trees_above(reader, hex_length, trees, seen.unplaced()))


def trees_above(
    reader: ObjectReader, hex_length: int, trees: list[bytes], wanted: Collection[bytes]
) -> dict[bytes, list[tuple[bytes, bytes]]]:
    """For blobs and for those of `trees` that are in others: the trees that hold them, with their name there."""
    above: dict[bytes, list[tuple[bytes, bytes]]] = {}
    interesting = {*wanted, *trees}
    for tree in reader.read(b"".join(oid + b"\n" for oid in trees)):
        for _, name, oid in tree_entries(tree.data, hex_length):
            if (named := oid.encode()) in interesting:
                above.setdefault(named, []).append((tree.oid.encode(), name))
    return {oid: sorted(holders) for oid, holders in above.items()}


def note_paths(seen: Sightings, above: dict[bytes, list[tuple[bytes, bytes]]]) -> None:
    """Notes blobs without a place by (tree, name) of what is above them and above the trees."""
    for blob in sorted(seen.unplaced() & above.keys()):
        for path in _paths(blob, above):
            seen.note(blob, path, in_head=False)


def _dangling_trees(git: Git, reader: ObjectReader, hex_length: int) -> list[bytes]:
    inventory = reader.inventory()
    reachable: set[bytes] = set()
    if inventory.commits:
        # If it dies of a damaged tree, trees that it did not come to count as dangling: more is looked at.
        with git.stream(*_REACHABLE.split(), feed=inventory.commits) as process:
            reachable.update(line.rstrip(b"\n") for line in process.out)
    width = hex_length + 1
    ids = (bytes(inventory.trees[at : at + hex_length]) for at in range(0, len(inventory.trees), width))
    return [oid for oid in ids if oid not in reachable]


def _paths(blob: bytes, above: dict[bytes, list[tuple[bytes, bytes]]]) -> list[bytes]:
    """Paths from trees that no other tree holds down to the blob, the first hundred."""
    found: list[bytes] = []
    queue: list[tuple[bytes, bytes, int]] = [(blob, b"", 0)]
    for oid, path, depth in queue:
        holders = above.get(oid, ()) if depth < _MAX_DEPTH else ()
        if path and not holders:
            found.append(path)
        room = max(0, 4 * _MAX_PATHS - len(queue)) if depth else _MAX_PATHS
        queue += [
            (tree, name + b"/" + path if path else name, depth + 1) for tree, name in holders[: room or 1]
        ]
        if len(found) >= _MAX_PATHS:
            break
    return found
