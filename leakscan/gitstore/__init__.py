"""Reads every object of a git repository without ever letting git read that repository's configuration."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from leakscan.gitstore.attribution import Placement
    from leakscan.gitstore.bounds import DEFAULT_MEMORY, LEAST_MEMORY, Bounds
    from leakscan.gitstore.filerefs import Ref
    from leakscan.gitstore.layout import Layout, find_enclosing, find_layout
    from leakscan.gitstore.objects import MAX_OBJECT_BYTES, StoredObject
    from leakscan.gitstore.refs import Refs
    from leakscan.gitstore.store import Store
    from leakscan.gitstore.sweep import Sweep
    from leakscan.gitstore.worktree import Worktree

__all__ = [
    "DEFAULT_MEMORY",
    "LEAST_MEMORY",
    "MAX_OBJECT_BYTES",
    "Bounds",
    "Layout",
    "Placement",
    "Ref",
    "Refs",
    "Store",
    "StoredObject",
    "Sweep",
    "Worktree",
    "find_enclosing",
    "find_layout",
]
_MODULES = {
    "attribution": ("Placement",),
    "bounds": ("DEFAULT_MEMORY", "LEAST_MEMORY", "Bounds"),
    "layout": ("Layout", "find_enclosing", "find_layout"),
    "objects": ("MAX_OBJECT_BYTES", "StoredObject"),
    "filerefs": ("Ref",),
    "refs": ("Refs",),
    "store": ("Store",),
    "sweep": ("Sweep",),
    "worktree": ("Worktree",),
}


def __getattr__(name: str) -> Any:
    """Imports what is asked for when it is asked for: a hook needs a tenth of it."""
    for module, names in _MODULES.items():
        if name in names:
            return getattr(import_module(f"leakscan.gitstore.{module}"), name)
    raise AttributeError(name)
