"""A CI job's own clone fetches what its run is about. Beside it only `mirror` goes to the network."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING

from leakscan.errors import GitError
from leakscan.gitstore.command import find_git

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leakscan.gitstore.layout import Layout

# The clone's configuration holds the job's credentials, so git must read it here. What may run a program is off.
_OVERRIDES = (
    *("core.fsmonitor=false", f"core.hooksPath={os.devnull}", "protocol.ext.allow=never"),
    *("fetch.recurseSubmodules=false", "submodule.recurse=false", "gc.auto=0", "maintenance.auto=false"),
)
_TIMEOUT_S = 600


def fetch(layout: Layout, oids: Sequence[str], how: str = "") -> str:
    """Fetches commits from `origin` into the clone, its refs left as they are; git's complaint, or nothing.

    `how`: "", "--deepen=N" or "--unshallow", of a shallow clone only."""
    argv = [find_git(), "--no-pager", f"--git-dir={layout.git_dir}"]
    for override in _OVERRIDES:
        argv += ["-c", override]
    flags = [
        "--quiet",
        "--no-tags",
        "--no-recurse-submodules",
        "--no-write-fetch-head",
        "--no-auto-maintenance",
    ]
    argv += ["fetch", *flags, *filter(None, [how]), "origin", *oids]
    environ = {name: value for name, value in os.environ.items() if name not in ("GIT_DIR", "GIT_INDEX_FILE")}
    environ |= {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run(
            argv, cwd=layout.work_tree or layout.git_dir, env=environ, stdin=subprocess.DEVNULL,
            capture_output=True, timeout=_TIMEOUT_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"no answer after {_TIMEOUT_S} s"
    except OSError as error:
        raise GitError(f"git cannot be started: {error.strerror}") from error
    if done.returncode == 0:
        return ""
    lines = done.stderr.decode("utf-8", "backslashreplace").strip().splitlines()
    # an address may hold the job's token
    return re.sub(r"//[^/@\s]*@", "//", lines[-1]) if lines else f"git fetch ended with {done.returncode}"
