"""Files, looked at in shares: by worker processes if there is much to read."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from leakscan.gitstore.bounds import Bounds
from leakscan.gitstore.pool import LOST, MAX_TASKS, Pool
from leakscan.model import Blob, Failure, Skipped
from leakscan.scanning.sighting import Look
from leakscan.sources import Item
from leakscan.sources.tree import MAX_FILE_BYTES, Entry, iter_files

_WORTH_FORKING_S = 0.04  # of reading: starting workers costs about half of that
_LEAST_S = 2e-5  # that any file takes
_SHARES_PER_JOB = 32
_MAX_SHARE = 500  # files
_BOUNDS = Bounds(MAX_FILE_BYTES, MAX_FILE_BYTES, MAX_FILE_BYTES)


@dataclass(slots=True)
class Share:
    """What came of some files; `size` in bytes."""

    looks: list[Look] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    files: int = 0
    size: int = 0


def view(items: Iterable[Item], look: Callable[[Blob], Look | None]) -> Share:
    """What comes of looking at each content."""
    share = Share()
    for item in items:
        match item:
            case Blob():
                share.files += 1
                share.size += len(item.data)
                if found := look(item):
                    share.looks.append(found)
            case Skipped():
                share.skipped.append(item)
            case Failure():
                share.failures.append(item)
    return share


def view_files(
    root: Path,
    entries: Sequence[Entry],
    look: Callable[[Blob], Look | None],
    jobs: int,
    limits: Bounds = _BOUNDS,
) -> Generator[Share | None, None, None]:
    """The shares of a listing below `root`, in any order; None when nothing came for a while. What is too large to be
    held by all workers at once is read at last, by itself."""
    large: list[bytes] = []
    with contextlib.closing(_view_files(root, entries, look, jobs, limits.shared)) as shares:
        for share in shares:
            if share is not None:
                postponed = [failure for failure in share.failures if failure.kind == "too-large"]
                share.failures = [failure for failure in share.failures if failure not in postponed]
                large += [os.fsencode(failure.where) for failure in postponed]
            yield share
    for path in sorted(large):
        yield view(iter_files(root, [path], limits.alone), look)


def _view_files(
    root: Path, entries: Sequence[Entry], look: Callable[[Blob], Look | None], jobs: int, limit: int
) -> Generator[Share | None, None, None]:
    """Of few files the first are read here: what they take tells whether workers pay."""
    jobs = jobs if hasattr(os, "fork") else 1
    each = max(len(entries) // MAX_TASKS + 1, min(_MAX_SHARE, len(entries) // (jobs * _SHARES_PER_JOB)))
    parts = [entries[start : start + each] for start in range(0, len(entries), each)]

    def work(number: int) -> Share:
        return view(iter_files(root, parts[number], limit), look)

    started = time.monotonic()
    for number in range(len(parts)):
        spent = (time.monotonic() - started) / number if number else each * _LEAST_S
        if jobs > 1 and spent * (len(parts) - number) > _WORTH_FORKING_S:
            yield from _side_by_side(work, parts, number, jobs)
            return
        yield work(number)


def _side_by_side(
    work: Callable[[int], Share], parts: Sequence[Sequence[Entry]], first: int, jobs: int
) -> Generator[Share | None, None, None]:
    pool = Pool(lambda number: work(first + number))
    with contextlib.closing(pool.run_all(len(parts) - first, jobs)) as answers:
        for answer in answers:
            number, share = answer or (-1, None)
            yield _given_up(parts[first + number]) if answer and share is LOST else share


def _given_up(part: Sequence[Entry]) -> Share:
    reason = "the worker that read it was ended twice: it was not scanned"
    paths = [os.fsdecode(entry) for entry in part if isinstance(entry, bytes)]
    return Share(failures=[Failure("unreadable", path, reason) for path in paths])
