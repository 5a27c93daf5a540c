"""A run: what is still to be done of a list, done by a crew, and written down as it is done."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

from leakscan.errors import ConfigError
from leakscan.fleet.crew import Crew
from leakscan.fleet.entries import Fleet
from leakscan.fleet.examine import clone_folder
from leakscan.fleet.folder import Progress, Round, RunFolder, Shard, begin_record
from leakscan.fleet.job import Entry, Job, Known, Outcome, Plan
from leakscan.fleet.journal import Journal, Record
from leakscan.rules import RuleSet
from leakscan.scanning.options import ScanOptions
from leakscan.scanning.recall import program_id

_UNSAVED = ("is_same", "report", "sarif")
OnDone = Callable[[Entry, Outcome, int, int], None]


@dataclass(frozen=True, slots=True)
class Order:
    """What the user asked for: `gather` makes the list, and is not called for a run that goes on."""

    sources: tuple[str, ...]
    gather: Callable[[], Fleet]
    shard: Shard
    restart: bool


def key_of(rules: RuleSet, options: ScanOptions) -> str:
    """A digest of whatever a report depends on beside the repository and the day."""
    policy = options.policy
    said = [
        program_id(),
        rules.digest,
        str(options.min_confidence),
        sorted(options.exchanges),
        sorted(options.accepted),
        [options.full, options.max_memory, options.ignored],
        [repr(policy.config), sorted(map(repr, policy.baseline.items())), policy.baseline_where],
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


class Run:
    """One round in a folder, from where the last attempt at it was left."""

    def __init__(self, folder: RunFolder, journal: Journal, order: Order, key: str) -> None:
        self._folder = folder
        self._journal = journal
        self._progress = folder.progress()
        going_on = self._going_on(order, key)
        self.is_resumed = going_on is not None
        self.round, self.fleet = going_on or self._begin(order, key)

    def todo(self) -> list[Job]:
        """The largest first: the last ones decide when all is done."""
        jobs = [self._job(entry) for entry in self.fleet.entries if not self._is_done(entry)]
        return sorted(jobs, key=lambda job: (-self._size(job.entry), job.entry.name))

    def work(self, crew: Crew, plan: Plan, jobs: list[Job], on_done: OnDone, disk_bytes: int) -> None:
        """Every outcome is on the disk before the next one is asked for."""
        kept = self._kept_bytes(jobs)
        for number, (job, outcome) in enumerate(crew.run(jobs), 1):
            if outcome.clone_bytes and kept + outcome.clone_bytes > disk_bytes:
                shutil.rmtree(clone_folder(plan, job.entry), ignore_errors=True)
                outcome = replace(outcome, clone_bytes=0)
            kept += outcome.clone_bytes
            self._journal.add(self._record(job.entry, outcome))
            on_done(job.entry, outcome, number, len(jobs))

    def end(self) -> None:
        """After the summary was written: the next run in this folder is a new round."""
        self._journal.add({"record": "end", "round": self.round.number, "at": time.time()})

    def _going_on(self, order: Order, key: str) -> tuple[Round, Fleet] | None:
        begun = self._progress.round
        if begun is None or begun.ended or order.restart:
            return None
        if order.sources and order.sources != begun.sources:
            raise ConfigError(
                f"{self._folder.path}: holds an unfinished run of {' '.join(begun.sources)}: finish it without naming"
                " sources, begin anew with --restart, or name another folder with --run"
            )
        if begun.key != key or (order.shard != begun.shard and order.sources):
            raise ConfigError(
                f"{self._folder.path}: holds an unfinished run with other options, rules or version: begin anew with"
                " --restart, or name another folder with --run"
            )
        return begun, self._folder.read_list(begun.number)

    def _begin(self, order: Order, key: str) -> tuple[Round, Fleet]:
        if not order.sources:
            raise ConfigError(
                "no sources: name a list, a folder of repositories, addresses, or an organisation"
            )
        whole = order.gather()
        fleet = replace(whole, entries=tuple(filter(order.shard.holds, whole.entries)))
        if order.shard.number > 1:  # what cannot be read is told of once
            fleet = replace(fleet, refused=(), skipped=())
        before = self._progress.round
        listing = hashlib.sha256("\n".join(sorted(entry.id for entry in whole.entries)).encode()).hexdigest()
        begun = Round(
            before.number + 1 if before else 1, time.time(), key, order.sources, order.shard, listing
        )
        self._folder.write_list(begun.number, fleet)
        self._journal.add(begin_record(begun, len(fleet.entries)))
        self._progress = self._folder.progress()
        return begun, fleet

    def _is_done(self, entry: Entry) -> bool:
        return self._folder.has_report(entry, self._progress.done.get(entry.id))

    def _job(self, entry: Entry) -> Job:
        before = self._before(entry)
        if before is None or before.get("key") != self.round.key or not before.get("stamp"):
            return Job(entry)
        return Job(entry, Known(str(before["stamp"]), float(before["until"])))

    def _before(self, entry: Entry) -> Record | None:
        record = self._progress.earlier.get(entry.id)
        return record if self._folder.has_report(entry, record) else None

    def _size(self, entry: Entry) -> int:
        return entry.size or int(self._progress.earlier.get(entry.id, {}).get("clone_bytes", 0))

    def _kept_bytes(self, jobs: list[Job]) -> int:
        """Of clones that earlier work left; those that are read now are counted when they are."""
        now = {job.entry.id for job in jobs}
        known = self._progress.earlier | self._progress.done
        return sum(int(record.get("clone_bytes", 0)) for id_, record in known.items() if id_ not in now)

    def _record(self, entry: Entry, outcome: Outcome) -> Record:
        facts = {name: value for name, value in asdict(outcome).items() if name not in _UNSAVED}
        if outcome.is_same and (before := self._before(entry)) is not None:
            kept = ("state", "report", "findings", "failures", "head", "refs", "coverage")
            facts |= {name: before[name] for name in kept}
        else:
            facts["report"] = self._folder.keep(entry, outcome.report, outcome.sarif)
        return {"record": "done", "round": self.round.number, "id": entry.id, "name": entry.name, "key": self.round.key,
                **facts}  # fmt: skip


def progress_of(folder: RunFolder) -> tuple[Round, Fleet, Progress]:
    """What stands in a folder, for those who only look. ConfigError if nothing does."""
    folder.check()
    progress = folder.progress()
    if progress.round is None:
        raise ConfigError(
            f"{folder.path}: the run that was started there did not get to its list: start it again"
        )
    return progress.round, folder.read_list(progress.round.number), progress
