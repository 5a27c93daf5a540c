"""Patterns of paths: `*` and `?` within a folder, `**` over folders; a folder's name fits everything below it."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

_SLASH = ord("/")
_WILD = ("*", "**", "**/")


@dataclass(frozen=True, slots=True)
class PathPattern:
    """`fits` takes time for each byte of a path and each piece of the pattern, whatever the two are like: a regular
    expression of many stars would try them all against each other."""

    pieces: tuple[str | int, ...]

    def fits(self, path: bytes) -> bool:
        end, places = len(self.pieces), set[int]()
        self._enter(0, places)
        for code in path:
            if end in places and code == _SLASH:
                return True
            following = set[int]()
            for place in places - {end}:
                self._step(place, code, following)
            places = following
        return end in places

    def _enter(self, place: int, places: set[int]) -> None:
        """Comes to a piece, and to those behind it as long as they may stand for nothing."""
        places.add(place)
        while place < len(self.pieces) and self.pieces[place] in _WILD:
            place += 1
            places.add(place)

    def _step(self, place: int, code: int, following: set[int]) -> None:
        piece = self.pieces[place]
        if piece == "**/":
            following.add(place)
            if code == _SLASH:
                self._enter(place + 1, following)
        elif piece == "**" or (piece == "*" and code != _SLASH):
            self._enter(place, following)
        elif piece == code or (piece == "?" and code != _SLASH):
            self._enter(place + 1, following)


@functools.lru_cache(maxsize=1024)
def path_pattern(glob: str) -> PathPattern:
    pieces: list[str | int] = []
    for piece in re.split(r"(\*\*/|\*\*|\*|\?)", glob.removesuffix("/")):
        pieces += [piece] if piece in (*_WILD, "?") else piece.encode()
    return PathPattern(tuple(pieces))
