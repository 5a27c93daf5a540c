"""What was read and collected -> the result: findings that were asked for, under the policy."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from leakscan.detect import Detector
from leakscan.findings.collect import Collector, RuleFacts
from leakscan.gitstore.bounds import LEAST_MEMORY
from leakscan.model import ScanResult
from leakscan.policy.apply import apply_policy
from leakscan.rules import RuleSet
from leakscan.scanning.masking import masked
from leakscan.scanning.options import ScanOptions
from leakscan.scanning.reader import Progress, Reader
from leakscan.scanning.room import Room

if TYPE_CHECKING:
    import datetime


@dataclass(slots=True)
class Session:
    """What one run gathers. `refs`: for each commit that brought a value in, the refs that lead to it."""

    rules: RuleSet
    options: ScanOptions
    detector: Detector
    reader: Reader
    collector: Collector
    now: float
    refs: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def result(self, target: str, *, whole: bool) -> ScanResult:
        """The report. `whole`: everything there is was read."""
        options = self.options
        found = self.collector.findings(self.refs, self.now)
        wanted = [f for f in found if not options.exchanges or f.exchange in options.exchanges]
        shown = [finding for finding in wanted if finding.confidence >= options.min_confidence]
        complete = all(failure.kind in options.accepted for failure in self.reader.failures)
        applied = apply_policy(options.policy, shown, self._today, whole=whole and complete)
        result = ScanResult(
            target=target,
            findings=applied.findings,
            skipped=tuple(sorted(self.reader.skipped, key=lambda s: (s.rule, s.where))),
            failures=tuple(sorted(self.reader.failures, key=lambda f: (f.kind, f.where, f.reason))),
            coverage=self.reader.coverage(),
            rules=self.rules.describe(),
            rules_digest=self.rules.digest,
            hidden=len(wanted) - len(shown),
            accepted=options.accepted,
            policy=applied.use,
        )
        return masked(result, self.collector)

    def _today(self) -> datetime.date:
        import datetime

        return datetime.datetime.fromtimestamp(self.now, datetime.UTC).date()


def open_session(
    rules: RuleSet,
    options: ScanOptions,
    *,
    on_progress: Progress | None = None,
    now: float | None = None,
    detector: Detector | None = None,
) -> Session:
    """A session that has read nothing yet; `now` is in seconds since the epoch, `detector` one of these rules that is
    there already."""
    detector = detector or Detector(rules)
    room = Room(max(options.max_memory, LEAST_MEMORY) // 2)
    reader = Reader(detector, options.timeout_s, on_progress, room)
    collector = Collector(rule_facts(rules), show_secrets=options.show_secrets, digests=options.digests)
    return Session(rules, options, detector, reader, collector, time.time() if now is None else now)


def rule_facts(rules: RuleSet) -> Mapping[str, RuleFacts]:
    """What the collector wants to know of every rule."""
    generic = rules.generic.id
    variant_of = {exchange.id: exchange.variant_of for exchange in rules.exchanges}
    return {
        info.rule_id: RuleFacts(
            info,
            rules.by_id[info.rule_id].paired,
            info.exchange == generic,
            variant_of.get(info.exchange, ""),
        )
        for info in rules.describe()
    }
