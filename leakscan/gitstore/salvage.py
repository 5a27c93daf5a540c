"""What can still be read of packs that git refuses: re-indexed if whole, else unpacked as far as they go."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from leakscan.errors import GitError
from leakscan.gitstore.plainfile import is_regular, read_file

if TYPE_CHECKING:
    from pathlib import Path

    from leakscan.gitstore.command import Git

_MAX_UNPACKED_BYTES = 64 << 20


def salvage_pack(git: Git, pack: Path, shadow_objects: Path, number: int) -> None:
    """Makes objects of a damaged pack readable through the shadow; the damage is recorded elsewhere."""
    if not is_regular(pack):
        return
    link = shadow_objects / "pack" / f"pack-salvaged-{number}.pack"
    link.symlink_to(pack)
    index = link.with_suffix(".idx")
    try:
        git.run("index-pack", "-o", str(index), str(link))
    except GitError:
        index.unlink(missing_ok=True)
        link.unlink()
        # A pack cut off or damaged inside, or longer than is worth it: what is missing is recorded already.
        with contextlib.suppress(GitError, OSError):
            git.run("unpack-objects", "-r", "-q", feed=read_file(pack, _MAX_UNPACKED_BYTES))
