"""Whatever forks and mirrors have in common, each report is that of a run in which nothing is shared, byte for byte."""

import contextlib
import os
import random
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from leakscan.detect import Detector
from leakscan.fleet import kin
from leakscan.fleet.examine import examine
from leakscan.fleet.job import Entry, Job, Outcome, Plan
from leakscan.gitstore import containers
from leakscan.gitstore.borrow import Loan
from leakscan.rules import load_rules
from leakscan.scanning import ScanOptions
from tests.conftest import Repo
from tests.laws.test_a_remembered_history_changes_no_report import Life

DETECTOR = Detector(load_rules())


class Whole(Life):
    """A server that cannot send what its refs lead to is another matter: a relative may have it."""

    def do_lose_object(self) -> None:
        pass


def plan(folder: Path, *, sharing: bool) -> Plan:
    made = Plan(
        rules=load_rules(), options=ScanOptions(), now=1_800_000_000.0, clones=folder / "clones",
        cache=folder / "cache" if sharing else None, timeout_s=0.0, max_clone_bytes=0, protocols=frozenset({"file"}),
    )  # fmt: skip
    for path in (made.clones, folder / "cache"):
        path.mkdir(parents=True, mode=0o700)
    return made


def fork(life: Life, path: Path) -> None:
    """What the repository is now, as a server would hold it."""
    rng = life.rng
    subprocess.run(["git", "clone", "-q", "--mirror", life.near.path, path], check=True)
    git = ["git", "-C", str(path)]
    if rng.random() < 0.15:
        subprocess.run(
            [*git, "tag", "-f", "odd", rng.choice(("main^{tree}", "main:notes.txt"))], capture_output=True
        )
    if rng.random() < 0.5:
        subprocess.run([*git, "repack", "-adfq", f"--window={rng.randrange(9)}"], check=True)


def has_relatives(forks: list[Path]) -> list[bool]:
    """Whether a fork has an object that one of those before it has."""
    listed = [subprocess.run(["git", "-C", path, "rev-list", "--objects", "--all", "--no-object-names"],
                             capture_output=True, check=True).stdout.split() for path in forks]  # fmt: skip
    return [any(not set(ids).isdisjoint(others) for others in listed[:at]) for at, ids in enumerate(listed)]


def facts(outcome: Outcome) -> tuple[object, ...]:
    return outcome.state, outcome.head, outcome.refs, outcome.coverage, outcome.report, outcome.sarif


@settings(max_examples=int(os.environ.get("LIVES", "6")), suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 1 << 30), st.sampled_from(["sha1", "sha1", "sha256"]))
@example(2115962, "sha1")  # the only relative of the last one is the third that might be
def test_forks_share_and_no_report_tells(seed: int, form: str) -> None:
    rng = random.Random(seed)
    shared: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        folder = Path(name)
        patch.setattr(containers, "_SETTLED_NS", 0)
        borrow, memory = kin.borrow, Loan.memory

        def count(*arguments: object) -> Loan:
            loan = borrow(*arguments)  # type: ignore[arg-type]
            shared["copies"] += 1
            shared["readable"] += loan.pack != ""
            return loan

        def remember(self: Loan) -> object:
            shared["remembered"] += 1
            return memory(self)

        patch.setattr(kin, "borrow", count)
        patch.setattr(Loan, "memory", remember)
        life = Whole(folder, rng, form)
        alone, together = plan(folder / "alone", sharing=False), plan(folder / "together", sharing=True)
        forks = []
        for number in range(4):
            done = [life.step() for _ in range(rng.randrange(1, 5))]
            path = folder / f"of{number}" / "bot.git"
            fork(life, path)
            forks.append(path)
        related = has_relatives(forks)
        for pushed in (False, True):
            if pushed:
                life.step()
                with contextlib.suppress(subprocess.CalledProcessError):
                    last = Repo(forks[-1])
                    last.run("fetch", "-q", str(life.near.path), "+refs/heads/*:refs/heads/*")
                    last.git.close()
            for path in forks:
                job = Job(Entry("bot", f"file://{path}", is_remote=True))
                expected, found = (facts(examine(one, job, DETECTOR)) for one in (alone, together))
                assert found == expected, (path, done, shared)
        tried = kin._ATTEMPTS + 1  # who has more before it may have asked others than its relatives
        assert sum(related[:tried]) <= shared["copies"] <= sum(related), (related, shared)
        assert shared["remembered"] == shared["readable"]
        life.near.git.close()
        life.far.git.close()
