"""The extended headers of a tar, looked at before Python's reader tries regular expressions on them."""

from __future__ import annotations

import re
import tarfile
from typing import Final, Self

_MAX_HEADER_BYTES: Final = 1 << 20
_MAX_DIGITS: Final = 100
_DIGITS: Final = re.compile(rb"[0-9]+")
_RECORD: Final = re.compile(rb"([0-9]{1,7}) ")


class CheckedTarInfo(tarfile.TarInfo):
    """Python before 3.11.10 takes time for the square of a header's length (CVE-2024-6232)."""

    def _proc_pax(self, tarfile_: tarfile.TarFile) -> Self:
        file = tarfile_.fileobj
        assert file is not None
        if self.size > _MAX_HEADER_BYTES:
            raise tarfile.ReadError("too long")
        place = file.tell()
        header = file.read(self.size)
        file.seek(place)
        if not _is_sound(header):
            raise tarfile.ReadError("damaged")
        found: Self = super()._proc_pax(tarfile_)  # type: ignore[misc]
        return found


def _is_sound(header: bytes) -> bool:
    """Nothing but records, `LENGTH NAME=VALUE` and a line feed each, and no digits without end."""
    place = 0
    while place < len(header) and header[place]:
        found = _RECORD.match(header, place)
        end = place + int(found[1]) if found else 0
        if not found or end <= found.end() or header[end - 1 : end] != b"\n":
            return False
        if header.find(b"=", found.end(), end) < 0:
            return False
        place = end
    return all(len(digits) <= _MAX_DIGITS for digits in _DIGITS.findall(header))
