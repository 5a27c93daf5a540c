"""What leaks beside content: names of files and refs, targets of links, and the git directory's own files."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from leakscan.anchors import Matcher
from leakscan.gitstore.refs import git_dirs
from leakscan.model import Blob, Failure, Skipped, WorktreeFile
from leakscan.sources import Item
from leakscan.sources.leftovers import left_among_objects
from leakscan.sources.tables import FOLDER as TABLES
from leakscan.sources.tables import beside_tables, read_stack, reflogs
from leakscan.sources.tree import Entry, iter_files, iter_folder

if TYPE_CHECKING:
    from leakscan.detect import Detector
    from leakscan.gitstore import Layout
    from leakscan.gitstore.named import NameTests

_HOLDS_OBJECTS = (b"objects", b"modules", b"worktrees", TABLES)
_OF_LFS = re.compile(rb"lfs/objects/../../[0-9a-f]{64}")  # read with their pointers
_HOLDS_IDS = re.compile(
    rb"(?:packed-refs|shallow|[A-Z_]*HEAD|(?:refs|logs|reftable|rebase-[a-z]+|sequencer)/.*)\Z", re.DOTALL
)
_MAX_REMEMBERED = 1 << 16
_AT_ONCE = 10_000  # names
_APART = bytes.maketrans(b"/.\n", b"   ")
_BEFORE_RUN = re.compile(rb"(?<=[0-9A-Za-z])[_-](?=[0-9A-Za-z]{32,}(?![0-9A-Za-z]))")
# Looks back from its first digit, not before it: a search of what holds no digit is eight times faster so.
_ID = re.compile(rb"[0-9a-f](?<![0-9A-Za-z].)[0-9a-f]{39}(?:[0-9a-f]{24})?(?![0-9A-Za-z])")
# Copies of what commits say.
_SUBJECT = re.compile(
    rb"^[0-9a-f]{40,64} [0-9a-f]{40,64} [^\n]*\t(?:commit|rebase|cherry-pick|revert|am)\b[^\n]*$",
    re.MULTILINE,
)
_COMMENT = re.compile(rb"^#[^\n]*$", re.MULTILINE)
_NO_COMMENT = re.compile(rb"^[^#\n][^\n]*$", re.MULTILINE)
_LEFT_OUT = re.compile(rb"index|sharedindex\.[0-9a-f]+")


def link_targets(root: Path, paths: Iterable[bytes]) -> Iterator[Blob]:
    """Where symbolic links lead, as git would store it."""
    folder = os.fsencode(root)
    for path in paths:
        try:
            target = os.readlink(os.path.join(folder, path))
        except (OSError, ValueError):
            continue
        yield Blob("", target, WorktreeFile(path))


def names_with_anchors(names: Iterable[bytes], has_anchor: Callable[[bytes], bool]) -> Iterator[Blob]:
    """Those names that may hold a value, each as a content that stands at the name itself."""
    pending = iter(dict.fromkeys(names))
    while several := list(islice(pending, _AT_ONCE)):
        lines = _as_lines(several)
        if has_anchor(lines):
            texts = zip(several, lines.split(b"\n"), strict=True)
            yield from (Blob("", text, WorktreeFile(name)) for name, text in texts if has_anchor(text))


def name_tests(detector: Detector) -> NameTests:
    """How to know names that may hold a value, and paths that do."""
    from leakscan.gitstore.named import NameTests

    single = Matcher(replace(detector.spec_of_names, hidden=True))
    whole = Matcher(replace(detector.spec, hidden=True))
    may_hold = lru_cache(_MAX_REMEMBERED)(lambda name: single.has_anchor(as_text(name)))
    return NameTests(may_hold, lambda path: whole.has_anchor(as_text(path)))


def as_text(name: bytes) -> bytes:
    """A name as a text of the same length, in which a value stands by itself: `a/secret_V.txt` is `a secret=V txt`."""
    return _as_lines([name])


def _as_lines(names: Iterable[bytes]) -> bytes:
    return _BEFORE_RUN.sub(b"=", b"\n".join(name.translate(_APART) for name in names))


def git_dir_items(
    layout: Layout,
    refs: Iterable[bytes],
    has_anchor: Callable[[bytes], bool],
    head: Callable[[], bytes] = bytes,
) -> Iterator[Item]:
    """The names of refs and the git directory's own files, less a copy of what `head` says."""
    for item in _git_dir_items(layout, refs, has_anchor):
        if (
            isinstance(item, Blob)
            and _is_message(item)
            and has_anchor(item.data)
            and _is_in(head(), item.data)
        ):
            item = Blob(item.oid, _NO_COMMENT.sub(b"", item.data), item.origin)
        yield item


