"""Which archive is it? Told by its first bytes or its last, never by its name; then its members, and theirs."""

from __future__ import annotations

import functools
import re
import struct
import zlib
from collections.abc import Callable, Generator, Iterator
from typing import TYPE_CHECKING, Final

from leakscan.unpack.budget import Budget, Exhausted, Limits, Member, Rest, Trouble, Unreadable
from leakscan.unpack.compiled import MAGICS, is_compiled, read_compiled

if TYPE_CHECKING:
    from leakscan.unpack.containers import Piece

    _Container = Callable[[bytes, Budget], Iterator[Piece]]

_LFS: Final = "Git LFS pointer"
_COMPILED: Final = "compiled Python"
_LFS_NAME: Final = re.compile(rb"\noid (sha256:[0-9a-f]{64})\n")
_MAX_LFS_BYTES = 1023  # by its specification
_MAGICS: Final = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\x1f\x8b\x08", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\0", "xz"),
    (b"]\0\0", "lzma"),
    # As git keeps an object in a file, for one.
    *((head, "zlib") for head in (b"x\x01", b"x\x5e", b"x\x9c", b"x\xda")),
    (b"PACK\0\0\0", "git pack"),
    *((b"# v%d git bundle\n" % version, "git bundle") for version in (2, 3)),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"SQLite format 3\0", "SQLite"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "RAR"),
    (b"\x04\x22\x4d\x18", "LZ4"),
    (b"\x50\x2a\x4d\x18", "zstd or LZ4"),  # a frame to be skipped comes first
    (b"LZIP\x01", "lzip"),
    (b"\x1f\x9d\x90", "compress"),
    (b"MSCF\0\0\0\0", "cabinet"),
    (b"\xed\xab\xee\xdb", "RPM"),
    (b"!<arch>\ndebian-binary", "Debian package"),
    (b"!<arch>\n", "ar"),
    (b"version https://git-lfs.github.com/spec/", _LFS),
    *((magic, _COMPILED) for magic in MAGICS),
)
HEADS: Final = tuple(magic for magic, _ in _MAGICS)  # and tar and programs, which have NULs in their heads
_BZIP2_BLOCK = (b"1AY&SY", b"\x17\x72\x45\x38\x50\x90")
_LZMA_HEAD = struct.Struct("<BIQB")  # the last one is where the data begin, always with 0
_LZMA_UNKNOWN, _LZMA_LARGEST = (1 << 64) - 1, 1 << 38
_ZLIB_HEAD_BYTES = 1024
_HEAD_BYTES = 4096  # and so many at the end, of what is no text, for those who look for anchors
_ZIP_END, _ZIP_END_BYTES, _ZIP_COMMENT_BYTES, _ZIP_ENTRY = b"PK\x05\x06", 22, 0xFFFF, b"PK\x01\x02"
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
    """All that `data` hold, and the archives that stand one behind the other at their end."""
    for _ in range(budget.limits.depth):
        data = yield from _unpack_one(data, form, path, packing, budget)
        if (behind := _form(data)) is None:
            return
        form = behind
    yield Trouble("too-deep", path, f"more than {budget.limits.depth} archives, one behind the other")


def _unpack_one(
    data: bytes, form: str, path: bytes, packing: tuple[str, ...], budget: Budget
) -> Generator[Member | Trouble, None, bytes]:
    """Returns what stands behind the end of the archive."""
    packing, rest = (*packing, form), b""
    if len(packing) > budget.limits.depth:
        yield Trouble("too-deep", path, f"packed more than {budget.limits.depth} times")
        return rest
    try:
        for piece in _pieces(data, form, budget, is_inner=len(packing) > 1):
            if isinstance(piece, Trouble):
                yield piece._replace(path=_join(path, piece.path))
                continue
            if isinstance(piece, Rest):
                rest = piece.data
                continue
            inner_path, content = _join(path, piece[0]), piece[1]
            inner = _form(content)
            if inner not in ("tar", _COMPILED):  # of archives too: comments, names, what was deleted
                yield Member(inner_path, content, packing)
            if inner is not None:
                yield from _unpack(content, inner, inner_path, packing, budget)
    except Unreadable as error:
        yield Trouble(error.kind, path, f"{form}: {error.reason}")
    return rest


