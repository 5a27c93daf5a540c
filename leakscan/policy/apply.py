"""Findings and a policy -> findings that stay, those that are allowed, and what is wrong with the policy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from leakscan.decisions import Allowed, PolicyUse
from leakscan.model import Finding, Location
from leakscan.policy.baseline import Entry
from leakscan.policy.config import Allow, Config
from leakscan.policy.paths import path_pattern

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Policy:
    """`baseline_where` names the baseline file, empty without one. `marks`: inline marks count (in CI those that a
    change brings along do not). `notes` are told with the report."""

    config: Config = field(default_factory=Config)
    baseline: Mapping[str, Entry] = field(default_factory=dict)
    baseline_where: str = ""
    marks: bool = True
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Applied:
    findings: tuple[Finding, ...]
    use: PolicyUse


def apply_policy(
    policy: Policy, findings: Iterable[Finding], today: Callable[[], datetime.date], *, whole: bool
) -> Applied:
    """`whole`: everything there is was read, so that an entry that fits nothing is stale; `today` is only asked for
    if an entry expires."""
    return _Application(policy, today).run(tuple(findings), whole=whole)


class _Application:
    def __init__(self, policy: Policy, today: Callable[[], datetime.date]) -> None:
        self._policy = policy
        self._valid = [allow for allow in policy.config.allow if not _is_expired(allow, today)]
        self._notes = [
            f"{allow.where}: expired on {allow.expires}: it allows nothing any more ({allow.reason})"
            for allow in policy.config.allow
            if _is_expired(allow, today)
        ]
        self._used: set[str] = set()
        self._allowed: list[Allowed] = []

    def run(self, findings: tuple[Finding, ...], *, whole: bool) -> Applied:
        kept = tuple(left for finding in findings if (left := self._left_of(finding)) is not None)
        if whole:
            self._notes += [
                f"{allow.where}: stale: it fits nothing any more, take it out ({allow.reason})"
                for allow in self._valid
                if allow.where not in self._used
            ]
            known = {finding.fingerprint for finding in findings}
            stale = sum(name not in known for name in self._policy.baseline)
            if stale:
                self._notes.append(
                    f"{self._policy.baseline_where}: {stale:,} stale: gone from here, see leakscan baseline check"
                )
        config = self._policy.config
        sources = tuple(filter(None, (config.where, self._policy.baseline_where)))
        notes = (*self._policy.notes, *self._notes)
        use = PolicyUse(sources, config.settings(), tuple(self._allowed), tuple(dict.fromkeys(notes)))
        return Applied(kept, use)

    def _left_of(self, finding: Finding) -> Finding | None:
        """The finding with the places that nothing allows; None if there are none."""
        marked = self._marked_paths(finding)
        left: list[Location] = []
        reasons: list[tuple[str, str]] = []
        for location in finding.locations:
            why = self._why_allowed(finding, location, marked)
            reasons += [why] if why else []
            left += [] if why else [location]
        if not left and finding.locations:
            by, reason = reasons[0]
            first = finding.locations[0]
            path = first.path or b""
            self._allowed.append(Allowed(finding.fingerprint, finding.rule_id, path, first.line, by, reason))
            return None
        known = finding.fingerprint in self._policy.baseline
        if known or len(left) < len(finding.locations):
            return replace(finding, locations=tuple(left), baseline=known)
        return finding

    def _why_allowed(
        self, finding: Finding, location: Location, marked: Mapping[bytes, str]
    ) -> tuple[str, str] | None:
        """(where it is allowed, the reason)."""
        path = location.path
        for allow in self._valid:
            if _fits(allow, finding, path):
                self._used.add(allow.where)
                return allow.where, allow.reason
        if path is not None and path in marked:
            return "mark", marked[path]
        return None

    def _marked_paths(self, finding: Finding) -> dict[bytes, str]:
        """Path -> reason. A mark speaks of the value in that file, and so of the file's other versions too."""
        found: dict[bytes, str] = {}
        for location in finding.locations:
            mark, path = location.mark, location.path
            if mark is None:
                continue
            where = f"{(path or b'-').decode('utf-8', 'backslashreplace')}:{location.line}"
            if mark.tool != "leakscan":
                if self._policy.config.foreign_marks:
                    found[path or b""] = f"{mark.tool} mark"
                else:
                    self._notes.append(
                        f"{where}: a mark of {mark.tool} does not count here: write leakscan:allow"
                        f" {finding.rule_id} REASON, or set foreign-marks"
                    )
            elif mark.rule != finding.rule_id:
                said = f"names {mark.rule}, not {finding.rule_id}" if mark.rule else "names no rule"
                self._notes.append(f"{where}: leakscan:allow {said}: it does not count")
            elif not mark.reason:
                self._notes.append(
                    f"{where}: leakscan:allow without a reason does not count: say why behind the rule"
                )
            elif not self._policy.marks:
                self._notes.append(
                    f"{where}: leakscan:allow comes with this change: it counts once that is merged"
                )
            else:
                found[path or b""] = mark.reason
        return found


def _is_expired(allow: Allow, today: Callable[[], datetime.date]) -> bool:
    return allow.expires is not None and today() > allow.expires


def _fits(allow: Allow, finding: Finding, path: bytes | None) -> bool:
    if allow.rule and allow.rule != finding.rule_id:
        return False
    if allow.fingerprint and allow.fingerprint != finding.fingerprint:
        return False
    return not allow.path or (path is not None and path_pattern(allow.path).fits(path))
