"""Arguments, streams, exit code. Each command is a module of its own, imported when it is called."""

from __future__ import annotations

import importlib
import os
import signal
import sys
from types import FrameType

import click

from leakscan import __version__
from leakscan.errors import ExitCode, LeakscanError

COMMANDS = {
    "scan": "leakscan.cli.scan:scan",
    "baseline": "leakscan.cli.baseline:baseline",
    "rules": "leakscan.cli.rules:rules",
    "config": "leakscan.cli.config:config",
}
SHORT_HELP = {
    "scan": "Find exchange credentials in files, folders, repositories and their whole history.",
    "baseline": "Make, renew and check the list of known findings.",
    "rules": "List, show and check the rules.",
    "config": "Check and show the configuration.",
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


def main(argv: list[str] | None = None) -> int:
    """Runs a command line; the exit code of CONTRACT. Prints one line for anything that went wrong."""
    try:
        code = cli.main(args=argv, prog_name="leakscan", standalone_mode=False)
        sys.stdout.flush()
        return int(code or 0)
    except click.ClickException as error:
        error.show()
    except LeakscanError as error:
        click.echo(f"leakscan: {error}", err=True)
    except (click.Abort, KeyboardInterrupt):
        click.echo("leakscan: interrupted, no report was made", err=True)
        return ExitCode.INTERRUPTED
    except Exception as error:  # the one place; its text may quote what was scanned
        if os.environ.get("LEAKSCAN_DEBUG"):
            raise
        name = type(error).__name__
        click.echo(f"leakscan: internal error: {name} (set LEAKSCAN_DEBUG=1 for more)", err=True)
    return ExitCode.ERROR


def entry() -> None:
    """The `leakscan` command."""
    _forbid_core_dumps()
    signal.signal(signal.SIGTERM, _terminate)
    sys.exit(main())


def _terminate(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _forbid_core_dumps() -> None:
    """A core file would hold the values that were scanned."""
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
