"""The delta forest: roots are objects stored whole, children the deltas made from them; walked depth first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Generic, NamedTuple, TypeVar

from leakscan.gitstore import kernel
from leakscan.gitstore.inflate import InflateError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sized

    from leakscan.gitstore.catalog import Catalog

T = TypeVar("T", bound="Sized")
HELD_BYTES: Final = 96 << 20
_UNREADABLE = (OSError, InflateError, kernel.DeltaError)


class Lost(NamedTuple):
    """A node that could not be read, with all below it. `size` is what it claims to be if that is too much, else 0."""

    node: int
    size: int


@dataclass(slots=True)
class _Frame(Generic[T]):
    node: int
    data: T | None
    child: int


class Forest:
    """Walks trees. `reached` holds the nodes that a root leads to, `weights` the work below each."""

    def __init__(self, catalog: Catalog, *, held_bytes: int = HELD_BYTES) -> None:
        self.catalog = catalog
        self.children, self.siblings, self.reached, self.weights = kernel.grow(
            catalog.parents, catalog.kinds, catalog.sizes
        )
        self._held_bytes = held_bytes

    def roots(self, kinds: tuple[int, ...]) -> list[int]:
        """Those of some kinds, by number."""
        parents, kind_of = self.catalog.parents, self.catalog.kinds
        roots = []
        for node in self.reached:
            if parents[node] >= 0:
                break
            if kind_of[node] in kinds:
                roots.append(node)
        roots.reverse()
        return roots

    def unreached(self) -> list[int]:
        """Nodes that are damaged, or that no root leads to."""
        if len(self.reached) == len(self.catalog):
            return []
        reached = bytearray(len(self.catalog))
        for node in self.reached:
            reached[node] = 1
        return [node for node, flag in enumerate(reached) if not flag]

    def walk(
        self,
        root: int,
        apply: Callable[[T, bytes, int], tuple[T, bool]],
        lost: list[Lost],
        read: Callable[[bytes], T],
    ) -> Iterator[tuple[int, T, bool]]:
        """(node, content, what `apply` said besides; True for the root) of a tree, each base before its deltas.

        `read` makes content of what is stored whole. Nodes that cannot be read go to `lost`. A base is let go when its
        last child, that with most below it, is begun: so few are held at once. Over the bound, the oldest are let go
        and rebuilt."""
        stored, child_of, next_of = self.catalog.read, self.children, self.siblings
        try:
            data = read(stored(root))
        except _UNREADABLE as error:
            lost.append(_lost(root, error))
            return
        yield root, data, True
        stack: list[_Frame[T]] = [_Frame(root, data, child_of[root])]
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
                    base = frame.data = self._rebuild(frame.node, stack, apply, read)
                    held += len(base)
                if frame.child < 0:
                    held -= len(base)
                    frame.data = None
                    stack.pop()
                data, touches = apply(base, stored(child), self.catalog.limit)
            except _UNREADABLE as error:
                lost.append(_lost(child, error))
                continue
            yield child, data, touches
            if child_of[child] >= 0:
                stack.append(_Frame(child, data, child_of[child]))
                held += len(data)
                held = held if held <= self._held_bytes else self._let_go(stack, held)
            del base, data  # else three contents are held where two would do

    def content(self, node: int) -> bytes:
        """What an object holds. OSError, InflateError, DeltaError."""
        return self._rebuild(node, [], _apply, bytes)

    def _let_go(self, stack: list[_Frame[T]], held: int) -> int:
        for frame in stack[:-1]:
            if held <= self._held_bytes:
                break
            held -= len(frame.data) if frame.data is not None else 0
            frame.data = None
        return held

    def _rebuild(
        self,
        node: int,
        stack: list[_Frame[T]],
        apply: Callable[[T, bytes, int], tuple[T, bool]],
        read: Callable[[bytes], T],
    ) -> T:
        """Content of a node, from the nearest base that is still held."""
        known = {frame.node: frame.data for frame in stack if frame.data is not None}
        chain = []
        while node not in known and self.catalog.parents[node] >= 0:
            chain.append(node)
            node = self.catalog.parents[node]
        data = known[node] if node in known else read(self.catalog.read(node))
        for node in reversed(chain):
            data, _ = apply(data, self.catalog.read(node), self.catalog.limit)
        return data

    def below(self, node: int) -> Iterator[int]:
        """The node and all that are made from it."""
        nodes = [node]
        while nodes:
            node = nodes.pop()
            yield node
            child = self.children[node]
            while child >= 0:
                nodes.append(child)
                child = self.siblings[child]


def _lost(node: int, error: Exception) -> Lost:
    return Lost(node, error.size if isinstance(error, kernel.OversizeError) else 0)


def _apply(base: bytes, delta: bytes, limit: int) -> tuple[bytes, bool]:
    return kernel.apply(base, delta, limit), True
