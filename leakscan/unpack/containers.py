"""Archives of many members: zip (wheels, jars, office documents) and tar. Names are only ever shown."""

from __future__ import annotations

import contextlib
import io
import lzma
import re
import struct
import tarfile
import zipfile
from collections.abc import Iterator
from typing import IO, Final

from leakscan.unpack import deflate
from leakscan.unpack.budget import Budget, Exhausted, Rest, Trouble, Unreadable
from leakscan.unpack.tarheader import CheckedTarInfo

_ENCRYPTED: Final = 1  # bit of the flags of a zip member
_LOCAL_HEADER, _LOCAL_HEADER_BYTES = b"PK\x03\x04", 30
_NAME_LENGTH_AT = 26  # the length of the name, and of what stands behind it
_SIZE_AT, _ZIP64, _DESCRIPTOR_BYTES = 18, 0xFFFFFFFF, 12
_MAX_VERSION, _MAX_METHOD = 63, 99  # that a zip may ask for (APPNOTE 6.3.10)
_DIRECTORY_ENTRY, _DIRECTORY_ENTRY_BYTES = b"PK\x01\x02", 46
_ERRORS = (
    *deflate.ERRORS,
    *(zipfile.BadZipFile, tarfile.TarError, lzma.LZMAError, EOFError, OSError, ValueError),
)
_LIMITS_OF_READERS = (RecursionError, OverflowError, KeyError, IndexError, AttributeError, UnicodeError)
_END, _END_BYTES = b"PK\x05\x06", 22
_DAMAGED = "damaged or cut off"
_NULS = re.compile(rb"\0+")

Piece = tuple[bytes, bytes] | Trouble | Rest


def iter_zip(data: bytes, budget: Budget) -> Iterator[Piece]:
    """(name, content) of each file."""
    most = budget.limits.members
    # before the list of them is built
    if len(data) > most * _DIRECTORY_ENTRY_BYTES and data.count(_DIRECTORY_ENTRY) > most:
        raise Exhausted("too-large", f"more than {budget.limits.members:,} members")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (*_ERRORS, *_LIMITS_OF_READERS, NotImplementedError):
        raise Unreadable("bad-archive", _DAMAGED) from None
    with archive:
        for info in archive.infolist():
            budget.count_member()
            name = info.filename.encode("utf-8", "surrogateescape")
            if info.flag_bits & _ENCRYPTED:
                yield Trouble("encrypted", name, "protected by a password")
                continue
            behind = bytearray()
            try:
                with archive.open(info) as file:  # it checks what stands before the content
                    content = _content(data, info, file, budget, behind)
            except NotImplementedError:
                yield Trouble("unsupported-format", name, "compressed in a way that Python does not read")
            except Unreadable as error:
                yield Trouble(error.kind, name, error.reason)
            except (*_ERRORS, *_LIMITS_OF_READERS, RuntimeError):
                yield Trouble("bad-archive", name, _DAMAGED)
            else:
                if content or not name.endswith(b"/"):  # a folder, unless there is something in it
                    yield name, content
            if behind.strip(b"\0") or _claims_less(data, info):
                yield Trouble("bad-archive", name, "holds more behind its content")
        if _has_unlisted(data, archive):
            yield Trouble("bad-archive", b"", "zip: holds members that its directory does not list")
        else:
            yield Rest(data[data.rfind(_END) + _END_BYTES :])


def _content(data: bytes, info: zipfile.ZipInfo, file: IO[bytes], budget: Budget, behind: bytearray) -> bytes:
    if info.compress_type == zipfile.ZIP_DEFLATED:
        with contextlib.suppress(EOFError, *deflate.ERRORS):  # isal keeps the last bytes of what is cut off
            return budget.take(_inflated(data, info, behind))
    return budget.read(file)


def _claims_less(data: bytes, info: zipfile.ZipInfo) -> bool:
    """More is there than the directory says: the member's own header says so, or nothing should be and something is."""
    size = int.from_bytes(data[info.header_offset + _SIZE_AT : info.header_offset + _SIZE_AT + 4], "little")
    if info.compress_size < size < _ZIP64:
        return True
    start = _content_start(data, info)
    behind = data[start : start + _DESCRIPTOR_BYTES]
    return not info.compress_size and not behind.startswith(b"PK") and bool(behind.strip(b"\0"))


