"""Feeds the compiled kernel made-up and damaged input and compares each answer with that of its twin in Python.

python -m tools.fuzz_kernel [--seconds 60] [--seed N] [--target NAME] [--asan]

A case may take 2 GB of memory and 10 seconds of CPU time. `--asan` builds the kernel with AddressSanitizer (gcc) beside
a copy of the package and runs itself on that one, so that a read or write out of bounds ends the run. Same seed, same
input. Exit code 1 on the first difference, or the first case that takes more, with the case.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

from leakscan.gitstore import kernel, kernel_reference, kernel_reference_trees, kernel_reference_walk
from tools.guard import MOST_MEMORY, Watch, run_guarded
from tools.hiding_cases import HIDING
from tools.kernel_cases import KERNEL

TARGETS = KERNEL | HIDING
ROOT = Path(__file__).parents[1]
MODULES = (kernel_reference_walk, kernel_reference_trees, kernel_reference)
REFERENCE = SimpleNamespace(**{name: value for module in MODULES for name, value in vars(module).items()})
REFERENCE.COMPILED = False


def fuzz(seconds: float, seed: int, names: list[str], watch: Watch) -> Counter[str]:
    """How many cases each target was given. AssertionError at the first difference."""
    done: Counter[str] = Counter()
    rng = random.Random(seed)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for name in names:
            make, run = TARGETS[name]
            case = make(rng)
            watch(f"{name}: {case!r}".encode())
            told, expected = run(kernel, *case), run(REFERENCE, *case)
            if told != expected:
                raise AssertionError(f"compiled and reference differ:\n{told!r}\n{expected!r}")
            done[name] += 1
    return done


def run_with_sanitizer(arguments: list[str]) -> int:
    """The exit code of this program on a kernel that was built with AddressSanitizer."""
    library = subprocess.run(
        ["gcc", "-print-file-name=libasan.so"], capture_output=True, text=True, check=True
    )
    with tempfile.TemporaryDirectory() as folder:
        source, package = Path(folder, "source"), Path(folder, "package")
        ignored = shutil.ignore_patterns(".*", "build", "*.so", "__pycache__", "*.egg-info")
        shutil.copytree(ROOT, source, ignore=ignored)
        flags = {"CFLAGS": "-O1 -g -fsanitize=address", "LDFLAGS": "-fsanitize=address"}
        build = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            f"--target={package}",
            source,
        ]
        subprocess.run(build, env=os.environ | flags, check=True)
        # Without Python's own allocator each object is a block of its own, with guards on both sides.
        guards = {"LD_PRELOAD": library.stdout.strip(), "PYTHONMALLOC": "malloc"}
        options = {
            "PYTHONPATH": f"{package}{os.pathsep}{ROOT}",
            "ASAN_OPTIONS": f"detect_leaks=0:hard_rss_limit_mb={MOST_MEMORY >> 20}",
        }
        command = [sys.executable, __file__, *arguments]
        return subprocess.run(command, env=os.environ | guards | options, check=False).returncode


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=None, help="default: another one each time")
    parser.add_argument("--target", action="append", choices=TARGETS, help="default: all")
    parser.add_argument("--asan", action="store_true", help="with AddressSanitizer")
    arguments = parser.parse_args()
    if arguments.asan:
        raise SystemExit(run_with_sanitizer([argument for argument in sys.argv[1:] if argument != "--asan"]))
    if not kernel.COMPILED:
        raise SystemExit("the kernel is not compiled here: install a C compiler, then leakscan again")
    seed = random.SystemRandom().getrandbits(32) if arguments.seed is None else arguments.seed
    print(f"seed {seed}, {sys.modules['leakscan.gitstore._kernel'].__file__}", flush=True)

    def work(watch: Watch) -> None:
        done = fuzz(arguments.seconds, seed, arguments.target or list(TARGETS), watch)
        cases = ", ".join(f"{name} {count:,}" for name, count in done.items())
        print(f"no difference in {done.total():,} cases: {cases}", flush=True)

    failed = run_guarded(work, limit_memory="LD_PRELOAD" not in os.environ)
    if failed is not None:
        raise SystemExit(f"ended by {failed.decode()}")


if __name__ == "__main__":
    main()
