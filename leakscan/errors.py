"""What can go wrong, each with a sentence that says what to mend, and the exit codes of CONTRACT."""

from enum import IntEnum


class ExitCode(IntEnum):
    CLEAN = 0
    FINDINGS = 1
    ERROR = 2
    INCOMPLETE = 3
    INTERRUPTED = 130


class LeakscanError(Exception):
    """An input that leakscan refuses. Its text is shown to the user as it is: it never holds a value."""

    exit_code = ExitCode.ERROR


class UnreadError(LeakscanError):
    """Something that was asked for is out of reach, so that there is no verdict."""

    exit_code = ExitCode.INCOMPLETE


class TargetError(LeakscanError):
    """A target that does not exist or cannot be read at all."""


class RuleError(LeakscanError):
    """A rule file that cannot be used; the text names file, rule and field."""


class ConfigError(LeakscanError):
    """A configuration file or option that cannot be used; the text names file and key."""


class ReportError(LeakscanError):
    """A saved report that cannot be read back; the text names file and field."""


class GitError(LeakscanError):
    """git could not be run, or the repository cannot be opened."""
