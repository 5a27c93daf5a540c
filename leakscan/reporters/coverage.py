"""What was read, in one line, and what was not, with a way to mend it."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from leakscan.reporters.escape import show_text
from leakscan.reporters.words import counted, listed, size

if TYPE_CHECKING:
    from leakscan.model import Failure, ScanResult

_SHOWN_RULES = 4
_REMEDIES = {
    "missing-objects": "git fetch --refetch, or scan a fresh clone",
    "corrupt-objects": "see git fsck; scan a fresh clone",
    "shallow": "git fetch --unshallow (in CI: fetch-depth: 0)",
    "partial-clone": "scan a clone made without --filter",
    "lfs": "git lfs pull, then scan again",
    "unreadable": "scan as a user who may read it",
    "vanished": "scan again while nothing writes there",
    "too-large": "split it, then scan the pieces",
    "too-deep": "unpack it, then scan what comes out",
    "encrypted": "decrypt it, then scan what comes out",
    "bad-archive": "unpack it by other means, then scan what comes out",
    "timeout": "scan again with a higher --timeout",
    "unsupported-format": "scan a fresh clone (git clone --mirror)",
    "partial-report": "save the scan as json (leakscan scan -o json=FILE), and read that",
    "submodule-absent": "git submodule update --init --recursive",
    "unreachable": "see that the address and the token are right, then start the same fleet run again",
    "crashed": "scan that repository by itself with more --max-memory, and report it to us",
}


def coverage_line(result: ScanResult, *, clock: bool = True) -> str:
    """`read 120 files, 3,412 blobs, ... in 1.2 s; skipped 3 (...); failed 0`, without a newline."""
    read = result.coverage
    counts = (
        counted(read.files, "file"),
        counted(read.blobs, "blob"),
        counted(read.commits, "commit"),
        counted(read.tags, "tag"),
        size(read.bytes),
    )
    clauses = [
        f"read {', '.join(counts)}" + (f" in {_seconds(read.seconds)}" if clock else ""),
        f"skipped {_by_kind([skipped.rule for skipped in result.skipped])}",
        f"failed {_by_kind([failure.kind for failure in result.failures])}",
    ]
    if read.published_examples:
        clauses.append(f"{counted(read.published_examples, 'published example key')} left out")
    return "; ".join(clauses)


def failures_by_kind(result: ScanResult, *, accepted: bool) -> dict[str, list[Failure]]:
    """The failures that the user accepted, or the others, under their kinds in alphabetical order."""
    kinds: dict[str, list[Failure]] = defaultdict(list)
    for failure in sorted(result.failures, key=lambda failure: failure.kind):
        if (failure.kind in result.accepted) == accepted:
            kinds[failure.kind].append(failure)
    return kinds


def remedy(kind: str) -> str:
    """What the user can do about failures of this kind."""
    return _REMEDIES.get(kind, "see the reasons, then scan again")


def _by_kind(kinds: list[str]) -> str:
    if not kinds:
        return "0"
    ranked = sorted(Counter(kinds).items(), key=lambda item: (-item[1], item[0]))
    named = [f"{show_text(kind)} {number:,}" for kind, number in ranked]
    return f"{len(kinds):,} ({listed(named, _SHOWN_RULES)})"


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 100 else f"{seconds:,.0f} s"
