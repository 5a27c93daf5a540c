"""What was found wrong so far, each thing once."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leakscan.model import Failure, FailureKind

_MAX_LISTED = 1_000


class Faults:
    """Collects failures. The first reason for a (kind, where) stays; of a kind 1,000 are listed."""

    def __init__(self) -> None:
        self._listed: list[Failure] = []
        self._seen: set[tuple[str, str]] = set()
        self._counts: Counter[FailureKind] = Counter()

    def add(self, kind: FailureKind, where: str, reason: str) -> None:
        from leakscan.model import Failure  # most hooks end without one, and without the time to import it

        if (kind, where) not in self._seen:
            self._counts[kind] += 1
            if self._counts[kind] <= _MAX_LISTED:
                self._seen.add((kind, where))
                self._listed.append(Failure(kind, where, reason))

    def copy(self) -> Faults:
        other = Faults()
        other.restore(self)
        return other

    def restore(self, earlier: Faults) -> None:
        """Forgets what was added since `earlier` was copied."""
        self._listed, self._seen = list(earlier._listed), set(earlier._seen)
        self._counts = Counter(earlier._counts)

    @property
    def failures(self) -> list[Failure]:
        if not self._listed:
            return []
        from leakscan.model import Failure

        more = [
            Failure(kind, "object store", f"{count - _MAX_LISTED:,} more of this kind")
            for kind, count in sorted(self._counts.items())
            if count > _MAX_LISTED
        ]
        return self._listed + more


def readable(name: bytes) -> str:
    """Any bytes as text that can be encoded again; bytes that are not UTF-8 show as \\xNN."""
    return name.decode("utf-8", "backslashreplace")
