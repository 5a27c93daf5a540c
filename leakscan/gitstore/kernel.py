"""The kernel as the rest imports it: compiled if this installation has it, else the reference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakscan.gitstore.deltaerror import DeltaError, OversizeError, TreeError

if TYPE_CHECKING:
    from leakscan.gitstore.kernel_reference import apply, apply_and_look, grow, parse_headers, sort_offsets
    from leakscan.gitstore.kernel_reference_trees import Names, Tree, TreeReader, find_entry
    from leakscan.gitstore.kernel_reference_walk import Look, Paths, Stock, read_links

    COMPILED: bool
else:
    try:
        from leakscan.gitstore._kernel import apply, apply_and_look
        from leakscan.gitstore._kernel_tables import grow, parse_headers, sort_offsets
        from leakscan.gitstore._kernel_trees import Names, Tree, TreeReader, find_entry
        from leakscan.gitstore._kernel_walk import Look, Paths, Stock, read_links

        COMPILED = True
    except ImportError:
        from leakscan.gitstore.kernel_reference import (
            apply,
            apply_and_look,
            grow,
            parse_headers,
            sort_offsets,
        )
        from leakscan.gitstore.kernel_reference_trees import Names, Tree, TreeReader, find_entry
        from leakscan.gitstore.kernel_reference_walk import Look, Paths, Stock, read_links

        COMPILED = False

NOT_COMPILED = "history takes some five times as long"

__all__ = [
    "COMPILED",
    "NOT_COMPILED",
    "DeltaError",
    "Look",
    "Names",
    "OversizeError",
    "Paths",
    "Stock",
    "Tree",
    "TreeError",
    "TreeReader",
    "apply",
    "apply_and_look",
    "find_entry",
    "grow",
    "parse_headers",
    "read_links",
    "sort_offsets",
]
