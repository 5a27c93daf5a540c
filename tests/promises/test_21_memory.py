"""Promise 21: memory stays bounded, whatever a repository says."""

from __future__ import annotations

import json
import resource
import subprocess
import sys

import pytest

from tests.conftest import Repo
from tests.promises.cases import LINE

PATHS, MOST_BYTES = 300_000, 200 << 20


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_BYTES, MOST_BYTES))


def _folder(repo: Repo, *entries: str) -> str:
    return repo.run("mktree", stdin="".join(f"{entry}\n" for entry in entries).encode())


def _report(repo: Repo, *options: str) -> dict:
    run = subprocess.run(
        [sys.executable, "-m", "leakscan", "scan", ".", *options, "-f", "json"],
        cwd=repo.path,
        capture_output=True,
        check=False,
        preexec_fn=_limit,
    )
    assert run.returncode == 1, run.stderr
    return json.loads(run.stdout)


def test_a_range_takes_little_for_each_of_its_paths(repo: Repo) -> None:
    repo.commit(a_txt="1\n", s_py=LINE)
    names = [f"100644 blob {repo.run('rev-parse', 'HEAD:a.txt')}\tname-of-a-file-{n}" for n in range(1_000)]
    value = f"100644 blob {repo.run('rev-parse', 'HEAD:s.py')}\ts.py"
    folders = [
        f"040000 tree {_folder(repo, *names, f'{names[0]}-{number}')}\tfolder-{number}"
        for number in range(PATHS // len(names))
    ]
    tree = _folder(repo, *folders, value)
    base = repo.run("commit-tree", "-m", "nothing", _folder(repo))
    tip = repo.run("commit-tree", "-m", "many", "-p", base, tree)
    report = _report(repo, "--range", f"{base}..{tip}")
    assert [place["path"] for place in report["findings"][0]["locations"]] == ["s.py"]


def test_an_index_takes_little_for_each_of_its_entries(repo: Repo) -> None:
    repo.commit(s_py=LINE)
    blob = repo.run("rev-parse", "HEAD:s.py")
    lines = "".join(f"100644 {blob}\tfolder/{number:07d}\n" for number in range(2 * PATHS))
    repo.run("update-index", "--index-info", stdin=lines.encode())
    assert _report(repo, "--no-history", "--jobs", "1")["findings"]


def test_a_name_of_megabytes_takes_a_few_times_its_size(repo: Repo) -> None:
    """A repository of kilobytes may hold it."""
    repo.commit(s_py=LINE)
    name = "aB3-xQ9z_" * 1_000_000
    tree = _folder(repo, f"100644 blob {repo.run('rev-parse', 'HEAD:s.py')}\t{name}")
    repo.run("update-ref", "refs/heads/other", repo.run("commit-tree", "-m", "long", tree))
    report = _report(repo, "--no-tree", "--jobs", "1")
    assert report["complete"]
    assert [len(place["path"]) for place in report["findings"][0]["locations"]] == [len("s.py"), len(name)]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("packed-refs", b"\n" * (30 << 20)),
        ("shallow", b"\n" * (30 << 20)),
        ("FETCH_HEAD", b"\n" * (30 << 20)),
        ("FETCH_HEAD", (b"1" * 40 + b"\tnot-for-merge\t\n") * 500_000),
    ],
)
def test_a_file_of_the_git_directory_takes_little_for_each_line(
    repo: Repo, name: str, content: bytes
) -> None:
    repo.commit(s_py=LINE)
    (repo.path / ".git" / name).write_bytes(content)
    assert _report(repo, "--jobs", "1", "--no-cache")["findings"]


def test_the_other_half_of_an_index_is_no_larger_than_an_index(repo: Repo) -> None:
    repo.commit(s_py=LINE)
    with (repo.path / ".git" / f"sharedindex.{'1' * 40}").open("wb") as file:
        file.truncate(1 << 29)
    report = _report(repo, "--jobs", "1", "--no-cache")
    assert [failure["kind"] for failure in report["failures"]] == ["unreadable"]
