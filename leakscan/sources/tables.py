"""What tables of refs hold beside refs: names of deleted ones, and reflogs."""

from __future__ import annotations

import os
from itertools import groupby
from typing import TYPE_CHECKING

from leakscan.gitstore.faults import Faults
from leakscan.gitstore.layout import is_reftable
from leakscan.gitstore.tablerefs import stack_of
from leakscan.model import Blob, WorktreeFile
from leakscan.sources.tree import iter_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from leakscan.gitstore import Layout
    from leakscan.gitstore.reftable import LogEntry, Stack
    from leakscan.sources.tree import Entry

FOLDER = b"reftable"


def read_stack(layout: Layout, git_dir: Path) -> Stack | None:
    """None if refs stand in files. What is wrong with it the store has told."""
    return stack_of(git_dir, layout, Faults()) if is_reftable(layout) else None


def reflogs(stack: Stack) -> Iterator[Blob]:
    """One of each ref in each table, under `reftable/TABLE!REF`."""
    entries = ((table.name, entry) for table, block in stack.iter_logs() for entry in block)
    for (table, ref), lines in groupby(entries, key=_place):
        path = FOLDER + b"/" + os.fsencode(table) + b"!" + ref
        yield Blob("", b"\n".join(entry.line for _, entry in lines), WorktreeFile(path))


def beside_tables(git_dir: Path, stack: Stack | None) -> Iterator[Entry]:
    """Files in the folder that are no table of the stack."""
    tables = {FOLDER + b"/" + os.fsencode(table.name) for table in stack.tables} if stack else ()
    folder = git_dir / os.fsdecode(FOLDER)
    if os.path.isdir(folder) and not os.path.islink(folder):
        yield from (entry for entry in iter_folder(git_dir, FOLDER) if entry not in tables)


def _place(found: tuple[str, LogEntry]) -> tuple[str, bytes]:
    return found[0], found[1].ref
