"""Which archive is it? Told by its first bytes, never by its name; then its members, and theirs."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from leakscan.unpack.budget import Budget, Exhausted, Limits, Member, Trouble, Unreadable

if TYPE_CHECKING:
    from leakscan.unpack.containers import Piece

    _Container = Callable[[bytes, Budget], Iterator[Piece]]
    _Stream = Callable[[bytes, Budget], bytes]

_LFS: Final = "Git LFS pointer"
_LFS_NAME: Final = re.compile(rb"\noid (sha256:[0-9a-f]{64})\n")
_MAX_LFS_BYTES = 1023  # by its specification
_MAGICS: Final = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\x1f\x8b\x08", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\0", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"SQLite format 3\0", "SQLite"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "RAR"),
    (b"version https://git-lfs.github.com/spec/", _LFS),
)
HEADS: Final = tuple(magic for magic, _ in _MAGICS)  # and tar, which has NULs in its head
_TAR_MARK, _TAR_MARK_AT = b"ustar", 257
_BZIP2_BLOCK = (b"1AY&SY", b"\x17\x72\x45\x38\x50\x90")
_LIMITS = Limits()


def iter_members(data: bytes, limits: Limits = _LIMITS) -> Iterator[Member | Trouble]:
    """Everything in the archive that is none itself; nothing at all if `data` is no archive."""
    form = _form(data)
    if form is None:
        return
    budget = Budget(limits, len(data))
    try:
        yield from _unpack(data, form, b"", (), budget)
    except Exhausted as limit:
        yield Trouble(limit.kind, b"", limit.reason)


def _unpack(
    data: bytes, form: str, path: bytes, packing: tuple[str, ...], budget: Budget
) -> Iterator[Member | Trouble]:
    packing = (*packing, form)
    if len(packing) > budget.limits.depth:
        yield Trouble("too-deep", path, f"packed more than {budget.limits.depth} times")
        return
    try:
        for piece in _pieces(data, form, budget):
            if isinstance(piece, Trouble):
                yield piece._replace(path=_join(path, piece.path))
                continue
            inner_path, content = _join(path, piece[0]), piece[1]
            inner = _form(content)
            if inner is None:
                yield Member(inner_path, content, packing)
            else:
                yield from _unpack(content, inner, inner_path, packing, budget)
    except Unreadable as error:
        yield Trouble(error.kind, path, f"{form}: {error.reason}")


def _pieces(data: bytes, form: str, budget: Budget) -> Iterator[Piece]:
    containers, streams = _readers()
    if form in containers:
        yield from containers[form](data, budget)
    elif form in streams:
        budget.count_member()
        yield b"", streams[form](data, budget)
    elif form == _LFS:
        name = _LFS_NAME.search(data)
        raise Unreadable("lfs", f"the content itself is not here{': ' + name[1].decode() if name else ''}")
    else:
        raise Unreadable("unsupported-format", "not read by this version")


@functools.cache
def _readers() -> tuple[dict[str, _Container], dict[str, _Stream]]:
    """Of archives with members, and of compressed streams. Most scans meet none, and start without their libraries."""
    from leakscan.unpack import streams
    from leakscan.unpack.containers import iter_tar, iter_zip
    from leakscan.unpack.database import iter_tables

    containers: dict[str, _Container] = {"zip": iter_zip, "tar": iter_tar, "SQLite": iter_tables}
    packed: dict[str, _Stream] = {
        "gzip": streams.read_gzip,
        "bzip2": streams.read_bzip2,
        "xz": streams.read_xz,
        "zstd": streams.read_zstd,
    }
    return containers, packed


def _join(path: bytes, name: bytes) -> bytes:
    return path + b"!" + name if path and name else path or name


def _form(data: bytes) -> str | None:
    if data.startswith(HEADS):
        form = next(form for magic, form in _MAGICS if data.startswith(magic))
        return form if _holds(form, data) else None
    return "tar" if data.startswith(_TAR_MARK, _TAR_MARK_AT) and _sums_up(data[:512]) else None


def _holds(form: str, data: bytes) -> bool:
    """Whether data with the head of a form that is text is more than a text that starts alike."""
    if form == _LFS:
        return len(data) <= _MAX_LFS_BYTES and b"\noid sha256:" in data
    return form != "bzip2" or data[4:10] in _BZIP2_BLOCK


def _sums_up(header: bytes) -> bool:
    """The checksum of a tar header is the sum of its bytes, its own eight counted as spaces."""
    try:
        told = int(header[148:156].strip(b" \0"), 8)
    except ValueError:
        return False
    return told == sum(header[:148] + b" " * 8 + header[156:])
