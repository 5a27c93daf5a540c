"""What a fleet costs: made-up repositories, the plain run, a second one, Dask on the same machine, and runs that are
killed at random moments, which must say the same."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from fleet_kills import COMMAND, kill_at_random, own_cluster, same
from measure import Figures, measure
from synthetic import build

from leakscan.rules.fake import fill

# Most repositories of a firm are small.
_SKEW = 1.6
_EVERY, _CREDENTIALS = 8, 20


def sizes(count: int, most: int) -> list[int]:
    """Commits of each repository, from 1 to `most`."""
    return [round(most ** ((number / max(count - 1, 1)) ** _SKEW)) for number in range(count)]


def make_fleet(folder: Path, count: int, most: int) -> None:
    """Every eighth repository holds one of twenty credentials."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda item: _make(folder, *item), enumerate(sizes(count, most))))


def _make(folder: Path, number: int, commits: int) -> None:
    path = folder / f"team{number % 9}" / f"service{number:04}.git"
    if path.exists():
        return
    new = path.with_suffix(".new")
    shutil.rmtree(new, ignore_errors=True)
    build(new, commits, seed=number)
    if number % _EVERY == 0:
        seed = number // _EVERY % _CREDENTIALS
        text = f"BINANCE_API_KEY='{fill('{alnum:64}', seed)}'\nBINANCE_API_SECRET='{fill('{alnum:64}', seed + 1000)}'\n"
        load = (
            "commit refs/heads/main\ncommitter A <a@b> 1650000000 +0000\ndata 1\nx\nfrom refs/heads/main^0\n"
        )
        load += f"M 100644 inline conf.py\ndata {len(text)}\n{text}\n"
        subprocess.run(["git", "-C", str(new), "fast-import", "--quiet"], input=load.encode(), check=True)
    new.rename(path)


def run(fleet: Path, into: Path, *more: str) -> Figures:
    return measure(
        [*COMMAND, str(fleet), "--run", str(into), "-q", *more], keep_output=False, accept=(0, 1, 3)
    )


def costs(into: Path) -> dict[str, Any]:
    """From the journal: what one repository takes, and how that grows with its commits."""
    lines = (into / "journal.jsonl").read_text().splitlines()
    done = [
        record for record in map(json.loads, lines) if record["record"] == "done" and record["round"] == 1
    ]
    cpu = [record["cpu_s"] for record in done]
    commits = [record["coverage"]["commits"] for record in done]
    slope, base = statistics.linear_regression(commits, cpu)
    return {
        "repositories": len(done),
        "commits": sum(commits),
        "cpu_s": sum(cpu),
        "cpu_s_each": base,
        "cpu_ms_per_commit": slope * 1000,
        "largest_cpu_s": max(cpu),
        "peak_mb": max(record["peak_bytes"] for record in done) / 1e6,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="the repositories, made there if they are not there yet")
    parser.add_argument("--repositories", type=int, default=200)
    parser.add_argument("--commits", type=int, default=5_000, help="of the largest one")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--kills", type=int, default=10)
    arguments = parser.parse_args()
    fleet, work = arguments.folder / "fleet", arguments.folder / "work"
    make_fleet(fleet, arguments.repositories, arguments.commits)
    plain, again, dask = [], [], []
    for _ in range(arguments.runs):
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        plain.append(run(fleet, work / "plain", "--jobs", "2"))
        again.append(run(fleet, work / "plain", "--jobs", "2"))
        dask.append(run(fleet, work / "dask", "--cluster", "local:2"))
    print(
        "| run | seconds (spread) | CPU s | to the plain run: seconds, CPU | peak MB |\n|---|---|---|---|---|"
    )
    for name, figures in (("plain, 2 workers", plain), ("again, nothing new", again), ("Dask local:2", dask)):
        wall, cpu = (statistics.median(getattr(f, field) for f in figures) for field in ("wall_s", "cpu_s"))
        spread = f"{min(f.wall_s for f in figures):.1f} to {max(f.wall_s for f in figures):.1f}"
        first_wall, first_cpu = (
            statistics.median(getattr(f, field) for f in plain) for field in ("wall_s", "cpu_s")
        )
        ratio = f"{wall / first_wall:.2f}, {cpu / first_cpu:.2f}"
        print(
            f"| {name} | {wall:.1f} ({spread}) | {cpu:.1f} | {ratio} | {max(f.peak_mb for f in figures):.0f} |"
        )
    for name, value in costs(work / "plain").items():
        print(f"{name}: {value:,.3f}" if isinstance(value, float) else f"{name}: {value:,}")
    tell_kills(fleet, work, arguments.kills, statistics.median(f.wall_s for f in plain))


def tell_kills(fleet: Path, work: Path, kills: int, run_s: float) -> None:
    """Whether runs that were killed so often say the same as one that nobody disturbed and that took `run_s`."""
    seconds = run_s / max(kills, 1) * 1.5
    for name, more in (("plain", ("--jobs", "2")), ("local", ("--cluster", "local:2"))):
        into = work / f"killed-{name}"
        killed = kill_at_random(fleet, into, kills, seconds, *more)
        _tell_killed(name, killed, same(work / "plain", into))
    with own_cluster(work / "dask-workers", 2) as (address, session):
        into = work / "killed-cluster"
        killed = kill_at_random(fleet, into, kills, seconds, "--cluster", address, cluster=session)
    _tell_killed("cluster", killed, same(work / "plain", into))


def _tell_killed(name: str, killed: Counter[str], is_same: bool) -> None:
    what = ", ".join(f"{number} {victim}" for victim, number in sorted(killed.items())) or "nothing"
    print(f"{name}: killed {what}: {'same bytes' if is_same else 'NOT the same'}")


if __name__ == "__main__":
    main()
