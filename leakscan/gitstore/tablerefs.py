"""Refs, HEADs and reflogs that stand in tables."""

from __future__ import annotations

import os
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from leakscan.gitstore.faults import Faults, readable
from leakscan.gitstore.filerefs import RefReader, is_valid_name
from leakscan.gitstore.reftable import Stack

if TYPE_CHECKING:
    from pathlib import Path

    from leakscan.gitstore.layout import Layout

_LISTS = ("FETCH_HEAD", "MERGE_HEAD")  # files, whatever form refs have


class TableReader(RefReader):
    """The stack of all is kept, and one of a work tree at a time: each may be large."""

    def __init__(self, layout: Layout, faults: Faults) -> None:
        super().__init__(layout, faults)
        self._common = stack_of(layout.common_dir, layout, faults)
        self._own = lru_cache(1)(partial(stack_of, layout=layout, faults=faults))

    def stored(self) -> dict[bytes, bytes]:
        refs = self._common.refs
        return {
            name: value
            for name, held in refs.items()
            if is_valid_name(name) and (value := self.checked(held, readable(name))) is not None
        }

    def head(self) -> bytes | None:
        held = self._stack(self._layout.git_dir).refs.get(b"HEAD")
        if held is None:
            self._faults.add("corrupt-objects", "HEAD", "no table of refs tells it")
            return None
        return self.checked(held, "HEAD")

    def ref(self, name: bytes) -> bytes | None:
        held = self._common.refs.get(name)
        return None if held is None else self.checked(held, readable(name))

    def pseudo_refs(self, folder: Path, by_name: dict[bytes, str]) -> set[str]:
        found: set[str] = set()
        for path in (folder / name for name in _LISTS):
            if os.path.lexists(path):
                found |= self.line_ids(path)
        for name, held in self._stack(folder).refs.items():
            if folder == self._layout.common_dir and is_valid_name(name):
                continue  # one of all
            value = self.checked(held, readable(name))
            if value is not None:
                oid = by_name.get(value[4:].strip()) if value.startswith(b"ref:") else value.decode()
                found |= {oid} if oid else set()
        return found

    def reflogs(self, git_dir: Path) -> set[str]:
        logs = self._stack(git_dir).iter_logs()
        found = {oid for _, entries in logs for entry in entries for oid in entry.ids}
        return found - {"0" * self._layout.hex_length}

    def _stack(self, git_dir: Path) -> Stack:
        return self._common if git_dir == self._layout.common_dir else self._own(git_dir)


def stack_of(git_dir: Path, layout: Layout, faults: Faults) -> Stack:
    """That of a git dir. What stands among linked work trees and has none is none."""
    folder = git_dir / "reftable"
    is_one = git_dir == layout.common_dir or os.path.lexists(folder)
    return Stack(folder, layout.hex_length, faults if is_one else Faults())
