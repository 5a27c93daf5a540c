"""The values that travel between the rooms: frozen, plain, and free of behaviour beyond their own shape."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal, NamedTuple, TypeAlias

from leakscan.decisions import NO_POLICY, Mark, PolicyUse
from leakscan.secret import Secret as Secret
from leakscan.verdict import NOT_CHECKED, Verification

# Why something that should have been read was not (GUARANTEES 15). Each makes a clean scan exit 3.
FailureKind = Literal[
    "missing-objects",
    "corrupt-objects",
    "shallow",
    "partial-clone",
    "lfs",
    "unreadable",
    "vanished",
    "too-large",
    "too-deep",
    "encrypted",
    "bad-archive",
    "timeout",
    "unsupported-format",
    "submodule-absent",
    "partial-report",
    "unreachable",
    "crashed",
]
FAILURE_KINDS: tuple[str, ...] = FailureKind.__args__  # type: ignore[attr-defined]

Part = Literal["key", "secret", "private-key", "passphrase", "user-id"]
SourceName = Literal["tree", "history", "staged", "range", "stdin", "commit-message", "tag-message"]


class Level(IntEnum):
    """An ordered grade that prints as its lower-case name."""

    def __str__(self) -> str:
        return self.name.lower()


class Severity(Level):
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4


class Confidence(Level):
    LOW = 1
    MEDIUM = 2
    HIGH = 3


class Span(NamedTuple):
    """Half-open range of byte offsets into `Blob.data`."""

    start: int
    end: int


class Anchor(NamedTuple):
    """A run or a header stands here; some rule may match around it."""

    kind: str
    span: Span


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit as a report names it. `date` is the author date, RFC 3339; `timestamp` the commit date in seconds.

    `order` sorts commits oldest first: the commit date, corrected so that it is later than that of each parent."""

    oid: str
    author: str
    date: str
    timestamp: int
    order: int


@dataclass(frozen=True, slots=True)
class WorktreeFile:
    path: bytes


@dataclass(frozen=True, slots=True)
class StoredBlob:
    """A blob of the object store; where it stands is asked of git only if something is found in it."""

    oid: str


@dataclass(frozen=True, slots=True)
class StagedFile:
    """A blob that the index holds at a path."""

    oid: str
    path: bytes


@dataclass(frozen=True, slots=True)
class CommittedFile:
    """A blob at a path, from the commit that put it there. `commit` is None where no commit leads to it. `oid` is empty
    where the value stands in the path."""

    oid: str
    path: bytes
    commit: Commit | None
    in_head: bool
    source: Literal["history", "range"] = "history"


@dataclass(frozen=True, slots=True)
class CommitMessage:
    """Text of a commit object: its message, or (`header`) the author, committer and extra header lines above it."""

    oid: str
    header: bool = False
    commit: Commit | None = None


@dataclass(frozen=True, slots=True)
class TagMessage:
    """Text of an annotated tag object: its message, or (`header`) the lines above it."""

    oid: str
    header: bool = False
    name: str = ""


@dataclass(frozen=True, slots=True)
class Stdin:
    pass


Origin: TypeAlias = (
    WorktreeFile | StagedFile | StoredBlob | CommittedFile | CommitMessage | TagMessage | Stdin
)


@dataclass(frozen=True, slots=True)
class Blob:
    """Content, read once however many places it lives in. `oid` is git's name for it, or empty."""

    oid: str
    data: bytes
    origin: Origin


@dataclass(frozen=True, slots=True)
class Skipped:
    """Not read, by choice: counted and shown, no failure."""

    where: str
    rule: str


@dataclass(frozen=True, slots=True)
class Failure:
    """Wanted, and could not be read. `where` is a path, an object or a pack; `reason` says what happened."""

    kind: FailureKind
    where: str
    reason: str


@dataclass(frozen=True, slots=True)
class Location:
    """Where a value stands: lines and columns from 1, ends exclusive, columns in code points.

    `line_hash` is GitHub's primaryLocationLineHash for files of the working tree, empty elsewhere."""

    origin: Origin
    line: int
    column: int
    end_line: int
    end_column: int
    oid: str = ""
    line_hash: str = ""
    mark: Mark | None = None

    @property
    def path(self) -> bytes | None:
        """The file, as git names it or relative to what was scanned; None for messages and standard input."""
        match self.origin:
            case WorktreeFile(path=path) | StagedFile(path=path) | CommittedFile(path=path):
                return path
        return None


@dataclass(frozen=True, slots=True)
class Event:
    """A commit that brought a value in or took it out, and the path where it did."""

    commit: Commit
    path: bytes


@dataclass(frozen=True, slots=True)
class Exposure:
    """Since when a value is out, and who can see it. `published`: reachable from a remote-tracking ref."""

    introduced: Event | None
    removed: Event | None
    in_tree: bool
    in_head: bool
    refs: tuple[str, ...]
    published: bool
    days: int | None


@dataclass(frozen=True, slots=True)
class Help:
    revoke_url: str
    docs_url: str
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """One leaked value and every place it stands. Holds no `Secret`; `revealed` is set only by --show-secrets.

    `group` is shared by the parts of one credential; `score` is the judge's probability, 0 to 1; `public_key_sha256`
    names the public half of a private key (its SubjectPublicKeyInfo in DER), empty where it is not known; `baseline`:
    known before, so it does not count for the exit code; `sha1` of the value, only where asked for, never printed."""

    fingerprint: str
    rule_id: str
    exchange: str
    part: Part
    title: str
    severity: Severity
    confidence: Confidence
    score: float
    preview: str
    length: int
    reasons: tuple[str, ...]
    group: str
    locations: tuple[Location, ...]
    exposure: Exposure
    help: Help
    revealed: str | None = None
    public_key_sha256: str = ""
    baseline: bool = False
    sha1: str = ""
    verification: Verification = NOT_CHECKED


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was read. `bytes` are logical: the unpacked size of each content once."""

    files: int = 0
    blobs: int = 0
    commits: int = 0
    tags: int = 0
    bytes: int = 0
    published_examples: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class RuleInfo:
    """What a reporter may say of a rule."""

    rule_id: str
    exchange: str
    exchange_name: str
    title: str
    description: str
    part: Part
    severity: Severity
    help: Help


@dataclass(frozen=True, slots=True)
class ScanResult:
    """Everything a reporter or the exit code may ask. Findings are sorted: the same input gives the same bytes.

    `hidden` counts what stayed below --min-confidence; `accepted` are the failure kinds that the user accepted."""

    target: str
    findings: tuple[Finding, ...]
    skipped: tuple[Skipped, ...]
    failures: tuple[Failure, ...]
    coverage: Coverage
    rules: tuple[RuleInfo, ...] = field(repr=False)
    rules_digest: str
    hidden: int = 0
    accepted: frozenset[str] = frozenset()
    policy: PolicyUse = NO_POLICY

    @property
    def complete(self) -> bool:
        return all(failure.kind in self.accepted for failure in self.failures)