def _is_message(item: Blob) -> bool:
    return isinstance(item.origin, WorktreeFile) and item.origin.path.endswith(b"COMMIT_EDITMSG")


def _is_in(commit: bytes, message: bytes) -> bool:
    return _COMMENT.sub(b"", message).strip() in commit


def _git_dir_items(
    layout: Layout, refs: Iterable[bytes], has_anchor: Callable[[bytes], bool]
) -> Iterator[Item]:
    label = b".git/" if layout.work_tree is not None else b""
    yield from names_with_anchors((label + ref for ref in refs), has_anchor)
    for folder in _git_folders(layout):
        yield from _git_files(folder, label)
        yield from _table_items(layout, folder, label, has_anchor)
    for folder in git_dirs(layout)[1:]:
        name = b"worktrees/" + os.fsencode(folder.name)
        if not os.path.isdir(folder):
            yield from _told_as(label, iter_files(layout.common_dir, [name]))
        elif folder != layout.git_dir:
            yield from _git_files(folder, label + name + b"/", (b"modules", TABLES))
            yield from _table_items(layout, folder, label + name + b"/", has_anchor)
    yield from left_among_objects(layout, label)


def _git_folders(layout: Layout) -> Iterable[Path]:
    """The git directory, and the common one if there is one: without objects it is none, whatever file names it."""
    common = [layout.common_dir] if os.path.isdir(layout.objects) else []
    return dict.fromkeys((*common, layout.git_dir))


def _git_files(git_dir: Path, label: bytes, others: Collection[bytes] = _HOLDS_OBJECTS) -> Iterator[Item]:
    """The git directory's own files (config, hooks, FETCH_HEAD, what editors left), under `label`, without the ids of
    objects; those of its folders that hold objects or `others` of git directories are not among them."""
    yield from _told_as(label, _with_targets(git_dir, iter_files(git_dir, _listed(git_dir, others))))


def _table_items(
    layout: Layout, git_dir: Path, label: bytes, has_anchor: Callable[[bytes], bool]
) -> Iterator[Item]:
    """The folder of tables: where git reads no refs from them they are files as any."""
    stack = read_stack(layout, git_dir)
    if stack is not None:
        yield from names_with_anchors((label + name for name in sorted(stack.names)), has_anchor)
        yield from _told_as(label, reflogs(stack))
    yield from _told_as(label, iter_files(git_dir, beside_tables(git_dir, stack)))


def _with_targets(folder: Path, items: Iterable[Item]) -> Iterator[Item]:
    for item in items:
        yield item
        if isinstance(item, Skipped):
            yield from link_targets(folder, [os.fsencode(item.where)])


def _told_as(label: bytes, items: Iterable[Item]) -> Iterator[Item]:
    for item in items:
        if isinstance(item, Blob) and isinstance(item.origin, WorktreeFile):
            path = item.origin.path
            data = _SUBJECT.sub(b"", item.data) if path.startswith((b"logs/", TABLES)) else item.data
            if _HOLDS_IDS.match(path):
                data = _without_ids(data)
            yield Blob("", data, WorktreeFile(label + path))
        elif isinstance(item, Failure) and item.kind == "vanished" and item.where.endswith(".lock"):
            yield Skipped(os.fsdecode(label) + item.where, "a lock that git has taken away")
        elif isinstance(item, Failure | Skipped):
            yield replace(item, where=os.fsdecode(label) + item.where)


def _without_ids(data: bytes) -> bytes:
    """Noughts in place of them. There may be millions: `sub` would make a piece of each, and of what is between."""
    if not _ID.search(data):
        return data
    found = bytearray(data)
    for match in _ID.finditer(data):
        found[match.start() : match.end()] = b"0" * len(match[0])
    return bytes(found)


def _listed(git_dir: Path, others: Collection[bytes]) -> Iterator[Entry]:
    try:
        with os.scandir(os.fsencode(git_dir)) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return  # the store told it
    for entry in found:
        if entry.is_dir(follow_symlinks=False):
            if entry.name not in others:
                yield from (
                    inner
                    for inner in iter_folder(git_dir, entry.name)
                    if not isinstance(inner, bytes) or not _OF_LFS.fullmatch(inner)
                )
        elif not _LEFT_OUT.fullmatch(entry.name):
            yield entry.name
