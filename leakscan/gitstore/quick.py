"""A repository opened for a glance: HEAD, an index, a range of commits; nothing is listed, no other ref is read."""

from __future__ import annotations

import hashlib
import os
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from leakscan.errors import GitError
from leakscan.gitstore.changes import Change, intersect, parse_history, parse_raw
from leakscan.gitstore.command import Git
from leakscan.gitstore.faults import Faults
from leakscan.gitstore.index import read_index
from leakscan.gitstore.layout import check_format
from leakscan.gitstore.lent import lent_objects
from leakscan.gitstore.objects import (
    FOLDER,
    KIND_NUMBERS,
    SUBMODULE,
    ObjectReader,
    StoredObject,
    is_tree,
    tree_entries,
)
from leakscan.gitstore.packs import find_object_dirs
from leakscan.gitstore.plainfile import is_regular
from leakscan.gitstore.refs import Refs, mentioned, merged_ids, read_head, read_refs
from leakscan.gitstore.shadow import Shadow
from leakscan.gitstore.tags import parse_tag

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from types import TracebackType

    from leakscan.gitstore.index import Entry
    from leakscan.gitstore.layout import Layout
    from leakscan.model import Commit, Failure

_MAX_FILES = 200_000  # of a tree that is published without a commit
_MAX_TAGS = 50  # of tags
# git gathers all changes of a commit before it prints one: a tree of a few kB can name 10^10 paths.
_MAX_HEAP_BYTES = 512 << 20
_MAX_INDEX_HEAP_BYTES = 256 << 20
_RAW = ("--raw", "-z", "--no-abbrev", "--no-renames", "--no-ext-diff", "--no-textconv")


