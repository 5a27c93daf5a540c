"""The faults are real ones: each changes the program, and a copy whose tests see it says so."""

from __future__ import annotations

import ast
from pathlib import Path

from tools.mutate import mutants

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
