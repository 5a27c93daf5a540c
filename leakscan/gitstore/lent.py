"""Objects that the caller's environment adds to a repository: a server's hook runs before git takes in what came."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from leakscan.errors import GitError
from leakscan.gitstore.layout import find_here
from leakscan.gitstore.packs import unquoted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from leakscan.gitstore.layout import Layout

_PATHS = re.compile(r'"(?:[^"\\]|\\.)*"|[^:]+')


def lent_objects(layout: Layout, environ: Mapping[str, str]) -> list[Path]:
    """The object folders that git would use besides, if this is the repository that a git command would be about."""
    more = environ.get("GIT_ALTERNATE_OBJECT_DIRECTORIES", "")
    names = [environ.get("GIT_OBJECT_DIRECTORY", ""), *map(_path, _PATHS.findall(more))]
    folder = Path.cwd()
    found = [folder / name for name in names if name and "\0" not in name]
    if not found:
        return []
    try:
        here = find_here(folder, environ)
    except GitError:
        return []
    return found if here.common_dir == layout.common_dir else []


def _path(name: str) -> str:
    return os.fsdecode(unquoted(os.fsencode(name))) if name.startswith('"') else name
