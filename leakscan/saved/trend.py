"""Two results of one target: which values are new, which are gone, which are still there."""

from __future__ import annotations

from dataclasses import dataclass

from leakscan.model import Finding, ScanResult


@dataclass(frozen=True, slots=True)
class Trend:
    """`fixed`: no longer found by a complete scan; `unseen`: not found by a scan that did not read everything."""

    new: tuple[Finding, ...]
    fixed: tuple[Finding, ...]
    unseen: tuple[Finding, ...]
    open: tuple[Finding, ...]


def trend_of(before: ScanResult, after: ScanResult) -> Trend:
    """Values are told apart by their fingerprints: one that moved, or left the tree for the history, is still open."""
    earlier = {finding.fingerprint for finding in before.findings}
    later = {finding.fingerprint for finding in after.findings}
    gone = tuple(finding for finding in before.findings if finding.fingerprint not in later)
    return Trend(
        new=tuple(finding for finding in after.findings if finding.fingerprint not in earlier),
        fixed=gone if after.complete else (),
        unseen=() if after.complete else gone,
        open=tuple(finding for finding in after.findings if finding.fingerprint in earlier),
    )
