"""Run folders, one or the shards of one run -> one organisation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from leakscan.errors import ReportError
from leakscan.fleet.folder import Round, RunFolder
from leakscan.fleet.job import Entry
from leakscan.fleet.organisation import MISSING, Organisation, Read, organise
from leakscan.fleet.run import progress_of
from leakscan.model import Coverage, Failure, RuleInfo, ScanResult, Skipped
from leakscan.rules import RuleSet
from leakscan.saved import load_saved


def organisation_of(
    folders: Sequence[RunFolder], rules: RuleSet, *, accepted: frozenset[str] = frozenset()
) -> Organisation:
    """A repository that stands in several counts as the newest of them that read it has it; shards that are missing are
    failures. ConfigError for a folder that holds no run."""
    infos = rules.describe()
    empty = ScanResult("", (), (), (), Coverage(), infos, rules.digest, accepted=accepted)
    newest: dict[str, tuple[tuple[bool, float], Read]] = {}
    rounds: list[tuple[RunFolder, Round]] = []
    refused: dict[Failure, None] = {}
    skipped: dict[Skipped, None] = {}
    for folder in folders:
        begun, fleet, progress = progress_of(folder)
        rounds.append((folder, begun))
        refused |= dict.fromkeys(fleet.refused)
        skipped |= dict.fromkeys(fleet.skipped)
        for entry in fleet.entries:
            one = _read(folder, entry, progress.done.get(entry.id), empty, infos)
            rank = (one.state != MISSING, begun.now)
            if entry.id not in newest or rank > newest[entry.id][0]:
                newest[entry.id] = rank, one
    return organise(
        (one for _, one in newest.values()),
        empty,
        refused=[*refused, *_missing_shards(rounds)],
        skipped=list(skipped),
    )


def _read(
    folder: RunFolder,
    entry: Entry,
    record: dict[str, object] | None,
    empty: ScanResult,
    infos: tuple[RuleInfo, ...],
) -> Read:
    if record is None or not folder.has_report(entry, record):
        failure = Failure("partial-report", entry.name, "not read yet: start the same run again, it goes on")
        return Read(entry.name, MISSING, "", replace(empty, target=entry.name, failures=(failure,)))
    file = folder.report_of(entry)
    try:
        result = load_saved(file, infos)
    except ReportError as error:
        failure = Failure("partial-report", entry.name, str(error))
        return Read(entry.name, MISSING, "", replace(empty, target=entry.name, failures=(failure,)))
    return Read(entry.name, str(record["state"]), file.name, result)


def _missing_shards(rounds: Sequence[tuple[RunFolder, Round]]) -> Iterator[Failure]:
    """Of each list that was divided."""
    lists: dict[tuple[str, int], set[int]] = {}
    for _, begun in rounds:
        if begun.shard.count > 1:
            lists.setdefault((begun.listing, begun.shard.count), set()).add(begun.shard.number)
    if len({count for _, count in lists}) == 1 and len(lists) > 1:
        yield Failure(
            "partial-report", "the shards", "were not made of the same list: their sources changed meanwhile"
        )
    for (_, count), numbers in lists.items() if len(lists) == 1 else ():
        for number in sorted(set(range(1, count + 1)) - numbers):
            yield Failure(
                "partial-report", f"shard {number}/{count}", "is not among the runs that were merged"
            )
