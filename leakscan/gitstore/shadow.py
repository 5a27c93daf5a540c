"""The shadow: a fresh bare repository of our own whose objects are those of the scanned one."""

from __future__ import annotations

import os
import re
import tempfile
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from leakscan.errors import GitError
from leakscan.gitstore.index import MAX_INDEX_BYTES
from leakscan.gitstore.packs import find_special_files, quote_alternate
from leakscan.gitstore.plainfile import iter_lines, read_file
from leakscan.gitstore.privatefolder import PrivateFolder
from leakscan.gitstore.refs import git_dirs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leakscan.gitstore.faults import Faults
    from leakscan.gitstore.filerefs import Ref
    from leakscan.gitstore.layout import Layout
    from leakscan.gitstore.refs import Refs

_MAX_SHALLOW_BYTES = 1 << 26
_MAX_SHARED_BYTES = 1 << 30  # all halves of indexes together


class Shadow:
    """Owns a private temporary folder, which `close` removes. `shallow` are the scanned one's boundaries."""

    def __init__(self, layout: Layout, refs: Refs, object_dirs: list[Path], faults: Faults) -> None:
        self._layout = layout
        self._faults = faults
        self.shallow: set[str] = set()
        try:
            self._folder = PrivateFolder()
        except OSError as error:
            reason = f"a temporary folder cannot be made: {error.strerror}; TMPDIR says where"
            raise GitError(reason) from error
        self.git_dir = self._folder.path
        try:
            self._write(refs, object_dirs)
        except BaseException as error:
            self.close()
            if isinstance(error, OSError):
                raise GitError(f"the temporary folder cannot be written to: {error.strerror}") from error
            raise

    @property
    def objects(self) -> Path:
        return self.git_dir / "objects"

    def close(self) -> None:
        self._folder.remove()

    def set_shallow(self, commits: set[str]) -> None:
        """Makes git treat these commits as if they had no parents."""
        if commits:
            (self.git_dir / "shallow").write_text("".join(f"{oid}\n" for oid in sorted(commits)))

    def name(self, refs: Iterable[Ref]) -> None:
        """From here on git knows these by name. A name may hold a value, so no other is written to a file."""
        packed = b"".join(ref.oid.encode() + b" " + ref.name + b"\n" for ref in refs)
        (self.git_dir / "packed-refs").write_bytes(packed)

    def _write(self, refs: Refs, object_dirs: list[Path]) -> None:
        for folder in ("refs", "objects/info", "objects/pack"):
            (self.git_dir / folder).mkdir(parents=True)
        version = "1" if self._layout.object_format == "sha256" else "0"
        config = f"[core]\n\trepositoryformatversion = {version}\n\tbare = true\n"
        if version == "1":
            config += "[extensions]\n\tobjectFormat = sha256\n"
        (self.git_dir / "config").write_text(config)
        (self.git_dir / "HEAD").write_text(f"{refs.head or 'ref: refs/heads/main'}\n")
        lines = [quote_alternate(folder) + b"\n" for folder in self._safe_objects(object_dirs)]
        (self.git_dir / "objects/info/alternates").write_bytes(b"".join(lines))
        self._copy_shallow()
        self._copy_shared_indexes()

    def _safe_objects(self, folders: list[Path]) -> Iterator[Path]:
        """The object folders, or folders of links to their regular files where one holds anything else: of this one,
        and of those by whose own list of alternates git would come to it."""
        special = {folder: find_special_files(folder, self._faults) for folder in folders}
        for path in chain.from_iterable(special.values()):
            self._faults.add("corrupt-objects", str(path), "not a regular file: it was not opened")
        is_any = any(special.values())
        for folder in folders:
            leads_on = is_any and os.path.lexists(folder / "info" / "alternates")
            yield self._linked(folder, special[folder]) if special[folder] or leads_on else folder

    def _linked(self, folder: Path, special: list[Path]) -> Path:
        """A folder of links to all that is in this one but `special` and its alternates."""
        linked = Path(tempfile.mkdtemp(prefix="objects-", dir=self.git_dir))
        mixed = {path.parent for path in special}
        for place in ("pack", *(f"{number:02x}" for number in range(256))):
            if folder / place in mixed:
                (linked / place).mkdir()
                with os.scandir(folder / place) as entries:
                    for entry in entries:
                        if entry.is_file():
                            (linked / place / entry.name).symlink_to(entry.path)
            elif os.path.isdir(folder / place):
                (linked / place).symlink_to(folder / place)
        return linked

    def _copy_shallow(self) -> None:
        path = self._layout.common_dir / "shallow"
        try:
            data = read_file(path, _MAX_SHALLOW_BYTES)
        except FileNotFoundError:
            return
        except OSError as error:
            self._faults.add("unreadable", str(path), f"it cannot be read: {error.strerror or error}")
            return
        valid = re.compile(rb"[0-9a-f]{%d}" % self._layout.hex_length)
        malformed = False
        for line in iter_lines(data):
            if valid.fullmatch(line):
                self.shallow.add(line.decode())
            else:
                malformed = True
        if malformed:
            self._faults.add("corrupt-objects", str(path), "lines of it are malformed")
        self.set_shallow(self.shallow)

    def _copy_shared_indexes(self) -> None:
        """A split index names its other half: git looks for it in the git dir, and touches it, so no link."""
        room = _MAX_SHARED_BYTES
        for path in (path for folder in git_dirs(self._layout) for path in self._shared_indexes(folder)):
            try:
                data = read_file(path, min(room, MAX_INDEX_BYTES), follow=False)
            except OSError as error:
                self._faults.add("unreadable", str(path), f"it cannot be read: {error.strerror or error}")
                data = b""  # else git looks for it beside the index, and waits on a pipe
            (self.git_dir / path.name).write_bytes(data)
            room -= len(data)

    def _shared_indexes(self, folder: Path) -> list[Path]:
        try:
            return [folder / name for name in sorted(os.listdir(folder)) if name.startswith("sharedindex.")]
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            self._faults.add("unreadable", str(folder), f"it cannot be listed: {error.strerror}")
            return []
