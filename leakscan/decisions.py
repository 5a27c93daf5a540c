"""What people decided about values, as findings and results carry it."""

from __future__ import annotations

from typing import NamedTuple


class Mark(NamedTuple):
    """A comment beside a value that says it may stay. `tool`: whose mark it is; `rule`, `reason`: of ours."""

    tool: str
    rule: str
    reason: str


class Allowed(NamedTuple):
    """A finding that the policy lets pass. `by`: the entry's place, or "mark"."""

    fingerprint: str
    rule_id: str
    path: bytes
    line: int
    by: str
    reason: str


class PolicyUse(NamedTuple):
    """Which files restricted a report and how, what they let pass, and what is wrong with them."""

    sources: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    allowed: tuple[Allowed, ...] = ()
    notes: tuple[str, ...] = ()


NO_POLICY = PolicyUse()
