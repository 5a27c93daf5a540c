"""The whole result as one JSON object: the fields of the public contract, in its order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from leakscan import __version__
from leakscan.model import (
    CommitMessage,
    CommittedFile,
    StagedFile,
    Stdin,
    StoredBlob,
    TagMessage,
    WorktreeFile,
)
from leakscan.reporters.escape import dump_json, json_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leakscan.decisions import PolicyUse
    from leakscan.model import (
        Commit,
        Coverage,
        Event,
        Exposure,
        Finding,
        Location,
        Origin,
        ScanResult,
        SourceName,
    )
    from leakscan.reporters import RenderOptions
    from leakscan.verdict import Verification


def render_json(result: ScanResult, options: RenderOptions) -> Iterator[str]:
    head, bracket, end = dump_json(report_fields(replace(result, findings=())), indent=2).rpartition("]")
    yield head
    for number, finding in enumerate(result.findings):
        lines = dump_json(finding_fields(finding), indent=2).replace("\n", "\n    ")
        yield (",\n    " if number else "\n    ") + lines
    yield ("\n  " if result.findings else "") + bracket + end + "\n"


def report_fields(result: ScanResult) -> dict[str, Any]:
    """The result as the contract has it."""
    return {
        "tool": "leakscan",
        "version": __version__,
        "rules_digest": result.rules_digest,
        "target": result.target,
        "complete": result.complete,
        "coverage": _coverage_fields(result.coverage),
        "failures": [{"kind": f.kind, "where": f.where, "reason": f.reason} for f in result.failures],
        "skipped": [{"where": skipped.where, "rule": skipped.rule} for skipped in result.skipped],
        "hidden": result.hidden,
        "policy": _policy_fields(result.policy),
        "findings": [finding_fields(finding) for finding in result.findings],
    }


def finding_fields(finding: Finding) -> dict[str, Any]:
    """One finding as the contract has it; `secret` is there only if it was revealed, the public
    key's SHA-256 only where it is known."""
    revealed = {} if finding.revealed is None else {"secret": finding.revealed}
    public = {"public_key_sha256": finding.public_key_sha256} if finding.public_key_sha256 else {}
    return {
        "fingerprint": finding.fingerprint,
        "rule_id": finding.rule_id,
        "exchange": finding.exchange,
        "part": finding.part,
        "title": finding.title,
        "severity": str(finding.severity),
        "confidence": str(finding.confidence),
        "score": round(finding.score, 4),
        "preview": finding.preview,
        "length": finding.length,
        **revealed,
        **public,
        "reasons": finding.reasons,
        "group": finding.group,
        "locations": [_location_fields(location) for location in finding.locations],
        "exposure": _exposure_fields(finding.exposure),
        "baseline": finding.baseline,
        "verification": _verification_fields(finding.verification),
        "help": {
            "revoke_url": finding.help.revoke_url,
            "docs_url": finding.help.docs_url,
            "steps": finding.help.steps,
        },
    }


def _verification_fields(verification: Verification) -> dict[str, Any]:
    return {
        "status": verification.status,
        "permissions": verification.permissions,
        "ip_restricted": verification.ip_restricted,
        "expires": verification.expires or None,
        "reason": verification.reason or None,
        "test_network": verification.is_test,
    }


def _policy_fields(use: PolicyUse) -> dict[str, Any]:
    allowed = [
        {
            "fingerprint": item.fingerprint,
            "rule_id": item.rule_id,
            "path": json_path(item.path),
            "start_line": item.line,
            "by": item.by,
            "reason": item.reason,
        }
        for item in use.allowed
    ]
    return {"sources": use.sources, "settings": use.settings, "allowed": allowed, "notes": use.notes}


def source_name(origin: Origin) -> SourceName:
    match origin:
        case WorktreeFile():
            return "tree"
        case StagedFile():
            return "staged"
        case CommittedFile(source=source):
            return source
        case StoredBlob():
            return "history"
        case CommitMessage():
            return "commit-message"
        case TagMessage():
            return "tag-message"
        case Stdin():
            return "stdin"


def _location_fields(location: Location) -> dict[str, Any]:
    origin = location.origin
    commit = _commit_of(origin)
    return {
        "path": _path_field(origin),
        "start_line": location.line,
        "start_column": location.column,
        "end_line": location.end_line,
        "end_column": location.end_column,
        "source": source_name(origin),
        "blob": _blob_field(location),
        "commit": origin.oid if isinstance(origin, CommitMessage) else commit and commit.oid,
        "author": commit and commit.author,
        "date": commit and commit.date,
        "in_head": origin.in_head if isinstance(origin, CommittedFile) else None,
    }


def _commit_of(origin: Origin) -> Commit | None:
    return origin.commit if isinstance(origin, (CommittedFile, CommitMessage)) else None


def _path_field(origin: Origin) -> str:
    if isinstance(origin, (WorktreeFile, StagedFile, CommittedFile)):
        return json_path(origin.path)
    return "-" if isinstance(origin, Stdin) else ""


def _blob_field(location: Location) -> str | None:
    """The git object that holds the text: a blob, or the annotated tag. A commit has its own field."""
    match location.origin:
        case StoredBlob(oid=oid) | StagedFile(oid=oid) | CommittedFile(oid=oid) | TagMessage(oid=oid):
            return oid or None
        case CommitMessage():
            return None
        case _:
            return location.oid or None


def _exposure_fields(exposure: Exposure) -> dict[str, Any]:
    return {
        "introduced": _event_fields(exposure.introduced),
        "removed": _event_fields(exposure.removed),
        "in_tree": exposure.in_tree,
        "in_head": exposure.in_head,
        "refs": exposure.refs,
        "published": exposure.published,
        "days": exposure.days,
    }


def _event_fields(event: Event | None) -> dict[str, Any] | None:
    if event is None:
        return None
    commit = event.commit
    return {"commit": commit.oid, "date": commit.date, "author": commit.author, "path": json_path(event.path)}


def _coverage_fields(coverage: Coverage) -> dict[str, int]:
    """Without `seconds`: two runs over the same input give the same bytes."""
    return {
        "files": coverage.files,
        "blobs": coverage.blobs,
        "commits": coverage.commits,
        "tags": coverage.tags,
        "bytes": coverage.bytes,
        "published_examples": coverage.published_examples,
    }
