"""Writes a manual page for each command: python -m tools.manual FOLDER. It needs click-man."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from click_man.core import write_man_pages

from leakscan import __version__
from leakscan.cli.commands import cli


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    write_man_pages("leakscan", cli, version=__version__, target_dir=str(folder))
    context = click.Context(cli, info_name="leakscan")
    for name in cli.list_commands(context):  # click-man does not see commands that are imported when called
        command = cli.get_command(context, name)
        write_man_pages(name, command, parent_ctx=context, version=__version__, target_dir=str(folder))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
