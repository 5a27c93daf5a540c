"""A bare copy of a remote repository, made for reading: nothing is checked out, nothing of the remote's runs."""

from __future__ import annotations

import base64
import contextlib
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from leakscan.errors import GitError
from leakscan.gitstore.command import Git

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_QUIET = (
    "--quiet",
    "--prune",
    "--no-tags",
    "--no-recurse-submodules",
    "--no-write-fetch-head",
    "--no-auto-maintenance",
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
_LINE = re.compile(rb"([0-9a-f]{64}|[0-9a-f]{40})\t(\S+)")


_UNFINISHED = "objects/pack/tmp_*"


class TooLargeError(GitError):
    """The remote holds more than there is room for."""


@dataclass(frozen=True, slots=True)
class RemoteRefs:
    """What a remote says of itself: `head_ref` is empty where its HEAD names no branch; `lines` are `id TAB name`."""

    head_ref: bytes
    lines: tuple[bytes, ...]
    is_sha256: bool


class Mirror:
    """The copy in `folder`, made where there is none, and kept up to date by `update`. `protocols` may be used, others
    not; `token` is shown to the address's own host only, in git's environment: neither an argument nor a file."""

    def __init__(
        self, folder: Path, address: str, protocols: Collection[str], token: str, max_bytes: int
    ) -> None:
        self._folder = folder
        self._address = address
        self._max_bytes = max_bytes
        self._env = {
            "GIT_ALLOW_PROTOCOL": ":".join(sorted(protocols)),
            "GIT_SSH_COMMAND": "ssh -oBatchMode=yes -oConnectTimeout=60 -oPermitLocalCommand=no",
            "GIT_ASKPASS": "",
            "SSH_ASKPASS": "",
            "GIT_LFS_SKIP_SMUDGE": "1",
            **_authorization(address, token),
        }

    def update(self, refs: RemoteRefs) -> None:
        """Brings what is new since `ask` was asked. GitError as there."""
        if refs.is_sha256 and not self._is_sha256():
            self._make(is_sha256=True)
        seen = self._folder / "leakscan-refs"
        listing = b"".join(line + b"\n" for line in refs.lines)
        if refs.lines and not (seen.exists() and seen.read_bytes() == listing):
            seen.unlink(missing_ok=True)
            self._clear_away()
            self._fetch()
            _write(seen, listing)
        _write(self._folder / "HEAD", b"ref: " + (refs.head_ref or b"refs/heads/main") + b"\n")

    def ask(self) -> RemoteRefs:
        """What the remote holds now. GitError with git's own complaint, without credentials that an address holds."""
        if not (self._folder / "HEAD").exists():
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

    def _fetch(self) -> None:
        try:
            self._fetch_within_limit()
        except GitError:
            is_full = any(file.stat().st_size >= self._max_bytes for file in self._folder.glob(_UNFINISHED))
            self._clear_away()
            if is_full and self._max_bytes:
                raise TooLargeError(f"a pack over {self._max_bytes:,} bytes") from None
            raise

    def _fetch_within_limit(self) -> None:
        with _limit_files(self._max_bytes):
            self._run("fetch", *_QUIET, "--refmap=", "--", self._address, "+refs/*:refs/*")

    def _run(self, *arguments: str) -> bytes:
        git = Git(self._folder)
        with git.stream(*_SETTINGS, *arguments, env=self._env) as process:
            output = process.out.read(_REFS_BYTES)
            if process.out.read(1):
                raise GitError("the remote names too many refs")
            if process.wait() != 0:
                raise GitError(_harmless(process.complaint()))
        return output

    def _make(self, *, is_sha256: bool) -> None:
        for name in ("refs", "objects/info", "objects/pack"):
            (self._folder / name).mkdir(parents=True, exist_ok=True)
        config = f"[core]\n\trepositoryformatversion = {int(is_sha256)}\n\tbare = true\n"
        config += "[extensions]\n\tobjectFormat = sha256\n" if is_sha256 else ""
        _write(self._folder / "config", config.encode())
        _write(self._folder / "HEAD", b"ref: refs/heads/main\n")

    def _is_sha256(self) -> bool:
        return b"sha256" in (self._folder / "config").read_bytes()

    def _clear_away(self) -> None:
        """What a killed fetch left: locks, and packs that were not finished."""
        for pattern in ("*.lock", "refs/**/*.lock", _UNFINISHED, "objects/??/tmp_*"):
            for left in self._folder.glob(pattern):
                left.unlink(missing_ok=True)


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
