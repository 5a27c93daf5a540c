"""An organisation as JSON, as Markdown, and as text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from leakscan.fleet.organisation import ALL_STATES, Organisation, Repository, Spread
from leakscan.model import ScanResult
from leakscan.reporters.coverage import coverage_line, failures_by_kind, remedy
from leakscan.reporters.credentials import part_name, places_of, sum_text
from leakscan.reporters.escape import dump_json, show_text
from leakscan.reporters.json_report import report_fields
from leakscan.reporters.markdown import safe
from leakscan.reporters.words import counted, day, listed

_ROWS = 30
_SHOWN = 10
_NAMES = 3


def render_fleet_json(fleet: Organisation) -> str:
    """The fields of a report, so that `leakscan report` reads it, and beside them what concerns many repositories."""
    fields = report_fields(fleet.result)
    findings = fields.pop("findings")
    fields["repositories"] = [_repository_fields(repository) for repository in fleet.repositories]
    fields["states"] = fleet.states
    fields["credentials"] = [_spread_fields(spread) for spread in fleet.credentials]
    fields["reused"] = [_name_of(spread) for spread in fleet.reused]
    fields["oldest"] = [_name_of(spread) for spread in fleet.oldest]
    fields["findings"] = findings
    return dump_json(fields, indent=2) + "\n"


def _repository_fields(repository: Repository) -> dict[str, Any]:
    return {
        "name": repository.name,
        "state": repository.state,
        "report": repository.report,
        "credentials": repository.credentials,
        "exchanges": {
            name: {"credentials": number, "worst": str(worst)}
            for name, (number, worst) in sorted(repository.cells.items())
        },
        "failures": len(repository.failures),
        "commits": repository.commits,
        "blobs": repository.blobs,
        "bytes": repository.bytes,
    }


def _spread_fields(spread: Spread) -> dict[str, Any]:
    credential = spread.credential
    return {
        "group": _name_of(spread),
        "exchange": credential.worst.exchange,
        "severity": str(credential.worst.severity),
        "fingerprints": [part.fingerprint for part in credential.parts],
        "repositories": spread.repositories,
        "since": spread.since,
        "days": spread.days,
        "open": spread.is_open,
    }


def _name_of(spread: Spread) -> str:
    return spread.credential.worst.group or spread.credential.worst.fingerprint


def verdict(fleet: Organisation) -> str:
    """One sentence: what was found in how many repositories, and whether that is all."""
    number = sum(1 for repository in fleet.repositories if repository.credentials)
    all_of_them = counted(len(fleet.repositories), "repository", "repositories")
    if fleet.credentials:
        found = (
            f"{sum_text([spread.credential for spread in fleet.credentials])}; in {number:,} of {all_of_them}"
        )
        return found if fleet.result.complete else f"{found}; NOT complete, there may be more"
    if not fleet.result.complete:
        return "NOT complete: no verdict, what was not read may hold credentials"
    return f"no exchange credentials found in {all_of_them}"


def states_text(states: dict[str, int]) -> str:
    """`195 complete, 3 incomplete, 2 failed`."""
    return ", ".join(f"{states[state]:,} {state}" for state in ALL_STATES if states[state]) or "none"


def exchange_names(result: ScanResult) -> dict[str, str]:
    """Exchanges by their ids, as a person calls them."""
    return {rule.exchange: show_text(rule.exchange_name) for rule in result.rules}


def concerned(fleet: Organisation) -> list[Repository]:
    """Repositories with credentials, the worst first."""
    held = [repository for repository in fleet.repositories if repository.credentials]
    return sorted(held, key=lambda r: (-max(worst for _, worst in r.cells.values()), -r.credentials, r.name))


def spread_text(spread: Spread) -> str:
    """The parts of a credential, masked."""
    exchange = spread.credential.exchange
    parts = [f"{part_name(part, exchange)} {part.preview}" for part in spread.credential.parts]
    return show_text(f"{exchange}: {', '.join(parts)}")


def age_text(spread: Spread) -> str:
    return (
        "age not known"
        if spread.days is None
        else f"{counted(spread.days, 'day')}, since {day(spread.since)}"
    )


def render_fleet_text(fleet: Organisation) -> str:
    lines = [f"{verdict(fleet)}", f"repositories: {states_text(fleet.states)}"]
    names = exchange_names(fleet.result)
    held = concerned(fleet)
    lines += [""] if held else []
    for repository in held[:_ROWS]:
        cells = ", ".join(
            f"{names.get(exchange, exchange)} {number:,} ({worst})"
            for exchange, (number, worst) in sorted(repository.cells.items())
        )
        lines.append(f"  {show_text(repository.name)}: {cells}")
    lines += _more(len(held) - _ROWS, "  and {} more")
    lines += _section("In several repositories", fleet.reused, lambda s: f"{spread_text(s)}: {_in(s)}")
    lines += _section(
        "Open for longest", fleet.oldest, lambda s: f"{spread_text(s)}: {age_text(s)}, {_in(s)}"
    )
    for kind, failures in failures_by_kind(fleet.result, accepted=False).items():
        lines += ["", f"Not read: {kind} ({len(failures):,}): {remedy(kind)}"]
        lines += [f"  {show_text(f.where)}: {show_text(f.reason)}" for f in failures[:_SHOWN]]
        lines += _more(len(failures) - _SHOWN, "  and {} more")
    return "\n".join(lines) + "\n"


def _in(spread: Spread) -> str:
    return f"in {listed([show_text(name) for name in spread.repositories], _NAMES)}"


def _section(title: str, spreads: Sequence[Spread], line: Callable[[Spread], str]) -> list[str]:
    if not spreads:
        return []
    return [
        "",
        title,
        *(f"  {line(s)}" for s in spreads[:_SHOWN]),
        *_more(len(spreads) - _SHOWN, "  and {} more"),
    ]


def _more(number: int, text: str) -> list[str]:
    return [text.format(f"{number:,}")] if number > 0 else []


def render_fleet_markdown(fleet: Organisation) -> str:
    blocks = [f"### leakscan: {safe(verdict(fleet))}", f"Repositories: {safe(states_text(fleet.states))}"]
    held = concerned(fleet)
    if held:
        blocks.append(_heat(fleet, held))
    if fleet.reused:
        rows = [(spread_text(s), f"{len(s.repositories):,}", _in(s)) for s in fleet.reused[:_ROWS]]
        blocks.append(
            "**In several repositories**\n\n" + _table(("credential", "repositories", "where"), rows)
        )
    if fleet.oldest:
        rows = [(spread_text(s), age_text(s), _in(s)) for s in fleet.oldest[:_ROWS]]
        blocks.append("**Open for longest**\n\n" + _table(("credential", "exposed", "where"), rows))
    for kind, failures in failures_by_kind(fleet.result, accepted=False).items():
        lines = [f"- {safe(f.where)}: {safe(f.reason)}" for f in failures[:_ROWS]]
        lines += _more(len(failures) - _ROWS, "- and {} more")
        blocks.append(
            f"**Not read: {safe(kind)} ({len(failures):,})**: {safe(remedy(kind))}\n\n" + "\n".join(lines)
        )
    blocks.append(f"<sub>leakscan {safe(coverage_line(fleet.result, clock=False))}</sub>")
    return "\n\n".join(blocks) + "\n"


def _heat(fleet: Organisation, held: list[Repository]) -> str:
    names = exchange_names(fleet.result)
    rows = []
    for repository in held[:_ROWS]:
        cells = [repository.cells.get(exchange) for exchange in fleet.exchanges]
        rows.append((repository.name, *(f"{cell[0]:,} {cell[1]}" if cell else "" for cell in cells)))
    table = _table(("repository", *(names.get(exchange, exchange) for exchange in fleet.exchanges)), rows)
    return "\n\n".join([table, *_more(len(held) - _ROWS, "and {} more repositories")])


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [" | ".join(map(safe, titles)), "|".join("---" for _ in titles)]
    lines += [" | ".join(map(safe, row)) for row in rows]
    return "\n".join(f"| {line} |" for line in lines)


def places_text(spread: Spread) -> list[str]:
    """Every place of every part, once."""
    return list(dict.fromkeys(place for part in spread.credential.parts for place in places_of(part)))