def _pieces(data: bytes, form: str, budget: Budget, *, is_inner: bool) -> Iterator[Piece]:
    containers, streams = _readers()
    if form == "tar" and is_inner:  # of an outer one all that is not packed was seen
        from leakscan.unpack.containers import iter_tar

        yield from iter_tar(data, budget, with_rest=True)
    elif form in containers:
        yield from containers[form](data, budget)
    elif form in streams:
        budget.count_member()
        yield from streams[form](data, budget)
    elif form == _LFS:
        name = _LFS_NAME.search(data)
        raise Unreadable("lfs", f"the content itself is not here{': ' + name[1].decode() if name else ''}")
    else:
        raise Unreadable("unsupported-format", "not read by this version")


@functools.cache
def _readers() -> tuple[dict[str, _Container], dict[str, _Container]]:
    """Of archives with members, and of compressed streams. Most scans meet none, and start without their libraries."""
    from leakscan.unpack import streams
    from leakscan.unpack.ar import iter_ar
    from leakscan.unpack.containers import iter_tar, iter_zip
    from leakscan.unpack.database import iter_tables
    from leakscan.unpack.gitpack import iter_pack

    containers: dict[str, _Container] = {
        "zip": iter_zip,
        "tar": iter_tar,
        "SQLite": iter_tables,
        "git pack": iter_pack,
        "git bundle": iter_pack,
        "Debian package": iter_ar,
        "ar": iter_ar,
    }
    packed: dict[str, _Container] = {
        "gzip": streams.read_gzip,
        "bzip2": streams.read_bzip2,
        "xz": streams.read_xz,
        "lzma": streams.read_lzma,
        "zlib": streams.read_zlib,
        "zstd": streams.read_zstd,
        _COMPILED: read_compiled,
    }
    return containers, packed


def _join(path: bytes, name: bytes) -> bytes:
    return path + b"!" + name if path and name else path or name


def _form(data: bytes) -> str | None:
    if data.startswith(HEADS):
        form = next(form for magic, form in _MAGICS if data.startswith(magic))
        if _holds(form, data):
            return form
    if _sums_up(data[:512]):
        return "tar"
    return "zip" if _ends_as_zip(data) else None


def _holds(form: str, data: bytes) -> bool:
    """Whether data with the head of a form that is text is more than a text that starts alike."""
    if form == _LFS:
        return len(data) <= _MAX_LFS_BYTES and b"\noid sha256:" in data
    if form == "lzma":
        return len(data) > _LZMA_HEAD.size and _opens_lzma(*_LZMA_HEAD.unpack_from(data))
    if form == _COMPILED:
        return is_compiled(data)
    if form == "zlib":
        return _inflates(data[:_ZLIB_HEAD_BYTES])
    return form != "bzip2" or data[4:10] in _BZIP2_BLOCK


def _opens_lzma(_: int, window: int, size: int, begin: int) -> bool:
    """As its own tools tell it: a window of 2^n or 2^n + 2^(n - 1) bytes, and a size that could be one."""
    ones = window.bit_count()
    is_window = ones == 1 or (ones == 2 and window & window >> 1 != 0)
    return is_window and begin == 0 and (size == _LZMA_UNKNOWN or size < _LZMA_LARGEST)


def _inflates(head: bytes) -> bool:
    try:
        return bool(zlib.decompressobj().decompress(head, 1))
    except zlib.error:
        return False


def _ends_as_zip(data: bytes) -> bool:
    """A zip behind a program or a script: its last record says how long the directory before it is, and so it is."""
    if b"\0" not in data[:_HEAD_BYTES] and b"\0" not in data[-_HEAD_BYTES:]:  # as in nearly all there is
        return False
    at = data.rfind(_ZIP_END, max(0, len(data) - _ZIP_END_BYTES - _ZIP_COMMENT_BYTES))
    if at < 0 or len(data) - at < _ZIP_END_BYTES:
        return False
    start = at - int.from_bytes(data[at + 12 : at + 16], "little")
    return 0 <= start < at and data.startswith(_ZIP_ENTRY, start)


def _sums_up(header: bytes) -> bool:
    """The checksum of a tar header, the oldest kind too, is the sum of its bytes, its own eight counted as spaces."""
    try:
        told = int(header[148:156].strip(b" \0"), 8)
    except ValueError:
        return False
    return told == sum(header[:148] + b" " * 8 + header[156:])
