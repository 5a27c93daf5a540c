"""Runs tools in turn on the same target, so that what slows the machine down slows all of them."""

from __future__ import annotations

import json
import os
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from commands import GIT, KINGFISHER, Tool
from measure import CommandFailed, Figures, measure

Row = dict[str, Any]
Report = dict[str, dict[str, Row]]  # name of the target -> tool -> figures
REFERENCES = {"git": GIT, "Kingfisher": KINGFISHER}


def compare(target: str, tools: Sequence[Tool], runs: int) -> dict[str, Row]:
    """Each tool once without counting, then `runs` times in turn. A tool that fails is left out from then on."""
    figures: dict[str, list[Figures]] = {}
    rows: dict[str, Row] = {}
    logical = 0
    working = list(tools)
    for run in range(runs + 1):
        for tool in tuple(working):
            try:
                one = measure(tool.command(target), keep_output=tool.name != GIT, accept=tool.accept)
            except CommandFailed as failed:
                working.remove(tool)
                rows[tool.name] = {"failed": str(failed)}
                figures.pop(tool.name, None)
                continue
            if run:
                figures.setdefault(tool.name, []).append(one)
                continue
            rows[tool.name] = {"findings": tool.count(one.output)}
            if tool.name == "leakscan":
                logical = json.loads(one.output)["coverage"]["bytes"]
    for name, some in figures.items():
        rows[name] |= summary(some)
        rows[name]["mb_per_s"] = logical / 1e6 / rows[name]["wall_s"]
        for word, reference in REFERENCES.items():
            if len(figures.get(reference, ())) == len(some):
                pairs = zip(some, figures[reference], strict=True)
                rows[name][f"to_{word}"] = statistics.median(
                    one.wall_s / other.wall_s for one, other in pairs
                )
    return rows


def summary(some: Sequence[Figures]) -> Row:
    walls = [one.wall_s for one in some]
    return {
        "wall_s": statistics.median(walls),
        "wall_min_s": min(walls),
        "wall_max_s": max(walls),
        "cpu_s": statistics.median(one.cpu_s for one in some),
        "peak_mb": max(one.peak_mb for one in some),
    }


def compare_all(targets: Iterable[str], tools: Sequence[Tool], runs: int) -> Report:
    """Prints a line for each target and tool as soon as it is known, then the geometric means over the targets."""
    print(machine(runs))
    print("| target | tool | seconds (spread) | CPU s | peak MB | MB/s | to git | to Kingfisher | findings |")
    print("|---|---|---|---|---|---|---|---|---|")
    report: Report = {}
    for name, target in named(targets).items():
        report[name] = compare(target, tools, runs)
        for tool, row in report[name].items():
            print(_line(name, tool, row), flush=True)
    for line in geometric_means(report):
        print(line)
    return report


def named(targets: Iterable[str]) -> dict[str, str]:
    """A name for each path: that of the file, with the folder's before it where two have the same."""
    paths = [Path(target) for target in dict.fromkeys(targets)]
    several = {name for name, count in Counter(path.name for path in paths).items() if count > 1}
    return {
        f"{path.parent.name}/{path.name}" if path.name in several else path.name: str(path) for path in paths
    }


def machine(runs: int) -> str:
    return f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, medians of {runs} runs in turn\n"


def _line(target: str, tool: str, row: Row) -> str:
    if "failed" in row:
        return f"| {target} | {tool} | {row['failed']} | | | | | | |"
    cells = [target, tool, f"{row['wall_s']:.2f} ({row['wall_min_s']:.2f} to {row['wall_max_s']:.2f})"]
    cells += [f"{row['cpu_s']:.1f}", f"{row['peak_mb']:.0f}", f"{row['mb_per_s']:,.0f}"]
    cells += [f"{row[key]:.2f}" if (key := f"to_{word}") in row else "" for word in REFERENCES]
    cells.append("" if row["findings"] is None else str(row["findings"]))
    return f"| {' | '.join(cells)} |"


def geometric_means(report: Report) -> list[str]:
    """For each tool, how its time compares with the references over all targets, and at worst."""
    lines = []
    for tool in dict.fromkeys(tool for rows in report.values() for tool in rows):
        told = []
        for word, reference in REFERENCES.items():
            ratios = [
                rows[tool][key] for rows in report.values() if (key := f"to_{word}") in rows.get(tool, {})
            ]
            if ratios and tool != reference:
                mean, worst = statistics.geometric_mean(ratios), max(ratios)
                told.append(f"{mean:.2f} of {reference}, at worst {worst:.2f}")
        if told and tool not in REFERENCES.values():
            lines.append(f"\n{tool}, geometric mean over {len(report)}: {'; '.join(told)}")
    return lines
