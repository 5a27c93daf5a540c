"""The map of rooms: an import may only point down, and rooms on one floor are strangers."""

import ast
import graphlib
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "leakscan"
FLOORS = {
    "decisions": -1,
    "secret": -1,
    "verdict": -1,
    "model": 0,
    "errors": 0,
    "anchors": 0,
    "glance_words": 0,
    "glance": 1,
    "rules": 1,
    "detect": 2,
    "gitstore": 2,
    "unpack": 3,
    "sources": 3,
    "findings": 4,
    "policy": 4,
    "scanning": 5,
    "saved": 5,
    "purge": 5,
    "verify": 5,
    "check": 5,
    "ci": 5,
    "reporters": 5,
    "fleet": 6,
    "api": 6,
    "cli": 7,
    "__main__": 8,
}
MODULES = sorted(PACKAGE.rglob("*.py"))
ROOMS_THAT_TOUCH_THE_WORLD = {"gitstore", "sources", "cli", "rules", "scanning", "fleet"}
WORLD = {"subprocess", "socket", "tempfile", "shutil", "signal"}
MAX_LINES, MAX_FUNCTION_LINES = 300, 40


def room_of(module: Path) -> str:
    return module.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(module: Path) -> list[str]:
    names: list[str] = []
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: write imports in full"
            names.append(node.module or "")
    return names


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_arrows_point_down(module: Path) -> None:
    room = room_of(module)
    if room == "__init__":
        assert {name for name in imports(module) if name.startswith("leakscan")} <= {
            "leakscan",
            "leakscan.api",
        }
        return
    for name in imports(module):
        parts = name.split(".")
        if parts[0] != "leakscan" or len(parts) == 1:
            continue
        other = parts[1]
        assert other == room or FLOORS[other] < FLOORS[room], f"{room} may not import {other}"


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Imports for types and those within functions count, but for what the whole package gives under its own name."""
    places = {".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts): path for path in MODULES}
    modules = {place.removesuffix(".__init__"): path for place, path in places.items()}
    del modules["leakscan"]
    graph: dict[str, set[str]] = {}
    for name, path in modules.items():
        tree = ast.walk(ast.parse(path.read_text()))
        froms = [(node.module, f"{node.module}.{alias.name}") for node in tree if isinstance(node, ast.ImportFrom)
                 for alias in node.names]  # fmt: skip
        graph[name] = {inner if inner in modules else str(outer) for outer, inner in froms}
    graphlib.TopologicalSorter(graph).prepare()  # CycleError names the circle


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_some_rooms_touch_the_world(module: Path) -> None:
    if room_of(module) not in ROOMS_THAT_TOUCH_THE_WORLD:
        assert not WORLD & {name.split(".")[0] for name in imports(module)}


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_rooms_stay_small(module: Path) -> None:
    text = module.read_text()
    assert len(text.splitlines()) <= MAX_LINES
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            start = node.body[1].lineno if ast.get_docstring(node) and len(node.body) > 1 else node.lineno
            assert (node.end_lineno or start) - start <= MAX_FUNCTION_LINES, f"{node.name} is too long"


def test_the_wheel_carries_every_room() -> None:
    listed = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    rooms = {".".join(file.parent.relative_to(PACKAGE.parent).parts) for file in PACKAGE.rglob("__init__.py")}
    assert set(listed) == rooms | {"leakscan.rules.venues"}


def test_what_parses_the_rules_is_there_when_they_are_built() -> None:
    """setup.py parses them before anything is compiled or installed."""
    script = (
        "import sys; before = {*sys.modules}; sys.modules['leakscan.anchors._matcher'] = None\n"
        "import leakscan.rules; print(*{*sys.modules} - before)"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=PACKAGE.parent, capture_output=True, text=True, check=True
    )
    packages = packages_distributions()
    needed = {name for module in run.stdout.split() for name in packages.get(module.partition(".")[0], ())}
    listed = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text())["build-system"]["requires"]
    assert needed - {"leakscan"} <= {requirement.partition(">=")[0] for requirement in listed}


def test_only_findings_reveals_values() -> None:
    revealing = {
        str(module.relative_to(PACKAGE))
        for module in MODULES
        if any(
            isinstance(node, ast.Attribute) and node.attr == "reveal"
            for node in ast.walk(ast.parse(module.read_text()))
        )
    }
    assert revealing == {
        "findings/identity.py",
        "findings/collect.py",
        "verify/keys.py",  # a signature is made with them
        "purge/forms.py",  # which texts of a history hold a value
        "purge/replacements.py",  # the file of `purge --write-replacements`
    }


def test_every_command_resolves() -> None:
    import importlib

    from leakscan.cli.commands import COMMANDS, SHORT_HELP

    assert COMMANDS.keys() == SHORT_HELP.keys()
    for place in COMMANDS.values():
        module, _, name = place.partition(":")
        assert callable(getattr(importlib.import_module(module), name))
