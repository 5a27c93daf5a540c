"""`leakscan doctor`."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import click

from leakscan import __version__
from leakscan.cli.hookproof import HookProof, prove_hook
from leakscan.cli.selfcheck import check_pipeline
from leakscan.errors import ExitCode, GitError, LeakscanError
from leakscan.gitstore.command import find_git
from leakscan.gitstore.kernel import COMPILED, NOT_COMPILED
from leakscan.gitstore.layout import Layout, find_enclosing
from leakscan.reporters.escape import show_text
from leakscan.rules import load_rules

_GOOD, _BAD, _NOTE = "ok", "BAD", "note"


@click.command(short_help="Is everything there, and does the hook really run?")
@click.argument("target", default=".", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--run-hook/--no-run-hook", default=None,
              help="Run the pre-commit hook on a planted secret in a scratch clone (default: if ours).")  # fmt: skip
def doctor(target: Path, run_hook: bool | None) -> int:
    """Check the installation, and in a repository that its hook is in force: a secret made for the occasion is staged
    in a scratch clone, and the hook must refuse it. Nothing is written to the repository."""
    layout = None
    try:
        layout = find_enclosing(target)
        found = _repository(target, layout, run_hook=run_hook)
    except GitError as error:
        found = [(_BAD, "repository", show_text(str(error)))]
    checks = [*_installation(layout.outside if layout else target), *found]
    for state, title, text in checks:
        click.echo(f"{state:<5} {title:<10} {text}")
    return ExitCode.ERROR if any(state == _BAD for state, _, _ in checks) else ExitCode.CLEAN


Check = tuple[str, str, str]


def _installation(outside: Path) -> list[Check]:
    checks = [
        (_GOOD, "leakscan", f"{__version__} on Python {platform.python_version()}, {platform.system()}")
    ]
    if COMPILED:
        checks.append((_GOOD, "kernel", "compiled"))
    else:
        text = f"not compiled: {NOT_COMPILED}; install a C compiler, then leakscan again"
        checks.append((_NOTE, "kernel", text))
    try:
        checks.append((_GOOD, "git", find_git(outside)))
        rules = load_rules()
        check_pipeline(rules, outside)
        checks.append((_GOOD, "self-test", f"a planted secret was found with {len(rules.by_id)} rules"))
    except LeakscanError as error:
        checks.append((_BAD, "self-test", show_text(str(error))))
    return checks


def _repository(target: Path, layout: Layout | None, *, run_hook: bool | None) -> list[Check]:
    if layout is None:
        return [(_NOTE, "repository", f"{target}: not in a repository, no hook to check")]
    proof = prove_hook(layout, "pre-commit", run=run_hook)
    return [*_shadowed(layout, proof), *_told(proof)]


def _shadowed(layout: Layout, proof: HookProof) -> list[Check]:
    usual = layout.common_dir / "hooks"
    if os.path.realpath(proof.path.parent) == os.path.realpath(usual):
        return []
    text = f"core.hooksPath makes git look in {proof.path.parent}"
    if (usual / "pre-commit").exists():
        text += f"; {usual / 'pre-commit'} is never run"
    return [(_NOTE, "hooks", show_text(text))]


def _told(proof: HookProof) -> list[Check]:
    state = _GOOD if proof.works else _NOTE if proof.works is None else _BAD
    return [(state, "hook", show_text(f"{proof.path}: {proof.said}"))]
