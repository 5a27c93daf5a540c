"""The baseline: one sorted line a known finding, without line numbers, dates and values, so that it merges cleanly."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from leakscan.errors import ConfigError

_HEADER = (
    "# leakscan baseline 1: known findings, one a line: fingerprint, rule, path when it was added, # reason\n"
)
_VERSION = re.compile(r"# leakscan baseline (\d+)")
_LINE = re.compile(r"([0-9a-f]{32}) ([a-z0-9][a-z0-9-]*)(?: ([^ #]+))?(?: # ?(.*))?")
_CONFLICT = ("<<<<<<<", "=======", ">>>>>>>", "|||||||")


class Entry(NamedTuple):
    """`path` (percent-encoded, may be empty) helps the reader; the fingerprint alone says what is known."""

    fingerprint: str
    rule_id: str
    path: str
    reason: str

    def line(self) -> str:
        path = f" {self.path}" if self.path else ""
        return f"{self.fingerprint} {self.rule_id}{path}" + (f" # {self.reason}" if self.reason else "")


def parse_baseline(where: str, data: bytes) -> dict[str, Entry]:
    """fingerprint -> entry. Lines may stand in any order and twice, as a union merge leaves them."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise ConfigError(f"{where}: not a baseline of leakscan: not UTF-8") from None
    if text.lstrip().startswith(("{", "[")):
        raise ConfigError(
            f"{where}: not a baseline of leakscan: of another tool? leakscan baseline create --import {where}"
        )
    version = _VERSION.match(text)
    if version and version[1] != "1":
        raise ConfigError(
            f"{where}: version {version[1]} of the format: a newer leakscan wrote it, install that one"
        )
    entries: dict[str, Entry] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith(_CONFLICT):
            raise ConfigError(
                f"{where}:{number}: an unresolved merge: keep the lines of both sides, then leakscan baseline update"
            )
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise ConfigError(f"{where}:{number}: not a line of a baseline: FINGERPRINT RULE PATH # reason")
        entry = Entry(match[1], match[2], match[3] or "", (match[4] or "").strip())
        if entry.fingerprint not in entries or not entries[entry.fingerprint].reason:
            entries[entry.fingerprint] = entry
    return entries


def render_baseline(entries: Iterable[Entry] | Mapping[str, Entry]) -> str:
    listed = entries.values() if isinstance(entries, Mapping) else entries
    return _HEADER + "".join(f"{line}\n" for line in sorted(entry.line() for entry in listed))
