"""What travels between the run, its workers and the journal."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from leakscan.model import Failure, FailureKind
from leakscan.rules import RuleSet
from leakscan.scanning.options import ScanOptions

# complete: all of it was read; incomplete: there is a report, and it names what was not read; failed: nothing was read;
# isolated: it ended the process that read it, again and again.
State = Literal["complete", "incomplete", "failed", "isolated"]
STATES: tuple[State, ...] = ("complete", "incomplete", "failed", "isolated")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """One repository of a run. `place` is a folder or an address without credentials; `name` is what reports call it;
    `size` is an estimate in bytes: the largest go first."""

    name: str
    place: str
    is_remote: bool = False
    size: int = 0

    @property
    def id(self) -> str:
        """16 hexadecimal digits of the place."""
        return hashlib.sha256(self.place.encode("utf-8", "surrogateescape")).hexdigest()[:16]

    @property
    def file_name(self) -> str:
        """For its reports, without a suffix: readable, and never the same for two places."""
        words = [word for word in _UNSAFE.sub("-", self.name).strip("-.").split("/") if word]
        return f"{'-'.join(words)[-60:].strip('-.') or 'repository'}-{self.id}"


@dataclass(frozen=True, slots=True)
class Known:
    """What an earlier run found out: valid while `stamp` is that of the repository and the time before `until`."""

    stamp: str
    until: float


@dataclass(frozen=True, slots=True)
class Job:
    entry: Entry
    known: Known | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What all repositories of a run have in common. `now` in seconds since the epoch; `timeout_s` for one repository,
    clone and scan together; `tokens`: for each host the environment variable that holds its token."""

    rules: RuleSet
    options: ScanOptions
    now: float
    clones: Path
    cache: Path | None
    timeout_s: float
    max_clone_bytes: int
    protocols: frozenset[str]
    tokens: tuple[tuple[str, str], ...] = ()
    keep_clones: bool = True


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one repository. `report` and `sarif` are texts, empty if `is_same`: what was known still holds.

    `head` and `refs` (a digest of all of them) tell what was read; `stamp` and `until` are for `Known`; `seconds` of
    wall clock, `cpu_s` of processor time, `peak_bytes` of memory, `clone_bytes` of disk that are left in use."""

    state: State = "complete"
    is_same: bool = False
    report: str = ""
    sarif: str = ""
    findings: int = 0
    failures: int = 0
    head: str = ""
    refs: str = ""
    stamp: str = ""
    until: float = 0.0
    clone_bytes: int = 0
    seconds: float = 0.0
    cpu_s: float = 0.0
    peak_bytes: int = 0
    coverage: dict[str, int] = field(default_factory=dict)


class NothingReadError(Exception):
    """A repository of which nothing could be read, and why."""

    def __init__(self, kind: FailureKind, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind
        self.reason = reason

    def failure(self, entry: Entry) -> Failure:
        return Failure(self.kind, entry.name, self.reason)
