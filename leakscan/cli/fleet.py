"""`leakscan fleet`: run, status, merge."""

from __future__ import annotations

import importlib

import click

_COMMANDS = {
    "run": ("leakscan.cli.fleet_run:run", "Scan many repositories; started again, it goes on where it was."),
    "status": ("leakscan.cli.fleet_look:status", "How far a run is, what failed, what is missing."),
    "merge": ("leakscan.cli.fleet_look:merge", "The shards of a run, or several runs, as one."),
}


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])


@click.group("fleet", cls=_Lazy, short_help="Many repositories: one command, one report.")
def fleet() -> None:
    """Many repositories: one command, one report.

    \b
    leakscan fleet run repositories.txt         a list of folders and addresses
    leakscan fleet run /srv/git --run nightly   every repository below a folder
    leakscan fleet status nightly               how far it is
    """
