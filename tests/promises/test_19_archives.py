"""Promise 19, of archives: four times the input takes about four times the CPU time."""

from __future__ import annotations

import gzip
import io
import tarfile
import time

import pytest

from leakscan.unpack import iter_members

SMALL = 100_000
NOISE_S = 0.15


def _tar_with_header(content: bytes) -> bytes:
    """Of a length that tells nothing, then a file."""
    header, file = tarfile.TarInfo("header"), tarfile.TarInfo("a")
    header.type, header.size = tarfile.XHDTYPE, len(content)
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        archive.addfile(header, io.BytesIO(content))
        archive.addfile(file)
    return data.getvalue()


ARCHIVES = {
    "streams of nothing": lambda size: gzip.compress(b"") * (4 * size // 20),
    "a header of digits": lambda size: _tar_with_header(b"1" * (size // 2)),
    "a header of short records": lambda size: _tar_with_header(b"1 " * (size // 4) + b"="),
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_time_grows_as_an_archive_does(name) -> None:
    spent = []
    for data in (ARCHIVES[name](SMALL), ARCHIVES[name](4 * SMALL)):
        started = time.process_time()
        assert list(iter_members(data))
        spent.append(time.process_time() - started)
    assert spent[1] < 8 * spent[0] + NOISE_S
