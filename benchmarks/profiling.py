"""Which steps of a scan take the time: by room, and the slowest functions."""

from __future__ import annotations

import pstats
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from commands import leakscan_command

SLOWEST = 15
_PACKAGE = "leakscan/"
Function = tuple[str, int, str]


def profile(path: str, options: list[str]) -> None:
    """Prints the steps of a scan in one process; what runs beside it in a thread or in git shows as waiting."""
    with tempfile.TemporaryDirectory() as folder:
        figures = Path(folder, "figures")
        arguments = leakscan_command("--jobs", "1", *options)[1:]
        command = [sys.executable, "-m", "cProfile", "-o", str(figures), "-m", "leakscan", *arguments, path]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
        if done.returncode not in (0, 1, 3):
            raise SystemExit(f"leakscan ended with {done.returncode}")
        stats: dict[Function, tuple[int, int, float, float, dict[Function, tuple[int, int, float, float]]]]
        stats = pstats.Stats(str(figures)).stats  # type: ignore[attr-defined]
    rooms: Counter[str] = Counter()
    functions: Counter[str] = Counter()
    for function, (_, _, own, _, callers) in stats.items():
        if room := _room(function):
            rooms[room] += own
            functions[_name(function)] += own
        else:  # what the language and libraries do is done for whoever called them
            for caller, (_, _, spent, _) in callers.items():
                rooms[_room(caller) or "libraries"] += spent
                if _room(caller):
                    functions[f"{_name(caller)} in {function[2]}"] += spent
    total = sum(rooms.values())
    print(f"{total:.2f} s under the profiler, one process\n\n| room | seconds | share |\n|---|---|---|")
    for room, seconds in rooms.most_common(SLOWEST):
        print(f"| {room} | {seconds:.2f} | {seconds / total:.0%} |")
    print("\n| step | seconds | share |\n|---|---|---|")
    for step, seconds in functions.most_common(SLOWEST):
        print(f"| {step} | {seconds:.2f} | {seconds / total:.0%} |")


def _room(function: Function) -> str:
    """The module below leakscan/, empty for other code."""
    _, found, path = function[0].replace("\\", "/").rpartition(_PACKAGE)
    return path if found and "site-packages" not in path else ""


def _name(function: Function) -> str:
    return f"{_room(function)}: {function[2]}"
