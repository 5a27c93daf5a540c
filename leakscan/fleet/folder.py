"""The folder of a run: the journal, the list of each round, a report for each repository, clones and caches."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import tempfile
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final, cast

from leakscan.errors import ConfigError
from leakscan.fleet.entries import Fleet
from leakscan.fleet.job import STATES, Entry
from leakscan.fleet.journal import Record, read_journal
from leakscan.gitstore.plainfile import read_file
from leakscan.model import Failure, FailureKind, Skipped

_MAX_SHARDS: Final = 999_999
_MAX_BYTES = 1 << 30  # of a file of ours
_LAST = 253_402_300_800.0  # the year 10000, in seconds since the epoch
_FACTS: Final = (
    dict.fromkeys(("id", "state", "report", "head", "refs", "stamp"), str)
    | dict.fromkeys(("findings", "failures", "clone_bytes"), int)
    | dict.fromkeys(("until", "seconds"), int | float)
    | {"coverage": dict}
)


@dataclass(frozen=True, slots=True)
class Shard:
    """Part `number` of `count`; which repositories those are does not depend on the rest of the list."""

    number: int = 1
    count: int = 1

    def holds(self, entry: Entry) -> bool:
        return int(entry.id, 16) % self.count == self.number - 1


@dataclass(frozen=True, slots=True)
class Round:
    """One pass over the list. `now`: seconds since the epoch, when it began; `key`: what reports depend on beside the
    repositories; `listing`: a digest of the list before it was divided."""

    number: int
    now: float
    key: str
    sources: tuple[str, ...]
    shard: Shard
    listing: str
    ended: bool = False


@dataclass(slots=True)
class Progress:
    """What the journal tells: of this round, and of each repository the last thing known before it."""

    round: Round | None = None
    done: dict[str, Record] = field(default_factory=dict)
    earlier: dict[str, Record] = field(default_factory=dict)


_FOR_OTHERS = 0o077
_ENTRY: Final = {"is_remote": bool, "size": int}
_UNDONE_START, _UNDONE_END = ".", ".new"  # names of files that are being written


class RunFolder:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.journal = path / "journal.jsonl"
        self.reports = path / "reports"
        self.clones = path / "clones"
        self.cache = path / "cache"
        self.temporary = path / "tmp"

    def make(self) -> None:
        """ConfigError if that cannot be, and for what came here otherwise: a checkout may bring along a run that found
        nothing, and copies whose configuration names commands."""
        kept = (self.reports, self.clones, self.cache, self.temporary)
        try:
            for path in (self.journal, *kept):
                _check_private(path)
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            for folder in kept:
                folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise ConfigError(f"{self.path}: no run can be kept there: {error.strerror}") from None

    def sweep(self) -> None:
        """Removes what a run that was killed was just writing. Only for who holds the journal."""
        for folder in (self.path, self.reports):
            for file in folder.glob(f"{_UNDONE_START}*{_UNDONE_END}"):
                file.unlink(missing_ok=True)

    def check(self) -> None:
        """ConfigError if no run was ever started here."""
        if not self.journal.is_file():
            raise ConfigError(
                f"{self.path}: no run of leakscan fleet: leakscan fleet run SOURCES --run {self.path}"
            )

    def progress(self) -> Progress:
        found = Progress()
        for record in read_journal(self.journal):
            number = found.round.number if found.round else 0
            match record["record"]:
                case "begin":
                    found.earlier |= found.done
                    found.done = {}
                    found.round = _parse_begin(record, self.journal)
                case "done" if record.get("round") == number and _is_whole(record):
                    found.done[record["id"]] = record
                case "end" if record.get("round") == number and found.round:
                    found.round = replace(found.round, ended=True)
        return found

    def write_list(self, number: int, fleet: Fleet) -> None:
        fields = {
            "entries": [asdict(entry) for entry in fleet.entries],
            "refused": [asdict(failure) for failure in fleet.refused],
            "skipped": [asdict(skipped) for skipped in fleet.skipped],
        }
        replace_file(self.path / f"list-{number}.json", json.dumps(fields))
        for old in self.path.glob("list-*.json"):
            if old.name not in (f"list-{number}.json", f"list-{number - 1}.json"):
                old.unlink(missing_ok=True)

    def read_list(self, number: int) -> Fleet:
        path = self.path / f"list-{number}.json"
        try:
            fields: dict[str, Any] = json.loads(read_file(path, _MAX_BYTES))
            return Fleet(
                tuple(Entry(**_typed(entry, _ENTRY)) for entry in fields["entries"]),
                tuple(
                    Failure(cast("FailureKind", f["kind"]), f["where"], f["reason"])
                    for f in fields["refused"]
                    if _typed(f, {})
                ),
                tuple(Skipped(**_typed(skipped, {})) for skipped in fields["skipped"]),
            )
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            raise ConfigError(f"{path}: cannot be read: start anew with --restart") from None

    def keep(self, entry: Entry, report: str, sarif: str) -> str:
        """Writes both reports of a repository; the digest of the first."""
        replace_file(self.reports / f"{entry.file_name}.sarif", sarif)
        replace_file(self.report_of(entry), report)
        return hashlib.sha256(report.encode("utf-8")).hexdigest()

    def report_of(self, entry: Entry) -> Path:
        return self.reports / f"{entry.file_name}.json"

    def has_report(self, entry: Entry, record: Record | None) -> bool:
        """Whether the report that the record speaks of is there, as it was written."""
        if record is None:
            return False
        try:
            data = read_file(self.report_of(entry), _MAX_BYTES)
        except OSError:
            return False
        return hashlib.sha256(data).hexdigest() == record.get("report")


def _check_private(path: Path) -> None:
    """ConfigError for a link, and for what others own or may open: all that a run makes is its user's alone."""
    try:
        facts = path.lstat()
    except FileNotFoundError:
        return
    is_ours = not hasattr(os, "geteuid") or facts.st_uid == os.geteuid()
    is_open = os.name == "posix" and facts.st_mode & _FOR_OTHERS
    if stat.S_ISLNK(facts.st_mode) or not is_ours or is_open:
        raise ConfigError(
            f"{path}: not kept as a run keeps it, private: it may have come with a checkout: name another folder with"
            " --run, or, if the run was yours, take it back: chown, chmod go="
        )


