"""The kernel's bulk work in plain Python: headers of a pack's entries, and the forest that they make."""

from __future__ import annotations

from array import array
from bisect import bisect_left

_DELTA_KINDS = _OFS_DELTA, _REF_DELTA = 6, 7
_MAX_WEIGHT = 1 << 32  # of one object; what headers claim could make sums overflow


def sort_offsets(offsets: array[int]) -> tuple[array[int], array[int]]:
    """Offsets (Q) sorted, and the place (I) that each had before."""
    order = sorted(range(len(offsets)), key=offsets.__getitem__)
    return array("Q", [offsets[place] for place in order]), array("I", order)


def parse_headers(
    window: bytes,
    window_start: int,
    offsets: array[int],
    first: int,
    pack_end: int,
    width: int,
    kinds: array[int],
    sizes: array[int],
    starts: array[int],
    bases: array[int],
    references: list[tuple[int, bytes]],
) -> int:
    """Parses the headers of the entries from `first` on that stand in `window`, a part of a pack; returns the first
    that does not, or not all of it. The entry `first` is always taken, if it starts there.

    Fills in for each: kind (B; 0 if damaged), size (Q), where its data starts (Q), its base (i; the number of an
    entry, -1 for none needed, -2 for unknown). Of those whose base has a name, (number, name) is added."""
    number, count, length = first, len(offsets), len(window)
    while number < count:
        offset = offsets[number]
        if offset < window_start or offset - window_start >= length:
            break
        following = offsets[number + 1] if number + 1 < count else pack_end
        whole = offset <= following <= window_start + length
        end = following - window_start if whole else length
        header = _header(window, offset - window_start, end, width)
        if header is None and not whole and number > first:
            break
        kind, size, place, distance = header or (0, 0, offset - window_start, 0)
        base = -1
        if kind in _DELTA_KINDS or not kind:
            base = -2
        if kind == _OFS_DELTA and 0 < distance <= offset:
            found = bisect_left(offsets, offset - distance, 0, number)
            base = found if found < number and offsets[found] == offset - distance else -2
        elif kind == _REF_DELTA:
            references.append((number, window[place - width : place]))
        kinds[number], sizes[number] = kind, size
        starts[number], bases[number] = window_start + place, base
        number += 1
    return number


def _header(window: bytes, place: int, end: int, width: int) -> tuple[int, int, int, int] | None:
    """Kind, size, where the data starts, distance of the base; None if it is damaged or not all there."""
    if place >= end:
        return None
    start, code = place, window[place]
    place += 1
    kind, size, shift = code >> 4 & 7, code & 15, 4
    while code & 128:
        if place >= end or shift > 53:
            return None
        code = window[place]
        place += 1
        size |= (code & 127) << shift
        shift += 7
    distance = count = 0
    code = 128 if kind == _OFS_DELTA else 0
    while code & 128:
        if place >= end or count > 7:
            return None
        code = window[place]
        place += 1
        distance = ((distance + 1) << 7 if count else 0) | (code & 127)
        count += 1
    if kind == _REF_DELTA:
        place += width
    if place > end:
        return None
    return (0, 0, start, 0) if kind in (0, 5) else (kind, size, place, distance)


def grow(
    parents: array[int], kinds: array[int], sizes: array[int]
) -> tuple[array[int], array[int], array[int], array[int]]:
    """The forest: for each node its first child (i) and its next sibling (i), heaviest last; all that a root leads
    to, roots first (i); the weight of each and all below it (Q), about one a byte to be worked on.

    `parents`: -1 for a root, -2 for one that has none. Nodes get the kind of their root."""
    count = len(parents)
    children, siblings = array("i", [-1]) * count, array("i", [-1]) * count
    weights = array("Q", [0]) * count
    order = array("i")
    for number in range(count - 1, -1, -1):
        parent = parents[number]
        if parent >= 0:
            siblings[number] = children[parent]
            children[parent] = number
        elif parent == -1:
            order.append(number)
            weights[number] = min(sizes[number], _MAX_WEIGHT) >> 3
    for node in order:  # it grows meanwhile
        child = children[node]
        while child >= 0:
            kinds[child], weights[child] = kinds[node], weights[node]
            order.append(child)
            child = siblings[child]
    for node in reversed(order):
        weights[node] += 4096 + min(sizes[node], _MAX_WEIGHT)
        if children[node] >= 0:
            _put_heaviest_last(node, children, siblings, weights)
    return children, siblings, order, weights


def _put_heaviest_last(node: int, children: array[int], siblings: array[int], weights: array[int]) -> None:
    brood = []
    child = children[node]
    while child >= 0:
        weights[node] += weights[child]
        brood.append(child)
        child = siblings[child]
    heaviest = max(brood, key=weights.__getitem__)
    brood.remove(heaviest)
    brood.append(heaviest)
    children[node] = brood[0]
    for child, following in zip(brood, [*brood[1:], -1], strict=True):
        siblings[child] = following
