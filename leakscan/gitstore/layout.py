"""Where a repository keeps its things, found by looking at files: git and its configuration are not asked."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from leakscan.errors import GitError
from leakscan.gitstore.gitconfig import Setting, parse_config
from leakscan.gitstore.plainfile import read_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from leakscan.gitstore.faults import Faults

HEX_LENGTH = {"sha1": 40, "sha256": 64}
_MAX_POINTER_BYTES = 1 << 16
_MAX_CONFIG_BYTES = 1 << 22
_PACK_NAME = re.compile(r"pack-([0-9a-f]{64}|[0-9a-f]{40})\.(?:pack|idx)")
_FAN_OUT_NAME = re.compile(r"[0-9a-f]{2}")
_LOOSE_NAME = re.compile(r"[0-9a-f]{62}|[0-9a-f]{38}")
_KNOWN_EXTENSIONS = frozenset(
    {"compatobjectformat", "noop", "noop-v1", "objectformat", "partialclone", "preciousobjects"}
    | {"refstorage", "relativeworktrees", "submodulepathconfig", "worktreeconfig"}
)


class Layout(NamedTuple):
    """Facts read as data from a repository.

    `git_dir` holds HEAD and the index, `common_dir` objects and refs (another folder in a linked worktree);
    `work_tree` is None for a bare one; `object_format` is "sha1" or "sha256". `owner` is the folder that this
    repository was made for, if we made it."""

    git_dir: Path
    common_dir: Path
    work_tree: Path | None
    object_format: str
    owner: Path | None = None

    @property
    def outside(self) -> Path:
        """Where no program of ours may come from: what stands there is the repository's."""
        return self.owner or self.work_tree or self.git_dir

    @property
    def hex_length(self) -> int:
        return HEX_LENGTH[self.object_format]

    @property
    def objects(self) -> Path:
        return self.common_dir / "objects"


def find_layout(path: Path, *, work_tree: Path | None = None) -> Layout | None:
    """The repository whose root `path` is: a work tree's root or a bare git directory. None if it is neither.
    `work_tree` is that of a git directory which stands elsewhere.

    GitError if `.git` is a file or link that names a git directory which is not there, neither file nor folder, or a
    folder that may not be read."""
    path = Path(os.path.realpath(path))
    dot_git = path / ".git"
    if os.path.isdir(dot_git):
        if not os.access(dot_git, os.R_OK | os.X_OK):
            raise GitError(f"{dot_git}: the git directory may not be read")
        if os.path.lexists(dot_git / "HEAD") or os.path.isdir(dot_git / "objects"):
            return _layout(Path(os.path.realpath(dot_git)), path)
    elif os.path.lexists(dot_git):
        target = _pointer(dot_git, "gitdir:")
        if target is None or not os.path.lexists(target / "HEAD"):
            raise GitError(f"{dot_git}: the git directory that it names is not there")
        return _layout(target, path)
    if os.path.lexists(path / "HEAD") and _is_git_dir(path):
        return _layout(path, work_tree)
    return None


def is_repository(root: bytes, folder: bytes) -> bool:
    """Whether `root`/`folder` is the root of a repository, if of one that cannot be opened."""
    try:
        return find_layout(Path(os.fsdecode(os.path.join(root, folder)))) is not None
    except GitError:
        return True
    except (OSError, ValueError):
        return False


def find_enclosing(path: Path) -> Layout | None:
    """The nearest folder at or above `path` that is the root of a work tree."""
    path = Path(os.path.realpath(path))
    for folder in (path, *path.parents):
        if os.path.lexists(folder / ".git"):
            layout = find_layout(folder)
            if layout is not None and layout.work_tree is not None:
                return layout
    return None


def find_here(folder: Path, environ: Mapping[str, str]) -> Layout:
    """The repository that a git command in `folder` would use: GIT_DIR and GIT_WORK_TREE are honoured."""
    given = environ.get("GIT_DIR")
    if given:
        work_tree = Path(os.path.realpath(folder / environ.get("GIT_WORK_TREE", ".")))
        found = find_layout(folder / given, work_tree=work_tree)
    else:
        found = find_enclosing(folder) or find_layout(folder)
    if found is None:
        raise GitError(f"{folder}: not in a git repository")
    return found


