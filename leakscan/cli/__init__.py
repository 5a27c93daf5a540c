"""Arguments, streams, exit code."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

from leakscan.errors import ExitCode, LeakscanError


def main(argv: list[str] | None = None) -> int:
    """Runs a command line; the exit code of CONTRACT. Prints one line for anything that went wrong."""
    arguments = sys.argv[1:] if argv is None else argv
    try:
        code = _run(arguments)
        sys.stdout.flush()
        return code
    except LeakscanError as error:
        _complain(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        _complain("interrupted, no report was made")
        return ExitCode.INTERRUPTED
    except Exception as error:  # the one place; its text may quote what was scanned
        if os.environ.get("LEAKSCAN_DEBUG"):
            raise
        _complain(f"internal error: {type(error).__name__} (set LEAKSCAN_DEBUG=1 for more)")
    return ExitCode.ERROR


def _run(arguments: list[str]) -> int:
    if arguments[:1] == ["hook"] and not any(argument.startswith("-") for argument in arguments):
        # every commit waits for this: click alone would take a fifth of the time
        from leakscan.cli.glancing import report_if_clean

        if report_if_clean(arguments[1:]):
            return ExitCode.CLEAN
        from leakscan.cli.hooking import run_hook

        return run_hook(arguments[1:])
    import click

    from leakscan.cli.commands import cli

    try:
        return int(cli.main(args=arguments, prog_name="leakscan", standalone_mode=False) or 0)
    except click.ClickException as error:
        error.show()
        return ExitCode.ERROR
    except click.Abort:
        raise KeyboardInterrupt from None


def _complain(text: str) -> None:
    print(f"leakscan: {text}", file=sys.stderr)


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
