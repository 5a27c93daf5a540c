"""What a commit waits for: `leakscan hook` as a whole process, and the same of others found on the PATH.

    python benchmarks/hook.py [--turns N] [--json FILE]

Each case is a scratch repository with so many staged files. Prints medians and minima of wall time and of CPU time."""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from leakscan.rules.fake import fake

CASES = {
    "one small file": (1, "number = {}\n"),
    "one file to be looked at closely": (1, f"# {{}}\nchecksum {fake('alnum:64', 1)}\n"),
    "2,000 files": (2_000, "number = {}\n" * 20),
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--turns", type=int, default=15)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    commands = {"leakscan hook": [str(Path(sys.executable).with_name("leakscan")), "hook"]}
    if kingfisher := shutil.which("kingfisher"):
        quiet = ["--no-validate", "--no-update-check"]
        commands["kingfisher --staged"] = [kingfisher, "scan", ".", "--staged", *quiet]
    figures = []
    for case, (files, text) in CASES.items():
        with tempfile.TemporaryDirectory() as folder:
            stage(Path(folder), files, text)
            for name, command in commands.items():
                figures.append({"case": case, "command": name, **measure(command, folder, given.turns)})
    print("| case | command | wall, median (least) | CPU, median (least) |\n|---|---|---|---|")
    for row in figures:
        print(
            "| {case} | {command} | {wall:.0f} ({least_wall:.0f}) ms | {cpu:.0f} ({least_cpu:.0f}) ms |".format(
                **row
            )
        )
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1) + "\n")


def stage(folder: Path, files: int, text: str) -> None:
    for number in range(files):
        (folder / f"{number}.py").write_text(text.replace("{}", str(number)))
    who = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org"]
    for arguments in (["init", "-q"], [*who, "commit", "-q", "--allow-empty", "-m", "start"], ["add", "-A"]):
        subprocess.run(["git", *arguments], cwd=folder, check=True)


def measure(command: list[str], folder: str, turns: int) -> dict[str, float]:
    """In milliseconds; the first turn, which fills caches, does not count."""
    walls, cpus = [], []
    for _ in range(turns + 1):
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(command, cwd=folder, capture_output=True, check=False, env=os.environ)
        walls.append((time.perf_counter() - started) * 1e3)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpus.append((after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1e3)
    walls, cpus = walls[1:], cpus[1:]
    return {"wall": median(walls), "least_wall": min(walls), "cpu": median(cpus), "least_cpu": min(cpus)}


if __name__ == "__main__":
    main()
