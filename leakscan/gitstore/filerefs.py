"""Refs, HEADs, pseudo-refs and reflogs that stand in files."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from leakscan.gitstore.faults import Faults, readable
from leakscan.gitstore.plainfile import iter_lines, read_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from leakscan.gitstore.layout import Layout

MAX_WORKTREES = 10_000
MAX_DEPTH = 5
_PSEUDO_REFS = ("ORIG_HEAD", "FETCH_HEAD", "MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "REBASE_HEAD")
_MAX_REF_BYTES = 1 << 16
_MAX_LIST_BYTES = 1 << 28
_MAX_REFS = 1_000_000
_BAD_NAME = re.compile(rb"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|/\.|^\.|\.lock(?:/|$)|\.(?:/|$)|/$|^/")


class Ref(NamedTuple):
    name: bytes
    oid: str


def is_valid_name(name: bytes) -> bool:
    """Whether git would take it as the full name of a ref."""
    return name.startswith(b"refs/") and len(name) < 4096 and not _BAD_NAME.search(name)


class RefReader:
    """Of refs that stand in files, one each, and in the list of packed ones."""

    def __init__(self, layout: Layout, faults: Faults) -> None:
        self._layout = layout
        self._faults = faults
        self._oid = re.compile(rb"[0-9a-f]{%d}" % layout.hex_length)

    def all_refs(self) -> tuple[Ref, ...]:
        raw = self.stored()
        refs = [Ref(name, value.decode()) for name, value in raw.items() if not value.startswith(b"ref:")]
        direct = dict(refs)
        for name, value in raw.items():
            depth = 0
            while value.startswith(b"ref:") and depth < MAX_DEPTH:
                value, depth = raw.get(value[4:].strip(), b""), depth + 1
            if name not in direct and self._oid.fullmatch(value):
                refs.append(Ref(name, value.decode()))
            elif value.startswith(b"ref:"):
                self._faults.add("corrupt-objects", readable(name), "the ref leads to others without end")
        return tuple(sorted(refs))

    def stored(self) -> dict[bytes, bytes]:
        """name -> object id, or "ref: NAME"."""
        return self._packed() | dict(self._loose())

    def head(self) -> bytes | None:
        return self.value(self._layout.git_dir / "HEAD", "HEAD")

    def ref(self, name: bytes) -> bytes | None:
        """What one ref holds; None if there is no such ref."""
        path = os.path.join(os.fsencode(self._layout.common_dir), name)
        if os.path.isfile(path):
            return self.value(path, readable(name))
        return self._packed().get(name)

    def value(self, path: Path | bytes, name: str) -> bytes | None:
        """An object id, or "ref: NAME"; None and a failure if it is neither."""
        try:
            target = os.readlink(os.fsencode(path)) if os.path.islink(path) else b""
            data = (
                b"ref: " + target
                if target.startswith(b"refs/")
                else read_file(path, _MAX_REF_BYTES, follow=False)
            )
        except OSError as error:
            self._faults.add("unreadable", name, f"the ref cannot be read: {error.strerror or error}")
            return None
        return self.checked(data, name)

    def checked(self, data: bytes, name: str) -> bytes | None:
        """The same of what a ref holds."""
        first = self._oid.match(data)
        if first and data[first.end() : first.end() + 1].strip() == b"":
            return first[0]
        if data.startswith(b"ref:") and is_valid_name(data[4:].strip()):
            return data.strip()
        self._faults.add(
            "corrupt-objects", name, "the ref is malformed: it holds neither an object id nor a ref's name"
        )
        return None

    def _loose(self) -> Iterator[tuple[bytes, bytes]]:
        root = os.fsencode(self._layout.common_dir)
        folders, count = [b"refs"], 0
        while folders:
            folder = folders.pop()
            for entry in self._entries(os.path.join(root, folder), readable(folder)):
                name = folder + b"/" + entry.name
                count += 1
                if count > _MAX_REFS:
                    self._faults.add(
                        "too-large", "refs", f"more than {_MAX_REFS:,} refs: the rest was not read"
                    )
                    return
                if entry.is_dir(follow_symlinks=False):
                    folders.append(name)
                elif is_valid_name(name):
                    value = self.value(os.path.join(root, name), readable(name))
                    if value is not None:
                        yield name, value

    def _entries(self, folder: bytes, name: str) -> list[os.DirEntry[bytes]]:
        """A folder's entries; of a folder that is a symbolic link none, and a failure."""
        try:
            if os.path.islink(folder):
                raise OSError("a symbolic link is not followed")
            with os.scandir(folder) as entries:
                return list(entries)
        except FileNotFoundError:
            return []
        except OSError as error:
            self._faults.add("unreadable", name, f"the refs in it cannot be read: {error.strerror or error}")
            return []

    def _packed(self) -> dict[bytes, bytes]:
        path = self._layout.common_dir / "packed-refs"
        try:
            data = read_file(path, _MAX_LIST_BYTES, follow=False)
        except FileNotFoundError:
            return {}
        except OSError as error:
            self._faults.add(
                "unreadable", str(path), f"the refs in it cannot be read: {error.strerror or error}"
            )
            return {}
        refs: dict[bytes, bytes] = {}
        malformed = 0
        for line in iter_lines(data):
            oid, space, name = line.partition(b" ")
            if space and self._oid.fullmatch(oid):
                if is_valid_name(name):
                    refs[name] = oid
            elif not line.startswith(b"#") and not (line.startswith(b"^") and self._oid.fullmatch(line[1:])):
                malformed += 1
        if malformed:
            self._faults.add("corrupt-objects", str(path), f"{malformed} lines are malformed")
        return refs

    def check_worktrees(self) -> None:
        """Records that the git directories of linked work trees cannot be listed, or are too many."""
        try:
            if len(os.listdir(self._layout.common_dir / "worktrees")) > MAX_WORKTREES:
                reason = f"more than {MAX_WORKTREES:,} work trees: the rest was not read"
                self._faults.add("too-large", "worktrees", reason)
        except (FileNotFoundError, NotADirectoryError):
            pass
        except OSError as error:
            self._faults.add(
                "unreadable", "worktrees", f"the work trees cannot be listed: {error.strerror or error}"
            )

    def pseudo_refs(self, folder: Path, by_name: dict[bytes, str]) -> set[str]:
        """Objects that HEAD, FETCH_HEAD and their like name in one git dir."""
        found: set[str] = set()
        for name in ("HEAD", *_PSEUDO_REFS):
            path = folder / name
            if not os.path.lexists(path):
                continue
            if name in ("FETCH_HEAD", "MERGE_HEAD"):
                found |= self.line_ids(path)
                continue
            value = self.value(path, name if folder == self._layout.git_dir else str(path))
            if value is not None:
                oid = by_name.get(value[4:].strip()) if value.startswith(b"ref:") else value.decode()
                found |= {oid} if oid else set()
        return found

    def line_ids(self, path: Path) -> set[str]:
        """Ids at the starts of lines: FETCH_HEAD and MERGE_HEAD list one a line."""
        try:
            data = read_file(path, _MAX_LIST_BYTES, follow=False)
        except OSError as error:
            self._faults.add("unreadable", str(path), f"it cannot be read: {error.strerror or error}")
            return set()
        matches = map(self._oid.match, iter_lines(data))
        return {match[0].decode() for match in matches if match}

    def reflogs(self, git_dir: Path) -> set[str]:
        """Every id that the reflogs of a git dir name: old and new of each line."""
        found: set[str] = set()
        pattern = re.compile(rb"^([0-9a-f]{%d}) ([0-9a-f]{%d}) " % ((self._layout.hex_length,) * 2), re.M)
        folders = [os.fsencode(git_dir / "logs")]
        while folders:
            folder = folders.pop()
            for entry in self._entries(folder, readable(folder)):
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                    continue
                try:
                    data = read_file(entry.path, _MAX_LIST_BYTES, follow=False)
                except OSError as error:
                    self._faults.add("unreadable", readable(entry.path), str(error.strerror or error))
                    continue
                found.update(oid.decode() for match in pattern.findall(data) for oid in match)
        found.discard("0" * self._layout.hex_length)
        return found
