"""What the policy did to a report, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakscan.reporters.escape import show_path, show_text
from leakscan.reporters.words import counted

if TYPE_CHECKING:
    from leakscan.decisions import Allowed
    from leakscan.model import ScanResult

_SHOWN_NOTES = 10


def policy_lines(result: ScanResult, *, verbose: bool) -> list[str]:
    """Which files restrict the report, what they let pass (one by one if `verbose`), and what is wrong with them."""
    use = result.policy
    known = sum(finding.baseline for finding in result.findings)
    lines = []
    if use.settings or known or use.allowed:
        said = [show_text(text) for text in use.settings]
        said += [f"{counted(known, 'known finding')} left out by the baseline"] if known else []
        said += [f"{counted(len(use.allowed), 'finding')} allowed"] if use.allowed else []
        lines.append(f"Policy ({', '.join(map(show_text, use.sources)) or 'marks'}): {'; '.join(said)}")
    if verbose:
        lines += [f"  allowed: {_allowed_text(allowed)}" for allowed in use.allowed]
    shown = use.notes if verbose else use.notes[:_SHOWN_NOTES]
    lines += [f"note: {show_text(note)}" for note in shown]
    if more := len(use.notes) - len(shown):
        lines.append(f"and {counted(more, 'more note')} (-v shows all)")
    return lines


def _allowed_text(allowed: Allowed) -> str:
    place = f"{show_path(allowed.path)}:{allowed.line}" if allowed.path else "a message"
    return f"{place} {show_text(allowed.rule_id)} by {show_text(allowed.by)}: {show_text(allowed.reason)}"
