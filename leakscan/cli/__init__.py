"""Arguments, streams, exit code."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
from types import FrameType
from typing import Any, TextIO

from leakscan.errors import ExitCode, LeakscanError

# What there is most of, commits and places, makes no circles: looking for some again and again finds none.
_OBJECTS_BETWEEN_COLLECTIONS = 200_000
_SOON_S = 0.02


def main(argv: list[str] | None = None) -> int:
    """Runs a command line; the exit code of CONTRACT. Prints one line for anything that went wrong."""
    arguments = sys.argv[1:] if argv is None else argv
    try:
        code = _run(arguments)
        sys.stdout.flush()
        return code
    except LeakscanError as error:
        from leakscan.scanning.masking import without_random

        # It may quote a file of the repository, a configuration for one.
        _complain(without_random(str(error)))
        return error.exit_code
    except KeyboardInterrupt:
        return _interrupted()
    except Exception as error:  # the one place; its text may quote what was scanned
        if _ends_interrupt(error):
            return _interrupted()
        if os.environ.get("LEAKSCAN_DEBUG"):
            import traceback

            traceback.print_exc()  # not raised: Python's exit code means findings
        if isinstance(
            error, OSError
        ):  # of our streams and folders: what is scanned has its failures by itself
            _complain(f"the system refused: {_refused(error)}")
        elif isinstance(error, MemoryError):
            _complain("the system gives less memory than this takes (ulimit -v and -d, a container's limit)")
        else:
            _complain(f"internal error: {type(error).__name__} (set LEAKSCAN_DEBUG=1 for more)")
    return ExitCode.ERROR


def _interrupted() -> ExitCode:
    _complain("interrupted, a report may be missing or not complete")
    return ExitCode.INTERRUPTED


def _ends_interrupt(error: BaseException | None) -> bool:
    """It was raised while an interrupt went up: in the middle of an import Python then cannot release its own lock."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__context__
    return error is not None


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

    if (
        arguments
    ):  # shells ask for completions without any; left in an environment it would make all scans clean
        os.environ.pop("_LEAKSCAN_COMPLETE", None)
    try:
        return int(cli.main(args=arguments, prog_name="leakscan", standalone_mode=False) or 0)
    except click.ClickException as error:
        vars(error)["message"] = _printable(error.message)
        error.show()
        return ExitCode.ERROR
    except click.Abort:
        raise KeyboardInterrupt from None


def _refused(error: OSError) -> str:
    reason = error.strerror or type(error).__name__
    return f"{os.fsdecode(error.filename)}: {reason}" if isinstance(error.filename, str | bytes) else reason


def _complain(text: str) -> None:
    print(f"leakscan: {_printable(text)}", file=sys.stderr)


def _printable(text: str) -> str:
    """Names and what git said may hold what a terminal obeys."""
    from leakscan.reporters.escape import show_text

    return "\n".join(map(show_text, text.split("\n")))


def entry() -> None:
    """The `leakscan` command."""
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    _forbid_core_dumps()
    signal.signal(signal.SIGTERM, _terminate)
    if _is_hangup_ours():
        signal.signal(signal.SIGHUP, _terminate)
    _hear_what_is_dropped()
    _settle_streams()
    code = main()
    _end_undisturbed()
    gc.freeze()  # nothing is left to be collected on the way out
    try:
        sys.stdout.flush()
    except (OSError, ValueError):  # said already: without this Python would say it again, and exit with 120
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.exit(code)


class _Lenient:
    """A stream for what is said beside the report: where it cannot be written, the exit code must still be right."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        with contextlib.suppress(OSError, ValueError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._stream.flush()


def _settle_streams() -> None:
    """Opens those that the caller closed: else the first files that we open would take their numbers. Of an output that
    was closed, every write fails."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_WRONLY if number == 2 else os.O_RDONLY)
    if sys.stdin is None:
        sys.stdin = open(0, closefd=False)  # noqa: SIM115
    if sys.stdout is None:
        sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = _Lenient(sys.stderr or open(2, "w", closefd=False))  # noqa: SIM115


def _is_hangup_ours() -> bool:
    """A terminal that closes ends us, too, with nothing left behind; nohup has it ignored."""
    return hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is signal.SIG_DFL


def _terminate(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _hear_what_is_dropped() -> None:
    """Python only prints what is raised where nobody can catch it, such as in the callbacks of an import. Ctrl-C there
    comes again a moment later."""
    if not hasattr(signal, "setitimer"):  # Windows
        return

    def hook(dropped: Any) -> None:
        if dropped.exc_type is KeyboardInterrupt:
            signal.setitimer(signal.ITIMER_REAL, _SOON_S)
        else:
            sys.__unraisablehook__(dropped)

    signal.signal(signal.SIGALRM, _terminate)
    sys.unraisablehook = hook


def _end_undisturbed() -> None:
    """All is said: what comes now changes nothing, not even the exit code."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, signal.SIG_IGN)


def _forbid_core_dumps() -> None:
    """A core file would hold the values that were scanned."""
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
