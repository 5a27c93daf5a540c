"""Looking only at what each version added finds every blob that looking at all of every version finds."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.gitstore.gitrepo import Repo, opened
from tests.unit.gitstore.sweeping import expected, swept, swept_texts, use_reference

FILLER = st.integers(0, 30).map(lambda seed: b"line %d: %s\n" % (seed, bytes((97 + seed % 26, 32)) * 40))
RUNS = st.tuples(st.sampled_from([31, 32, 33, 63, 64, 65, 69, 70, 128]), st.integers(0, 3)).map(
    lambda run: bytes(103 + (run[1] + place * 7) % 10 for place in range(run[0]))
)
HALVES = st.tuples(RUNS, RUNS).map(lambda halves: halves[0][:32] + b"=" + halves[1][:32] + b"\n")
TOKENS = st.one_of(
    FILLER,
    FILLER,
    RUNS,
    HALVES,
    st.sampled_from([b"PRIVATE KEY", b"PRIVATE", b" KEY", b"=", b"\n", b"x", b"\0", b"-"]),
)
EDITS = st.lists(
    st.tuples(
        st.sampled_from(
            ["insert", "insert", "delete", "move", "repeat", "poke", "cut", "turn", "weld", "weld", "trim"]
        ),
        st.integers(0, 1 << 30),
        st.integers(0, 1 << 30),
        TOKENS,
    ),
    min_size=1,
    max_size=14,
)
PACKINGS = st.fixed_dictionaries(
    {
        "window": st.sampled_from([1, 3, 10, 50]),
        "depth": st.sampled_from([1, 2, 7, 50]),
        "keep": st.booleans(),
        "halves": st.booleans(),
        "format": st.sampled_from(["sha1", "sha1", "sha256"]),
        "ofs": st.booleans(),
    }
)


def edit(data: bytes, what: str, one: int, other: int, token: bytes) -> bytes:
    place, length = one % (len(data) + 1), other % 150
    match what:
        case "insert":
            return data[:place] + token + data[place:]
        case "delete":
            return data[:place] + data[place + length :]
        case "move":
            piece, rest = data[place : place + length], data[:place] + data[place + length :]
            there = other % (len(rest) + 1)
            return rest[:there] + piece + rest[there:]
        case "repeat":
            return data[:place] + data[place : place + length] + data[place:]
        case "poke":
            return data[:place] + token[:1] + data[place + 1 :]
        case "cut":
            return data[place % 200 : len(data) - length]
        case "weld":
            return data.replace(b"=", b"", 1 + other % 3)
        case "trim":
            return re.sub(rb"([0-9A-Za-z]{40})[0-9A-Za-z]{6}(?=[0-9A-Za-z]{24})", rb"\1", data, count=1)
        case _:
            return data[place:] + data[:place]


def build(repo: Repo, start: list[bytes], edits: list[Any], packing: dict[str, Any]) -> None:
    data = b"".join(start) * 2
    half = len(edits) // 2
    pack = ["-c", f"repack.useDeltaBaseOffset={str(packing['ofs']).lower()}", "repack", "-q", "-a", "-f"]
    pack += [f"--window={packing['window']}", f"--depth={packing['depth']}"]
    feed = b""
    for number, change in enumerate(edits):
        data = edit(data, *change)
        feed += b"commit refs/heads/main\ncommitter A <a@b> %d +0000\ndata 1\nm\n" % (1_700_000_000 + number)
        feed += b"M 644 inline file\ndata %d\n%s\n\n" % (len(data), data)
        if packing["halves"] and number == half:
            repo.git("fast-import", "--quiet", "--force", stdin=feed)
            repo.git(*pack, *([] if packing["keep"] else ["-d"]))
            feed = b"reset refs/heads/main\nfrom %s\n\n" % repo.git("rev-parse", "refs/heads/main").encode()
    repo.git("-c", "fastimport.unpackLimit=100", "fast-import", "--quiet", "--force", stdin=feed)
    repo.git(*pack, *([] if packing["keep"] else ["-d"]))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(TOKENS, min_size=1, max_size=30), EDITS, PACKINGS)
def test_a_sweep_finds_what_a_whole_scan_finds(
    start: list[bytes], edits: list[Any], packing: dict[str, Any]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        repo = Repo(Path(folder) / "repo", f"--object-format={packing['format']}")
        build(repo, start, edits, packing)
        with opened(repo.path) as store:
            told = expected(store)
            assert swept(store) == told
            assert swept(store, held_bytes=0) == told
            with pytest.MonkeyPatch.context() as patch:
                use_reference(patch)
                assert swept(store) == told
            assert sorted(swept_texts(store)) == sorted(
                found for found in store.iter_objects() if found.kind != "blob"
            )
            assert store.failures == []