def _has_unlisted(data: bytes, archive: zipfile.ZipFile) -> bool:
    """A member stands before, between or behind those that are listed: it was taken off the list, or hides."""
    place = 0
    for info in sorted(archive.infolist(), key=lambda info: info.header_offset):
        if _has_header(data, place, info.header_offset):
            return True
        place = max(place, info.header_offset + len(_LOCAL_HEADER))
        if info.compress_type == zipfile.ZIP_STORED:  # another archive, for one
            place = max(place, _content_start(data, info) + info.compress_size)
    return _has_header(data, place, len(data))


def _has_header(data: bytes, place: int, end: int) -> bool:
    """The header of a member stands in data[place:end], or what looks like one."""
    end = min(end, len(data))
    while (place := data.find(_LOCAL_HEADER, place, end)) >= 0 and place + _LOCAL_HEADER_BYTES < end:
        version, _, method = struct.unpack_from("<HHH", data, place + len(_LOCAL_HEADER))
        name, _ = struct.unpack_from("<HH", data, place + _NAME_LENGTH_AT)
        if version <= _MAX_VERSION and method <= _MAX_METHOD and name:
            return True
        place += 1
    return False


def _content_start(data: bytes, info: zipfile.ZipInfo) -> int:
    lengths = data[info.header_offset + _NAME_LENGTH_AT : info.header_offset + _LOCAL_HEADER_BYTES]
    name, extra = struct.unpack("<HH", lengths.ljust(4, b"\0"))
    return info.header_offset + _LOCAL_HEADER_BYTES + int(name + extra)


def _inflated(data: bytes, info: zipfile.ZipInfo, behind: bytearray) -> Iterator[bytes]:
    """The content of a member whose local header was found good. Errors as `inflate`; EOFError also where it lies
    behind the end of the archive."""
    start = _content_start(data, info)
    packed = memoryview(data)[start : start + info.compress_size]
    if info.compress_size and not packed:
        raise EOFError
    return deflate.inflate(packed, info.file_size, info.CRC, behind)


def iter_tar(data: bytes, budget: Budget, *, with_rest: bool = False) -> Iterator[Piece]:
    """(name, content) of each file. A damaged header ends it: what is behind cannot be found, which is told.
    `with_rest`: also, without a name, what stands beside the files (names, targets of links, comments) as lines."""
    try:
        archive = tarfile.open(  # noqa: SIM115
            fileobj=io.BytesIO(data), mode="r:", errorlevel=2, tarinfo=CheckedTarInfo
        )
    except (*_ERRORS, *_LIMITS_OF_READERS):
        raise Unreadable("bad-archive", _DAMAGED) from None
    rest, end = [], 0
    with archive:
        while (info := _next(archive)) is not None:
            budget.count_member()
            archive.members = []  # type: ignore[attr-defined, unused-ignore]  # else it keeps them all
            if not info.isreg() and info.type in tarfile.SUPPORTED_TYPES:
                continue
            yield (piece := _content_of(archive, info, budget))
            if not isinstance(piece, Trouble) and not info.issparse() and info.offset_data >= end:
                rest.append(data[end : info.offset_data])
                end = info.offset_data + len(piece[1])
        behind = max(0, archive.offset)
    if with_rest:
        yield b"", _NULS.sub(b"\n", b"\n".join((*rest, data[end:])))
    if data[behind:].strip(b"\0"):
        yield Trouble("bad-archive", b"", "tar: holds more behind its last member")


def _content_of(
    archive: tarfile.TarFile, info: tarfile.TarInfo, budget: Budget
) -> tuple[bytes, bytes] | Trouble:
    name = info.name.encode("utf-8", "surrogateescape")
    if info.size > budget.limits.member_bytes:  # a sparse file claims what it likes
        return Trouble("too-large", name, f"{info.size:,} bytes")
    try:
        file = archive.extractfile(info)
        return name, budget.read(file) if file else b""
    except Unreadable as error:
        return Trouble(error.kind, name, error.reason)
    except (*_ERRORS, *_LIMITS_OF_READERS):
        return Trouble("bad-archive", name, _DAMAGED)


def _next(archive: tarfile.TarFile) -> tarfile.TarInfo | None:
    try:
        return archive.next()
    except (*_ERRORS, *_LIMITS_OF_READERS):
        raise Unreadable("bad-archive", _DAMAGED) from None
