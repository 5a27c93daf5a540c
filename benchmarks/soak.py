"""A long run: the same repositories scanned again and again in one process, through the Python API. Memory and open
files must stay flat, and every round must report the same bytes."""

from __future__ import annotations

import argparse
import gc
import hashlib
import os
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import leakscan

_GROWTH = 1.10  # what the allocator keeps differs a little from round to round


class Round(NamedTuple):
    seconds: float
    resident_mb: float
    handles: int
    threads: int
    findings: int
    reports: dict[Path, str]


def repositories(folders: list[Path], most_mb: float) -> list[Path]:
    """Git directories below `folders`, of at most so many MB of objects, the smallest first."""
    found = []
    for folder in folders:
        for objects in folder.rglob("objects"):
            if (objects.parent / "HEAD").is_file():
                size = sum(file.stat().st_size for file in objects.rglob("*") if file.is_file())
                found += [(size, objects.parent)] if size <= most_mb * 1e6 else []
    return [path for _, path in sorted(found)]


def digest(result: leakscan.ScanResult) -> str:
    """Of the report without the ages in it: a day is full at another moment of the day for every finding."""
    ageless = [replace(f, exposure=replace(f.exposure, days=None)) for f in result.findings]
    report = leakscan.render(replace(result, findings=tuple(ageless)), "json")
    return hashlib.sha256(report.encode()).hexdigest()


def scan_all(paths: list[Path], jobs: int) -> Round:
    started, reports, findings = time.monotonic(), {}, 0
    for path in paths:
        result = leakscan.scan(path, jobs=jobs)
        findings += len(result.findings)
        reports[path] = digest(result)
        del result
    gc.collect()
    status = Path("/proc/self/status").read_text()
    resident = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    handles = len(os.listdir("/proc/self/fd"))
    return Round(
        time.monotonic() - started,
        resident / 1024,
        handles,
        threading.active_count(),
        findings,
        reports,
    )


def faults(rounds: list[Round]) -> list[str]:
    """What did not stay as it was after the first round, which fills what is kept."""
    settled, last = rounds[min(1, len(rounds) - 1)], rounds[-1]
    first = rounds[0].reports
    differ = {str(path) for one in rounds for path in first if one.reports[path] != first[path]}
    wrong = {
        f"the reports of {', '.join(sorted(differ))} differ": bool(differ),
        "memory grows": last.resident_mb > settled.resident_mb * _GROWTH,
        "files stay open": last.handles > settled.handles,
        "threads stay": last.threads > settled.threads,
    }
    return [what for what, is_so in wrong.items() if is_so]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+", help="repositories are looked for below them")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--most-mb", type=float, default=50, help="leave larger ones out")
    parser.add_argument("--jobs", type=int, default=1)
    arguments = parser.parse_args()
    paths = repositories(arguments.folders, arguments.most_mb)
    print(
        f"{len(paths)} repositories\n\n| round | seconds | resident MB | open files | threads | findings | reports |"
    )
    print("|---|---|---|---|---|---|---|")
    rounds: list[Round] = []
    for number in range(1, arguments.rounds + 1):
        rounds.append(one := scan_all(paths, arguments.jobs))
        print(
            f"| {number} | {one.seconds:.1f} | {one.resident_mb:.1f} | {one.handles} | {one.threads} | {one.findings} |"
            f" {hashlib.sha256(''.join(one.reports.values()).encode()).hexdigest()[:12]} |",
            flush=True,
        )
    wrong = faults(rounds)
    print("\n" + ("; ".join(wrong) or "flat, and the same reports in every round"))
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
