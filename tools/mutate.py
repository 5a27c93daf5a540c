"""Small faults put into a room, one at a time, to see whether its tests notice: a sample with a seed.

    python -m tools.mutate detect --sample 100

Sites are the comparisons, operators, conditions, numbers and returned values of the room's own modules, each as likely
as any other. A mutant that no test notices is printed with its place: a hole in the tests, or it changes nothing.

Left out is how many answers are remembered (`lru_cache(4096)`, `_MAX_REMEMBERED = 2048`): any number gives the same."""

from __future__ import annotations

import argparse
import ast
import contextlib
import importlib.util
import os
import queue
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
_HISTORY = ["tests/laws", "-k", "history or engine or fast_and_full"]
# The quick ones first: most mutants do not get further.
TESTS = {
    "detect": [["tests/unit/detect", "tests/rules"], ["tests/unit/scanning", "tests/e2e/test_hidden_values.py"],
               ["tests/laws", "-k", "detection or random or ruled_out or glance"]],
    "gitstore": [["tests/unit/gitstore"], _HISTORY, ["tests/e2e/test_history_scan.py", "tests/e2e/test_hook.py",
                 "tests/e2e/test_cache.py", "tests/e2e/test_fleet_clones.py", "tests/promises"]],
}  # fmt: skip
# Stands in where nothing is compiled; here it is.
_LEFT_OUT = ("kernel", "reference")
_REMEMBERED = ["tests/e2e/test_cache.py", "tests/laws/test_a_remembered_history_changes_no_report.py"]
_BY_GIT = ["tests/laws/test_own_history_equals_git.py"]
# Modules that whole commands or laws test, beside or instead of a file of unit tests by their name.
_OWN = {"borrow": ["tests/e2e/test_fleet_clones.py"], "mirror": ["tests/e2e/test_fleet_clones.py"],
        **dict.fromkeys(["forest", "history", "links", "trees"], _BY_GIT),
        "named": ["tests/promises/test_06_names.py"],
        **dict.fromkeys(["cachefile", "fresh", "memory", "recalled", "remember"], _REMEMBERED)}  # fmt: skip
_COMPARE = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
            ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is}  # fmt: skip
_BINARY = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
           ast.LShift: ast.RShift, ast.RShift: ast.LShift}  # fmt: skip
# A machine that is busy fails a test of time, too: such a failure tells nothing of a fault.
_OF_TIME = "tests/unit/detect/test_detector.py::test_work_grows_with_the_content_and_no_faster"
_PYTEST = ("-m", "pytest", "-q", "-x", "-n", "0", "-p", "no:cacheprovider", "--hypothesis-seed=1",
           "--deselect", _OF_TIME)  # fmt: skip
# A fault that makes a loop endless, or a list, is noticed before the machine is.
_MAX_MEMORY = 4 << 30  # bytes, of each process
_MAX_SLOWDOWN, _LEAST_CPU_S = 3, 20
_TIMEOUT_S = 600  # one that waits takes nothing
_REMEMBERS = re.compile(r".*\blru_cache\(|_MAX\w*REMEMBERED = ")


class Mutant(NamedTuple):
    """`before` and `after`: the expression, as text."""

    module: Path
    line: int
    before: str
    after: str
    text: str

    @property
    def changes_nothing(self) -> bool:
        """It is the number of answers that are remembered."""
        line = self.module.read_text().split("\n")[self.line - 1]
        return _REMEMBERS.match(line) is not None and re.fullmatch(r"[0-9 <]+", self.before) is not None


class Stage(NamedTuple):
    """Tests, and the CPU time in seconds that none of their processes may take more of."""

    tests: list[str]
    cpu_s: int


def mutants(module: Path) -> Iterator[Mutant]:
    """The module with one fault each."""
    tree = ast.parse(module.read_text())
    for parent, field, place, node in list(_expressions(tree)):
        for new in _faults(parent, node):
            _put(parent, field, place, new)
            text = ast.unparse(ast.fix_missing_locations(tree))
            _put(parent, field, place, node)
            yield Mutant(module, node.lineno, ast.unparse(node), ast.unparse(new), text)


def _expressions(node: ast.AST) -> Iterator[tuple[ast.AST, str, int | None, ast.expr]]:
    """Every expression that runs, with what holds it."""
    if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
        return
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list"):
            continue
        for place, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(child, ast.expr):
                yield node, field, place, child
            if isinstance(child, ast.AST):
                yield from _expressions(child)


def _put(parent: ast.AST, field: str, place: int | None, node: ast.expr) -> None:
    if place is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[place] = node


