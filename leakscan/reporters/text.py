"""The report for a person: what leaked, where, since when, and what to do now. Previews only."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from leakscan.model import Severity
from leakscan.reporters.coverage import coverage_line as coverage_line
from leakscan.reporters.coverage import failures_by_kind, remedy
from leakscan.reporters.credentials import (
    Credential,
    advice_of,
    credentials_of,
    exposure_text,
    fresh,
    part_name,
    places_of,
    sum_text,
    verification_text,
)
from leakscan.reporters.escape import show_text
from leakscan.reporters.policy_words import policy_lines
from leakscan.reporters.words import counted

if TYPE_CHECKING:
    from leakscan.model import Failure, Finding, Help, ScanResult
    from leakscan.reporters import RenderOptions

_MIN_WIDTH, _MAX_WIDTH = 60, 120
_SHOWN_PLACES = 5
_SHOWN_STEPS = 3
_LABEL = 9
_MAX_COLUMN = 66
_STYLES: dict[Severity, dict[str, Any]] = {
    Severity.CRITICAL: {"fg": "white", "bg": "red", "bold": True},
    Severity.HIGH: {"fg": "red", "bold": True},
    Severity.MEDIUM: {"fg": "yellow", "bold": True},
    Severity.LOW: {"fg": "cyan", "bold": True},
}


def render_text(result: ScanResult, options: RenderOptions) -> str:
    return "\n".join(_Page(options).lines(result)) + "\n"


class _Page:
    """The lines of a report for one width, with or without colour."""

    def __init__(self, options: RenderOptions) -> None:
        self.width = min(max(options.width, _MIN_WIDTH), _MAX_WIDTH)
        self.color = options.color
        self.verbose = options.verbose

    def lines(self, result: ScanResult) -> list[str]:
        credentials = credentials_of(fresh(result))
        blocks = [self._credential(credential) for credential in credentials]
        blocks += self._steps(credentials)
        blocks += [self._accepted(result), self._policy(result), self._incomplete(result)]
        blocks += [self._summary(result, credentials)]
        lines: list[str] = []
        for block in filter(None, blocks):
            lines += ["", *block] if lines else block
        return lines

    def paint(self, text: str, **style: Any) -> str:
        if not self.color:
            return text
        import click

        return click.style(text, **style)

    def wrapped(self, label: str, text: str) -> list[str]:
        """The text as a paragraph beside its label."""
        indent = " " * (2 + _LABEL)
        lines = textwrap.wrap(text, self.width - len(indent), break_long_words=False, break_on_hyphens=False)
        head = self.paint(f"  {label:<{_LABEL}}", dim=True)
        return [(indent if number else head) + line for number, line in enumerate(lines)]

    def _credential(self, credential: Credential) -> list[str]:
        return [
            self._headline(credential),
            *self._parts(credential),
            *self._exposed(credential),
            *self._verified(credential),
            *self._advice(credential),
            *self._reasons(credential),
            *self._public_keys(credential),
        ]

    def _headline(self, credential: Credential) -> str:
        severity = str(credential.worst.severity).upper()
        names = dict.fromkeys(part_name(part, credential.exchange) for part in credential.parts)
        title = f"{credential.exchange}: {', '.join(names)}"
        confidence = f"{credential.worst.confidence} confidence"
        gap = max(self.width - len(severity) - len(title) - len(confidence) - 2, 2)
        badge = self.paint(severity, **_STYLES[credential.worst.severity])
        return f"{badge}  {self.paint(title, bold=True)}{' ' * gap}{self.paint(confidence, dim=True)}"

    def _parts(self, credential: Credential) -> list[str]:
        """A row a part; its places stand in the row where all of them fit, and below it otherwise."""
        names = [part_name(part, credential.exchange) for part in credential.parts]
        previews = [_masked(part) for part in credential.parts]
        sizes = [counted(part.length, "character") for part in credential.parts]
        places = [self._places(part) for part in credential.parts]
        columns = [min(max(map(len, column)), _MAX_COLUMN) for column in (names, previews, sizes)]
        indent = 2 + sum(columns) + 2 * len(columns)
        inside = all(indent + len(place) <= self.width for rows in places for place in rows)
        lines: list[str] = []
        for part, name, preview, length, rows in zip(
            credential.parts, names, previews, sizes, places, strict=True
        ):
            rows = [self._rule_dimmed(place, show_text(part.rule_id)) for place in rows]
            row = f"  {name:<{columns[0]}}  {self.paint(f'{preview:<{columns[1]}}', bold=True)}  {length}"
            beside = " " * (columns[2] - len(length) + 2) + rows.pop(0) if inside else ""
            lines += [row + beside, *(" " * (indent if inside else 4) + place for place in rows)]
        return lines

    def _rule_dimmed(self, place: str, rule_id: str) -> str:
        named = place.endswith(rule_id)
        return place.removesuffix(rule_id) + self.paint(rule_id, dim=True) if named else place

    def _places(self, part: Finding) -> list[str]:
        """The first places; with the very first one the rule, for `leakscan:allow` and `explain`."""
        places = places_of(part)
        shown = places if self.verbose else places[:_SHOWN_PLACES]
        more = len(places) - len(shown)
        rest = [f"and {counted(more, 'more place')} (--format json lists all)"] if more else []
        rule = show_text(part.rule_id)
        first = " ".join([*shown[:1], rule])
        firsts = [first] if len(first) + 4 <= self.width else [*shown[:1], f"  {rule}"]
        return [*firsts, *shown[1:], *rest]

    def _exposed(self, credential: Credential) -> list[str]:
        """One paragraph where all parts share their history, else one a part."""
        texts: dict[str, list[str]] = {}
        for part in credential.parts:
            text = exposure_text(part.exposure, verbose=self.verbose)
            texts.setdefault(text, []).append(part_name(part, credential.exchange))
        lines: list[str] = []
        for text, names in texts.items():
            said = text if len(texts) == 1 or not text else f"{', '.join(dict.fromkeys(names))}: {text}"
            lines += self.wrapped("exposed" if not lines else "", said)
        alarm = self.paint("published", fg="red", bold=True)
        return [line.replace("published", alarm) for line in lines]

    def _verified(self, credential: Credential) -> list[str]:
        """What the exchange said, where it was asked."""
        said = dict.fromkeys(verification_text(part.verification) for part in credential.parts)
        lines = [line for text in said if text for line in self.wrapped("asked", text)]
        return [line.replace("it works", self.paint("it works", fg="red", bold=True), 1) for line in lines]

    def _advice(self, credential: Credential) -> list[str]:
        """Reuse and age, once a credential."""
        said = dict.fromkeys(text for part in credential.parts for text in advice_of(part))
        return [line for text in said for line in self.wrapped("", text)]

    def _reasons(self, credential: Credential) -> list[str]:
        lines: list[str] = []
        for part in credential.parts:
            text = "; ".join(map(show_text, part.reasons))
            if len(credential.parts) > 1:
                text = f"{part_name(part, credential.exchange)}: {text}"
            lines += self.wrapped("" if lines else "why", text)
        return lines

    def _public_keys(self, credential: Credential) -> list[str]:
        """What the owner finds the key by in the exchange's list."""
        known = dict.fromkeys(part.public_key_sha256 for part in credential.parts if part.public_key_sha256)
        return [line for digest in known for line in self.wrapped("public", f"SHA-256 {digest}")]

    def _steps(self, credentials: list[Credential]) -> list[list[str]]:
        """What to do, once an exchange."""
        helps: dict[str, Help] = {}
        for credential in credentials:
            helps.setdefault(credential.exchange, credential.worst.help)
        return [self._help(exchange, help_) for exchange, help_ in helps.items()]

    def _help(self, exchange: str, help_: Help) -> list[str]:
        shown = help_.steps if self.verbose else help_.steps[:_SHOWN_STEPS]
        lines = [self.paint(f"Do now: {exchange}", bold=True)]
        for number, step in enumerate(shown, 1):
            lines += self._hanging(f"  {number}. ", show_text(step))
        if more := len(help_.steps) - len(shown):
            lines.append(self.paint(f"     and {counted(more, 'more step')} (-v shows all)", dim=True))
        said = " ".join(shown)
        for label, url in (("revoke", help_.revoke_url), ("about", help_.docs_url)):
            if url and url not in said:
                lines += self.wrapped(label, show_text(url))
        return lines

    def _incomplete(self, result: ScanResult) -> list[str]:
        kinds = failures_by_kind(result, accepted=False)
        if not kinds:
            return []
        total = counted(sum(map(len, kinds.values())), "thing that was", "things that were")
        warning = f"The scan is NOT complete: {total} to be read could not be."
        lines = [self.paint(warning, fg="yellow", bold=True)]
        for kind, failures in kinds.items():
            lines += self._failures(kind, failures)
        if not fresh(result).findings:
            lines += self._hanging("  ", "What was not read may hold credentials: this run gives no verdict.")
        return lines

    def _failures(self, kind: str, failures: list[Failure]) -> list[str]:
        shown = failures if self.verbose else failures[:_SHOWN_PLACES]
        head, *lines = self._hanging("  ", f"{kind} {len(failures):,}: {remedy(kind)}")
        lines.insert(0, head.replace(kind, self.paint(kind, bold=True), 1))
        lines += [f"    {show_text(failure.where)}: {show_text(failure.reason)}" for failure in shown]
        if more := len(failures) - len(shown):
            lines.append(f"    and {more:,} more (--format json lists all)")
        return lines

    def _accepted(self, result: ScanResult) -> list[str]:
        kinds = failures_by_kind(result, accepted=True)
        if not kinds:
            return []
        counts = ", ".join(f"{kind} {len(failures):,}" for kind, failures in kinds.items())
        return self._hanging("", f"Not read, as accepted: {counts} (--format json lists all)")

    def _policy(self, result: ScanResult) -> list[str]:
        lines = [
            line for text in policy_lines(result, verbose=self.verbose) for line in self._hanging("", text)
        ]
        return [self.paint(line, dim=True) for line in lines]

    def _summary(self, result: ScanResult, credentials: list[Credential]) -> list[str]:
        lines = []
        if credentials:
            total = self._hanging("", sum_text(credentials))
            lines += [self.paint(line, bold=True) for line in total]
            if not result.complete:
                lines.append(
                    self.paint("The scan is NOT complete: there may be more.", fg="yellow", bold=True)
                )
        elif result.complete:
            found = (
                "No new exchange credentials found." if result.findings else "No exchange credentials found."
            )
            lines.append(self.paint(found, fg="green", bold=True))
        if result.hidden:
            lines.append(f"{result.hidden:,} more below --min-confidence (show: --min-confidence low)")
        return lines

    def _hanging(self, bullet: str, text: str) -> list[str]:
        return textwrap.wrap(
            text,
            self.width,
            initial_indent=bullet,
            subsequent_indent=" " * (len(bullet) + 2 * (not bullet.strip())),
            break_long_words=False,
            break_on_hyphens=False,
        )


def _masked(part: Finding) -> str:
    return show_text(part.preview if part.revealed is None else part.revealed) or "(masked)"
