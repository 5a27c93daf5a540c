"""Whose copy lends to whom, and what happens where that fails."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from leakscan.detect import Detector
from leakscan.fleet.examine import clone_folder, examine
from leakscan.fleet.job import Entry, Job, Outcome, Plan
from leakscan.gitstore import containers
from leakscan.rules import load_rules
from leakscan.scanning import ScanOptions
from tests.conftest import Pair, Repo
from tests.e2e.gitserver import GitServer

DETECTOR = Detector(load_rules())
NOISE = 300_000
Served = Callable[..., Entry]


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    monkeypatch.setattr(containers, "_SETTLED_NS", 0)  # a copy is read as soon as it is made
    made = Plan(
        rules=load_rules(), options=ScanOptions(), now=1_800_000_000.0, clones=tmp_path / "clones",
        cache=tmp_path / "cache", timeout_s=0.0, max_clone_bytes=0, protocols=frozenset({"file", "http"}),
    )  # fmt: skip
    for path in (made.clones, tmp_path / "cache"):
        path.mkdir(mode=0o700)
    return made


@pytest.fixture
def serve(repo: Repo, tmp_path: Path) -> Iterator[Served]:
    """Copies the repository as it is now to `NAME/bot.git`; its entry."""
    repo.write("noise.bin", os.urandom(NOISE))
    repo.commit("first", readme_md="hello\n")

    def make(name: str, base: str = "") -> Entry:
        path = tmp_path / "served" / name / "bot.git"
        repo.run("clone", "-q", "--mirror", ".", str(path))
        return Entry(name, f"{base or 'file://' + str(tmp_path / 'served')}/{name}/bot.git", is_remote=True)

    return make


def read(plan: Plan, entry: Entry) -> Outcome:
    return examine(plan, Job(entry), DETECTOR)


def packs(plan: Plan, entry: Entry) -> list[int]:
    """The sizes of those of a copy, the largest first."""
    folder = clone_folder(plan, entry) / "objects/pack"
    return sorted((file.stat().st_size for file in folder.glob("*.pack")), reverse=True)


def says_the_same(plan: Plan, entry: Entry, outcome: Outcome, folder: Path) -> bool:
    """As a run in which nothing is shared."""
    alone = read(replace(plan, clones=folder / "alone", cache=None), entry)
    return (alone.report, alone.sarif, alone.state) == (outcome.report, outcome.sarif, outcome.state)


@pytest.fixture
def family(
    plan: Plan, serve: Served, repo: Repo, pair: Pair, make_pair: Callable[[int], Pair]
) -> tuple[Entry, Entry]:
    """A repository that was read, and a fork of it that was not."""
    repo.commit("shared", shared_env=make_pair(7).env)
    repo.run("tag", "-a", "-m", make_pair(8).env, "v1")
    repo.commit("removed", shared_env="")
    first = serve("first")
    assert read(plan, first).findings == 4
    repo.commit("own", conf_env=pair.env)
    return first, serve("second")


def test_a_fork_brings_its_own_objects_only(plan: Plan, family: tuple[Entry, Entry], tmp_path: Path) -> None:
    first, second = family
    outcome = read(plan, second)
    assert outcome.findings == 6
    assert says_the_same(plan, second, outcome, tmp_path)
    shared, own = packs(plan, second)
    assert (shared > NOISE, own < 2_000) == (True, True)
    shutil.rmtree(clone_folder(plan, first))  # the copy stands on its own feet
    assert read(plan, second).report == outcome.report


def test_a_mirror_brings_nothing(plan: Plan, serve: Served, tmp_path: Path) -> None:
    assert read(plan, serve("first")).state == "complete"
    mirror = serve("mirror")
    assert says_the_same(plan, mirror, read(plan, mirror), tmp_path)
    assert len(packs(plan, mirror)) == 1


def test_what_only_the_relative_has_is_not_in_the_report(
    plan: Plan, serve: Served, repo: Repo, pair: Pair, tmp_path: Path
) -> None:
    before = serve("before")
    repo.commit("leak", conf_env=pair.env)
    assert read(plan, serve("first")).findings == 2
    outcome = read(plan, before)
    assert outcome.findings == 0
    assert says_the_same(plan, before, outcome, tmp_path)
    assert (
        packs(plan, before)[0]
        < packs(plan, replace(before, place=before.place.replace("before", "first")))[0]
    )


@pytest.mark.parametrize(
    "lost", ["the copy", "its packs", "a pack", "what is remembered", "the hints", "nothing"]
)
def test_a_relative_that_cannot_lend_is_done_without(
    plan: Plan, family: tuple[Entry, Entry], tmp_path: Path, lost: str
) -> None:
    first, second = family
    copy = clone_folder(plan, first)
    assert plan.cache is not None
    match lost:
        case "the copy":
            shutil.rmtree(copy)
        case "its packs":
            shutil.rmtree(copy / "objects/pack")
        case "a pack":
            (pack,) = (copy / "objects/pack").glob("*.pack")
            pack.chmod(0o600)
            pack.write_bytes(pack.read_bytes()[:-100_000])
        case "what is remembered":
            shutil.rmtree(plan.cache / first.id)
        case "the hints":
            (plan.cache / "kin").unlink()
    outcome = read(plan, second)
    assert says_the_same(plan, second, outcome, tmp_path)
    assert len(packs(plan, second)) == (2 if lost == "nothing" else 1)
    assert not list(plan.clones.glob("*.new"))


def test_a_beginning_of_a_run_that_was_killed_is_cleared_away(
    plan: Plan, family: tuple[Entry, Entry]
) -> None:
    _, second = family
    left = clone_folder(plan, second).with_suffix(".new")
    (left / "objects/pack").mkdir(parents=True)
    (left / "packed-refs").write_text("rubbish")
    assert read(plan, second).findings == 6
    assert not left.exists()
    assert len(packs(plan, second)) == 2


def test_nothing_is_shared_without_a_cache_or_room(
    plan: Plan, family: tuple[Entry, Entry], tmp_path: Path
) -> None:
    _, second = family
    tight = replace(plan, max_clone_bytes=NOISE // 2)
    outcome = read(tight, second)
    assert (outcome.state, "--disk allows more" in outcome.report) == ("failed", True)
    assert read(replace(plan, cache=None), second).findings == 6
    assert len(packs(plan, second)) == 1


def test_another_server_is_not_told(plan: Plan, serve: Served, repo: Repo, tmp_path: Path) -> None:
    servers = [GitServer(tmp_path / "served") for _ in range(2)]
    try:
        mine, fork, other = (
            serve(name, f"http://{server.host}")
            for name, server in zip(
                ("mine", "fork", "other"), (servers[0], servers[0], servers[1]), strict=True
            )
        )
        assert read(plan, mine).state == read(plan, other).state == "complete"
        head = repo.run("rev-parse", "HEAD").encode()
        assert not any(b"have " + head in body for body in servers[1].bodies)
        repo.commit("own")
        repo.run("push", "-q", str(tmp_path / "served/fork/bot.git"), "main")
        assert read(plan, fork).state == "complete"
        assert any(b"have " + head in body for body in servers[0].bodies)
        assert len(packs(plan, fork)) == 2
    finally:
        for server in servers:
            server.close()


def test_a_name_alone_makes_no_family(plan: Plan, serve: Served, tmp_path: Path, pair: Pair) -> None:
    assert read(plan, serve("first")).state == "complete"
    stranger = Repo(tmp_path / "stranger")
    stranger.commit("first", conf_env=pair.env)
    path = tmp_path / "served/stranger/bot.git"
    stranger.run("clone", "-q", "--mirror", ".", str(path))
    entry = Entry("stranger", f"file://{path}", is_remote=True)
    outcome = read(plan, entry)
    assert outcome.findings == 2
    assert says_the_same(plan, entry, outcome, tmp_path)
