"""Reads every object of a git repository without ever letting git read that repository's configuration."""

from leakscan.gitstore.attribution import Placement
from leakscan.gitstore.bounds import DEFAULT_MEMORY, LEAST_MEMORY, Bounds, bounds
from leakscan.gitstore.layout import Layout, find_enclosing, find_layout
from leakscan.gitstore.objects import MAX_OBJECT_BYTES, StoredObject
from leakscan.gitstore.refs import Ref, Refs
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
    "bounds",
    "find_enclosing",
    "find_layout",
]
