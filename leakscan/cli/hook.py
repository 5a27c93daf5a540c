"""`leakscan hook`, with options."""

from __future__ import annotations

from typing import Any

import click

from leakscan.cli.hooking import run_hook
from leakscan.cli.options import report_options, scan_options


@click.command(short_help="Check what a commit or a push is about to publish.")
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option(
    "--push", is_flag=True, help="As a pre-push hook: the commits that the remote does not have yet."
)
@scan_options
@report_options
def hook(files: tuple[str, ...], push: bool, **given: Any) -> int:
    """Check what a commit or a push is about to publish: what the index holds, not what lies in the folder.

    Of a file that differs from HEAD only values that are new are reported. A FILE that is given and equals HEAD is
    read whole, as `pre-commit run --all-files` asks.
    """
    return run_hook(files, given, push=push)
