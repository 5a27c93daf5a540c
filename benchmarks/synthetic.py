"""Builds a large history with realistic edits: the same size and seed give the same objects."""

from __future__ import annotations

import argparse
import random
import subprocess
from pathlib import Path

WORDS = (
    "account balance binance candle client config depth exchange fee filter fill future history interval key kline"
    " leverage limit listener margin market message order pair position price profit quantity rate request response"
    " risk secret side signal spot stop strategy stream symbol ticker time trade volume wallet websocket"
).split()


class History:
    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.files: dict[str, list[str]] = {}

    def line(self) -> str:
        name, call, value = self.rng.choices(WORDS, k=3)
        return f"    {name}_{call} = self.{call}({name}, {value}={self.rng.randrange(10**6)})"

    def change(self) -> list[str]:
        """Edits one to four files; gives their names."""
        names = []
        for _ in range(self.rng.randint(1, 4)):
            if len(self.files) < 40 or self.rng.random() < 0.02:
                name = f"{self.rng.choice(WORDS)}/{self.rng.choice(WORDS)}_{len(self.files)}.py"
                self.files[name] = [self.line() for _ in range(self.rng.randint(50, 1500))]
            else:
                name = self.rng.choice(sorted(self.files))
                lines = self.files[name]
                for _ in range(self.rng.randint(1, 6)):
                    at = self.rng.randrange(len(lines))
                    lines[at : at + self.rng.randint(0, 3)] = [
                        self.line() for _ in range(self.rng.randint(0, 4))
                    ]
                lines.append(self.line())
            names.append(name)
        return names


def build(path: Path, commits: int, seed: int) -> None:
    """A bare repository of so many commits at `path`, packed."""
    subprocess.run(["git", "init", "-q", "--bare", str(path)], check=True)
    write_commits(path, commits, seed, branch="refs/heads/main")
    subprocess.run(["git", "-C", str(path), "repack", "-adfq", "--depth=50", "--window=20"], check=True)


def write_commits(path: Path, commits: int, seed: int, *, branch: str) -> None:
    """Adds a history of its own to the repository, in a pack as a fetch would leave it."""
    history = History(seed)
    load = subprocess.Popen(["git", "-C", str(path), "fast-import", "--quiet"], stdin=subprocess.PIPE)
    assert load.stdin is not None
    for number in range(commits):
        message = f"change {number}"
        load.stdin.write(
            f"commit {branch}\ncommitter A <a@b> {1_600_000_000 + number * 3600} +0000\n"
            f"data {len(message)}\n{message}\n".encode()
        )
        for name in dict.fromkeys(history.change()):
            data = "\n".join(history.files[name]).encode() + b"\n"
            load.stdin.write(f"M 100644 inline {name}\ndata {len(data)}\n".encode() + data + b"\n")
        load.stdin.write(b"\n")
    load.stdin.close()
    if load.wait():
        raise SystemExit("git fast-import failed")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("--commits", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    build(arguments.path, arguments.commits, arguments.seed)


if __name__ == "__main__":
    main()
