"""Promises 18 and 25: what is written, with which permissions, and what is never replaced."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import threading

import pytest

from leakscan.rules.fake import fake
from tests.conftest import COMMAND

LINE = f"BINANCE_API_SECRET='{fake('alnum:64')}'\n"


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "folder"
    path.mkdir()
    (path / "s.py").write_text(LINE)
    return path


def _mode(path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _stamps(root) -> dict[str, tuple[int, int, int]]:
    return {
        str(path): (path.lstat().st_mtime_ns, path.lstat().st_size, path.lstat().st_ino)
        for path in (root, *root.rglob("*"))
    }


@pytest.mark.parametrize("umask", [0o022, 0o000, 0o077])
def test_reports_and_caches_are_for_their_owner_alone(repo, leakscan, tmp_path, umask) -> None:
    repo.commit(s_py=LINE)
    (tmp_path / "old.json").write_text("before")
    (tmp_path / "old.json").chmod(0o666)
    before = os.umask(umask)
    try:
        cache = tmp_path / "cache"
        outputs = [f"json={tmp_path / name}" for name in ("new.json", "old.json")]
        run = leakscan("scan", repo.path, "-o", outputs[0], "-o", outputs[1], "--cache-dir", cache)
        leakscan("baseline", "create", repo.path, "--baseline", tmp_path / "baseline")
    finally:
        os.umask(before)
    assert run.exit_code == 1
    assert [_mode(tmp_path / name) for name in ("new.json", "old.json")] == [0o600, 0o600]
    files = [path for path in cache.rglob("*") if path.is_file()]
    assert files
    assert {_mode(path) for path in files} == {0o600}
    assert {_mode(path) for path in (cache, *cache.rglob("*")) if path.is_dir()} == {0o700}


def test_a_cache_that_others_may_write_is_not_trusted(repo, leakscan, tmp_path) -> None:
    repo.commit(s_py=LINE)
    cache = tmp_path / "cache"
    arguments = ["scan", repo.path, "--cache-dir", cache, "-f", "json"]
    first = leakscan(*arguments)
    (file,) = (path for path in cache.rglob("*") if path.is_file())
    for spoil in (
        lambda: file.chmod(0o666),
        lambda: file.write_bytes(file.read_bytes()[:-9]),
        lambda: file.write_bytes(os.urandom(500)),
        lambda: (file.unlink(), file.symlink_to("/etc/passwd")),
    ):
        spoil()
        run = leakscan(*arguments)
        assert (run.exit_code, run.findings) == (1, first.findings)
        assert "is not used" in run.stderr
        file.unlink(missing_ok=True)
        leakscan(*arguments)


def test_a_device_is_written_to_and_not_replaced(folder, leakscan, tmp_path) -> None:
    run = leakscan("scan", folder, "-o", "json=/dev/null")
    assert (run.exit_code, stat.S_ISCHR(os.stat("/dev/null").st_mode)) == (1, True)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    assert leakscan("scan", folder, "-o", f"json={pipe}").exit_code == 1
    reader.join()
    assert '"findings"' in read[0]
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert leakscan("scan", folder, "-o", "json=/dev/full").exit_code == 2


def test_nobody_waits_for_who_may_read_a_report(folder, leakscan, tmp_path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    run = leakscan("scan", folder, "-o", f"json={pipe}")
    assert (run.exit_code, "nobody reads what is written there" in run.stderr) == (2, True)


@pytest.mark.parametrize("name", ["/dev/fd/1", "/proc/self/fd/1"])
def test_what_the_shell_has_opened_is_written_to(folder, leakscan, tmp_path, name) -> None:
    run = leakscan("scan", folder, "-q", "-f", "text", "-o", f"json={name}")
    assert run.exit_code == 1
    assert json.loads(run.stdout[run.stdout.index("{\n") :].rpartition("}")[0] + "}")["findings"]
    assert leakscan("scan", folder, "-o", "json=/dev/fd/999999").exit_code == 2


@pytest.mark.skipif(os.access("/dev", os.W_OK), reason="what goes wrong would do away with it")
def test_the_systems_link_to_the_output_is_not_replaced(folder, leakscan) -> None:
    run = leakscan("scan", folder, "-q", "-f", "text", "-o", "json=/dev/stdout")
    assert (run.exit_code, '"findings"' in run.stdout) == (1, True)


def test_a_link_is_replaced_and_not_followed(folder, leakscan, tmp_path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("mine")
    link = tmp_path / "report.json"
    link.symlink_to(precious)
    assert leakscan("scan", folder, "-o", f"json={link}").exit_code == 1
    assert precious.read_text() == "mine"
    assert not link.is_symlink()


def test_the_scanned_tree_is_not_written_to(repo, leakscan) -> None:
    """Not even the times of its files and the access times of what git would refresh."""
    repo.commit(s_py=LINE)
    repo.write("new.py", LINE)
    (repo.path / "s.py").touch()
    before = _stamps(repo.path)
    for arguments in (
        ["scan", "."],
        ["scan", ".", "--full", "--no-cache"],
        ["hook"],
        ["ci", "--base", "HEAD"],
        ["purge"],
    ):
        leakscan(*arguments, cwd=repo.path)
    assert _stamps(repo.path) == before


def test_what_is_saved_of_a_damaged_pack_leaves_the_others_alone(repo, leakscan) -> None:
    repo.commit(s_py=LINE)
    repo.run("repack", "-aq")  # the loose ones stay
    (pack,) = (repo.path / ".git/objects/pack").glob("*.pack")
    pack.chmod(0o600)
    pack.write_bytes(pack.read_bytes()[:-1])
    for path in repo.path.rglob("*"):
        os.utime(path, (10**9, 10**9))
    before = _stamps(repo.path)
    assert leakscan("scan", repo.path).exit_code == 1
    assert _stamps(repo.path) == before


@pytest.mark.parametrize("arguments", [["scan", "."], ["hook"], ["ci", "--base", "HEAD~"]])
def test_where_there_is_no_temporary_folder_it_is_not_the_scanned_one(repo, arguments) -> None:
    repo.commit(a_txt="clean\n")
    repo.commit(s_py=LINE)
    before = _stamps(repo.path)
    run = subprocess.run(
        ["sh", "-c", 'ulimit -f 0; exec "$@"', "sh", COMMAND, *arguments],
        cwd=repo.path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 2
    assert "temporary folder cannot be made" in run.stderr
    assert _stamps(repo.path) == before


def test_no_cache_folder_is_not_the_current_one(repo, leakscan) -> None:
    """`--cache-dir "$CACHE"` where nobody set it."""
    repo.commit(s_py=LINE)
    repo.path.chmod(0o700)
    before = _stamps(repo.path)
    assert leakscan("scan", ".", "--cache-dir", "", cwd=repo.path).exit_code == 1
    assert _stamps(repo.path) == before
