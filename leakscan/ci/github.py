"""GitHub Actions: the event file (docs.github.com: Webhook events and payloads; Events that trigger workflows)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from leakscan.ci.run import CiRun, change_request, check_oid, push, whole_run
from leakscan.errors import ConfigError

_HALF = re.compile("[\ud800-\udfff]")
_WHOLE = ("schedule", "workflow_dispatch", "repository_dispatch")
_KNOWN = (
    "pull_request, pull_request_target, merge_group, push, schedule, workflow_dispatch, repository_dispatch"
)


def github_run(name: str, payload: bytes) -> CiRun:
    """The run of an event. ConfigError for one that says nothing of a range."""
    try:
        event = json.loads(payload)
    except (ValueError, RecursionError):
        event = None
    if not isinstance(event, dict):
        raise ConfigError("GITHUB_EVENT_PATH: not the JSON of an event")
    if name in ("pull_request", "pull_request_target"):
        base, head = (_commit(event, "pull_request", side, "sha") for side in ("base", "head"))
        return change_request(name, base, head)
    if name == "merge_group":
        base, head = (_commit(event, "merge_group", side) for side in ("base_sha", "head_sha"))
        return change_request(name, base, head)
    if name == "push":
        default = _field(event, "repository", "default_branch")
        ref = _field(event, "ref")
        before, after = _commit(event, "before"), _commit(event, "after")
        return push(name, _text(ref), before, after, _text(default))
    if name in _WHOLE:
        return whole_run(name)
    raise ConfigError(
        f"the event {name[:60]!r} says nothing of a range; known: {_KNOWN};"
        " otherwise name one: leakscan ci --base A --head B"
    )


def _commit(event: Mapping[str, Any], *path: str) -> str:
    return check_oid(_field(event, *path), f"GITHUB_EVENT_PATH: {'.'.join(path)}")


def _text(value: object) -> str:
    """A string without halves of characters, which JSON can spell and no ref's name has; empty for all else."""
    return value if isinstance(value, str) and not _HALF.search(value) else ""


def _field(event: Any, *path: str) -> Any:
    for key in path:
        event = event.get(key) if isinstance(event, dict) else None
    return event
