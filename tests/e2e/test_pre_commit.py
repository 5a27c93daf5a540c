"""pre-commit itself, with the hooks of a clone of this repository, in scratch repositories."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import Pair, Repo

ROOT = Path(__file__).parents[2]
PRE_COMMIT = Path(sys.executable).with_name("pre-commit")
HOOKS = ("leakscan", "leakscan-push", "leakscan-history")

pytestmark = pytest.mark.xdist_group("pre-commit")  # one install for all of them


def run(folder: Path, *command: str | Path, home: Path) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PRE_COMMIT", "GIT_"))}
    env |= {"PRE_COMMIT_HOME": str(home), "PATH": f"{PRE_COMMIT.parent}:{env['PATH']}", "GIT_EDITOR": "true"}
    return subprocess.run(
        list(map(str, command)), cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=600
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pre-commit-home")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A clone of this repository as it stands, with what is not committed yet in a commit on top."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a clone of the repository")
    clone = tmp_path_factory.mktemp("source") / "leakscan"
    subprocess.run(["git", "clone", "-q", ROOT, clone], check=True)
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        target = clone / name
        target.unlink(missing_ok=True)
        if (ROOT / name).exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((ROOT / name).read_bytes())
    who = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org"]
    subprocess.run(["git", "add", "-A"], cwd=clone, check=True)
    subprocess.run(["git", *who, "commit", "-q", "--allow-empty", "-m", "now"], cwd=clone, check=True)
    return clone


@pytest.fixture
def bot(repo: Repo, source: Path, home: Path) -> Repo:
    """A repository with the three hooks, pinned to a commit and installed for commits and pushes."""
    pinned = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=source, capture_output=True, text=True, check=True
    )
    hooks = "".join(f"      - id: {name}\n" for name in HOOKS)
    repo.write(
        ".pre-commit-config.yaml",
        f"repos:\n  - repo: {source}\n    rev: {pinned.stdout.strip()}\n    hooks:\n{hooks}",
    )
    repo.commit("start", a_py="a = 1\n", b_py="b = 1\n")
    for kind in ("pre-commit", "pre-push", "pre-merge-commit"):
        assert run(repo.path, PRE_COMMIT, "install", "-t", kind, home=home).returncode == 0
    return repo


def secret_line(pair: Pair) -> str:
    return f"BINANCE_API_SECRET = '{pair.secret}'\n"


def test_try_repo(repo: Repo, source: Path, home: Path, pair: Pair) -> None:
    repo.write("bot.py", secret_line(pair))
    repo.run("add", "-A")
    done = run(repo.path, PRE_COMMIT, "try-repo", source, "leakscan", "--verbose", home=home)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "bot.py:1:23" in done.stdout
    assert "read 1 file, 1 blob" in done.stdout


def test_every_way_to_commit(bot: Repo, home: Path, make_pair: Callable[[int], Pair]) -> None:
    def commit(*args: str) -> bool:
        done = run(bot.path, "git", "commit", "-q", *args, home=home)
        assert done.returncode == 0 or ".py:1:" in done.stdout + done.stderr, done.stdout + done.stderr
        return done.returncode == 0

    bot.write("a.py", secret_line(make_pair(1)))
    assert not commit("-a", "-m", "all")
    assert not commit("a.py", "-m", "path")
    bot.write("b.py", "b = 2\n")
    assert commit("b.py", "-m", "another path")
    bot.run("add", "a.py")
    assert not commit("--amend", "--no-edit")
    bot.write("a.py", "a = 2\n")
    assert not commit("-m", "the index still holds it")
    assert commit("-a", "-m", "clean")


def test_the_first_commit(repo: Repo, bot: Repo, home: Path, tmp_path: Path, pair: Pair) -> None:
    fresh = Repo(tmp_path / "fresh")
    fresh.write(".pre-commit-config.yaml", (bot.path / ".pre-commit-config.yaml").read_text())
    fresh.write("bot.py", secret_line(pair))
    fresh.run("add", "-A")
    assert run(fresh.path, PRE_COMMIT, "install", home=home).returncode == 0
    done = run(fresh.path, "git", "commit", "-m", "first", home=home)
    assert (done.returncode, "bot.py:1:" in done.stdout + done.stderr) == (1, True)


def test_a_merge(bot: Repo, home: Path, pair: Pair) -> None:
    bot.run("checkout", "-q", "-b", "side")
    bot.write("a.py", "a = 'side'\n")
    bot.run("commit", "-q", "--no-verify", "-a", "-m", "side")
    bot.run("checkout", "-q", "main")
    bot.write("a.py", "a = 'main'\n")
    bot.run("commit", "-q", "--no-verify", "-a", "-m", "main")
    assert run(bot.path, "git", "merge", "side", home=home).returncode != 0
    bot.write("a.py", secret_line(pair))
    bot.run("add", "-A")
    assert run(bot.path, "git", "commit", "--no-edit", home=home).returncode != 0
    bot.write("a.py", "a = 'both'\n")
    bot.run("add", "-A")
    assert run(bot.path, "git", "commit", "--no-edit", home=home).returncode == 0


def test_all_files_and_files_read_what_is_committed(bot: Repo, home: Path, pair: Pair) -> None:
    for number in range(30):
        bot.write(f"many/{number}.py", f"number = {number}\n")
    bot.write("old.py", secret_line(pair).encode("utf-16"))
    bot.run("add", "-A")
    bot.run("commit", "-q", "--no-verify", "-m", "leaked long ago")
    done = run(bot.path, PRE_COMMIT, "run", "leakscan", "--all-files", home=home)
    assert (done.returncode, "old.py:1:" in done.stdout) == (1, True), done.stdout
    assert "read 34 files" in done.stdout, "one process for all of them"
    done = run(bot.path, PRE_COMMIT, "run", "leakscan", "--files", "old.py", "a.py", home=home)
    assert (done.returncode, "read 2 files" in done.stdout) == (1, True)
    assert run(bot.path, PRE_COMMIT, "run", "leakscan", "--files", "a.py", home=home).returncode == 0
    done = run(bot.path, PRE_COMMIT, "run", "leakscan", "--from-ref", "HEAD~", "--to-ref", "HEAD", home=home)
    assert (done.returncode, "1 commit" in done.stdout) == (1, True)
    done = run(bot.path, PRE_COMMIT, "run", "leakscan-history", "--hook-stage", "manual", home=home)
    assert done.returncode == 1


def test_a_push(bot: Repo, home: Path, pair: Pair) -> None:
    bot.run("init", "-q", "--bare", "../remote.git")
    bot.run("remote", "add", "origin", "../remote.git")
    assert run(bot.path, "git", "push", "-q", "origin", "main", home=home).returncode == 0, (
        "all of a new repository"
    )
    bot.write("a.py", secret_line(pair))
    bot.run("commit", "-q", "--no-verify", "-a", "-m", "leak")
    bot.write("a.py", "a = 3\n")
    bot.run("commit", "-q", "--no-verify", "-a", "-m", "gone again")
    for target in ("main", "main:new"):
        done = run(bot.path, "git", "push", "origin", target, home=home)
        assert (done.returncode, "a.py:1:" in done.stdout + done.stderr) == (1, True), (
            done.stdout + done.stderr
        )
    bot.run("push", "-q", "--no-verify", "origin", "main")
    bot.run("commit", "-q", "--no-verify", "--amend", "-m", "rewritten")
    assert run(bot.path, "git", "push", "-f", "origin", "main", home=home).returncode == 0, (
        "nothing new in it"
    )
