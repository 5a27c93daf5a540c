"""What other tools were told to ignore -> which of our findings those are."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from leakscan.errors import ConfigError
from leakscan.model import CommitMessage, CommittedFile, Finding, Location

IsKnown = Callable[[Finding], bool]
_OID = re.compile("[0-9a-f]{40}|[0-9a-f]{64}")


def parse_foreign(where: str, data: bytes) -> IsKnown:
    """Whether the file knows a finding. ConfigError if it is neither `.secrets.baseline` nor `.gitleaksignore`."""
    text = data.decode("utf-8", "replace")
    return (
        _parse_secrets_baseline(where, text)
        if text.lstrip()[:1] == "{"
        else _parse_gitleaksignore(where, text)
    )


def _parse_secrets_baseline(where: str, text: str) -> IsKnown:
    """detect-secrets: SHA-1 of values under file names (`Finding.sha1` must be there)."""
    try:
        results: dict[str, list[dict[str, Any]]] = json.loads(text)["results"]
        known = {
            (path.replace("\\", "/").removeprefix("./"), entry["hashed_secret"])
            for path, entries in results.items()
            for entry in entries
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ConfigError(f"{where}: not a .secrets.baseline: it has no results with hashed_secret") from None

    def is_known(finding: Finding) -> bool:
        places = {(location.path or b"").decode("utf-8", "replace") for location in finding.locations}
        return any((path, finding.sha1) in known for path in places)

    return is_known


def _parse_gitleaksignore(where: str, text: str) -> IsKnown:
    """gitleaks: `commit:file:rule:line` or `file:rule:line`; its rules are not ours and are passed over."""
    known: set[tuple[str, str, int]] = set()
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        parts = line.split(":")
        if len(parts) < 3 or not parts[-1].isdigit():
            raise ConfigError(f"{where}:{number}: not a line of .gitleaksignore: COMMIT:FILE:RULE:LINE")
        commit = parts.pop(0) if len(parts) > 3 and _OID.fullmatch(parts[0]) else ""
        known.add((commit, ":".join(parts[:-2]), int(parts[-1])))

    def is_known(finding: Finding) -> bool:
        return any(not known.isdisjoint(_names(location)) for location in finding.locations)

    return is_known


def _names(location: Location) -> list[tuple[str, str, int]]:
    path = (location.path or b"").decode("utf-8", "replace")
    origin = location.origin
    commit = origin.commit if isinstance(origin, CommittedFile | CommitMessage) else None
    return [("", path, location.line), (commit.oid if commit else "", path, location.line)]
