"""How large things may be so that all processes together stay under a limit."""

from __future__ import annotations

from typing import Final, NamedTuple

from leakscan.gitstore.objects import MAX_OBJECT_BYTES

DEFAULT_MEMORY: Final = 1 << 30
LEAST_MEMORY: Final = 256 << 20
# Interpreter, rules and, for a large history, the tables of its packs.
_TABLES = 160 << 20
# An object is held with its base, the delta between them, and what a detector makes of it.
_COPIES = 4


class Bounds(NamedTuple):
    """In bytes. `held`: bases that a worker holds; `shared`: an object while all workers read; `alone`: an object that
    is read by itself, afterwards."""

    held: int
    shared: int
    alone: int


def bounds(max_memory: int, jobs: int) -> Bounds:
    """For so many bytes in all, and so many workers."""
    room = max(max_memory, LEAST_MEMORY) - _TABLES
    each = room // (jobs * (_COPIES + 1))
    return Bounds(each, min(each, MAX_OBJECT_BYTES), min(room // _COPIES, MAX_OBJECT_BYTES))
