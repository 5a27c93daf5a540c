"""Since when a value is out, whether it still stands, and who can see it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from leakscan.model import Commit, Event, Exposure

_DAY = 86400


class Trace:
    """What history tells of one value, gathered place by place."""

    def __init__(self) -> None:
        self.oids: set[str] = set()
        self.arrivals: list[Event] = []
        self.departures: list[tuple[Event, str | None]] = []
        self.in_tree = False
        self.in_head = False

    def arrive(self, commit: Commit, path: bytes) -> None:
        self.arrivals.append(Event(commit, path))

    def leave(self, commit: Commit, path: bytes, successor: str | None) -> None:
        self.departures.append((Event(commit, path), successor))

    @property
    def commits(self) -> set[str]:
        return {event.commit.oid for event in self.arrivals}

    def exposure(self, refs_of: Mapping[str, Collection[str]], now: float) -> Exposure:
        """`refs_of`: for each commit the refs that reach it; `now`: seconds since the epoch."""
        introduced = min(self.arrivals, key=_order, default=None)
        # A version that gave way to another with the same value in it did not take the value out.
        gone = [event for event, successor in self.departures if successor not in self.oids]
        removed = None if self.in_head else max(gone, key=_order, default=None)
        refs = sorted({ref for oid in self.commits for ref in refs_of.get(oid, ())})
        return Exposure(
            introduced=introduced,
            removed=removed,
            in_tree=self.in_tree,
            in_head=self.in_head,
            refs=tuple(refs),
            published=is_published(refs),
            days=max(0, int((now - introduced.commit.timestamp) // _DAY)) if introduced else None,
        )


def is_published(refs: Iterable[str]) -> bool:
    return any(ref.startswith("refs/remotes/") for ref in refs)


def _order(event: Event) -> tuple[int, str, bytes]:
    return event.commit.order, event.commit.oid, event.path
