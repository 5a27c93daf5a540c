"""What can still be read of packs that git refuses: re-indexed if whole, else unpacked as far as they go."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from leakscan.errors import GitError
from leakscan.gitstore.plainfile import is_regular, read_file

if TYPE_CHECKING:
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
            _unpack(git, read_file(pack, _MAX_UNPACKED_BYTES), shadow_objects)


def _unpack(git: Git, data: bytes, shadow_objects: Path) -> None:
    """Apart first: of an object that the scanned repository has, too, git would renew the time of its file."""
    with tempfile.TemporaryDirectory(dir=shadow_objects.parent) as folder:
        with contextlib.suppress(GitError):
            git.run("unpack-objects", "-r", "-q", feed=data, env={"GIT_OBJECT_DIRECTORY": folder})
        for file in Path(folder).glob("??/*"):
            place = shadow_objects / file.parent.name
            place.mkdir(exist_ok=True)
            file.rename(place / file.name)
