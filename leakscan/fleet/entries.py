"""What the user names -> the repositories of a run: lists, folders, single addresses."""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from leakscan.errors import ConfigError, GitError
from leakscan.fleet.job import Entry
from leakscan.gitstore import Layout, find_layout
from leakscan.model import Failure, Skipped

MAX_LIST_BYTES = 64 << 20
_MAX_DEPTH = 12
# user@host:path, as ssh has it
_SCP_LIKE = re.compile(r"(?:[A-Za-z0-9_.+-]+@)?[A-Za-z0-9][A-Za-z0-9.-]*:(?!//)[^\s:][^\s]*")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_ODD = re.compile(r"[\x00-\x20\x7f]")
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Fleet:
    """The repositories, each once; `refused` are entries that cannot be read at all, `skipped` those named twice."""

    entries: tuple[Entry, ...]
    refused: tuple[Failure, ...] = ()
    skipped: tuple[Skipped, ...] = ()


class RefusedError(ValueError):
    """An entry that no run can read; the text says what to write instead, and holds no credential."""


def is_address(text: str) -> bool:
    return bool(_SCHEME.match(text) or (_SCP_LIKE.fullmatch(text) and not os.path.exists(text)))


def parse_address(text: str, protocols: Iterable[str], *, size: int = 0) -> Entry:
    """RefusedError for protocols that were not asked for and for credentials in the address."""
    scheme = _SCHEME.match(text)
    if scheme is None:
        if not _SCP_LIKE.fullmatch(text):
            raise RefusedError("not an address")
        _check_protocol("ssh", protocols)
        return Entry(text, text, is_remote=True, size=size)
    try:
        parts = urlsplit(text)
        host, user, password = parts.hostname or "", parts.username, parts.password
    except ValueError:
        raise RefusedError("not an address") from None
    protocol = parts.scheme.lower()
    if password is not None or (user is not None and protocol in ("http", "https")):
        raise RefusedError(
            "the address holds credentials: take them out, and name the variable with the token: --token HOST=VARIABLE"
        )
    if _ODD.search(text) or host.startswith("-") or (protocol != "file" and not host):
        raise RefusedError("not an address")
    if protocol == "http" and host not in LOOPBACK:
        raise RefusedError("http is not protected: write https")
    _check_protocol(protocol, protocols)
    return Entry(text, text, is_remote=True, size=size)


def _check_protocol(protocol: str, protocols: Iterable[str]) -> None:
    if protocol not in protocols:
        raise RefusedError(
            f"the protocol {protocol} is not allowed: --protocol allows https, ssh, file, http"
        )


def parse_list(data: bytes, base: Path, protocols: Iterable[str]) -> Iterator[Entry | Failure]:
    """One a line: a folder (from `base` on), or an address; `#` begins a comment line."""
    for number, raw in enumerate(data.removeprefix(codecs.BOM_UTF8).split(b"\n"), 1):
        line = os.fsdecode(raw.strip())
        if not line or line.startswith("#"):
            continue
        try:
            yield parse_address(line, protocols) if is_address(line) else local_entry(base / line, line)
        except RefusedError as error:
            yield Failure("unreachable", f"{_without_user(line)} (line {number:,})", str(error))


def _without_user(text: str) -> str:
    return re.sub(r"//[^/\s]*@", "//", text)


def local_entry(path: Path, name: str) -> Entry:
    """A folder on this machine. RefusedError if no repository is there."""
    if "\0" in name or not os.path.isdir(path):  # Path.is_dir raises for a name that is too long
        raise RefusedError("no such folder")
    try:
        layout = find_layout(path)
    except GitError as error:
        raise RefusedError(str(error)) from None
    if layout is None:
        raise RefusedError("not a git repository")
    return _entry(path, name, layout)


def _entry(path: Path, name: str, layout: Layout) -> Entry:
    return Entry(name, os.path.realpath(path), size=_pack_bytes(layout.objects / "pack"))


def find_repositories(folder: Path) -> Iterator[Entry | Failure]:
    """The folder itself, or every repository below it that is not inside another; links are not followed."""
    stack = [(folder, 0)]
    while stack:
        path, depth = stack.pop()
        try:
            if (layout := find_layout(path)) is not None:
                yield _entry(path, str(path), layout)
                continue
            if depth == _MAX_DEPTH:
                yield Failure("too-deep", str(path), f"more than {_MAX_DEPTH} folders deep")
                continue
            with os.scandir(path) as found:
                names = sorted(entry.name for entry in found if entry.is_dir(follow_symlinks=False))
            stack += [(path / name, depth + 1) for name in reversed(names)]
        except GitError as error:
            yield Failure("unreachable", str(path), str(error))
        except OSError as error:
            yield Failure("unreachable", str(path), error.strerror or "cannot be read")


def gather(found: Iterable[Entry | Failure]) -> Fleet:
    """Each repository once, in the order of names. ConfigError if there is none at all."""
    entries: dict[str, Entry] = {}
    refused: list[Failure] = []
    skipped: list[Skipped] = []
    for item in found:
        if isinstance(item, Failure):
            refused.append(item)
        elif item.id in entries:
            skipped.append(Skipped(item.name, "named twice"))
        else:
            entries[item.id] = item
    if not entries and not refused:
        raise ConfigError("no repository is named: give a list, a folder of repositories, or addresses")
    return Fleet(
        tuple(sorted(entries.values(), key=lambda entry: (entry.name, entry.id))),
        tuple(sorted(set(refused), key=lambda f: (f.where, f.reason))),
        tuple(sorted(skipped, key=lambda s: s.where)),
    )


def _pack_bytes(folder: Path) -> int:
    try:
        with os.scandir(folder) as found:
            return sum(entry.stat().st_size for entry in found if entry.name.endswith(".pack"))
    except OSError:
        return 0
