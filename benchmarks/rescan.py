"""What a scan costs that has been made before: with nothing new, and after a fetch of 100 commits."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from commands import has_cache, leakscan_command
from compare import Row, machine, named, summary
from measure import Figures, measure
from synthetic import write_commits

NEW_COMMITS = 100


def rescan(repositories: list[str], runs: int) -> dict[str, dict[str, Row]]:
    """Prints and gives, for each repository: a cold scan, one of the same again, one after 100 more commits."""
    if not has_cache():
        raise SystemExit("this version of leakscan remembers nothing: it has no option --cache-dir")
    print(machine(runs))
    print("| repository | state | seconds (spread) | CPU s | peak MB |\n|---|---|---|---|---|")
    report = {}
    for name, repository in named(repositories).items():
        with tempfile.TemporaryDirectory() as folder:
            report[name] = rows = _measure(repository, Path(folder), runs)
        for state, row in rows.items():
            spread = f"{row['wall_s']:.2f} ({row['wall_min_s']:.2f} to {row['wall_max_s']:.2f})"
            print(f"| {name} | {state} | {spread} | {row['cpu_s']:.1f} | {row['peak_mb']:.0f} |", flush=True)
    return report


def _measure(repository: str, folder: Path, runs: int) -> dict[str, Row]:
    copy, cache, warm = folder / "copy.git", folder / "cache", folder / "warm"
    found = ["git", "-C", repository, "rev-parse", "--path-format=absolute", "--git-common-dir"]
    git_dir = subprocess.run(found, capture_output=True, text=True, check=True).stdout.strip()
    shutil.copytree(git_dir, copy, symlinks=True)
    scan = [*leakscan_command("--no-tree", "--cache-dir", str(cache)), str(copy)]

    def scan_with(remembered: Path | None) -> Figures:
        shutil.rmtree(cache, ignore_errors=True)
        if remembered is not None:
            shutil.copytree(remembered, cache)
        return measure(scan, keep_output=False, accept=(0, 1, 3))

    scan_with(None)
    shutil.copytree(cache, warm)
    rows = {
        "cold": summary([scan_with(None) for _ in range(runs)]),
        "nothing new": summary([scan_with(warm) for _ in range(runs)]),
    }
    write_commits(copy, NEW_COMMITS, seed=2, branch="refs/heads/leakscan-benchmark")
    rows[f"{NEW_COMMITS} new commits"] = summary([scan_with(warm) for _ in range(runs)])
    return rows
