"""The reports of all repositories -> what an organisation wants to know: one credential once, wherever it stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from leakscan.fleet.job import STATES
from leakscan.model import Exposure, Failure, ScanResult, Severity, Skipped
from leakscan.reporters.credentials import Credential, credentials_of
from leakscan.saved import merge

MISSING = "missing"  # not read yet
ALL_STATES = (*STATES, MISSING)


@dataclass(frozen=True, slots=True)
class Read:
    """A repository and its report; `state` is one of ALL_STATES, `report` the name of the file, empty if missing."""

    name: str
    state: str
    report: str
    result: ScanResult


@dataclass(frozen=True, slots=True)
class Repository:
    """`cells`: for each exchange how many credentials, and the gravest of their severities."""

    name: str
    state: str
    report: str
    credentials: int
    cells: Mapping[str, tuple[int, Severity]]
    failures: tuple[Failure, ...]
    commits: int
    blobs: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Spread:
    """A credential and the repositories that hold it; `days` since it came into the first of them, None: not known."""

    credential: Credential
    repositories: tuple[str, ...]
    days: int | None
    since: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class Organisation:
    """`result` holds every finding once, with all its places. `reused` stand in several repositories, most first;
    `oldest` were never taken out, oldest first. `holders`: for each finding the repositories that it stands in."""

    result: ScanResult
    holders: Mapping[str, set[str]]
    repositories: tuple[Repository, ...]
    exchanges: tuple[str, ...]
    credentials: tuple[Spread, ...]
    reused: tuple[Spread, ...]
    oldest: tuple[Spread, ...]

    @property
    def states(self) -> dict[str, int]:
        counts = Counter(repository.state for repository in self.repositories)
        return {state: counts[state] for state in ALL_STATES}


def organise(
    read: Iterable[Read],
    empty: ScanResult,
    *,
    refused: Sequence[Failure] = (),
    skipped: Sequence[Skipped] = (),
) -> Organisation:
    """`empty`: a result that has read nothing, for the rules and what was accepted; `refused` and `skipped` belong to
    no repository."""
    ordered = sorted(read, key=lambda one: one.name)
    # a report alone is not put under its name, one of several is
    around = replace(empty, target=_target(ordered), failures=tuple(refused), skipped=tuple(skipped))
    merged = merge([*(one.result for one in ordered), replace(around, target="")])
    # the part that belongs to none is not put under a name
    result = replace(merged, target=around.target, failures=_named(merged.failures),
                     skipped=tuple(replace(s, where=s.where.removeprefix(": ")) for s in merged.skipped))  # fmt: skip
    holders = _holders(ordered)
    spreads = tuple(_spread(credential, holders) for credential in credentials_of(result))
    names = {rule.exchange: rule.exchange_name for rule in result.rules}
    repositories = tuple(_repository(one) for one in ordered)
    present = {exchange for repository in repositories for exchange in repository.cells}
    return Organisation(
        result=result,
        holders=holders,
        repositories=repositories,
        exchanges=tuple(sorted(present, key=lambda exchange: (names.get(exchange, exchange), exchange))),
        credentials=spreads,
        reused=tuple(
            sorted((s for s in spreads if len(s.repositories) > 1), key=lambda s: -len(s.repositories))
        ),
        oldest=tuple(
            sorted((s for s in spreads if s.is_open and s.days is not None), key=lambda s: -(s.days or 0))
        ),
    )


def _named(failures: tuple[Failure, ...]) -> tuple[Failure, ...]:
    """A failure of a whole repository names it once, not twice."""
    shown = []
    for failure in failures:
        where = failure.where.removeprefix(": ")
        first, _, rest = where.partition(": ")
        shown.append(replace(failure, where=first if first == rest else where))
    return tuple(sorted(shown, key=lambda f: (f.where, f.kind, f.reason)))


def _target(read: Sequence[Read]) -> str:
    return read[0].name if len(read) == 1 else f"{len(read):,} repositories"


def _holders(read: Iterable[Read]) -> dict[str, set[str]]:
    holders: dict[str, set[str]] = {}
    for one in read:
        for finding in one.result.findings:
            holders.setdefault(finding.fingerprint, set()).add(one.name)
    return holders


def _spread(credential: Credential, holders: Mapping[str, set[str]]) -> Spread:
    names = sorted({name for part in credential.parts for name in holders.get(part.fingerprint, ())})
    exposures = [part.exposure for part in credential.parts]
    known = [exposure for exposure in exposures if exposure.days is not None]
    oldest: Exposure | None = max(known, key=lambda exposure: exposure.days or 0, default=None)
    return Spread(
        credential,
        tuple(names),
        oldest.days if oldest else None,
        oldest.introduced.commit.date if oldest and oldest.introduced else "",
        is_open=any(exposure.removed is None for exposure in exposures),
    )


def _repository(read: Read) -> Repository:
    cells: dict[str, tuple[int, Severity]] = {}
    credentials = credentials_of(read.result)
    for credential in credentials:
        exchange = credential.worst.exchange
        number, worst = cells.get(exchange, (0, Severity.LOW))
        cells[exchange] = number + 1, max(worst, credential.worst.severity)
    coverage = read.result.coverage
    return Repository(
        read.name,
        read.state,
        read.report,
        len(credentials),
        cells,
        read.result.failures,
        coverage.commits,
        coverage.blobs,
        coverage.bytes,
    )
