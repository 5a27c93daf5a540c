"""Promise 31: what is installed, and how a release is made."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def _name(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found
    return found[0].lower().replace("_", "-")


def test_ci_installs_by_hash_what_is_documented() -> None:
    pinned = (ROOT / "ci/requirements.txt").read_text()
    versions = re.findall(r"^([a-z0-9._-]+)==\S+( \\|;)", pinned, re.MULTILINE)
    entries = re.split(r"\n(?=[a-z])", pinned.strip())
    requirements = [entry for entry in entries if not entry.startswith("#")]
    assert requirements
    assert versions
    assert [entry.split()[0] for entry in requirements if "--hash=sha256:" not in entry] == []
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    documented = (ROOT / "docs/dependencies.md").read_text().lower()
    needed = {_name(requirement) for requirement in project["dependencies"]}
    assert needed <= {_name(entry) for entry in requirements}
    assert [name for name in needed if name not in documented] == []
    assert "--require-hashes" in (ROOT / "action.yml").read_text()


def test_ci_builds_the_wheel_twice_and_compares() -> None:
    steps = (ROOT / ".ci/run").read_text()
    assert "SOURCE_DATE_EPOCH" in steps
    assert 'cmp "$work"/dist/*.whl "$work"/repeated/*.whl' in steps
