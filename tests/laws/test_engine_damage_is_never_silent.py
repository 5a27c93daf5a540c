"""Of a damaged pack a sweep gives what reading every object gives, and says so when not everything could be read."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from leakscan.gitstore.objects import KIND_NUMBERS
from leakscan.gitstore.sweep import Sweep
from leakscan.rules import load_rules
from leakscan.scanning.options import ScanOptions
from leakscan.scanning.run import Scan
from tests.unit.gitstore.gitrepo import Repo, opened
from tests.unit.gitstore.sweeping import SPEC, expected, swept, swept_texts, use_reference

if TYPE_CHECKING:
    from pathlib import Path

RULES = load_rules()
RUN = b"A1x2C3z4" * 8
CONTENTS, TREES = 36, 12  # of the sound one; a sweep need not see what happens to trees, nor what becomes one


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    repo = Repo(tmp_path_factory.mktemp("sound") / "repo")
    rng = random.Random(1)
    lines = [b"%d\n" % rng.getrandbits(200) for _ in range(40)]
    for number in range(12):
        lines[rng.randrange(len(lines))] = b"%d\n" % number
        repo.commit({"a": b"".join(lines) + RUN * (number % 3 == 1), f"{number}": RUN + b" %d" % number})
    repo.pack()
    return repo.path


FLIPS = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), min_size=1, max_size=4)


def damage(path: Path, flips: list[tuple[float, int]], *, keep: int) -> None:
    data = bytearray(path.read_bytes())
    for place, mask in flips:
        data[12 + int(place * (len(data) - 12 - keep))] ^= mask
    path.write_bytes(data)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(FLIPS)
@example([(0.38671875, 101)])  # of this git 2.39 dies by a signal, and what it had in its buffer is lost
@example([(0.0, 48)])  # a commit becomes a tree
@example([(0.8064827208781155, 91)])  # a tree that seems to be a delta of what is not there
def test_of_a_damaged_pack_all_is_read_that_git_reads(
    sound: Path, tmp_path: Path, flips: list[tuple[float, int]]
) -> None:
    shutil.rmtree(tmp_path / "copy", ignore_errors=True)
    shutil.copytree(sound, tmp_path / "copy")
    damage(next((tmp_path / "copy").glob(".git/objects/pack/*.pack")), flips, keep=20)
    with opened(tmp_path / "copy") as store:
        objects = list(store.iter_objects())
        told = expected(store)
        complete = not store.failures
        trees = store.reader.inventory().trees.decode().split()  # of a damaged one a sweep may tell, too
    with opened(tmp_path / "copy") as store, Sweep(store, SPEC) as sweep:
        assert list(sweep.run(lambda found: (found.oid, found.data))) == told
        assert sweep.totals["blob"] == sum(found.kind == "blob" for found in objects)
        assert sorted(swept_texts(store)) == sorted(found for found in objects if found.kind != "blob")
        assert not (complete and [failure for failure in store.failures if failure.where not in trees])
        assert store.failures or complete or len(objects) == CONTENTS or len(trees) > TREES
    with opened(tmp_path / "copy") as store, pytest.MonkeyPatch.context() as patch:
        use_reference(patch)
        assert swept(store) == told


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(FLIPS)
def test_a_damaged_index_ends_no_sweep(sound: Path, tmp_path: Path, flips: list[tuple[float, int]]) -> None:
    shutil.rmtree(tmp_path / "copy", ignore_errors=True)
    shutil.copytree(sound, tmp_path / "copy")
    damage(next((tmp_path / "copy").glob(".git/objects/pack/*.idx")), flips, keep=40)
    with opened(tmp_path / "copy") as store:
        told = {data for _, data in expected(store)}
    with opened(tmp_path / "copy") as store:
        assert {data for _, data in swept(store)} >= told


@pytest.mark.parametrize("kind", KIND_NUMBERS)
def test_what_became_another_kind_is_told_by_a_scan(sound: Path, tmp_path: Path, kind: str) -> None:
    """No checksum is over the kind of an object but that of the whole pack; git lists such a history without a word."""
    shutil.copytree(sound, tmp_path / "copy")
    pack = next((tmp_path / "copy").glob(".git/objects/pack/*.pack"))
    listed = subprocess.run(
        ["git", "verify-pack", "-v", pack], capture_output=True, text=True, check=True
    ).stdout
    facts = [
        line.split() for line in listed.splitlines() if re.match(r"[0-9a-f]{40} \w+ +\d+ \d+ \d+$", line)
    ]
    starts = [int(start) for _, own, _, _, start in facts if own != kind]
    assert len(starts) >= 5
    data = pack.read_bytes()
    for start in starts:
        changed = data[start] & ~0x70 | KIND_NUMBERS[kind] << 4
        pack.write_bytes(data[:start] + bytes([changed]) + data[start + 1 :])
        result = Scan(RULES, ScanOptions(), now=0).run([str(tmp_path / "copy")])
        assert not result.complete, start
