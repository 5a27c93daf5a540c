"""Where the policy comes from: files that were named, or those at the root of what is scanned."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

from leakscan.errors import ConfigError
from leakscan.policy.apply import Policy
from leakscan.policy.baseline import Entry, parse_baseline
from leakscan.policy.config import BASELINE_NAME, CONFIG_NAME, Config, Known, parse_config
from leakscan.sources.named import read_named

MAX_POLICY_BYTES = 64 << 20
# A file of the policy by its name below the root: its content, None if it is not there.
ReadFile = Callable[[str], bytes | None]


def load_policy(read: ReadFile, known: Known, *, config: Path | None, baseline: Path | None) -> Policy:
    """The files that `read` finds, unless others were named. ConfigError if one cannot be used."""
    if config is not None:
        chosen = parse_config(str(config), read_policy_file(config), known)
    else:
        data = read(CONFIG_NAME)
        chosen = Config() if data is None else parse_config(CONFIG_NAME, data, known)
    where, entries = _load_baseline(read, chosen, baseline)
    return Policy(chosen, entries, where)


def _load_baseline(read: ReadFile, config: Config, given: Path | None) -> tuple[str, dict[str, Entry]]:
    if given is not None:
        return str(given), parse_baseline(str(given), read_policy_file(given))
    name = config.baseline or BASELINE_NAME
    data = read(name)
    if data is None:
        if config.baseline:
            raise ConfigError(f"{config.where}: baseline: {name} is not there: leakscan baseline create")
        return "", {}
    return name, parse_baseline(name, data)


def files_below(root: Path) -> ReadFile:
    """Reads files of a checkout; a symbolic link in place of one is refused."""

    def read(name: str) -> bytes | None:
        path = root / name
        try:
            kind = os.lstat(path).st_mode
        except (FileNotFoundError, NotADirectoryError):
            return None
        if not stat.S_ISREG(kind):
            raise ConfigError(f"{path}: not a regular file: put the file itself there")
        return read_policy_file(path)

    return read


def read_policy_file(path: Path) -> bytes:
    """The whole file. ConfigError if that cannot be."""
    excess = f"over {MAX_POLICY_BYTES:,} bytes: no file of a policy"
    return read_named(path, MAX_POLICY_BYTES, ConfigError, excess)
