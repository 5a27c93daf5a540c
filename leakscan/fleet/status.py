"""How far a run is."""

from __future__ import annotations

from dataclasses import dataclass

from leakscan.fleet.folder import Round, RunFolder
from leakscan.fleet.gathered import organisation_of
from leakscan.fleet.organisation import MISSING, Organisation
from leakscan.fleet.run import progress_of
from leakscan.fleet.views import states_text, verdict
from leakscan.reporters.escape import dump_json, show_text
from leakscan.reporters.words import counted
from leakscan.rules import RuleSet

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Status:
    """`seconds` that workers spent so far, and `left_s` that they will still spend at that rate, None: not known."""

    round: Round
    fleet: Organisation
    seconds: float
    left_s: float | None


def status_of(folder: RunFolder, rules: RuleSet) -> Status:
    """ConfigError if no run was started there."""
    begun, entries, progress = progress_of(folder)
    fleet = organisation_of([folder], rules)
    spent = sum(float(record.get("seconds", 0.0)) for record in progress.done.values())
    missing = fleet.states[MISSING]
    done = len(entries.entries) - missing
    return Status(begun, fleet, spent, spent / done * missing if done else None)


def render_status(status: Status, form: str) -> str:
    fleet, begun = status.fleet, status.round
    states = fleet.states
    unread = [r for r in fleet.repositories if r.state not in ("complete", MISSING)]
    missing = [r.name for r in fleet.repositories if r.state == MISSING]
    if form == "json":
        fields = {
            "round": begun.number,
            "shard": [begun.shard.number, begun.shard.count],
            "ended": begun.ended,
            "complete": fleet.result.complete,
            "states": states,
            "credentials": len(fleet.credentials),
            "worker_seconds": round(status.seconds, 1),
            "worker_seconds_left": None if status.left_s is None else round(status.left_s, 1),
            "not_read": [
                {"name": r.name, "state": r.state, "reasons": [f.reason for f in r.failures]} for r in unread
            ],
            "missing": missing,
        }
        return dump_json(fields, indent=2) + "\n"
    state = "ended" if begun.ended else "not ended: start the same command again, it goes on"
    lines = [
        f"round {begun.number} {state}",
        f"repositories: {states_text(states)}",
        f"so far: {verdict(fleet)}",
    ]
    if missing and status.left_s is not None:
        lines.append(f"left: about {status.left_s:,.0f} seconds of one worker")
    for repository in unread[:_SHOWN]:
        reason = repository.failures[0].reason if repository.failures else ""
        lines.append(f"  {repository.state}: {show_text(repository.name)}: {show_text(reason)}")
    lines += [f"  missing: {show_text(name)}" for name in missing[:_SHOWN]]
    hidden = max(len(unread) - _SHOWN, 0) + max(len(missing) - _SHOWN, 0)
    lines += [f"  and {counted(hidden, 'more', 'more')} (--format json lists all)"] if hidden else []
    return "\n".join(lines) + "\n"
