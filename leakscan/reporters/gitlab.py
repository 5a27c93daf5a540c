"""GitLab's secret detection report, for `artifacts: reports: secret_detection`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from leakscan import __version__
from leakscan.model import CommitMessage, CommittedFile
from leakscan.reporters.coverage import failures_by_kind, remedy
from leakscan.reporters.credentials import fresh, place_text
from leakscan.reporters.escape import dump_json, json_path, show_text
from leakscan.reporters.sarif_results import path_of
from leakscan.reporters.words import counted

if TYPE_CHECKING:
    from leakscan.model import Finding, Location, ScanResult
    from leakscan.reporters import RenderOptions

# Of the published schema (gitlab-org/security-products/security-report-schemas).
_SCHEMA_VERSION = "15.2.1"
_NO_COMMIT = "0000000"  # as GitLab's own analyzer writes it where there is no commit
_LAST_SECOND = 253_402_300_799.0  # of the year 9999: the schema takes four digits
_MAX_NAME, _MAX_SOLUTION = 255, 7000
_PRODUCT = {
    "id": "leakscan",
    "name": "leakscan",
    "url": "https://github.com/leakscan/leakscan",
    "version": __version__,
    "vendor": {"name": "leakscan"},
}


def render_gitlab(result: ScanResult, options: RenderOptions) -> str:
    """Findings that the baseline does not know; times are those of `options.finished`."""
    kinds = failures_by_kind(result, accepted=False)
    messages = [
        {"level": "warn", "value": f"{counted(len(failures), 'thing')} not read ({kind}): {remedy(kind)}"}
        for kind, failures in kinds.items()
    ]
    found = fresh(result).findings
    report = {
        "version": _SCHEMA_VERSION,
        "scan": {
            "analyzer": _PRODUCT,
            "scanner": _PRODUCT,
            "type": "secret_detection",
            "start_time": _time(options.finished - result.coverage.seconds),
            "end_time": _time(options.finished),
            "status": "success" if result.complete else "failure",
            "messages": messages,
        },
        "vulnerabilities": [_vulnerability(finding) for finding in found if finding.locations],
        "remediations": [],
    }
    return dump_json(report, indent=2) + "\n"


def _vulnerability(finding: Finding) -> dict[str, Any]:
    first = finding.locations[0]
    urls = [("Revoke", finding.help.revoke_url), ("About these keys", finding.help.docs_url)]
    return {
        "id": finding.fingerprint,
        "name": show_text(finding.title)[:_MAX_NAME],
        "description": f"{show_text(finding.title)} ({show_text(finding.preview)}) at {place_text(first)}",
        "severity": str(finding.severity).capitalize(),
        "solution": "\n".join(map(show_text, finding.help.steps))[:_MAX_SOLUTION],
        "identifiers": [
            {"type": "leakscan_rule_id", "name": f"leakscan {finding.rule_id}", "value": finding.rule_id}
        ],
        "links": [{"name": name, "url": url} for name, url in urls if url.startswith("https://")],
        "location": _location(first),
    }


def _location(place: Location) -> dict[str, Any]:
    origin = place.origin
    commit = origin.commit if isinstance(origin, CommittedFile | CommitMessage) else None
    sha = origin.oid if isinstance(origin, CommitMessage) else commit.oid if commit else _NO_COMMIT
    who = {"author": commit.author, "date": commit.date} if commit else {}
    path = path_of(origin)
    file = {"file": json_path(path)} if path is not None else {}
    return {**file, "start_line": place.line, "end_line": place.end_line, "commit": {"sha": sha, **who}}


def _time(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(min(max(0.0, seconds), _LAST_SECOND)))