def read_settings(layout: Layout) -> list[Setting]:
    """The settings of the repository's config file; none if it has no such file."""
    try:
        return parse_config(read_file(layout.common_dir / "config", _MAX_CONFIG_BYTES))
    except FileNotFoundError:
        return []


def check_format(layout: Layout, faults: Faults) -> list[Setting]:
    """The settings; records an unreadable config and formats that git may store in ways unknown to us."""
    config = layout.common_dir / "config"
    try:
        settings = read_settings(layout)
    except OSError as error:
        faults.add("unreadable", str(config), f"the configuration cannot be read: {error.strerror or error}")
        return []
    version = _last(settings, "core", "repositoryformatversion") or "0"
    storage = _last(settings, "extensions", "refstorage")
    if storage not in ("", "files", "reftable"):
        faults.add("unsupported-format", str(config), f"refs are stored as {storage[:20]}, which is unknown")
    if version not in ("0", "1"):
        faults.add("unsupported-format", str(config), f"repository format version {version[:20]} is unknown")
    if version != "0":
        for setting in settings:
            if setting.section == "extensions" and setting.key not in _KNOWN_EXTENSIONS:
                faults.add("unsupported-format", str(config), f"the extension {setting.key} is unknown")
    return settings


def is_reftable(layout: Layout) -> bool:
    """Refs stand in tables, not in files: the settings say so, or if they say nothing the HEAD that git leaves then to
    its older versions."""
    with suppress(OSError):
        if storage := _last(read_settings(layout), "extensions", "refstorage"):
            return storage == "reftable"
    with suppress(OSError):
        return read_file(layout.git_dir / "HEAD", _MAX_POINTER_BYTES).rstrip() == b"ref: refs/heads/.invalid"
    return False


def is_promisor(settings: list[Setting]) -> bool:
    """The configuration says that a remote holds what is missing here."""
    return bool(_last(settings, "extensions", "partialclone")) or any(
        setting.section == "remote" and setting.key in ("promisor", "partialclonefilter")
        for setting in settings
    )


def _last(settings: list[Setting], section: str, key: str) -> str:
    values = [s.value for s in settings if (s.section, s.subsection, s.key) == (section, "", key)]
    return values[-1].lower() if values else ""


def _layout(git_dir: Path, work_tree: Path | None) -> Layout:
    common_dir = _common_dir(git_dir)
    found = Layout(git_dir, common_dir, work_tree, "sha1")
    return Layout(git_dir, common_dir, work_tree, _format_of_names(found.objects) or _format_of_config(found))


def _common_dir(git_dir: Path) -> Path:
    return _pointer(git_dir / "commondir", "") or git_dir


def _is_git_dir(path: Path) -> bool:
    common = _common_dir(path)
    has_refs = any(os.path.lexists(common / name) for name in ("refs", "packed-refs", "reftable"))
    return has_refs and os.path.isdir(common / "objects")


def _pointer(file: Path, prefix: str) -> Path | None:
    """The folder that a one-line file names, relative to its own; None if it says nothing of the kind."""
    try:
        text = read_file(file, _MAX_POINTER_BYTES)
    except OSError:
        return None
    if not text.startswith(prefix.encode()) or b"\0" in text:
        return None
    target = text[len(prefix) :].rstrip(b"\r\n")
    target = target.lstrip(b" ") if prefix else target
    return Path(os.path.realpath(file.parent / os.fsdecode(target))) if target else None


def _format_of_names(objects: Path) -> str:
    """What the names of packs and loose objects say, whatever a config claims; empty if there are none."""
    for place in ("pack", *filter(_FAN_OUT_NAME.fullmatch, sorted(_list(objects)))):
        pattern = _PACK_NAME if place == "pack" else _LOOSE_NAME
        for name in _list(objects / place):
            match = pattern.fullmatch(name)
            if match:
                return "sha256" if len(match[match.lastindex or 0]) > 40 else "sha1"
    return ""


def _list(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _format_of_config(layout: Layout) -> str:
    try:
        wanted = _last(read_settings(layout), "extensions", "objectformat")
    except OSError:
        return "sha1"
    return "sha256" if wanted == "sha256" else "sha1"
