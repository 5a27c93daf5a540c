"""Findings -> credentials that can be asked about; verdicts -> findings with what follows from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from leakscan.findings.collect import Holding
from leakscan.findings.groups import COMPANIONS
from leakscan.model import Finding, Severity
from leakscan.verdict import Verification
from leakscan.verify.keys import Keys
from leakscan.verify.venues import VENUES


@dataclass(frozen=True, slots=True)
class Credential:
    """`fingerprints` are its parts; `keys` is None where it cannot be asked about, and `why` says why."""

    exchange: str
    fingerprints: tuple[str, ...]
    keys: Keys | None = field(default=None, repr=False)
    why: str = ""


def credentials_of(findings: Iterable[Finding], holdings: Mapping[str, Holding]) -> list[Credential]:
    """In the order of the findings. `holdings`: the values, by fingerprint."""
    groups: dict[str, list[Finding]] = {}
    group_of: dict[str, str] = {}
    for finding in findings:
        group = group_of[finding.fingerprint] = finding.group or finding.fingerprint
        groups.setdefault(group, []).append(finding)
    lent: dict[str, list[Finding]] = {group: [] for group in groups}
    for group, parts in groups.items():
        for part in parts:
            if part.part in COMPANIONS:
                partners = holdings[part.fingerprint].partners
                for other in {group_of[name] for name in partners if name in group_of} - {group}:
                    lent[other].append(part)
    return [_credential(parts, lent[group], holdings) for group, parts in groups.items()]


def _credential(own: list[Finding], lent: Iterable[Finding], holdings: Mapping[str, Holding]) -> Credential:
    """`lent`: what it shares with other credentials, such as a passphrase, if none of its own is there."""
    names = tuple(part.fingerprint for part in own)
    parts = [*own, *(part for part in lent if all(part.part != mine.part for mine in own))]
    exchanges = {part.exchange for part in parts if part.exchange in VENUES}
    if len(exchanges) != 1:
        known = "exchanges that do not agree" if exchanges else "an exchange that leakscan cannot ask"
        return Credential(parts[0].exchange, names, why=f"it is of {known}")
    exchange = exchanges.pop()
    held: dict[str, list[str]] = {}
    for part in parts:
        held.setdefault(part.part, []).append(part.fingerprint)
    needs = VENUES[exchange].needs
    wanted = next((need for need in needs if need <= held.keys()), None)
    if wanted is None:
        missing = min((need - held.keys() for need in needs), key=lambda lack: (len(lack), sorted(lack)))
        return Credential(exchange, names, why=f"its {' and '.join(sorted(missing))} was not found with it")
    if several := [name for name in sorted(wanted) if len(held[name]) > 1]:
        return Credential(exchange, names, why=f"more than one {several[0]} stands with it")
    values = {name.replace("-", "_"): holdings[held[name][0]].secret for name in held if len(held[name]) == 1}
    chosen = {name.replace("-", "_") for name in wanted}
    return Credential(exchange, names, Keys(**{name: values[name] for name in chosen}))


def apply_verdicts(findings: Iterable[Finding], verdicts: Mapping[str, Verification]) -> tuple[Finding, ...]:
    """The findings with what was said of them, by fingerprint, and the severity that follows; gravest first."""
    judged = [
        replace(finding, verification=said, severity=severity_after(finding, said))
        if (said := verdicts.get(finding.fingerprint)) is not None
        else finding
        for finding in findings
    ]
    return tuple(sorted(judged, key=lambda finding: -finding.severity))


def severity_after(finding: Finding, said: Verification) -> Severity:
    """A dead key is low, and so is one of a test network; one that can move money out, or whose rights are not
    known, from anywhere is critical; an address list takes one step off, and so does the right to read only."""
    match said.status:
        case "active" if said.is_test:
            return Severity.LOW
        case "inactive":
            return Severity.LOW
        case "active":
            return _severity_of(said)
    return finding.severity


def _severity_of(said: Verification) -> Severity:
    if not said.permissions or "withdraw" in said.permissions:
        severity = Severity.CRITICAL
    elif {"trade", "transfer"} & set(said.permissions):
        severity = Severity.CRITICAL if said.ip_restricted is False else Severity.HIGH
    else:
        severity = Severity.MEDIUM
    return Severity(severity - 1) if said.ip_restricted else severity
