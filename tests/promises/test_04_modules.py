"""Promises 1 and 4: `python -m leakscan` in a hostile folder imports nothing that lies there."""

from __future__ import annotations

import subprocess
import sys

import pytest

from leakscan.rules.fake import fake

OTHERS = (
    "click",
    "rich",
    "cryptography",
    "ahocorasick",
    "isal",
    "jinja2",
    "git",
    "sitecustomize",
    "usercustomize",
)


@pytest.mark.parametrize("command", [["scan", "."], ["hook"], ["rules", "list"], ["doctor", "--no-run-hook"]])
def test_no_module_of_the_folder_is_imported(repo, tmp_path, command) -> None:
    """Every module of the standard library and some of others; only one called leakscan is Python's own to choose."""
    ran = tmp_path / "ran"
    for name in {*sys.stdlib_module_names, *OTHERS} - {"__main__", "this", "antigravity"}:
        repo.write(f"{name}.py", f"open({str(ran)!r}, 'a').write({name!r})\n")
    repo.write("s.py", f"BINANCE_API_SECRET='{fake('alnum:64')}'\n")
    repo.run("add", "s.py")
    arguments = [sys.executable, "-m", "leakscan", *command]
    done = subprocess.run(arguments, cwd=repo.path, capture_output=True, check=False)
    assert not ran.exists(), ran.read_text()
    assert done.returncode in ((1,) if command[0] in ("scan", "hook") else (0, 2)), done.stderr


def test_a_folder_named_like_us_is_passed_over_when_asked_to(tmp_path) -> None:
    """With -P, as the documentation says."""
    (tmp_path / "leakscan").mkdir()
    (tmp_path / "leakscan/__init__.py").write_text("raise SystemExit(9)")
    arguments = [sys.executable, "-P", "-m", "leakscan", "--version"]
    done = subprocess.run(arguments, cwd=tmp_path, capture_output=True, check=False)
    assert (done.returncode, done.stdout[:8]) == (0, b"leakscan")
