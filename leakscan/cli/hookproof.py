"""Proves that a repository's pre-commit hook refuses a secret: it is run as git runs it, in a scratch clone."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from leakscan.cli.selfcheck import canary
from leakscan.errors import GitError
from leakscan.gitstore.command import find_git
from leakscan.gitstore.layout import Layout
from leakscan.gitstore.privatefolder import temporary_parent

CANARY_FILE = "leakscan-doctor-canary.env"
_TIMEOUT_S = 300
_MAX_HOOK_BYTES = 1 << 20
_CALLING = re.compile(rb"\bleakscan\b|\bpre[-_]commit\.|\bpre_commit\b|\.husky\b|\blefthook\b")
_CARRIED = (
    ".pre-commit-config.yaml",
    "lefthook.yml",
    ".lefthook.yml",
    ".leakscan.toml",
    ".leakscan-baseline",
)


@dataclass(frozen=True, slots=True)
class HookProof:
    """`path` is the hook that git would run; `works`: None if that was not tried; `said`: in words."""

    path: Path
    works: bool | None
    said: str


def prove_hook(layout: Layout, name: str, *, run: bool | None) -> HookProof:
    """Finds the hook by the user's own configuration, and unless told otherwise (`run`) runs it on a planted secret.
    Without a word (None) only a hook that speaks of leakscan or of a program that calls hooks: any other is not ours to
    run, whoever wrote it."""
    root = layout.work_tree or layout.git_dir
    hooks = Path(_git(root, "rev-parse", "--git-path", "hooks").strip())
    path = (root / hooks / name).absolute()
    if not path.exists():
        return HookProof(
            path, False, "not installed: pre-commit install, or a script with: exec leakscan hook"
        )
    if not os.access(path, os.X_OK):
        return HookProof(path, False, "is not executable, git passes over it: chmod +x")
    if run is None and not _is_of_ours(path):
        return HookProof(path, False, "does not name leakscan, and was not run: --run-hook runs it to see")
    if run is False:
        return HookProof(path, None, "installed; whether it runs was not tried")
    with tempfile.TemporaryDirectory(prefix="leakscan-doctor-", dir=temporary_parent()) as folder:
        scratch = Path(folder) / root.name
        _clone(root, scratch)
        _carry(root, scratch)
        (scratch / CANARY_FILE).write_bytes(canary())
        _git(root, "add", "--force", "--", CANARY_FILE, folder=scratch)
        return _tried(path, scratch)


def _is_of_ours(path: Path) -> bool:
    if not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            text = file.read(_MAX_HOOK_BYTES)
    except OSError:
        return False
    return _CALLING.search("/".join(path.parts[-3:]).encode() + b"\n" + text) is not None


def _tried(path: Path, scratch: Path) -> HookProof:
    try:
        done = subprocess.run(
            [path], cwd=scratch, env=_environment(), stdin=subprocess.DEVNULL,
            capture_output=True, timeout=_TIMEOUT_S, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        return HookProof(path, False, f"could not be run: {type(error).__name__}")
    told = CANARY_FILE.encode() in done.stdout + done.stderr
    if done.returncode == 0:
        return HookProof(
            path, False, "let a planted secret pass: it does not call leakscan hook, or not for this file"
        )
    if not told:
        lines = (done.stdout + done.stderr).decode("utf-8", "replace").strip().splitlines()
        last = lines[-1][:200] if lines else "nothing"
        return HookProof(
            path, False, f"failed (exit code {done.returncode}) before it came to leakscan; it said: {last}"
        )
    return HookProof(path, True, "refused a planted secret")


def _clone(root: Path, scratch: Path) -> None:
    """Objects are shared, not copied; nothing is fetched or run for it. An unborn repository gives an empty one."""
    flags = ("--quiet", "--shared", "--no-tags", "--template=")
    _git(
        root, "-c", f"core.hooksPath={os.devnull}", "clone", *flags, "--", str(root.absolute()), str(scratch)
    )


def _carry(root: Path, scratch: Path) -> None:
    """What the hook reads, as it is now and not as it was committed."""
    for name in _CARRIED:
        if (root / name).is_file() and not (root / name).is_symlink():
            shutil.copyfile(root / name, scratch / name)
            _git(root, "add", "--force", "--", name, folder=scratch)


def _git(root: Path, *arguments: str, folder: Path | None = None) -> str:
    """What git prints in the repository at `root`, or in the `folder` that is its scratch clone."""
    argv = [find_git(root), "-c", "core.fsmonitor=false", *arguments]
    done = subprocess.run(
        argv,
        cwd=folder or root,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if done.returncode != 0:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines() or [
            f"exit code {done.returncode}"
        ]
        # Of an owner who is another, say, git tells in several lines; the first says what is wrong.
        raise GitError(
            f"git {arguments[0]}: {next((line for line in lines if line.startswith('fatal: ')), lines[-1])}"
        )
    return os.fsdecode(done.stdout)


def _environment() -> dict[str, str]:
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("GIT_", "PRE_COMMIT_"))}
    return kept | {"GIT_TERMINAL_PROMPT": "0", "GIT_LFS_SKIP_SMUDGE": "1"}