def _parse_begin(record: Record, journal: Path) -> Round:
    match record:
        case {
            "round": int(number),
            "now": float(now),
            "key": str(key),
            "sources": [*sources],
            "shard": [int(part), int(parts)],
            "listing": str(listing),
        } if (
            0 < part <= parts <= _MAX_SHARDS and 0 < now < _LAST and all(isinstance(s, str) for s in sources)
        ):
            return Round(number, now, key, tuple(sources), Shard(part, parts), listing)
    raise ConfigError(f"{journal}: the beginning of a round is damaged: name another folder with --run")


def _is_whole(record: Record) -> bool:
    """Whether all is there that is asked for later; else its repository is read again."""
    return (
        all(isinstance(record.get(name), kind) for name, kind in _FACTS.items())
        and record["state"] in STATES
        and 0 <= record["seconds"] < _LAST
    )


def _typed(fields: dict[str, Any], others: dict[str, type]) -> dict[str, Any]:
    """What a list holds of one thing: texts that can be written, but for `others`. TypeError, ValueError."""
    for name, value in fields.items():
        if not isinstance(value, others.get(name, str)):
            raise TypeError(name)
        if isinstance(value, str):
            value.encode("utf-8", "surrogateescape")
    return fields


def begin_record(begun: Round, entries: int) -> Record:
    return {
        "record": "begin",
        "round": begun.number,
        "now": begun.now,
        "key": begun.key,
        "sources": list(begun.sources),
        "shard": [begun.shard.number, begun.shard.count],
        "listing": begun.listing,
        "entries": entries,
    }


def replace_file(path: Path, text: str) -> None:
    """At once or not at all, mode 0600, on the disk when this returns. ConfigError if there is no room."""
    data = text.encode("utf-8")
    try:
        handle, temporary = tempfile.mkstemp(_UNDONE_END, _UNDONE_START, path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ConfigError(
            f"{path}: cannot be written: {error.strerror}: make room, then start the same command again"
        ) from None
