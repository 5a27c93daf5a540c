"""Several results as one: a value that stands in many is one finding with all its places."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from itertools import chain
from typing import TypeVar

from leakscan.decisions import PolicyUse
from leakscan.model import (
    CommittedFile,
    Coverage,
    Event,
    Exposure,
    Finding,
    Location,
    Origin,
    ScanResult,
    StagedFile,
    WorktreeFile,
)


def merge(results: Sequence[ScanResult]) -> ScanResult:
    """Of different targets, each path begins with its target; of one target, the later report adds to the earlier."""
    if len(results) == 1:
        return results[0]
    targets = list(dict.fromkeys(result.target for result in results))
    placed = results if len(targets) == 1 else [_under(result, result.target) for result in results]
    values: dict[str, list[Finding]] = {}
    for finding in chain.from_iterable(result.findings for result in placed):
        values.setdefault(finding.fingerprint, []).append(finding)
    digests = {result.rules_digest for result in results}
    # a kind that one report accepted and another did not is not accepted
    refused = {f.kind for result in results for f in result.failures if f.kind not in result.accepted}
    return ScanResult(
        target=", ".join(targets),
        findings=tuple(sorted(map(_one, values.values()), key=_rank)),
        skipped=_once(result.skipped for result in placed),
        failures=_once(result.failures for result in placed),
        coverage=_sum(result.coverage for result in results),
        rules=tuple({rule.rule_id: rule for result in results for rule in result.rules}.values()),
        rules_digest=digests.pop() if len(digests) == 1 else "",
        hidden=sum(result.hidden for result in results),
        accepted=frozenset().union(*(result.accepted for result in results)) - refused,
        policy=PolicyUse(
            *(_once(getattr(result.policy, name) for result in results) for name in PolicyUse._fields)
        ),
    )


def _rank(finding: Finding) -> tuple[int, int, str, str, str]:
    return -finding.severity, -finding.confidence, finding.group, finding.rule_id, finding.fingerprint


T = TypeVar("T")


def _once(groups: Iterable[Iterable[T]]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(chain.from_iterable(groups)))


def _sum(parts: Iterable[Coverage]) -> Coverage:
    read = list(parts)
    return Coverage(
        **{field.name: sum(getattr(part, field.name) for part in read) for field in fields(Coverage)}
    )


def _one(same: list[Finding]) -> Finding:
    """The gravest judgement, and every place; where an exchange has answered, the last that knows its answer."""
    answered = [finding for finding in same if finding.verification.status in ("active", "inactive")]
    gravest = max(same, key=lambda finding: (finding.severity, finding.confidence, finding.score))
    worst = answered[-1] if answered else gravest
    return replace(
        worst,
        locations=_once(finding.locations for finding in same),
        exposure=_exposure([finding.exposure for finding in same]),
        baseline=all(finding.baseline for finding in same),
    )


def _exposure(parts: list[Exposure]) -> Exposure:
    """From the first arrival to the last departure; as long as it stands anywhere, it is not removed."""
    in_head = any(part.in_head for part in parts)
    came = [part.introduced for part in parts if part.introduced]
    went = [part.removed for part in parts if part.removed]
    gone = not in_head and bool(came) and all(part.removed for part in parts if part.introduced)
    days = [part.days for part in parts if part.days is not None]
    return Exposure(
        introduced=min(came, key=_order, default=None),
        removed=max(went, key=_order) if gone else None,
        in_tree=any(part.in_tree for part in parts),
        in_head=in_head,
        refs=tuple(sorted({ref for part in parts for ref in part.refs})),
        published=any(part.published for part in parts),
        days=max(days, default=None),
    )


def _order(event: Event) -> tuple[int, str, bytes]:
    return event.commit.order, event.commit.oid, event.path


def _under(result: ScanResult, target: str) -> ScanResult:
    prefix = target.rstrip("/").encode("utf-8", "surrogateescape") + b"/"
    findings = tuple(
        replace(
            finding,
            locations=tuple(_place(location, prefix) for location in finding.locations),
            exposure=replace(
                finding.exposure,
                introduced=_moved(finding.exposure.introduced, prefix),
                removed=_moved(finding.exposure.removed, prefix),
            ),
        )
        for finding in result.findings
    )
    failures = tuple(replace(failure, where=f"{target}: {failure.where}") for failure in result.failures)
    skipped = tuple(replace(skipped, where=f"{target}: {skipped.where}") for skipped in result.skipped)
    return replace(result, findings=findings, failures=failures, skipped=skipped)


def _moved(event: Event | None, prefix: bytes) -> Event | None:
    return event and replace(event, path=prefix + event.path)


def _place(location: Location, prefix: bytes) -> Location:
    origin: Origin = location.origin
    if isinstance(origin, WorktreeFile | StagedFile | CommittedFile):
        return replace(location, origin=replace(origin, path=prefix + origin.path))
    return location
