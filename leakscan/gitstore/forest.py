"""The delta forest: roots are objects stored whole, children the deltas made from them; walked depth first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from leakscan.gitstore import kernel
from leakscan.gitstore.inflate import InflateError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sized

    from leakscan.gitstore.catalog import Catalog

T = TypeVar("T", bound="Sized")
HELD_BYTES: Final = 96 << 20
UNREADABLE: Final = (OSError, InflateError, kernel.DeltaError)


class Lost(NamedTuple):
    """A node that could not be read, with all below it. `size` is what it claims to be if that is too much, else 0."""

    node: int
    size: int


class Forest:
    """Walks trees. `reached` holds the nodes that a root leads to, `weights` the work below each. `elsewhere` gives the
    content of an object by its id, if a repack has put it where the catalog does not know it."""

    def __init__(
        self,
        catalog: Catalog,
        *,
        held_bytes: int = HELD_BYTES,
        elsewhere: Callable[[str], bytes | None] = lambda _: None,
    ) -> None:
        self.catalog = catalog
        self._elsewhere = elsewhere
        self.children, self.siblings, self.reached, self.weights = kernel.grow(
            catalog.parents, catalog.kinds, catalog.sizes
        )
        self._paths = kernel.Paths(
            self.children, self.siblings, catalog.parents, catalog.stock, catalog.limit, held_bytes
        )

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

    def roots_of(self, nodes: Iterable[int]) -> set[int]:
        """The roots of the trees that they stand in; nodes below 0 are left out."""
        root = self._paths.root
        return {root(node) for node in nodes if node >= 0}

    def unreached(self) -> list[int]:
        """Nodes that are damaged, or that no root leads to."""
        if len(self.reached) == len(self.catalog):
            return []
        reached = bytearray(len(self.catalog))
        for node in self.reached:
            reached[node] = True
        return [node for node, flag in enumerate(reached) if not flag]

    def walk(
        self,
        root: int,
        apply: Callable[[T, bytes, int], tuple[T, bool]],
        lost: list[Lost],
        make: Callable[[bytes], T],
        look: kernel.Look | None = None,
    ) -> Iterator[tuple[int, T, bool]]:
        """See `kernel.Paths.walk`. Nodes that cannot be read go to `lost`."""

        def fail(node: int, error: Exception) -> None:
            if not isinstance(error, UNREADABLE):
                raise error
            lost.append(Lost(node, error.size if isinstance(error, kernel.OversizeError) else 0))

        return self._paths.walk(root, apply, make, fail, look)

    def content(self, node: int) -> bytes:
        """What an object holds. UNREADABLE."""
        try:
            content: bytes = self._paths.content(node, _apply, bytes)
        except UNREADABLE:
            found = self._elsewhere(self.catalog.oid(node))
            if found is None:
                raise
            return found
        return content

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


def _apply(base: bytes, delta: bytes, limit: int) -> tuple[bytes, bool]:
    return kernel.apply(base, delta, limit), True
