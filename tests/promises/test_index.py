"""docs/guarantees.md names tests for each of the 32 promises, and each of them is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import tests.promises.hostile_leftovers
import tests.promises.hostile_more  # noqa: F401
from tests.promises import hostile, hostile_content, hostile_objects, hostile_places, hostile_refs  # noqa: F401
from tests.promises.cases import CASES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/guarantees.md").read_text()
ROWS = dict(re.findall(r"^\| (\d+) \| [^|]+ \| (.+) \|$", PAGE, re.MULTILINE))


def test_every_promise_has_a_row() -> None:
    assert list(map(int, ROWS)) == list(range(1, 33))


@pytest.mark.parametrize("number", ROWS)
def test_what_a_row_names_is_there(number) -> None:
    tests, cases = re.findall(r"`([^`]+)`", ROWS[number]), re.findall(r'"([^"]+)"', ROWS[number])
    assert tests or cases
    assert [name for name in cases if name not in CASES] == []
    for test in tests:
        file, _, name = test.partition("::")
        functions = {
            node.name
            for node in ast.walk(ast.parse((ROOT / file).read_text()))
            if isinstance(node, ast.FunctionDef)
        }
        assert not name or name in functions, test


def test_every_case_is_tried() -> None:
    """A file of cases that nobody imports would be no test."""
    tried = (ROOT / "tests/promises/test_every_case.py").read_text()
    assert [
        path.stem for path in (ROOT / "tests/promises").glob("hostile*.py") if path.stem not in tried
    ] == []
