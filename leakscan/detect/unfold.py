"""A text with everything that hides in it said plainly, a few layers deep, and the way back to the original."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain

from leakscan.detect.hiding import iter_hidden
from leakscan.detect.rewrite import Piece, Rewriting
from leakscan.model import Span

_MAX_LAYERS = 3
_BESIDE = 2048  # no two parts of a credential stand further apart
_MAX_BYTES = 64 << 20  # larger content is data, not text; every layer is smaller than the one around it


class Unfolded:
    """`text` says plainly what the original hides; places in it lead back to the original."""

    def __init__(self, layers: list[Rewriting]) -> None:
        self._layers = layers
        self.text = layers[-1].text

    def touches(self, span: Span) -> bool:
        """Whether anything was said plainly in it or so near that it may be a part of the same credential."""
        return bool(
            self.trace(Span(max(0, span.start - _BESIDE), min(len(self.text), span.end + _BESIDE)))[1]
        )

    def trace(self, span: Span) -> tuple[Span, tuple[str, ...]]:
        """Where it stands in the original, and by what decodings it came out, outermost first; none if it stood there
        as it is."""
        hows: list[str] = []
        for layer in reversed(self._layers):
            hows += layer.hows(span)
            span = layer.original(span)
        return span, tuple(dict.fromkeys(reversed(hows)))


def unfold(
    data: bytes,
    find_hidden: Callable[[bytes], list[tuple[int, int]]],
    iter_short: Callable[[bytes], Iterable[Piece]] = lambda _: (),
) -> Unfolded | None:
    """None for a text that hides nothing. `find_hidden` tells where something may hide: what the kernel gives.
    `iter_short`: what a detector knows by its own anchors."""
    layers: list[Rewriting] = []
    while len(layers) < _MAX_LAYERS and len(data) <= _MAX_BYTES:
        layer = Rewriting(data, chain(iter_hidden(data, find_hidden(data)), iter_short(data)))
        if not len(layer):
            break
        layers.append(layer)
        data = layer.text
    return Unfolded(layers) if layers else None
