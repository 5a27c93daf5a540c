"""A hook's first look, with nothing imported that it can do without: nearly every commit is clean at first sight."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from leakscan.anchors import SHORTEST_TOKEN, Matcher
from leakscan.gitstore.layout import find_here
from leakscan.gitstore.quick import QuickStore
from leakscan.gitstore.staged import paths_below, staged_work
from leakscan.glance import SPEC, may_hold
from leakscan.reporters.words import counted, size


def report_if_clean(files: Sequence[str]) -> bool:
    """Whether the index changes nothing that could hold a credential; then that is said. False if it takes a closer
    look to know: something was found wrong, a file is not in the index, a range is asked for."""
    if os.environ.get("PRE_COMMIT_FROM_REF") and os.environ.get("PRE_COMMIT_TO_REF"):
        return False
    started = time.monotonic()
    here = Path.cwd()
    layout = find_here(here, os.environ)
    has_anchor = Matcher(SPEC).has_anchor
    with QuickStore(layout) as store:
        work = staged_work(
            store, index_of(layout.git_dir, here), paths_below(layout, here, files) if files else None
        )
        if work.untracked or store.failures:
            return False
        if any(_may_name_one(change.path) for change in work.changes if change.new and not change.olds):
            return False
        wanted = [change.new for change in work.changes if change.new]
        blobs = read = 0
        for found in store.blobs(wanted):
            if may_hold(found.data, has_anchor):
                return False
            blobs += 1
            read += len(found.data)
        if store.failures:
            return False
    _say(len(wanted), blobs, read, time.monotonic() - started)
    return True


def _may_name_one(path: bytes) -> bool:
    """Whether a part of the path could be a value, or hold one."""
    parts = [part for part in path.split(b"/") if len(part) >= SHORTEST_TOKEN]
    if not parts:
        return False
    from leakscan.gitstore.kernel_reference_trees import may_be_value  # few names need it

    return any(map(may_be_value, parts))


def index_of(git_dir: Path, here: Path) -> Path:
    """The index that a hook is run for: `git commit -a` and `git commit PATH` make one of their own."""
    given = os.environ.get("GIT_INDEX_FILE")
    return here / given if given else git_dir / "index"


def _say(files: int, blobs: int, read: int, seconds: float) -> None:
    """What the reports say of a clean scan."""
    counts = f"{counted(files, 'file')}, {counted(blobs, 'blob')}, 0 commits, 0 tags, {size(read)}"
    sys.stdout.write("No exchange credentials found.\n")
    sys.stdout.flush()
    sys.stderr.write(f"leakscan: read {counts} in {seconds:.1f} s; skipped 0; failed 0\n")
