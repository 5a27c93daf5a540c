"""A CI job's own clone fetches what its run is about. Beside it only `mirror` goes to the network."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING

from leakscan.errors import GitError
from leakscan.gitstore.command import find_git
from leakscan.gitstore.packs import find_special_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from leakscan.gitstore.layout import Layout

# The clone's configuration holds the job's credentials, so git must read it here. What may run a program is off, or,
# where git cannot turn it off, a reason not to fetch.
_OVERRIDES = (
    *("core.fsmonitor=false", f"core.hooksPath={os.devnull}", "protocol.ext.allow=never"),
    *("fetch.recurseSubmodules=false", "submodule.recurse=false", "gc.auto=0", "maintenance.auto=false"),
)
_PROTOCOLS = "file:git:http:https:ssh"  # not ext, nor a helper that an address names
_RUNS_OR_WRITES = re.compile(
    r"core\.(?:sshcommand|gitproxy|askpass|alternaterefscommand)|credential\.(?:.*\.)?helper"
    r"|remote\..*\.(?:uploadpack|vcs)|hook\..*\.command|http\.(?:.*\.)?savecookies",
    re.DOTALL,
)
_TIMEOUT_S = 600
_LISTING_S = 20  # of settings: a file that one of them includes may be a pipe


def fetch(layout: Layout, oids: Sequence[str], how: str = "") -> str:
    """Fetches commits from `origin` into the clone, its refs left as they are; git's complaint, or nothing.

    `how`: "", "--deepen=N" or "--unshallow", of a shallow clone only. Nothing is fetched, and the complaint says so, if
    the clone's own configuration names a program: a job that ran before may have written it."""
    if special := _special_file(layout):
        return f"not tried: {special} in the clone is no regular file"
    listed = _git(layout, "config", "--list", "--includes", "-z", "--show-scope", timeout_s=_LISTING_S)
    if isinstance(listed, str):
        return listed
    keys = sorted({key for scope, key in _settings(listed.stdout) if scope in ("local", "worktree")})
    named = next((key for key in keys if _RUNS_OR_WRITES.fullmatch(key)), None)
    if named is not None:
        section, _, rest = named.partition(".")
        return f"not tried: the clone sets {section}.{rest.rpartition('.')[2]}, which may run a program or write a file"
    flags = [
        "--quiet",
        "--no-tags",
        "--no-recurse-submodules",
        "--no-write-fetch-head",
        "--no-auto-maintenance",
    ]
    done = _git(layout, "fetch", *flags, *filter(None, [how]), "--", "origin", *oids)
    return done if isinstance(done, str) else ""


def _settings(listed: bytes) -> Iterator[tuple[str, str]]:
    """Scope and key (section and last part in lower case) of each setting."""
    fields = listed.decode("utf-8", "replace").split("\0")
    for scope, setting in zip(fields[::2], fields[1::2], strict=False):
        yield scope, setting.partition("\n")[0]


def _special_file(layout: Layout) -> str:
    """The name of something in the git directory that git would wait on without end; empty if there is none."""
    for folder in (layout.git_dir, layout.common_dir, layout.objects / "info", layout.git_dir / "info"):
        try:
            with os.scandir(folder) as entries:
                special = sorted(entry.name for entry in entries if not (entry.is_file() or entry.is_dir()))
        except OSError:
            continue
        if special:
            return special[0]
    return "objects" if find_special_files(layout.objects) else ""


def _git(
    layout: Layout, *arguments: str, timeout_s: float = _TIMEOUT_S
) -> subprocess.CompletedProcess[bytes] | str:
    """What git answered, or its complaint."""
    argv = [find_git(layout.outside), "--no-pager", f"--git-dir={layout.git_dir}"]
    for override in _OVERRIDES:
        argv += ["-c", override]
    environ = {name: value for name, value in os.environ.items() if name not in ("GIT_DIR", "GIT_INDEX_FILE")}
    environ |= {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", "GIT_ALLOW_PROTOCOL": _PROTOCOLS}
    try:
        done = subprocess.run(
            [*argv, *arguments], cwd=layout.work_tree or layout.git_dir, env=environ, stdin=subprocess.DEVNULL,
            capture_output=True, timeout=timeout_s, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"no answer after {timeout_s:g} s"
    except OSError as error:
        raise GitError(f"git cannot be started: {error.strerror}") from error
    if done.returncode == 0:
        return done
    lines = done.stderr.decode("utf-8", "backslashreplace").strip().splitlines()
    # an address may hold the job's token
    said = re.sub(r"//[^/@\s]*@", "//", lines[-1]) if lines else ""
    return said or f"git {arguments[0]} ended with {done.returncode}"
