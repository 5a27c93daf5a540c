"""Promise 1: which commands a scan starts, whatever the repository is like."""

from __future__ import annotations

import ast
import os
import shlex
import shutil
from pathlib import Path

import pytest

import leakscan
from leakscan.rules.fake import fake

PACKAGE = Path(leakscan.__file__).parent
# Each reads objects, or an index by its own file, or names what is ignored: none compares files with the index.
READING = {"cat-file", "diff-tree", "index-pack", "ls-files", "ls-tree", "rev-list", "unpack-objects"}
STARTERS = {
    "system",
    "popen",
    "execv",
    "execve",
    "execvp",
    "execvpe",
    "spawnv",
    "spawnve",
    "posix_spawn",
    "startfile",
}


def _whole(repo) -> None:
    pass


def _shallow(repo) -> None:
    (repo.path / ".git/shallow").write_text(repo.run("rev-parse", "HEAD") + "\n")


def _dangling(repo) -> None:
    repo.run("reset", "-q", "--hard", "HEAD~1")


def _without_a_blob(repo) -> None:
    oid = repo.run("rev-parse", "HEAD:bot.py")
    (repo.path / ".git/objects" / oid[:2] / oid[2:]).unlink()


def _damaged_pack(repo) -> None:
    repo.run("gc", "-q")
    (pack,) = (repo.path / ".git/objects/pack").glob("*.pack")
    data = bytearray(pack.read_bytes())
    data[len(data) // 2] ^= 0xFF
    pack.chmod(0o600)
    pack.write_bytes(data)


@pytest.mark.parametrize("spoil", [_whole, _shallow, _dangling, _without_a_blob, _damaged_pack])
@pytest.mark.parametrize("full", [False, True])
def test_git_is_asked_to_read_only(repo, leakscan, tmp_path, spoil, full) -> None:
    repo.commit(a_txt="1\n")
    repo.commit(bot_py=f"BINANCE_API_SECRET='{fake('alnum:64')}'\n")
    spoil(repo)
    log, folder = tmp_path / "log", tmp_path / "bin"
    folder.mkdir()
    real = shutil.which("git")
    target = shlex.quote(str(log))
    note = f'printf "%s\\0" "$@" >> {target}; printf "\\n" >> {target}'
    (folder / "git").write_text(f'#!/bin/sh\n{note}\nexec {real} "$@"\n')
    (folder / "git").chmod(0o755)
    env = {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    run = leakscan("scan", repo.path, *(["--full"] if full else []), env=env)
    assert run.exit_code in (1, 3)
    for line in filter(None, log.read_text().split("\n")):
        words = line.rstrip("\0").split("\0")
        while words[0].startswith("-"):
            words = words[2:] if words[0] == "-c" else words[1:]
        assert words[0] in READING, words


def test_one_module_starts_programs() -> None:
    starting = set()
    for module in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(name.split(".")[0] in ("subprocess", "pty", "multiprocessing") for name in names):
                starting.add(module.relative_to(PACKAGE).as_posix())
            if isinstance(node, ast.Attribute) and node.attr in STARTERS and isinstance(node.value, ast.Name):
                assert node.value.id != "os", module
    assert starting == {
        "gitstore/command.py",
        "gitstore/fetch.py",  # a CI job's own clone, asked by `leakscan ci`
        "cli/hookproof.py",  # the user's own hook, asked by `leakscan doctor`
        "fleet/worker.py",  # leakscan itself
    }


@pytest.mark.parametrize(
    "command",
    [["scan"], ["scan", "--staged"], ["hook"], ["ci", "--base", "HEAD", "--head", "HEAD"], ["doctor"]],
)
def test_no_command_takes_the_git_that_the_repository_brings(leakscan, repo, tmp_path, command) -> None:
    ran = tmp_path / "ran"
    repo.commit(a_py="x = 1\n")
    repo.write("bin/git", f"#!/bin/sh\ntouch {shlex.quote(str(ran))}\n").chmod(0o755)
    env = {"PATH": f"{repo.path / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    said = leakscan(*command, cwd=repo.path, env=env)
    assert not ran.exists(), said.stderr
