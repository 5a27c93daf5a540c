"""Times a history scan against git printing the same objects, in turn. See benchmarks/README.md."""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

LEAKSCAN = Path(sys.executable).with_name("leakscan")


def timed(command: list[str], cwd: str | None = None) -> tuple[float, bytes]:
    start = time.perf_counter()
    done = subprocess.run(command, cwd=cwd, capture_output=True, check=False)
    if done.returncode not in (0, 1, 3):
        raise SystemExit(f"{command[0]} ended with {done.returncode}: {done.stderr.decode(errors='replace')}")
    return time.perf_counter() - start, done.stdout


def print_objects(repository: str) -> float:
    command = [
        "git",
        "-C",
        repository,
        "cat-file",
        "--batch-all-objects",
        "--batch",
        "--unordered",
        "--buffer",
    ]
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def spread(seconds: list[float]) -> str:
    return f"{statistics.median(seconds):.2f} ({min(seconds):.2f} to {max(seconds):.2f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repositories", nargs="+", metavar="REPOSITORY")
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    print(
        f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, {arguments.runs} pairs, seconds: median (spread)"
    )
    print("| repository | blobs | MB | leakscan | git cat-file | ratio | findings |")
    print("|---|---|---|---|---|---|---|")
    for repository in arguments.repositories:
        ours: list[float] = []
        git: list[float] = []
        report: dict[str, object] = {}
        for run in range(arguments.runs + 1):
            seconds, output = timed([str(LEAKSCAN), "scan", "--no-tree", "-f", "json", repository])
            report = json.loads(output)
            git_seconds = print_objects(repository)
            if run:
                ours.append(seconds)
                git.append(git_seconds)
        coverage, findings = report["coverage"], report["findings"]
        assert isinstance(coverage, dict)
        assert isinstance(findings, list)
        ratio = statistics.median(ours) / statistics.median(git)
        print(
            f"| {Path(repository).resolve().name} | {coverage['blobs']:,} | {coverage['bytes'] / 1e6:,.0f}"
            f" | {spread(ours)} | {spread(git)} | {ratio:.2f} | {len(findings)} |",
            flush=True,
        )
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"\nlargest single process: {peak:,.0f} MiB")


if __name__ == "__main__":
    main()
