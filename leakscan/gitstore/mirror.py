"""A bare copy of a remote repository, made for reading: nothing is checked out, nothing of the remote's runs."""

from __future__ import annotations

import base64
import contextlib
import copy
import os
import re
import secrets
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from leakscan.errors import GitError
from leakscan.gitstore.command import Git
from leakscan.gitstore.packs import quote_alternate
from leakscan.gitstore.plainfile import read_file

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

_QUIET = (
    "--quiet",
    "--no-tags",
    "--no-recurse-submodules",
    "--no-write-fetch-head",
    "--no-auto-maintenance",
    "--update-shallow",  # else git leaves out what a shallow remote names, and says nothing
)
_SETTINGS = (
    *("-c", "http.lowSpeedLimit=1000", "-c", "http.lowSpeedTime=60", "-c", "fetch.unpackLimit=1"),
    *("-c", "core.bigFileThreshold=32m", "-c", "core.deltaBaseCacheLimit=32m", "-c", "pack.threads=1"),
    *(
        "-c",
        "transfer.credentialsInUrl=die",
        "-c",
        "fetch.fsckObjects=false",
        "-c",
        "transfer.bundleURI=false",
    ),
)
_REFS_BYTES = 256 << 20
_SEEN = "leakscan-refs"
_LEAST_ROOM = 1 << 20
_LINE = re.compile(rb"([0-9a-f]{64}|[0-9a-f]{40})\t(\S+)")


_CONFIG_BYTES = 1 << 16
_LEADING_ELSEWHERE = ("commondir", "config.worktree")
_UNFINISHED = "objects/pack/tmp_*"


class TooLargeError(GitError):
    """The remote holds more than there is room for."""


@dataclass(frozen=True, slots=True)
class RemoteRefs:
    """What a remote says of itself: `head_ref` is empty where its HEAD names no branch; `lines` are `id TAB name`."""

    head_ref: bytes
    lines: tuple[bytes, ...]
    is_sha256: bool

    @property
    def is_detached(self) -> bool:
        """HEAD names what no ref does."""
        named = [line.partition(b"\t") for line in self.lines]
        refs = {oid for oid, _, name in named if name.startswith(b"refs/")}
        return any(name == b"HEAD" and oid not in refs for oid, _, name in named)


