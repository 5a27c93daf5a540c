"""Feeds the parsers of what strangers write with changed and made-up input: none may raise what is not ours to raise.

python -m tools.fuzz_parsers [--seconds 60] [--seed N] [--target NAME] [--corpus FOLDER]

Each target gets the same share of CPU time. An input that comes to something that no input came to before (another
outcome, another error at another place) joins the corpus, which grows in FOLDER if one is named. Exit code 1 on the
first input that a parser does not bear, or that takes 2 GB of memory or 10 seconds of CPU time; it is written beside
the corpus, or to the current folder.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import time
import traceback
from collections import Counter
from pathlib import Path

from tools.guard import Watch, run_guarded
from tools.parser_cases import ALLOWED, TARGETS, Target

MOST_BYTES = 1 << 16
WORDS = (
    b"\0",
    b"\xff" * 4,
    b"\n",
    b"{",
    b"[" * 40,
    b'"',
    b"99999999999999999999",
    b"-1",
    b"=",
    b"\x7f\xff\xff\xff",
)
Seen = set[tuple[object, ...]]


def change(rng: random.Random, corpus: list[bytes]) -> bytes:
    """One of the corpus with a few bits, pieces or ends changed, or two of it joined."""
    data = bytearray(rng.choice(corpus))
    for _ in range(1 << rng.randrange(4)):
        start = rng.randrange(len(data) + 1)
        end = min(len(data), start + (1 << rng.randrange(8)))
        match rng.randrange(7):
            case 0 if data:
                data[start % len(data)] ^= 1 << rng.randrange(8)
            case 1:
                data[start:start] = rng.choice(WORDS)
            case 2:
                del data[start:end]
            case 3:
                data[start:start] = data[start:end] * rng.randrange(1, 9)
            case 4:
                other = rng.choice(corpus)
                at = rng.randrange(len(other) + 1)
                data[start:end] = other[at : at + (1 << rng.randrange(10))]
            case 5:
                data[start:end] = rng.randbytes(end - start)
            case _:
                del data[start if rng.random() < 0.2 else len(data) :]
    return bytes(data[:MOST_BYTES])


def outcome(target: Target, data: bytes) -> tuple[object, ...]:
    """What came of it, in short. Whatever is no error of ours goes through."""
    try:
        return ("done", target.run(data))
    except ALLOWED as error:
        frames = traceback.extract_tb(error.__traceback__)
        return type(error).__name__, frames[-1].filename, frames[-1].lineno


def fuzz(
    seconds: float, seed: int, names: list[str], folder: Path | None, watch: Watch
) -> tuple[Counter[str], Counter[str]]:
    """How many inputs each target was given, and how many of them were new; `seconds` of CPU time in all."""
    done: Counter[str] = Counter()
    grown: Counter[str] = Counter()
    for name in names:
        rng, target, seen = random.Random(f"{seed} {name}"), TARGETS[name], set[tuple[object, ...]]()
        corpus = target.seeds() + _kept(folder, name)
        end = time.process_time() + seconds / len(names)
        for data in list(corpus):
            watch(name.encode() + b"\n" + data)
            seen.add(outcome(target, data))
        while time.process_time() < end:
            made = target.make and rng.random() < 0.5
            data = target.make(rng) if target.make and made else change(rng, corpus)
            watch(name.encode() + b"\n" + data)
            found = outcome(target, data)
            done[name] += 1
            if found not in seen:
                seen.add(found)
                corpus.append(data)
                grown[name] += 1
                _keep(folder, name, data)
    return done, grown


def _keep_failed(folder: Path | None, case: bytes) -> Path:
    name, _, data = case.partition(b"\n")
    digest = hashlib.sha256(data).hexdigest()[:12]
    path = (folder or Path()) / f"failed-{name.decode().replace(' ', '-')}-{digest}"
    path.write_bytes(data)
    return path


def _kept(folder: Path | None, name: str) -> list[bytes]:
    place = folder / name if folder else None
    return [path.read_bytes() for path in sorted(place.iterdir())] if place and place.is_dir() else []


def _keep(folder: Path | None, name: str, data: bytes) -> None:
    if folder:
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=60.0, help="of CPU time, for all targets together")
    parser.add_argument("--seed", type=int, default=None, help="default: another one each time")
    parser.add_argument("--target", action="append", choices=TARGETS, help="default: all")
    parser.add_argument("--corpus", type=Path, help="where what was new is kept, and read from")
    arguments = parser.parse_args()
    seed = random.SystemRandom().getrandbits(32) if arguments.seed is None else arguments.seed
    print(f"seed {seed}", flush=True)

    def work(watch: Watch) -> None:
        done, grown = fuzz(
            arguments.seconds, seed, arguments.target or list(TARGETS), arguments.corpus, watch
        )
        for name, count in done.items():
            print(f"{name}: {count:,} inputs, {grown[name]:,} new outcomes")
        print(f"all borne: {done.total():,} inputs in {time.process_time():,.0f} s of CPU time")

    failed = run_guarded(work)
    if failed is not None:
        raise SystemExit(f"not borne: {_keep_failed(arguments.corpus, failed)}")


if __name__ == "__main__":
    main()
