"""Measures leakscan beside git and the scanners that are on the PATH.

python benchmarks/run.py history REPOSITORY ... [--synthetic COMMITS] [--full] [--no-kernel]
python benchmarks/run.py tree FOLDER ... [--no-kernel]
python benchmarks/run.py growth [--commits 5000] [--times 4]
python benchmarks/run.py rescan REPOSITORY ...
python benchmarks/run.py profile PATH [leakscan's options]

Each but the last takes --runs N (5), --json FILE and (history, tree) --plot FILE.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from pathlib import Path

import plot
from commands import history_tools, tree_tools
from compare import Report, compare_all
from profiling import profile
from rescan import rescan
from synthetic import build


def main() -> None:
    arguments, others = _parser().parse_known_args()
    if arguments.mode == "profile":
        profile(arguments.target, others)
        return
    if others:
        raise SystemExit(f"unknown: {' '.join(others)}")
    with tempfile.TemporaryDirectory() as folder:
        if arguments.mode == "rescan":
            report = rescan(list(map(os.path.realpath, arguments.targets)), arguments.runs)
        else:
            report = _compare(arguments, Path(folder))
    if arguments.json:
        arguments.json.write_text(json.dumps(report, indent=1) + "\n")


def _compare(arguments: argparse.Namespace, folder: Path) -> Report:
    targets = [os.path.realpath(target) for target in getattr(arguments, "targets", ())]
    sizes = [arguments.synthetic] if getattr(arguments, "synthetic", 0) else []
    if arguments.mode == "growth":
        sizes = [arguments.commits, arguments.commits * arguments.times]
    for commits in sizes:
        targets.append(str(folder / f"synthetic-{commits}"))
        build(Path(targets[-1]), commits, seed=1)
    if not targets:
        raise SystemExit("name a repository, or say --synthetic COMMITS")
    if arguments.mode == "tree":
        tools = tree_tools(folder, no_kernel=arguments.no_kernel)
    else:
        tools = history_tools(
            folder, full=arguments.full, no_kernel=arguments.no_kernel, peers=arguments.mode == "history"
        )
    report = compare_all(targets, tools, arguments.runs)
    if arguments.mode == "growth":
        _print_growth(report, arguments.times)
    elif arguments.plot:
        title = "Whole history" if arguments.mode == "history" else "Working tree"
        arguments.plot.write_text(
            plot.draw(report, f"{title}: seconds, median of {arguments.runs} runs in turn")
        )
    return report


def _print_growth(report: Report, times: int) -> None:
    small, large = report.values()
    print()
    for tool in small:
        ratio = large[tool]["wall_s"] / small[tool]["wall_s"]
        size = (
            large[tool]["wall_s"]
            * large[tool]["mb_per_s"]
            / (small[tool]["wall_s"] * small[tool]["mb_per_s"])
        )
        print(f"{tool}: {times} times the commits, {size:.1f} times the bytes, {ratio:.2f} times the time")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    modes = parser.add_subparsers(dest="mode", required=True)
    history, tree, growth, again = map(modes.add_parser, ("history", "tree", "growth", "rescan"))
    for mode in (history, tree, growth, again):
        mode.add_argument("--runs", type=int, default=5)
        mode.add_argument("--json", type=Path, help="write the figures here")
    for mode in (history, tree, again):
        mode.add_argument("targets", nargs="*" if mode is history else "+", metavar="PATH")
    for mode in (history, tree):
        mode.add_argument("--plot", type=Path, help="draw the seconds here, as SVG")
    for mode in (history, tree, growth):
        mode.add_argument("--no-kernel", action="store_true", help="also leakscan with nothing compiled")
    for mode in (history, growth):
        mode.add_argument("--full", action="store_true", help="also leakscan --full: slow")
    history.add_argument(
        "--synthetic", type=int, metavar="COMMITS", help="also a made-up history of this size"
    )
    growth.add_argument("--commits", type=int, default=5000)
    growth.add_argument("--times", type=int, default=4)
    modes.add_parser("profile").add_argument("target", metavar="PATH")
    return parser


if __name__ == "__main__":
    main()
