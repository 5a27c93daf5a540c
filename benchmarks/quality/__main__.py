"""Makes fixtures, runs the scanners that are there, prints and keeps the figures.

python -m benchmarks.quality --half development --size 2000
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

from benchmarks.quality.generate import HALVES, Fixture, fixtures, write
from benchmarks.quality.scanners import SCANNERS, program_of
from benchmarks.quality.score import Score, Tally, score, summary


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description=__doc__.split("\n")[0])
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same files")
    parser.add_argument(
        "--size", type=int, default=2000, help="files with credentials; those with decoys come on top"
    )
    parser.add_argument(
        "--half", choices=HALVES, default="development", help="scored: no single fixture is named"
    )
    parser.add_argument("--tools", default=",".join(SCANNERS), help="of " + ", ".join(SCANNERS))
    parser.add_argument("--write", type=Path, metavar="DIR", help="keep the files and their manifest here")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the figures here")
    arguments = parser.parse_args()
    if arguments.write and arguments.write.exists() and any(arguments.write.iterdir()):
        parser.error(f"--write {arguments.write}: the folder is not empty; name a new one")
    unknown = set(arguments.tools.split(",")) - set(SCANNERS)
    if unknown:
        parser.error(
            f"--tools: no scanner is called {', '.join(sorted(unknown))}; known: {', '.join(SCANNERS)}"
        )
    made = fixtures(arguments.seed, arguments.size, arguments.half)
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.write or Path(temporary)
        write(made, folder)
        results = run(made, folder / "files", arguments.tools.split(","))
    settings = {"seed": arguments.seed, "size": arguments.size, "half": arguments.half, "files": len(made)}
    open_half = arguments.half == "development"
    figures = {
        name: summary(result, (lambda all_: all_) if open_half else len) for name, result in results.items()
    }
    if arguments.json:
        arguments.json.write_text(json.dumps({**settings, "scanners": figures}, indent=1) + "\n")
    print(" ".join(f"{name} {value}" for name, value in settings.items()))
    show(results)


def run(made: list[Fixture], folder: Path, names: list[str]) -> dict[str, Score]:
    """The scores of those scanners that are installed."""
    results = {}
    for name in names:
        program = program_of(name)
        if program is None:
            continue
        start = time.perf_counter()
        reports = SCANNERS[name](program, folder)
        print(f"{name}: {len(reports)} reports in {time.perf_counter() - start:.1f} s")
        results[name] = score(made, reports, general=name != "leakscan")
    return results


def show(results: dict[str, Score]) -> None:
    for name, result in results.items():
        print(f"\n{name}\n{'':24}secrets   found   false  precision  recall    F1  named (of found)")
        row("all", result.total)
        for kind in ("difficulty", "idiom", "venue"):
            print(f"by {kind}")
            for group, tally in sorted(result.by[kind].items(), key=lambda item: (item[1].f1, item[0])):
                row(f"  {group}", tally)
        print(
            "false alarms:",
            ", ".join(f"{kind} {count}" for kind, count in result.wrong.most_common()) or "none",
        )
        print(f"severity as expected: {result.severity_right} of {result.total.found}")
        print(f"credentials whole in one group: {result.whole} of {result.credentials}")


def row(name: str, tally: Tally) -> None:
    figures = tally.figures()
    naming = figures["named_of_found"]
    print(
        f"{name:24}{tally.secrets:7}{tally.found:8}{tally.false:8}{tally.precision:11.3f}{tally.recall:8.3f}"
        f"{tally.f1:6.3f}{'' if naming is None else f'{naming:7.3f}'}"
    )


if __name__ == "__main__":
    main()
