"""A repository whose configuration, attributes and replacements try to run commands or to hide content."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import zlib
from typing import TYPE_CHECKING

import pytest
from gitrepo import Repo, contents, opened, opened_own_way

from leakscan.errors import GitError
from leakscan.gitstore import Store, find_layout

if TYPE_CHECKING:
    from pathlib import Path


def _interrupt(store: Store) -> None:
    for _ in store.iter_objects():
        raise KeyboardInterrupt


def _ask_everything(path: Path) -> None:
    with opened(path) as store:
        oids = [item.oid for item in store.iter_objects()]
        store.check_connectivity()
        store.attribute(oids)
        store.refs_reaching(oids)
        store.tree_files()


@pytest.fixture
def canary(repo: Repo, tmp_path: Path) -> Path:
    """A file that comes to be if any command of the repository runs."""
    repo.commit({"a.txt": "one\n", ".gitattributes": "* filter=evil diff=evil\n"})
    sign = tmp_path / "ran"
    command = f"touch {sign}; cat"
    hook = repo.git_dir / "hooks" / "post-index-change"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\n{command}\n")
    hook.chmod(0o755)
    extra = repo.git_dir / "extra"
    extra.write_text(f'[core]\n\tfsmonitor = "{command}"\n')
    with (repo.git_dir / "config").open("a") as config:
        config.write(
            f'[core]\n\tfsmonitor = "{command}"\n\tsshCommand = "{command}"\n\tpager = "{command}"\n'
            f'\talternateRefsCommand = "{command}"\n'
            f'[alias]\n\tcat-file = "!{command}"\n[filter "evil"]\n\tclean = "{command}"\n\tsmudge = "{command}"\n'
            f'[diff "evil"]\n\ttextconv = "{command}"\n\tcommand = "{command}"\n'
            f'[include]\n\tpath = "{extra}"\n[remote "origin"]\n\tpromisor = true\n\turl = "ext::{command}"\n'
            f'\tuploadpack = "{command}"\n[extensions]\n\tpartialClone = origin\n'
        )
    return sign


def test_nothing_of_the_repository_runs(repo: Repo, canary: Path) -> None:
    repo.write("a.txt", "changed\n")
    repo.loose(repo.git("rev-parse", "HEAD:a.txt", "HEAD").split()[0]).unlink()
    canary.unlink(missing_ok=True)
    _ask_everything(repo.path)
    assert not canary.exists()


def test_variables_of_the_caller_are_not_obeyed(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit({"a": "one\n"})
    for name, value in {
        "GIT_DIR": str(tmp_path),
        "GIT_OBJECT_DIRECTORY": str(tmp_path),
        "GIT_INDEX_FILE": str(tmp_path / "index"),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.fsmonitor",
        "GIT_CONFIG_VALUE_0": f"touch {tmp_path}/ran",
        "GIT_TRACE": "1",
    }.items():
        monkeypatch.setenv(name, value)
    _ask_everything(repo.path)
    assert not (tmp_path / "ran").exists()
    with opened(repo.path) as store:
        assert contents(store) == {b"one\n"}
        assert store.tree_files().paths == (b"a",)


def test_replacements_and_grafts_hide_nothing(repo: Repo) -> None:
    first = repo.commit({"a": "one\n"})
    second = repo.commit({"a": "two\n"})
    blob = repo.git("rev-parse", f"{second}:a")
    repo.git("replace", second, first)
    repo.git("replace", blob, repo.blob("innocent\n"))
    (repo.git_dir / "info").mkdir(exist_ok=True)
    (repo.git_dir / "info/grafts").write_text(f"{second}\n")
    with opened(repo.path) as store:
        assert contents(store) == {b"one\n", b"two\n", b"innocent\n"}
        (placement,) = store.attribute([blob])[blob]
        assert placement.commit is not None
        assert (placement.commit.oid, placement.in_head) == (second, True)
        assert "refs/heads/main" in store.refs_reaching([first])[first]


@pytest.mark.skipif(os.getuid() != 0, reason="only root may give files away")
def test_a_repository_of_someone_else_is_read(repo: Repo) -> None:
    repo.commit({"a": "one\n"})
    for folder, _, files in os.walk(repo.path):
        for name in (folder, *(os.path.join(folder, file) for file in files)):
            os.chown(name, 12345, 12345)
    with opened(repo.path) as store:
        assert contents(store) == {b"one\n"}
        assert store.tree_files().paths == (b"a",)
        assert store.failures == []


def test_a_folder_of_any_name_is_read(tmp_path: Path) -> None:
    repo = Repo(tmp_path / os.fsdecode(b'#odd "name"\n\\x:\xff;'))
    repo.commit({"a": "one\n"})
    with opened(repo.path) as store:
        assert contents(store) == {b"one\n"}
        assert store.tree_files().paths == (b"a",)
        assert store.failures == []


def test_the_scanned_repository_is_not_written_to(repo: Repo) -> None:
    repo.commit({"a": "one\n"})
    repo.git("update-index", "--split-index")

    def state() -> list[tuple[str, int, int]]:
        return sorted(
            (os.path.join(folder, name), os.lstat(os.path.join(folder, name)).st_mtime_ns, len(files))
            for folder, folders, files in os.walk(repo.path)
            for name in (*folders, *files)
        )

    before = state()
    _ask_everything(repo.path)
    assert state() == before


def test_no_temporary_folder_stays(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    repo.commit({str(number): f"{number}\n" * 50_000 for number in range(9)})
    with opened(repo.path) as store:
        (shadow,) = temporary.iterdir()
        assert shadow.stat().st_mode & 0o777 == 0o700
        next(store.iter_objects())
    assert list(temporary.iterdir()) == []
    with pytest.raises(KeyboardInterrupt), opened(repo.path) as store:
        _interrupt(store)
    assert list(temporary.iterdir()) == []


def test_no_process_stays_after_an_interrupt(repo: Repo) -> None:
    repo.commit({str(number): f"{number}\n" * 50_000 for number in range(9)})
    program = (
        "import os, sys, threading\nfrom pathlib import Path\nfrom leakscan.gitstore import *\n"
        "try:\n"
        f"    with Store(find_layout(Path({str(repo.path)!r}))) as store:\n"
        "        for item in store.iter_objects():\n            raise KeyboardInterrupt\n"
        "except KeyboardInterrupt:\n    pass\n"
        "assert threading.active_count() == 1\n"
        "try:\n    os.waitpid(-1, os.WNOHANG)\nexcept ChildProcessError:\n    print('alone')\n"
    )
    run = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, check=False)
    assert (run.stdout, run.stderr) == (b"alone\n", b"")


def test_without_git_the_error_says_what_to_install(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    layout = find_layout(repo.path)
    assert layout is not None
    monkeypatch.setenv("PATH", str(repo.path))
    with pytest.raises(GitError, match=r"install git 2\.30 or newer"), Store(layout):
        pass


def test_a_git_that_fails_is_an_error_with_its_words(repo: Repo) -> None:
    with opened(repo.path) as store, pytest.raises(GitError, match=r"git rev-parse: fatal: Needed"):
        store.git.run("rev-parse", "--verify", "nonsense")


def test_a_closed_store_refuses_questions(repo: Repo) -> None:
    with opened(repo.path) as store:
        pass
    with pytest.raises(GitError, match="closed"):
        store.git.run("version")


@pytest.mark.parametrize("is_circle", [True, False])
def test_folders_that_stand_in_each_other_are_left_to_git(repo: Repo, is_circle: bool) -> None:
    """Objects under names that are not theirs."""
    first = repo.commit({"a": "key\n"})
    blob = repo.git("rev-parse", "HEAD:a")
    outer, inner, last = "aa" * 20, "bb" * 20, "cc" * 20
    entry = b"40000 d\0" + bytes.fromhex(outer) if is_circle else b"100644 b\0" + bytes.fromhex(blob)
    person = "Ann <ann@example.org> 1700000000 +0000"
    _store(repo, outer, "tree", b"40000 d\0" + bytes.fromhex(inner) + b"100644 f\0" + bytes.fromhex(blob))
    _store(repo, inner, "tree", entry)
    text = f"tree {outer}\nparent {first}\nauthor {person}\ncommitter {person}\n\nchange\n"
    _store(repo, last, "commit", text.encode())
    (repo.git_dir / "refs/heads/main").write_text(last + "\n")
    with opened_own_way(repo.path) as store:
        paths = {placement.path for placement in store.attribute([blob])[blob]}
        assert (store.history is None) == is_circle
    assert paths == ({b"a"} if is_circle else {b"a", b"f", b"d/b"})


def _store(repo: Repo, oid: str, kind: str, data: bytes) -> None:
    path = repo.git_dir / "objects" / oid[:2] / oid[2:]
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(zlib.compress(f"{kind} {len(data)}\0".encode() + data))
