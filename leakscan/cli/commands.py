"""The commands by name; each is a module of its own, imported when it is called."""

from __future__ import annotations

import importlib

import click

from leakscan import __version__

COMMANDS = {
    "scan": "leakscan.cli.scan:scan",
    "hook": "leakscan.cli.hook:hook",
    "ci": "leakscan.cli.ci:ci",
    "baseline": "leakscan.cli.baseline:baseline",
    "fleet": "leakscan.cli.fleet:fleet",
    "report": "leakscan.cli.report:report",
    "explain": "leakscan.cli.explain:explain",
    "verify": "leakscan.cli.verify:verify",
    "purge": "leakscan.cli.purge:purge",
    "rules": "leakscan.cli.rules:rules",
    "config": "leakscan.cli.config:config",
    "doctor": "leakscan.cli.doctor:doctor",
}
SHORT_HELP = {
    "scan": "Find exchange credentials in files, folders, repositories and their whole history.",
    "hook": "Check what a commit or a push is about to publish.",
    "ci": "Check what this CI run is about: a push, a pull request, or everything.",
    "baseline": "Make, renew and check the list of known findings.",
    "fleet": "Many repositories: one command, one report.",
    "report": "Turn saved results into another format, merge and compare them.",
    "explain": "What a rule or a finding means, and what to do in the next ten minutes.",
    "verify": "Ask the exchanges whether what was found still works.",
    "purge": "A plan to take what was found out of a repository's history.",
    "rules": "List, show and check the rules.",
    "config": "Check and show the configuration.",
    "doctor": "Is everything there, and does the hook really run?",
}


class LazyGroup(click.Group):
    """Knows its commands by name; imports one only when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, _, name = place.partition(":")
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(SHORT_HELP.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="leakscan %(version)s")
def cli() -> None:
    """Finds exchange API credentials before somebody else does.

    \b
    leakscan scan             this repository: its files and its whole history
    leakscan scan -f sarif    the same for GitHub code scanning
    leakscan rules list       what it looks for
    """
