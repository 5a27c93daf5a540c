"""The faults are real ones: each changes the program, and a copy whose tests see it says so."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.conftest import wait_until
from tools.mutate import mutants, passes

TEXT = """
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    LIMIT = 1


def least(values: list[int], *, strict: bool = False) -> int | None:
    \"\"\"1 is no fault of a docstring.\"\"\"
    if values and not strict:
        return min(values)
    return None if len(values) < 2 else values[0] + values[1]
"""


def test_every_fault_changes_one_expression(tmp_path: Path) -> None:
    module = tmp_path / "least.py"
    module.write_text(TEXT)
    found = list(mutants(module))
    assert {(mutant.before, mutant.after) for mutant in found} == {
        ("False", "True"),
        ("values and (not strict)", "values or not strict"),
        ("not strict", "strict"),
        ("min(values)", "None"),
        ("len(values) < 2", "len(values) <= 2"),
        ("2", "3"),
        ("values[0] + values[1]", "values[0] - values[1]"),
        ("0", "1"),
        ("1", "2"),
    }
    sound = ast.unparse(ast.parse(TEXT))
    assert all(mutant.text != sound for mutant in found)
    assert all("LIMIT = 1" in mutant.text for mutant in found)


def test_how_many_answers_are_remembered_is_no_fault(tmp_path: Path) -> None:
    module = tmp_path / "remember.py"
    module.write_text(
        "_MAX_REMEMBERED = 1 << 4\n_REACH, _MAX_REMEMBERED = 5, 6\nask = lru_cache(7)(ask if ask else (8,))\n"
    )
    told = {(mutant.before, mutant.changes_nothing) for mutant in mutants(module)}
    assert told == {("1 << 4", True), ("1", True), ("4", True), ("5", False), ("6", False),
                    ("7", True), ("8", True), ("ask", False)}  # fmt: skip


@pytest.mark.parametrize("fault", ["while True: pass", "assert bytearray(5 << 30)", "assert False"])
def test_a_fault_that_takes_without_end_is_noticed(tmp_path: Path, fault: str) -> None:
    test = tmp_path / "test_it.py"
    test.write_text("def test_it():\n    pass\n")
    assert passes(tmp_path, ["test_it.py"], cpu_s=10)
    test.write_text(f"def test_it():\n    {fault}\n")
    assert not passes(tmp_path, ["test_it.py"], cpu_s=3)


def test_what_a_test_started_ends_with_it(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "import subprocess\ndef test_it():\n"
        "    child = subprocess.Popen(['sleep', '300'])\n    open('pid', 'w').write(str(child.pid))\n"
    )
    assert passes(tmp_path, ["test_it.py"], cpu_s=10)
    child = Path("/proc", (tmp_path / "pid").read_text(), "stat")
    wait_until(lambda: not child.exists() or child.read_text().rpartition(")")[2].split()[0] == "Z")
