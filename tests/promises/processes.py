"""Which processes run, as Linux tells it."""

from __future__ import annotations

from pathlib import Path


def processes_in(session: int) -> list[int]:
    """Those of a session that have not ended."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) == session and fields[0] != "Z":
                found.append(int(entry.name))
    return found
