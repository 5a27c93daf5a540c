"""The kernel's ways through a delta forest in plain Python: every version of a tree, each base before its deltas."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Container, Iterator, Sequence, Sized
from dataclasses import dataclass
from typing import Any, Protocol

from leakscan.anchors.bare import begins_bare

_HEAD_BYTES = 4096

Apply = Callable[[Any, bytes, int], tuple[Any, bool]]
Make = Callable[[bytes], Any]


class Pack(Protocol):
    """What the compiled stock takes of a pack: see `PackFile`."""

    file: int
    sizes: array[int]
    starts: array[int]
    ends: array[int]

    def __len__(self) -> int: ...


class Stock:
    """What is stored, by node. `other` reads any; the compiled one inflates what is small in `packs` itself."""

    def __init__(self, packs: Sequence[Pack], other: Callable[[int], bytes], limit: int) -> None:
        self._other = other

    def __call__(self, node: int) -> bytes:
        return self._other(node)

    def close(self) -> None:
        """From here on it is `other` that reads."""


class Look:
    """Which versions to look at closely: those that hold an anchor, and those that could hold one unseen: wide text,
    which has NULs, what starts with one of `openings`, and what may be nothing but values. Nodes in `known` are passed
    over. With `everything`, all others are given."""

    def __init__(
        self,
        has_anchor: Callable[[bytes], bool],
        suspect: bytearray,
        known: Container[int],
        openings: tuple[bytes, ...],
    ) -> None:
        self._has_anchor = has_anchor
        self._suspect = suspect
        self._known = known
        self._openings = openings
        self._objects = self._size = 0
        self.everything = False

    def take(self) -> tuple[int, int]:
        """How many objects were seen since the last time, and their bytes."""
        taken = self._objects, self._size
        self._objects = self._size = 0
        return taken

    def see(self, node: int, parent: int, data: bytes, touches: bool) -> tuple[int, bytes, bool] | None:
        """What the walk gives of this version; None if nothing. An anchor that touches no seam stands in the base."""
        if parent < 0 or (not touches and self._suspect[parent]):
            touches = self._has_anchor(data)
        self._suspect[node] = touches
        if node in self._known:
            return None
        self._objects += 1
        self._size += len(data)
        if touches:
            return node, data, True
        opens = data.startswith(self._openings) or begins_bare(data)
        if opens or b"\0" in data[:_HEAD_BYTES] or b"\0" in data[-_HEAD_BYTES:]:
            return node, data, self.everything
        return (node, data, False) if self.everything else None


class Fail(Protocol):
    def __call__(self, node: int, error: Exception, /) -> None: ...


@dataclass(slots=True)
class _Frame:
    node: int
    data: Any
    child: int


class Paths:
    """The trees of a forest. `children` and `siblings` are those of `grow`, `held_bytes` bounds what a walk holds."""

    def __init__(
        self,
        children: Sequence[int],
        siblings: Sequence[int],
        parents: Sequence[int],
        stock: Stock,
        limit: int,
        held_bytes: int,
    ) -> None:
        self._children = children
        self._siblings = siblings
        self._parents = parents
        self._stock = stock
        self._limit = limit
        self._held_bytes = held_bytes

    def walk(
        self, root: int, apply: Apply, make: Make, fail: Fail, look: Look | None = None
    ) -> Iterator[tuple[int, Any, bool]]:
        """(node, content, what `apply` said besides; True for the root) of a tree, each base before its deltas; with a
        look, what that gives, whose third is for blobs whether there is an anchor, with `everything` whether to look.

        `make` makes content of what is stored whole. `fail` is told of nodes that cannot be read. A base is let go when
        its last child, that with most below it, is begun: so few are held at once. Over the bound, the oldest are let
        go and rebuilt."""
        for node, parent, data, touches in self._walk(root, apply, make, fail):
            found = look.see(node, parent, data, touches) if look else (node, data, touches)
            if found is not None:
                yield found
            del data, found  # else three contents are held where two would do

    def content(self, node: int, apply: Apply, make: Make) -> Any:
        """What an object holds."""
        return self._rebuild(node, [], apply, make)

    def root(self, node: int) -> int:
        """Of the tree that a node stands in. ValueError if the bases go round in a circle."""
        for _ in range(len(self._parents)):
            if self._parents[node] < 0:
                return node
            node = self._parents[node]
        raise ValueError("deltas in a circle")

    def _walk(self, root: int, apply: Apply, make: Make, fail: Fail) -> Iterator[tuple[int, int, Any, bool]]:
        stored, child_of, next_of = self._stock, self._children, self._siblings
        try:
            data = make(stored(root))
        except Exception as error:
            fail(root, error)
            return
        yield root, -1, data, True
        stack: list[_Frame] = [_Frame(root, data, child_of[root])]
        held = len(data)
        while stack:
            frame = stack[-1]
            base, child = frame.data, frame.child
            if child < 0:
                stack.pop()
                continue
            frame.child = next_of[child]
            try:
                if base is None:
                    base = frame.data = self._rebuild(frame.node, stack, apply, make)
                    held += len(base)
                if frame.child < 0:
                    held -= len(base)
                    frame.data = None
                    stack.pop()
                data, touches = apply(base, stored(child), self._limit)
            except Exception as error:
                fail(child, error)
                continue
            yield child, frame.node, data, touches
            if child_of[child] >= 0:
                stack.append(_Frame(child, data, child_of[child]))
                held += len(data)
                held = held if held <= self._held_bytes else self._let_go(stack, held)
            del base, data

    def _let_go(self, stack: list[_Frame], held: int) -> int:
        for frame in stack[:-1]:
            if held <= self._held_bytes:
                break
            held -= _size(frame.data)
            frame.data = None
        return held

    def _rebuild(self, node: int, stack: list[_Frame], apply: Apply, make: Make) -> Any:
        """Content of a node, from the nearest base that is still held."""
        known = {frame.node: frame.data for frame in stack if frame.data is not None}
        chain = []
        while node not in known and self._parents[node] >= 0:
            chain.append(node)
            node = self._parents[node]
        data = known[node] if node in known else make(self._stock(node))
        for node in reversed(chain):
            data, _ = apply(data, self._stock(node), self._limit)
        return data


def _size(data: Sized | None) -> int:
    return 0 if data is None else len(data)


class Finder(Protocol):
    def find(self, name: bytes, /) -> int: ...


def read_links(data: bytes, names: Finder, width: int) -> tuple[int, list[int], int] | None:
    """Nodes of the tree and the parents of a commit, and its date in seconds, where all is as git writes it and there.

    None where `parse_links` has to look: here always."""
    return None
