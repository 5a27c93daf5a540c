"""The folder in which this system wants caches of this user to be."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def cache_folder() -> Path | None:
    """Ours in it; None if there is no home folder. XDG_CACHE_HOME counts on every system, unless it is relative."""
    path = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(path):
        home = {"win32": "~/AppData/Local", "darwin": "~/Library/Caches"}.get(sys.platform, "~/.cache")
        path = os.path.expanduser(home)
    return Path(path, "leakscan") if os.path.isabs(path) else None