def _faults(parent: ast.AST, node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.Compare(left=left, ops=[op], comparators=right) if type(op) in _COMPARE:
            yield ast.Compare(left, [_COMPARE[type(op)]()], right)
        case ast.BoolOp(op=op, values=values):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            yield ast.BinOp(left, _BINARY[type(op)](), right)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand
        case ast.Constant(value=bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(value=int() as value):
            yield ast.Constant(value + 1)
        case ast.Name() | ast.Call() | ast.Attribute() if getattr(parent, "test", None) is node:
            yield ast.UnaryOp(ast.Not(), node)
        case ast.Name() | ast.Call() | ast.Tuple() if isinstance(parent, ast.Return):
            yield ast.Constant(None)


def passes(folder: Path, tests: list[str], cpu_s: int, env: Mapping[str, str] = os.environ) -> bool:
    """Whether the tests do, in a folder: none of their processes may take more CPU time, in seconds, or memory."""
    bounds = f'ulimit -t {cpu_s}; ulimit -v {_MAX_MEMORY >> 10}; exec "$@"'
    argv = ["sh", "-c", bounds, "sh", sys.executable, *_PYTEST, *tests]
    process = subprocess.Popen(
        argv,
        cwd=folder,
        env=env,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        return process.wait(_TIMEOUT_S) == 0
    except subprocess.TimeoutExpired:
        return False
    finally:
        with contextlib.suppress(ProcessLookupError):  # what the tests started ends with them
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


class Copy:
    """A checkout of its own, whose tests see a fault."""

    def __init__(self, folder: Path) -> None:
        unwanted = shutil.ignore_patterns("__pycache__", ".git", ".venv", "build", ".hypothesis", ".*_cache")
        shutil.copytree(ROOT, folder, ignore=unwanted)
        self._folder = folder
        self._env = os.environ | {"PYTHONPATH": str(folder)}

    def is_noticed(self, mutant: Mutant, stages: list[Stage]) -> bool:
        named = f"tests/unit/{mutant.module.parent.name}/test_{mutant.module.stem}.py"
        own = [named] * (ROOT / named).exists() + _OWN.get(mutant.module.stem, [])
        stages = [Stage([*own, *stages[0].tests], stages[0].cpu_s), *stages[1:]]
        file = self._folder / mutant.module.relative_to(ROOT)
        kept = file.read_text()
        try:
            self._write(file, mutant.text)
            return any(not passes(self._folder, *stage, self._env) for stage in stages)
        finally:
            self._write(file, kept)

    def measure(self, tests: list[str]) -> Stage:
        """How much CPU time these tests may take, from what they do without a fault. SystemExit if they fail."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        if not passes(self._folder, tests, _TIMEOUT_S, self._env):
            raise SystemExit("the tests fail without any fault: mend that first (is the kernel built anew?)")
        taken = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
        return Stage(tests, _LEAST_CPU_S + round(_MAX_SLOWDOWN * taken))

    @staticmethod
    def _write(file: Path, text: str) -> None:
        """Without compiled code of what stood there: two texts of one size may be written in one second."""
        Path(importlib.util.cache_from_source(str(file))).unlink(missing_ok=True)
        file.write_text(text)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("room", choices=TESTS)
    parser.add_argument("--sample", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument(
        "--groups", type=int, help="only so many groups of tests, the quick ones first: a lower bound"
    )
    arguments = parser.parse_args()
    modules = sorted((ROOT / "leakscan" / arguments.room).glob("*.py"))
    sites = [m for module in modules if not module.name.startswith(_LEFT_OUT) for m in mutants(module)]
    every = [mutant for mutant in sites if not mutant.changes_nothing]
    sample = random.Random(arguments.seed).sample(every, min(arguments.sample, len(every)))
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(arguments.jobs) as pool:
        copies: queue.SimpleQueue[Copy] = queue.SimpleQueue()
        for number in range(arguments.jobs):
            copies.put(copy := Copy(Path(folder, f"copy{number}")))
        stages = [copy.measure(tests) for tests in TESTS[arguments.room][: arguments.groups]]

        def judge(mutant: Mutant) -> bool:
            copy = copies.get()
            try:
                return copy.is_noticed(mutant, stages)
            finally:
                copies.put(copy)

        noticed = 0
        for number, (mutant, is_noticed) in enumerate(zip(sample, pool.map(judge, sample), strict=True), 1):
            noticed += is_noticed
            if not is_noticed:
                place = f"{mutant.module.relative_to(ROOT)}:{mutant.line}"
                print(f"not noticed: {place}: {mutant.before} -> {mutant.after}", flush=True)
            print(f"{noticed} of {number} noticed ({len(every)} sites)", file=sys.stderr, flush=True)
    left_out = f"{len(sites) - len(every)} of {len(sites)} sites left out: how many answers are remembered"
    print(
        f"{arguments.room}: {noticed} of {len(sample)} mutants noticed, {noticed / len(sample):.0%} ({left_out})"
    )


if __name__ == "__main__":
    main()
