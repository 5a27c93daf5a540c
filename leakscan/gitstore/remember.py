"""A store that was read -> what to remember of it."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from leakscan.gitstore.memory import MAX_TRACED, Memory

if TYPE_CHECKING:
    from collections.abc import Iterable

    from leakscan.gitstore.containers import Containers
    from leakscan.gitstore.store import Store

_BY_HISTORY = ("a tree or a commit names it", "names it as a parent")
# What stays as it is while nothing else changes, and is found anew in every scan.
_LASTING = ("shallow", "partial-clone")


def is_sound(store: Store) -> bool:
    """Whether nothing was wrong so far but what is known of shallow and partial clones."""
    return all(failure.kind in _LASTING for failure in store.failures)


def remember(
    store: Store, key: str, containers: Containers, counts: dict[str, int], found: Iterable[str]
) -> Memory | None:
    """After a scan of the whole history, of which `counts` and `found` tell; None if not all of it is certain."""
    history, check = store.history, store.connectivity
    if history is None or check is None or not is_sound(store):
        return None
    if not all(reason.endswith(_BY_HISTORY) for reason in check.missing.values()):
        return None
    graph = store.commit_graph()
    traced = [*graph.traced, *sorted(filter(graph.can_trace, store.traced.difference(graph.traced)))]
    if len(traced) > MAX_TRACED:
        return None
    absent = sorted(history.all_absent())
    committed = {oid.encode() for oid, _ in (*store.seen.added, *store.seen.removed)}
    left = store.seen.lasting() - committed
    above = history.holders(left) if left else {}
    return Memory(
        key,
        containers,
        counts,
        sorted(store.shallow),
        sorted(found),
        sorted(store.seen.commits()),
        sorted(_above(above, left)),
        sorted(check.tips) if absent else [],
        absent,
        sorted(check.missing),
        traced,
        sorted(store.named),
        history.commits.ids,
        array("q", graph.orders()),
        bytes(check.reached) if absent else b"",
        graph.masks(traced),
    )


def _above(above: dict[bytes, list[tuple[bytes, bytes]]], blobs: frozenset[bytes]) -> set[str]:
    """The trees that lead to blobs."""
    queue = list(blobs)
    found: set[str] = set()
    for oid in queue:
        for tree, _ in above.get(oid, ()):
            if tree.decode() not in found:
                found.add(tree.decode())
                queue.append(tree)
    return found
