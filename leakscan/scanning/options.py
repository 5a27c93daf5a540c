"""What a scan is asked to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from leakscan.gitstore import DEFAULT_MEMORY
from leakscan.model import Confidence
from leakscan.policy.apply import Policy


@dataclass(frozen=True, slots=True)
class ScanOptions:
    """What to read and what to report. `tree` and `history`: None means both where there are both.

    `exchanges`: report these only, empty for all; `accepted`: failure kinds that leave a scan complete;
    `timeout_s`: stop reading after so long, 0 for never; `jobs`: processes for a history; `max_memory`: bytes for
    all of them together; `full`: look at every version of every file whole instead of at what each added;
    `check_objects`: see that each object of a history is what its id says; `cache`: the folder in which histories are
    remembered, None to remember nothing; `digests`: findings carry the SHA-1 of their value."""

    tree: bool | None = None
    history: bool | None = None
    ignored: bool = False
    min_confidence: Confidence = Confidence.MEDIUM
    exchanges: frozenset[str] = frozenset()
    show_secrets: bool = False
    accepted: frozenset[str] = frozenset()
    timeout_s: float = 0.0
    jobs: int = 1
    max_memory: int = DEFAULT_MEMORY
    full: bool = False
    check_objects: bool = False
    cache: Path | None = None
    digests: bool = False
    policy: Policy = field(default_factory=Policy)
