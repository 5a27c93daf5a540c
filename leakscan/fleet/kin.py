"""Forks and mirrors: whose copy can lend its objects to that of another repository, and what was read of them."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from leakscan.errors import GitError
from leakscan.fleet.job import Entry, Plan
from leakscan.gitstore import Store, find_layout
from leakscan.gitstore.borrow import Lender, Loan, NothingSharedError, beginning, borrow
from leakscan.gitstore.bounds import bounds
from leakscan.gitstore.memory import UnusableError
from leakscan.gitstore.mirror import Mirror, RemoteRefs
from leakscan.scanning.recall import Recall

_HINTS = "kin"
_EACH = 8
_ATTEMPTS = 2
_MAX_BYTES = 64 << 20
_NO_LOAN = (GitError, OSError, ValueError, MemoryError, NothingSharedError, UnusableError)


def adopt(plan: Plan, entry: Entry, mirror: Mirror, refs: RemoteRefs) -> None:
    """Makes the copy of a repository of which nothing is here yet with what a relative of it has, and remembers what
    was read of that. If that cannot be, nothing is done: the copy is made as any other."""
    shutil.rmtree(beginning(mirror.folder), ignore_errors=True)
    if mirror.is_made() or not refs.lines or plan.cache is None or not plan.keep_clones:
        return
    for other in _relatives(plan.cache, entry, refs):
        with contextlib.suppress(*_NO_LOAN):
            _copy(plan, plan.cache, entry, mirror, refs, other)
            return


def make_known(plan: Plan, entry: Entry, refs: RemoteRefs) -> None:
    """To those that are read later."""
    if plan.cache is None or not plan.keep_clones:
        return
    lines = "".join(f"{hint} {entry.id}\n" for hint in sorted(_hints(entry, refs)))
    with contextlib.suppress(OSError):
        file = os.open(plan.cache / _HINTS, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.write(file, lines.encode())
        finally:
            os.close(file)


def _copy(plan: Plan, cache: Path, entry: Entry, mirror: Mirror, refs: RemoteRefs, other: str) -> None:
    limits = bounds(plan.options.max_memory, 1)
    folder = plan.clones / f"{other}.git"
    layout = find_layout(folder)
    if layout is None:
        raise NothingSharedError
    with Store(layout) as store:
        memory = Recall(cache / other, plan.rules.digest).open(store, limits).memory
        if memory is None:
            raise NothingSharedError
        loan = borrow(mirror, refs, Lender(store, memory), mirror.beside(folder, layout.objects).tips())
        if loan.pack:
            with contextlib.suppress(*_NO_LOAN):
                _remember(plan, cache / entry.id, mirror.folder, loan)


def _remember(plan: Plan, cache: Path, folder: Path, loan: Loan) -> None:
    layout = find_layout(folder)
    assert layout is not None
    with Store(layout) as store:
        recollection = Recall(cache, plan.rules.digest).open(store, bounds(plan.options.max_memory, 1))
        recollection.inherit(loan.memory(), loan.pack)


def _relatives(cache: Path, entry: Entry, refs: RemoteRefs) -> list[str]:
    """Ids of entries, those with most in common first."""
    try:
        with (cache / _HINTS).open("rb") as file:
            known = file.read(_MAX_BYTES)
    except OSError:
        return []
    found: Counter[str] = Counter()
    for hint in _hints(entry, refs):
        at, start = 0, hint.encode() + b" "
        while (at := known.find(start, at)) >= 0:
            at += len(start)
            found[known[at : at + len(entry.id)].decode("ascii", "replace")] += 1
    found.pop(entry.id, None)
    return [other for other, _ in found.most_common(_ATTEMPTS)]


def _hints(entry: Entry, refs: RemoteRefs) -> set[str]:
    """Digests of what relatives are likely to share: what their oldest names lead to, and the last part of the address.

    The host is in each: what one server says of its repositories is not told to another one."""
    address = entry.place.rstrip("/").removesuffix(".git").lower()
    host = urlsplit(address).netloc if "://" in address else address.partition(":")[0]
    said = {address.replace(":", "/").rpartition("/")[2], *_some(refs)}
    return {hashlib.sha256(f"{host} {one}".encode("utf-8", "replace")).hexdigest()[:32] for one in said}


def _some(refs: RemoteRefs) -> Iterator[str]:
    for prefix in (b"HEAD", b"refs/heads/", b"refs/tags/"):
        named = (line for line in refs.lines if line.split(b"\t")[1].startswith(prefix))
        yield from (line.split(b"\t")[0].decode() for line in sorted(named, key=_name)[:_EACH])


def _name(line: bytes) -> bytes:
    return line.split(b"\t")[1]
