"""What names objects, however git stores it."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from leakscan.gitstore.faults import Faults
from leakscan.gitstore.filerefs import MAX_DEPTH, MAX_WORKTREES, Ref, RefReader
from leakscan.gitstore.layout import is_reftable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from leakscan.gitstore.layout import Layout

# `origin` alone means refs/remotes/origin/HEAD: https://git-scm.com/docs/gitrevisions
_SHORTENED = re.compile(rb"^refs/(?:heads/|tags/|remotes/)?|/HEAD$")


class Refs:
    """`refs` are sorted by name; `head` is HEAD's object (None: unborn, broken), `head_ref` the ref it names.

    `tips` are objects named by pseudo-refs and HEADs of other work trees, `logged` those of reflogs."""

    def __init__(self, refs: tuple[Ref, ...] = ()) -> None:
        self.refs = refs
        self.head: str | None = None
        self.head_ref: bytes | None = None
        self.tips: set[str] = set()
        self.logged: set[str] = set()

    @property
    def detached(self) -> bool:
        return self.head is not None and self.head_ref is None


def read_refs(layout: Layout, faults: Faults) -> Refs:
    """Everything that names an object. What cannot be read or understood is recorded."""
    reader = _reader(layout, faults)
    found = Refs(refs=reader.all_refs())
    by_name = dict(found.refs)
    head = reader.head()
    if head is not None and head.startswith(b"ref:"):
        found.head_ref = head[4:].strip()
        found.head = by_name.get(found.head_ref)
    elif head is not None:
        found.head = head.decode()
    reader.check_worktrees()
    for folder in git_dirs(layout):
        found.tips |= reader.pseudo_refs(folder, by_name)
        found.logged |= reader.reflogs(folder)
    return found


def read_head(layout: Layout, faults: Faults) -> Refs:
    """HEAD alone; `tips` are the other parents of a merge that is being committed."""
    reader = _reader(layout, faults)
    found = Refs()
    value = reader.head()
    for _ in range(MAX_DEPTH):
        if value is None or not value.startswith(b"ref:"):
            break
        name = value[4:].strip()
        found.head_ref = found.head_ref or name
        value = reader.ref(name)
    found.head = value.decode() if value and not value.startswith(b"ref:") else None
    if os.path.lexists(layout.git_dir / "MERGE_HEAD"):
        found.tips = reader.line_ids(layout.git_dir / "MERGE_HEAD")
    return found


def merged_ids(environ: Mapping[str, str]) -> list[str]:
    """What `git merge` is bringing in, as it tells a pre-merge-commit hook: there is no MERGE_HEAD yet."""
    return [name[8:] for name in environ if re.fullmatch("GITHEAD_([0-9a-f]{64}|[0-9a-f]{40})", name)]


def mentioned(refs: Iterable[Ref], names: Iterable[str]) -> list[Ref]:
    """Those that one of the names (`main~3`, `origin/x^2`, `refs/tags/v1`) may be about."""
    text = " ".join(names).encode("utf-8", "surrogateescape")
    return [ref for ref in refs if _SHORTENED.sub(b"", ref.name) in text]


def git_dirs(layout: Layout) -> list[Path]:
    """The common git dir and that of every linked work tree."""
    try:
        linked = sorted((layout.common_dir / "worktrees").iterdir())
    except OSError:
        linked = []
    return [layout.common_dir, *linked[:MAX_WORKTREES]]


def _reader(layout: Layout, faults: Faults) -> RefReader:
    if not is_reftable(layout):
        return RefReader(layout, faults)
    from leakscan.gitstore.tablerefs import TableReader  # git's own form, not by default yet

    return TableReader(layout, faults)