class Mirror:
    """The copy in `folder`, made where there is none, and kept up to date by `update`. `protocols` may be used, others
    not; `token` is shown to the address's own host only, in git's environment: neither an argument nor a file."""

    def __init__(
        self, folder: Path, address: str, protocols: Collection[str], token: str, max_bytes: int
    ) -> None:
        self.folder = folder
        self.max_bytes = max_bytes
        self._address = address
        self._env = {
            "GIT_ALLOW_PROTOCOL": ":".join(sorted(protocols)),
            "GIT_SSH_COMMAND": "ssh -oBatchMode=yes -oConnectTimeout=60 -oPermitLocalCommand=no",
            "GIT_ASKPASS": "",
            "SSH_ASKPASS": "",
            "GIT_LFS_SKIP_SMUDGE": "1",
            **_authorization(address, token),
        }

    def beside(self, folder: Path, lender: Path) -> Mirror:
        """One that is made in another folder, for which git may use the objects of a `lender` too."""
        other = copy.copy(self)
        other.folder = folder
        other._env = self._env | {
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": os.fsdecode(quote_alternate(lender)),
        }
        return other

    def is_made(self) -> bool:
        """Whether anything was ever brought here."""
        return (self.folder / _SEEN).exists()

    def begin(self, refs: RemoteRefs, tips: Iterable[str]) -> None:
        """As `update`, of nothing. The remote is told of `tips`, objects of a lender, that they are here."""
        self._make(is_sha256=refs.is_sha256)
        place = f"refs/lent-{secrets.token_hex(8)}/"
        packed = self.folder / "packed-refs"
        _write(packed, "".join(f"{oid} {place}{number}\n" for number, oid in enumerate(tips)).encode())
        self._fetch(refs, "--no-prune")
        lines = packed.read_bytes().splitlines(keepends=True)
        _write(packed, b"".join(line for line in lines if place.encode() not in line))
        self._note(refs)

    def update(self, refs: RemoteRefs) -> None:
        """Brings what is new since `ask` was asked. GitError as there."""
        if refs.is_sha256 and not self._is_sha256():
            self._make(is_sha256=True)
        seen = self.folder / _SEEN
        is_known = seen.exists() and seen.read_bytes() == _listing(refs) and not self._is_shallow()
        if refs.lines and not is_known:
            seen.unlink(missing_ok=True)
            self._clear_away()
            self._fetch(refs, "--prune")
        self._note(refs)

    def _note(self, refs: RemoteRefs) -> None:
        _write(self.folder / _SEEN, _listing(refs))
        _write(self.folder / "HEAD", b"ref: " + (refs.head_ref or b"refs/heads/main") + b"\n")

    def ask(self) -> RemoteRefs:
        """What the remote holds now. GitError with git's own complaint, without credentials that an address holds."""
        if self.folder.is_symlink():
            raise GitError(f"{self.folder}: a symbolic link stands where the copy belongs: remove it")
        if not (self.folder / "HEAD").exists():
            self._make(is_sha256=False)
        output = self._run("ls-remote", "--symref", "--", self._address)
        head, lines = b"", []
        for line in output.split(b"\n"):
            if line.startswith(b"ref: ") and line.endswith(b"\tHEAD"):
                head = line[5:-5]
            elif _LINE.fullmatch(line):
                lines.append(line)
        head = head if head.startswith(b"refs/heads/") and b"\t" not in head else b""
        return RemoteRefs(head, tuple(lines), bool(lines) and len(lines[0].partition(b"\t")[0]) == 64)

    def _fetch(self, refs: RemoteRefs, pruning: str) -> None:
        deepening = ("--unshallow",) if self._is_shallow() else ()
        wanted = ("+refs/*:refs/*", *(("+HEAD:refs/detached/HEAD",) if refs.is_detached else ()))
        try:
            self.run("fetch", pruning, *deepening, *_QUIET, "--refmap=", "--", self._address, *wanted)
        except GitError:
            is_full = any(file.stat().st_size >= self.max_bytes for file in self.folder.glob(_UNFINISHED))
            has_room = shutil.disk_usage(self.folder).free >= _LEAST_ROOM
            self._clear_away()
            if is_full and self.max_bytes:
                raise TooLargeError(f"a pack over {self.max_bytes:,} bytes") from None
            if not has_room:  # git could not even write down what ails it
                raise GitError("no room is left on the disk for the copy: make some") from None
            raise

    def tips(self) -> list[str]:
        """What the remote's refs named when it was last brought here."""
        lines = (self.folder / _SEEN).read_bytes().split(b"\n")
        named = (line.split(b"\t") for line in lines if b"\trefs/" in line and not line.endswith(b"^{}"))
        return sorted({oid.decode() for oid, _ in named})

    def run(self, *arguments: str, feed: bytes = b"") -> bytes:
        """What git says in the copy. GitError; no file that it writes is larger than one copy may be."""
        with _limit_files(self.max_bytes):
            return self._run(*arguments, feed=feed)

    def _run(self, *arguments: str, feed: bytes = b"") -> bytes:
        self._settle()
        git = Git(self.folder)
        with git.stream(*_SETTINGS, *arguments, env=self._env, feed=feed, may_stand_still=True) as process:
            output = process.out.read(_REFS_BYTES)
            if process.out.read(1):
                raise GitError("there are too many refs or objects")
            if process.wait() != 0:
                raise GitError(_harmless(process.complaint()))
        return output

    def _make(self, *, is_sha256: bool) -> None:
        for name in ("refs", "objects/info", "objects/pack"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        _write(self.folder / "config", _config(is_sha256=is_sha256))
        _write(self.folder / "HEAD", b"ref: refs/heads/main\n")

    def _settle(self) -> None:
        """Whatever stood in the folder before: git is led nowhere else and obeys no settings but these."""
        for name in _LEADING_ELSEWHERE:
            (self.folder / name).unlink(missing_ok=True)
        settings = _config(is_sha256=self._is_sha256())
        if self._settings() != settings:
            _write(self.folder / "config", settings)

    def _is_shallow(self) -> bool:
        return (self.folder / "shallow").exists()

    def _is_sha256(self) -> bool:
        return b"objectFormat = sha256" in self._settings()

    def _settings(self) -> bytes:
        try:
            return read_file(self.folder / "config", _CONFIG_BYTES, follow=False)
        except OSError:  # whatever it is, it is replaced
            return b""

    def _clear_away(self) -> None:
        """What a killed fetch left: locks, and packs that were not finished."""
        for pattern in ("*.lock", "refs/**/*.lock", _UNFINISHED, "objects/??/tmp_*"):
            for left in self.folder.glob(pattern):
                left.unlink(missing_ok=True)


def _config(*, is_sha256: bool) -> bytes:
    config = f"[core]\n\trepositoryformatversion = {int(is_sha256)}\n\tbare = true\n"
    return (config + ("[extensions]\n\tobjectFormat = sha256\n" if is_sha256 else "")).encode()


def _listing(refs: RemoteRefs) -> bytes:
    return b"".join(line + b"\n" for line in refs.lines)


def _authorization(address: str, token: str) -> dict[str, str]:
    """HTTP basic authentication as GitHub and GitLab take it, for this host alone."""
    if not token:
        return {}
    parts = urlsplit(address)
    basic = base64.b64encode(b"x-access-token:" + token.encode()).decode()
    return {
        "GIT_CONFIG_COUNT": "2",
        "GIT_CONFIG_KEY_0": f"http.{parts.scheme}://{parts.netloc}/.extraHeader",
        "GIT_CONFIG_VALUE_0": f"Authorization: Basic {basic}",
        "GIT_CONFIG_KEY_1": "http.followRedirects",  # git would show the header to whomever it is sent to
        "GIT_CONFIG_VALUE_1": "false",
    }


def _harmless(complaint: str) -> str:
    return re.sub(r"//[^/@\s]*@", "//", complaint)


def _write(path: Path, data: bytes) -> None:
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)  # a link there would be followed
    new.write_bytes(data)
    os.replace(new, path)


@contextlib.contextmanager
def _limit_files(max_bytes: int) -> Iterator[None]:
    """No file that git writes meanwhile grows over the limit: a fetch makes one pack."""
    if sys.platform == "win32" or not max_bytes:
        yield
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    limit = max_bytes if hard == resource.RLIM_INFINITY else min(max_bytes, hard)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
