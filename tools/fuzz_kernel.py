"""Feeds the compiled kernel made-up and damaged input and compares each answer with that of its twin in Python.

python -m tools.fuzz_kernel [--seconds 60] [--seed N] [--asan]

`--asan` builds the kernel with AddressSanitizer (gcc) beside a copy of the package and runs itself on that one, so that
a read or write out of bounds ends the run. Same seed, same input. Exit code 1 on the first difference, with the case.
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
from array import array
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from leakscan.gitstore import kernel, kernel_reference
from leakscan.gitstore.deltaerror import DeltaError

ROOT = Path(__file__).parents[1]
PIECES = (
    b"a",
    b"Z9",
    b" ",
    b"\n",
    b"=",
    b"aB3",
    b"KEY",
    b"KE",
    b"EY",
    b"\0",
    b"\xff",
    b"-----BEGIN",
    b"x" * 63,
)
LITERALS: tuple[tuple[bytes, ...], ...] = ((), (b"KEY",), (b"KEY", b"EK", b"-----BEGIN"))
LIMITS = (-1, 0, 40, *[1 << 20] * 9)
# What headers and deltas claim: sizes around every border of the formats, and beyond what there is.
CLAIMS = (
    0,
    1,
    127,
    128,
    0xFFFF,
    0x10000,
    0xFFFFFF,
    (1 << 31) - 1,
    1 << 32,
    (1 << 53) + 1,
    (1 << 63) - 1,
    (1 << 64) - 1,
)
Case = tuple[Any, ...]


def content(rng: random.Random) -> bytes:
    data = b"".join(rng.choices(PIECES, k=rng.randrange(30)))
    return data * (0x10100 // len(data) + 1) if data and rng.random() < 0.02 else data


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes((*out, number))


def copy(rng: random.Random, size: int) -> tuple[bytes, int]:
    """An instruction that copies from a base of so many bytes, and how many it copies; now and then it lies."""
    start = rng.randrange(size)
    length = rng.choice((rng.randint(1, size - start), min(size - start, 0x10000)))
    if rng.random() < 0.02:
        start = rng.choice(CLAIMS) & 0xFFFFFFFF
    code, operands = 128, bytearray()
    for bit, byte in enumerate((*start.to_bytes(4, "little"), *(length & 0xFFFFFF).to_bytes(3, "little"))):
        if byte or rng.random() < 0.1:
            code |= 1 << bit
            operands.append(byte)
    return bytes((code,)) + operands, length


def delta(rng: random.Random) -> tuple[bytes, bytes]:
    """A base and a delta for it, mostly valid."""
    base, body, size = content(rng), b"", 0
    for _ in range(rng.randrange(14)):
        if base and rng.random() < 0.6:
            instruction, length = copy(rng, len(base))
            body += instruction
            size += length
        elif data := content(rng)[: rng.randint(1, 127)]:
            body += bytes((len(data),)) + data
            size += len(data)
    sizes = [len(base), size]
    if rng.random() < 0.05:
        sizes[rng.randrange(2)] = rng.choice(CLAIMS)
    return base, b"".join(map(varint, sizes)) + body


def damage(rng: random.Random, data: bytes) -> bytes:
    """The same in two of three cases, else with some bytes changed, cut out, doubled or added."""
    out = bytearray(data)
    for _ in range(rng.choice((0, 0, 0, 0, 1, 2))):
        place = rng.randrange(len(out) + 1)
        match rng.randrange(4):
            case 0 if place < len(out):
                out[place] = rng.randrange(256)
            case 1:
                del out[place : place + rng.randint(1, 8)]
            case 2:
                out[place:place] = out[place : place + rng.randint(1, 8)]
            case _:
                out[place:place] = rng.randbytes(rng.randint(1, 4))
    return bytes(out)


def spec(rng: random.Random) -> tuple[int, int, tuple[bytes, ...]]:
    shortest = rng.choice((1, 2, 5, 16, 64))
    return shortest, shortest + rng.randrange(6), rng.choice(LITERALS)


def apply_case(rng: random.Random) -> Case:
    base, instructions = delta(rng)
    return base, damage(rng, instructions), rng.choice(LIMITS), spec(rng)


def run_apply(module: Any, base: bytes, instructions: bytes, limit: int, limits: Any) -> Any:
    matcher = module.Matcher(*limits)
    return outcome(module.apply, base, instructions, limit), outcome(matcher.apply, base, instructions, limit)


def match_case(rng: random.Random) -> Case:
    return damage(rng, content(rng)), spec(rng)


def run_match(module: Any, data: bytes, limits: Any) -> Any:
    return module.Matcher(*limits).has_anchor(data)


def headers_case(rng: random.Random) -> Case:
    """Entries as a pack has them, one behind the other, and where an index says that they start."""
    window, offsets, start = bytearray(), [], rng.choice((0, 12, 1 << 33))
    width = rng.choice((20, 32))
    for _ in range(rng.randrange(12)):
        offsets.append(start + len(window))
        kind, size = rng.randrange(8), rng.choice((*CLAIMS, rng.randrange(5000)))
        first = kind << 4 | size & 15
        window += bytes((first | 128,)) + varint(size >> 4) if size > 15 else bytes((first,))
        if kind == 6:
            window += bytes(rng.choices((0, 1, 5, 127, 128, 200, 255), k=rng.randint(1, 9)))
        window += rng.randbytes(rng.choice((0, 3, width)))
    if offsets and rng.random() < 0.2:
        offsets[rng.randrange(len(offsets))] = rng.choice(CLAIMS)
    if rng.random() < 0.8:
        offsets.sort()
    end = start + len(window) + rng.choice((0, 0, 20, -5))
    return damage(rng, bytes(window)), start, offsets, rng.randrange(3), max(0, end), width


def run_headers(module: Any, window: bytes, start: int, offsets: list[int], *rest: int) -> Any:
    columns = [array(kind, [9]) * len(offsets) for kind in "BQQi"]
    references: list[Any] = []
    reached = module.parse_headers(window, start, array("Q", offsets), *rest, *columns, references)
    return reached, columns, references


def forest_case(rng: random.Random) -> Case:
    count = rng.randrange(40)
    parents = [rng.randrange(-2, count) for _ in range(count)]
    return parents, rng.choices(range(8), k=count), rng.choices((*CLAIMS, 5, 1000), k=count)


def run_forest(module: Any, parents: list[int], kinds: list[int], sizes: list[int]) -> Any:
    given = array("B", kinds)
    return module.grow(array("i", parents), given, array("Q", sizes)), given


def offsets_case(rng: random.Random) -> Case:
    return (rng.choices((*CLAIMS, *range(20)), k=rng.randrange(60)),)


def run_offsets(module: Any, offsets: list[int]) -> Any:
    return module.sort_offsets(array("Q", offsets))


TARGETS: dict[str, tuple[Callable[[random.Random], Case], Callable[..., Any]]] = {
    "apply": (apply_case, run_apply),
    "match": (match_case, run_match),
    "headers": (headers_case, run_headers),
    "forest": (forest_case, run_forest),
    "offsets": (offsets_case, run_offsets),
}


def outcome(function: Callable[..., Any], *arguments: Any) -> Any:
    """The answer, or the complaint: both kernels must use the same words."""
    try:
        return function(*arguments)
    except DeltaError as error:
        return type(error), str(error)


def fuzz(seconds: float, seed: int) -> Counter[str]:
    """How many cases each target was given. SystemExit with the case at the first difference."""
    done: Counter[str] = Counter()
    rng = random.Random(seed)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for name, (make, run) in TARGETS.items():
            case = make(rng)
            told, expected = run(kernel, *case), run(kernel_reference, *case)
            if told != expected:
                raise SystemExit(
                    f"{name}: compiled and reference differ for {case!r}:\n{told!r}\n{expected!r}"
                )
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
        options = {"PYTHONPATH": str(package), "ASAN_OPTIONS": "detect_leaks=0"}
        command = [sys.executable, __file__, *arguments]
        return subprocess.run(command, env=os.environ | guards | options, check=False).returncode


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=None, help="default: another one each time")
    parser.add_argument("--asan", action="store_true", help="with AddressSanitizer")
    arguments = parser.parse_args()
    if arguments.asan:
        raise SystemExit(run_with_sanitizer([argument for argument in sys.argv[1:] if argument != "--asan"]))
    if not kernel.COMPILED:
        raise SystemExit("the kernel is not compiled here: install a C compiler, then leakscan again")
    seed = random.SystemRandom().getrandbits(32) if arguments.seed is None else arguments.seed
    print(f"seed {seed}, {sys.modules['leakscan.gitstore._kernel'].__file__}", flush=True)
    done = fuzz(arguments.seconds, seed)
    cases = ", ".join(f"{name} {count:,}" for name, count in done.items())
    print(f"no difference in {done.total():,} cases: {cases}")


if __name__ == "__main__":
    main()
