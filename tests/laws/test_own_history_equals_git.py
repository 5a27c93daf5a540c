"""What our own reader tells of commits and trees is what git tells: places of every blob, and what is missing."""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leakscan.gitstore import kernel, kernel_reference_trees

sys.path.append(str(Path(__file__).parents[1] / "unit/gitstore"))

from gitrepo import Repo, opened, opened_own_way

if TYPE_CHECKING:
    from leakscan.gitstore import Placement, Store

FOLDERS = ("", "a/", "a/b/", "c/", "c/d/e/", "a.b/")
NAMES = tuple(folder + name for folder in FOLDERS for name in ("x", "y", "long name with blanks"))
MODES = ("100644", "100644", "100644", "100755", "120000")
REPACKS = ((), ("-adfq", "--window=1"), ("-adfq", "--window=50", "--depth=50"), ("-dq",))


def stream(rng: random.Random) -> bytes:
    """Branches that change, move, copy and delete files and folders, with merges that decide for themselves."""
    lines: list[str] = []
    tips: dict[str, int] = {}
    for mark in range(1, rng.randrange(5, 40)):
        branch = rng.choice(("main", "side", "other", f"b{mark}"))
        lines += [
            f"commit refs/heads/{branch}",
            f"mark :{mark}",
            f"committer A <a@b> {1700000000 + mark} +0000",
        ]
        lines += ["data 1", "m"]
        parents = [tips[branch]] if branch in tips else []
        if parents and tips and rng.random() < 0.4:
            parents += rng.sample(sorted(tips.values()), min(len(tips), rng.randrange(1, 4)))
        parents = list(dict.fromkeys(parents)) or (
            [rng.choice(list(tips.values()))] if tips and rng.random() < 0.9 else []
        )
        if parents:
            lines.append(f"from :{parents[0]}")
            lines += [f"merge :{parent}" for parent in parents[1:]]
        for _ in range(rng.randrange(4)):
            lines += change(rng)
        tips[branch] = mark
    return ("\n".join(lines) + "\n").encode()


def change(rng: random.Random) -> list[str]:
    name = rng.choice(NAMES)
    content = f"content {rng.randrange(6)}\n"
    match rng.randrange(9):
        case 0:
            return [f'D "{name}"']
        case 1:
            return ["deleteall"]
        case 2:
            return [f"M 160000 {rng.randrange(1, 4):040x} {name.replace(' ', '_')}"]
        case 3:
            return [f'D "{rng.choice(FOLDERS)[:-1] or name}"']
        case _:
            return [
                f'M {rng.choice(MODES)} inline "{name}"',
                f"data {len(content)}",
                content.rstrip("\n"),
                "",
            ][:-1]


def build(repo: Repo, rng: random.Random) -> None:
    repo.git("config", "fastimport.unpackLimit", "100000")
    subprocess.run(
        ["git", "-C", repo.path, "fast-import", "--quiet", "--force"],
        input=stream(rng),
        check=True,
        capture_output=True,
    )


def plain(placements: tuple[Placement, ...]) -> list[object]:
    return [
        (p.path, p.in_head, [c.oid for c in p.added], [(c.oid, by) for c, by in p.replaced])
        for p in placements
    ]


def placed(store: Store, oids: list[str]) -> dict[str, list[object]]:
    return {oid: plain(places) for oid, places in store.attribute(oids).items()}


@pytest.mark.parametrize("compiled", [True, False])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 1 << 30), st.sampled_from(REPACKS))
def test_blobs_stand_where_git_says(compiled: bool, seed: int, repack: tuple[str, ...]) -> None:
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        if not compiled:
            for name in ("Names", "Tree", "TreeReader"):
                patch.setattr(kernel, name, getattr(kernel_reference_trees, name))
        repo = Repo(Path(folder) / "repo")
        build(repo, rng)
        if repack:
            repo.git("repack", *repack)
        with opened(repo.path) as store:
            blobs = sorted(found.oid for found in store.iter_objects() if found.kind == "blob")
            wanted = rng.sample(blobs, rng.randrange(1, len(blobs) + 1)) if blobs else []
            told = placed(store, wanted)
        with opened_own_way(repo.path) as store:
            assert placed(store, wanted) == told
            assert store.history is not None
            assert store.failures == []


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 1 << 30), st.integers(1, 3))
def test_what_is_missing_is_what_git_misses(seed: int, count: int) -> None:
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        repo = Repo(Path(folder) / "repo")
        build(repo, rng)
        if rng.random() < 0.3:
            repo.git("update-ref", "-d", "refs/heads/side")
        loose = sorted(path for path in (repo.git_dir / "objects").glob("??/*"))
        for path in rng.sample(loose, min(count, len(loose))):
            path.unlink()
        found = []
        for way in (opened, opened_own_way):
            with way(repo.path) as store:
                store.check_connectivity()
                found.append(sorted((failure.kind, failure.where) for failure in store.failures))
        assert found[0] == found[1]
