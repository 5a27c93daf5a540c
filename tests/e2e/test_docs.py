"""What the documentation says is so: its commands run, its pages are made from the program, the schema fits."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import jsonschema
import pytest

from leakscan.cli.commands import cli
from tests.conftest import COMMAND, Pair, Repo
from tools import reference

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
_CONSOLE = re.compile(r"^```console\n(.*?)^```", re.M | re.S)
_SPOKEN = re.compile(r"`leakscan ([^`]+)`|\bexec leakscan ([a-z -]+)")


def sessions(page: Path) -> Iterator[tuple[str, int, list[str]]]:
    """Each command of a page, the exit code that it promises, and the lines that it shows."""
    for block in _CONSOLE.findall(page.read_text()):
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            lines = part.splitlines()
            more = [line[2:] for line in lines[1:] if line[:2] in (">", "> ")]
            shown = [line for line in lines[1:] if line[:2] not in (">", "> ")]
            code = re.search(r"# exit code (\d+)$", lines[0])
            yield "\n".join([lines[0], *more]), int(code[1]) if code else 0, shown


@pytest.mark.parametrize(
    "page", [page for page in PAGES if _CONSOLE.search(page.read_text())], ids=lambda page: page.stem
)
def test_the_commands_of_a_page_do_what_it_shows(page: Path, tmp_path: Path) -> None:
    path = f"{COMMAND.parent}{os.pathsep}{os.environ['PATH']}"
    env = os.environ | {"PATH": path, "HOME": str(tmp_path), "COLUMNS": "100"}
    folder = tmp_path / "desk"
    folder.mkdir()
    for command, code, shown in sessions(page):
        keep = f"{command}\ncode=$?; pwd > {shlex.quote(str(tmp_path / 'pwd'))}; exit $code"
        done = subprocess.run(
            ["bash", "-c", keep], cwd=folder, env=env, capture_output=True, text=True, check=False
        )
        said = done.stdout + done.stderr
        assert done.returncode == code, (command, said)
        for line in shown:
            pattern = "^" + ".*".join(map(re.escape, line.rstrip().split("…")))
            assert re.search(pattern, said, re.M), (command, line, said)
        folder = Path((tmp_path / "pwd").read_text().strip())


def spoken() -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for quoted, run in _SPOKEN.findall(page.read_text()):
            yield page.name, " ".join((quoted or run).split())


@pytest.mark.parametrize(("page", "command"), sorted(set(spoken())))
def test_a_command_in_a_text_exists_with_its_options(page: str, command: str) -> None:
    found: click.Command = cli
    words = shlex.split(command)
    while words and isinstance(found, click.Group):
        nested = found.get_command(click.Context(found), words[0].rstrip(".,"))
        if nested is None and found is not cli:
            break
        assert nested is not None, words[0]
        found, words = nested, words[1:]
    known = {name for option in found.params for name in (*option.opts, *option.secondary_opts)} | {
        "--help",
        "--version",
    }
    for word in words:
        if word.startswith("-") and word != "-":
            assert word.partition("=")[0].rstrip(".,") in known, command


def test_the_reference_is_made_from_the_program() -> None:
    for name, text in reference.pages().items():
        page = (reference.FOLDER / name).read_text()
        assert page == text, f"{name}: run python -m tools.reference"


@pytest.fixture
def check_report() -> Any:
    schema = json.loads((ROOT / "docs/reference/report.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema).validate


def test_reports_fit_the_schema(leakscan: Any, repo: Repo, pair: Pair, check_report: Any) -> None:
    marked = f"BINANCE_API_SECRET='{pair.key}'  # leakscan:allow binance-hmac-secret made up"
    repo.commit(
        f"a key: BINANCE_API_KEY={pair.key}",
        bot_py=f"BINANCE_API_KEY='{pair.key}'\nBINANCE_API_SECRET='{pair.secret}'\n",
    )
    repo.commit(bot_py="", test_py=marked)
    repo.run("tag", "-a", "v1", "-m", f"BINANCE_API_KEY={pair.secret}")
    repo.write("new.py", f"BINANCE_API_SECRET='{pair.secret}'\n")
    repo.run("add", "new.py")
    (repo.path / ".git/shallow").write_text(repo.run("rev-parse", "HEAD") + "\n")
    for arguments in (["--show-secrets"], ["--staged"], ["--no-history"], ["--min-confidence", "high"]):
        report = leakscan("scan", repo.path, "-f", "json", *arguments).json
        check_report(report)
        assert report["findings"]
    lines = leakscan("scan", repo.path, "-f", "jsonl").stdout.splitlines()
    finding = {"$ref": "#/$defs/finding"}
    schema = json.loads((ROOT / "docs/reference/report.schema.json").read_text()) | finding
    for line in lines:
        jsonschema.validate(json.loads(line), {"$defs": schema["$defs"], **finding})


def test_the_schema_refuses_what_is_no_report(check_report: Any) -> None:
    with pytest.raises(jsonschema.ValidationError):
        check_report({"tool": "leakscan"})


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_can_complete(leakscan: Any, shell: str) -> None:
    assert "leakscan" in leakscan(env={"_LEAKSCAN_COMPLETE": f"{shell}_source"}).stdout
    words = {"COMP_WORDS": "leakscan scan --hist", "COMP_CWORD": "--hist" if shell == "fish" else "2"}
    assert "--history" in leakscan(env={"_LEAKSCAN_COMPLETE": f"{shell}_complete", **words}).stdout


def test_the_reference_can_be_checked_alone() -> None:
    done = subprocess.run([sys.executable, "-m", "tools.reference", "--check"], cwd=ROOT, check=False)
    assert done.returncode == 0