class QuickStore:
    """A context manager. `all_refs`: read them, so that a range may name them. `failures` grows with every question."""

    git: Git
    reader: ObjectReader
    refs: Refs
    shallow: set[str]

    def __init__(self, layout: Layout, *, all_refs: bool = False) -> None:
        self.layout = layout
        self.faults = Faults()
        self._all_refs = all_refs

    def __enter__(self) -> QuickStore:
        layout = self.layout
        check_format(layout, self.faults)
        self.refs = read_refs(layout, self.faults) if self._all_refs else read_head(layout, self.faults)
        folders = find_object_dirs(layout.objects, self.faults, lent_objects(layout, os.environ))
        self._shadow = Shadow(layout, self.refs, folders, self.faults)
        self.shallow = self._shadow.shallow
        self.git = Git(self._shadow.git_dir, layout.outside)
        self.reader = ObjectReader(self.git, {}, layout.hex_length, self.faults)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.git.close()
        self._shadow.close()

    @property
    def failures(self) -> list[Failure]:
        return self.faults.failures

    def staged(self, index: Path) -> list[Change]:
        """What an index changes against HEAD, and in a merge against every other parent too."""
        if not is_regular(index):
            if os.path.lexists(index):
                raise GitError(f"{index}: the index is not a regular file")
            return []
        told = merged_ids(os.environ)
        tips = self.refs.tips or set(self.resolve(told).values() if told else ())
        bases = [self.refs.head or self._empty_tree(), *sorted(tips)]
        env = {"GIT_INDEX_FILE": str(index)}
        try:
            answers = [self._compare(base, env) for base in bases]
        except GitError:  # damaged, or a tree of too many files for memory: only those of the index count
            return intersect([self._differing(index, base) for base in bases])
        changes = intersect([list(parse_raw(answer)) for answer in answers])
        if b" U\0" not in answers[0]:
            return changes
        tokens = answers[0].split(b"\0")  # what is not merged has no blob there, and several in the index
        unmerged = {
            path for facts, path in zip(tokens[::2], tokens[1::2], strict=False) if facts.endswith(b" U")
        }
        inside = [entry for entry in self.entries(index) if entry.path in unmerged and not entry.is_gitlink]
        return [*changes, *(Change(entry.path, entry.oid.decode(), ()) for entry in inside)]

    def _compare(self, base: str, env: Mapping[str, str]) -> bytes:
        arguments = ("diff-index", "--cached", *_RAW, base, "--")
        return self.git.run(*arguments, env=env, max_heap_bytes=_MAX_INDEX_HEAP_BYTES)

    def _differing(self, index: Path, base: str) -> list[Change]:
        """What an index changes against a commit, file by file."""
        entries = [entry for entry in self.entries(index) if not entry.is_gitlink]
        held = self.held(base, {entry.path for entry in entries})
        changes = [(entry.path, entry.oid.decode(), held.get(entry.path, "")) for entry in entries]
        return [Change(path, new, (old,) if old else ()) for path, new, old in changes if new != old]

    def entries(self, index: Path) -> Iterable[Entry]:
        """All that an index lists; GitError if it cannot be read."""
        if not os.path.lexists(index):
            return ()
        found = read_index(self.git, index, self.faults)
        if found is None:
            raise GitError(f"{index}: {self.failures[-1].reason}")
        return found

    def read(self, oids: Iterable[str]) -> Iterator[StoredObject]:
        return self.reader.read("".join(f"{oid}\n" for oid in dict.fromkeys(oids)).encode())

    def blobs(self, oids: Iterable[str]) -> Iterator[StoredObject]:
        """What stands where a tree or an index says that files are. What is something else is recorded."""
        for found in self.read(oids):
            if found.kind != "blob":
                self.faults.add("corrupt-objects", found.oid, f"a {found.kind} stands in the place of a file")
            yield found

    def resolve(self, names: Collection[str]) -> dict[str, str]:
        """Name -> the commit that it leads to, for those that lead to one."""
        asked = [name for name in names if name and not any(ord(char) < 33 for char in name)]
        self._shadow.name(mentioned(self.refs.refs, asked))
        feed = "".join(f"{name}^{{commit}}\n" for name in asked).encode("utf-8", "surrogateescape")
        lines = self.git.run("cat-file", "--batch-check=%(objecttype) %(objectname)", feed=feed).split(b"\n")
        return {
            name: line[7:].decode()
            for name, line in zip(asked, lines, strict=False)
            if line.startswith(b"commit ")
        }

    def file(self, commit: str, path: str) -> bytes | None:
        """What a commit holds at a path; None if it is no file there."""
        feed = f"{commit}:{path}\n".encode("utf-8", "surrogateescape")
        line = self.git.run("cat-file", "--batch-check=%(objecttype) %(objectname)", feed=feed)
        if not line.startswith(b"blob "):
            return None
        return next((found.data for found in self.read([line[5:].decode().strip()])), None)

    def named(self, names: Iterable[str]) -> dict[str, str]:
        """id -> kind of the objects that names lead to, annotated tags on the way among them. What a tag names and is
        not there is recorded."""
        kinds: dict[str, str] = {}
        asked, by = list(names), ""
        for _ in range(_MAX_TAGS):
            found = self._kinds(asked)
            if by and len(found) < len(asked):
                self.faults.add("missing-objects", by, "a tag names what is not in the store")
            fresh = {oid: kind for oid, kind in found if oid not in kinds}
            kinds |= fresh
            tags = self.read(oid for oid, kind in fresh.items() if kind == "tag")
            said = [(tag.oid, parse_tag(tag.data)[0]) for tag in tags]
            if not said:
                return kinds
            asked, by = [oid or tag for tag, oid in said], said[0][0]
        self.faults.add("too-deep", by, f"over {_MAX_TAGS} tags of tags: the rest was not read")
        return kinds

    def _kinds(self, names: list[str]) -> list[tuple[str, str]]:
        """(id, kind) of the objects that are there."""
        feed = "".join(f"{name}\n" for name in names).encode("utf-8", "surrogateescape")
        lines = self.git.run("cat-file", "--batch-check=%(objectname) %(objecttype)", feed=feed).split(b"\n")
        facts = (line.decode("latin-1").split(" ") for line in lines)
        return [(fact[0], fact[1]) for fact in facts if len(fact) == 2 and fact[1] in KIND_NUMBERS]

    def commits_between(self, include: Collection[str], exclude: Iterable[str]) -> list[str]:
        """Newest first: what `include` leads to and `exclude` does not. A gap in the history is recorded."""
        feed = "".join([*(f"{oid}\n" for oid in include), *(f"^{oid}\n" for oid in exclude)])
        if not include:
            return []
        with self.git.stream("rev-list", "--topo-order", "--stdin", feed=feed.encode()) as process:
            found = process.out.read().decode().split()
            if process.wait() != 0:
                self.faults.add(
                    "missing-objects", "history", f"commits cannot be listed: {process.complaint()}"
                )
        cut = self.shallow.intersection(found)
        if cut:
            reason = f"the history ends at {min(cut)} within the range: git fetch --unshallow"
            self.faults.add("shallow", str(self.layout.git_dir), reason)
        return found

    def history(self, commits: Iterable[str], most: int) -> list[Change]:
        """What each of the commits changed against its parents; a merge only what none of them has. Of more than `most`
        changes the rest is recorded as not read."""
        feed = "".join(f"{oid}\n" for oid in commits).encode()
        if not feed:
            return []
        arguments = ("diff-tree", "--stdin", "-c", "-r", "--root", "--always", *_RAW)
        with self.git.stream(*arguments, feed=feed, max_heap_bytes=_MAX_HEAP_BYTES) as process:
            changes = list(islice(parse_history(process.tokens(), self.layout.hex_length), most + 1))
            if len(changes) > most:
                reason = f"over {most:,} changes: the rest was not read (a larger --max-memory would do)"
                self.faults.add("too-deep", "history", reason)
            elif process.wait() != 0:
                reason = f"commits cannot be compared with their parents: {process.complaint()}"
                self.faults.add("missing-objects", "history", reason)
        return changes

    def commits(self, newest_first: list[str]) -> dict[str, Commit]:
        """Who made each of them, and when; `order` is their place in the list."""
        from leakscan.gitstore.commits import parse_commit

        order = {oid: len(newest_first) - place for place, oid in enumerate(newest_first)}
        return {
            found.oid: parse_commit(found.oid, found.data, order[found.oid]) for found in self.read(order)
        }

    def held(self, commit: str, paths: Iterable[bytes]) -> dict[bytes, str]:
        """Path -> the blob that a commit holds there."""
        # folder by folder: of all paths there may be more than anybody can list, and those that are asked for may hold
        # a value, which is not for a command line that every user may see
        below = [(path, path.split(b"/")) for path in paths]
        roots = [oid for oid, kind in self._kinds([f"{commit}^{{tree}}"]) if kind == "tree"]
        if not roots:
            self.faults.add("missing-objects", commit, "it leads to no tree")
        wanted = {oid: below for oid in roots if below}
        found: dict[bytes, str] = {}
        while wanted:
            following: dict[str, list[tuple[bytes, list[bytes]]]] = {}
            for tree in self.read(wanted):
                if tree.kind != "tree" or not is_tree(tree.data, self.layout.hex_length):
                    self.faults.add("corrupt-objects", tree.oid, "it is no tree, or a damaged one")
                entries = {
                    name: (kind, oid) for kind, name, oid in tree_entries(tree.data, self.layout.hex_length)
                }
                for path, (name, *rest) in wanted[tree.oid]:
                    kind, oid = entries.get(name, (SUBMODULE, ""))
                    if rest and kind == FOLDER:
                        following.setdefault(oid, []).append((path, rest))
                    elif not rest and kind not in (FOLDER, SUBMODULE):
                        found[path] = oid
            wanted = following
        return found

    def files(self, tree: str) -> list[Change]:
        """What a tree holds, as if all of it were new."""
        with self.git.stream("ls-tree", "-z", "-r", "--full-tree", tree) as process:
            lines = (token.partition(b"\t") for token in islice(process.tokens(), _MAX_FILES + 1))
            listed = [(facts.split(b" "), path) for facts, _, path in lines]
            if len(listed) > _MAX_FILES:
                self.faults.add("too-deep", tree, f"over {_MAX_FILES:,} files: the rest was not read")
            elif process.wait() != 0:
                self.faults.add("missing-objects", tree, f"the tree cannot be read: {process.complaint()}")
        return [Change(path, facts[2].decode(), ()) for facts, path in listed if facts[1] == b"blob"]

    def _empty_tree(self) -> str:
        return hashlib.new(self.layout.object_format, b"tree 0\0").hexdigest()
