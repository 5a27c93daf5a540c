"""Scans histories and lets git print the same objects, in turn, with the peers found on the PATH.

python benchmarks/history.py REPOSITORY [REPOSITORY ...] [--runs 5] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from measure import Figures, measure

LEAKSCAN = str(Path(sys.executable).with_name("leakscan"))
REFERENCE = "git cat-file"
# What leakscan looks for, as near as a pattern comes to it: the same two forms with the same words near them.
PEER_RULES = r"""rules:
  - name: Binance key or secret
    id: bench.binance.1
    pattern: '(?i)(?:binance|api_?key|api_?secret|secret)(?:.|[\n\r]){0,40}?\b([a-z0-9]{64})\b'
    min_entropy: 4.5
    confidence: medium
    examples: []
  - name: Private key
    id: bench.pem.1
    pattern: '(-----BEGIN (?:[A-Z]{2,10} )?PRIVATE KEY-----[A-Za-z0-9+/=\s\\]{60,12000}-----END)'
    min_entropy: 3.0
    confidence: medium
    examples: []
"""
Command = Callable[[str], list[str]]


def commands(folder: Path, *, slow: bool) -> dict[str, Command]:
    """Name -> the command line for a repository."""
    scan = [LEAKSCAN, "scan", "--no-tree", "--quiet", "--format", "json"]
    found: dict[str, Command] = {
        REFERENCE: lambda path: [
            *("git", "-C", path, "cat-file", "--batch-all-objects", "--batch", "--unordered", "--buffer")
        ],
        "leakscan": lambda path: [*scan, path],
    }
    if slow:
        found["leakscan --full"] = lambda path: [*scan, "--full", path]
    if kingfisher := shutil.which("kingfisher"):
        rules = folder / "rules.yml"
        rules.write_text(PEER_RULES)
        found["kingfisher --turbo"] = lambda path: [
            *(kingfisher, "scan", "--turbo", "--no-validate", "--no-update-check", "--jobs", "2"),
            *("--load-builtins", "false", "--rules-path", str(rules), "--format", "json", path),
        ]
    return found


def count_findings(name: str, output: bytes) -> int | None:
    """None for git. Kingfisher prints a summary behind its report."""
    if name == REFERENCE:
        return None
    report, _ = json.JSONDecoder().raw_decode(output.decode("utf-8", "replace").lstrip())
    return len(report["findings"])


def compare(path: str, tools: dict[str, Command], runs: int) -> dict[str, dict[str, Any]]:
    """Each tool once without counting, then `runs` times in turn."""
    figures: dict[str, list[Figures]] = {name: [] for name in tools}
    rows: dict[str, dict[str, Any]] = {}
    for run in range(runs + 1):
        for name, command in tools.items():
            # Kingfisher ends with 200 or 205 on findings
            one = measure(command(path), keep_output=name != REFERENCE, accept=(0, 1, 3, 200, 205))
            if run:
                figures[name].append(one)
            else:
                rows[name] = {"findings": count_findings(name, one.output)}
    for name, some in figures.items():
        walls = [one.wall_s for one in some]
        rows[name] |= {
            "wall_s": statistics.median(walls),
            "wall_min_s": min(walls),
            "wall_max_s": max(walls),
            "cpu_s": statistics.median(one.cpu_s for one in some),
            "peak_mb": max(one.peak_mb for one in some),
            "ratio": statistics.median(
                one.wall_s / git.wall_s for one, git in zip(some, figures[REFERENCE], strict=True)
            ),
        }
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("repositories", nargs="+", metavar="REPOSITORY")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--slow", action="store_true", help="also leakscan --full")
    parser.add_argument("--json", type=Path, help="write the figures here")
    arguments = parser.parse_args()
    print(
        f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, medians of {arguments.runs} runs in turn\n"
    )
    print("| repository | tool | seconds (spread) | CPU | peak MB | ratio to git | findings |")
    print("|---|---|---|---|---|---|---|")
    report: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        tools = commands(Path(folder), slow=arguments.slow)
        for repository in arguments.repositories:
            name = Path(repository).absolute().name
            report[repository] = compare(os.path.realpath(repository), tools, arguments.runs)
            for tool, row in report[repository].items():
                spread = f"{row['wall_s']:.2f} ({row['wall_min_s']:.2f} to {row['wall_max_s']:.2f})"
                findings = "" if row["findings"] is None else row["findings"]
                print(
                    f"| {name} | {tool} | {spread} | {row['cpu_s']:.1f} | {row['peak_mb']:.0f} | {row['ratio']:.2f}"
                    f" | {findings} |",
                    flush=True,
                )
    if arguments.json:
        arguments.json.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
