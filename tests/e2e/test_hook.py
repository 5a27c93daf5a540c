"""What `leakscan hook` sees of a commit, called as git calls a plain hook, in each situation that git knows."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import COMMAND, Pair, Repo, Run

Scan = Callable[..., Run]


def secret_line(pair: Pair) -> str:
    return f"BINANCE_API_SECRET = '{pair.secret}'\n"


def install(repo: Repo, name: str = "pre-commit", command: str = "hook") -> None:
    hook = repo.path / ".git/hooks" / name
    hook.write_text(f"#!/bin/sh\nexec {shlex.quote(str(COMMAND))} {command}\n")
    hook.chmod(0o755)


def git(repo: Repo, *args: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "GIT_EDITOR": "true"}
    return subprocess.run(["git", *args], cwd=repo.path, capture_output=True, text=True, check=False, env=env)


@pytest.fixture
def hooked(repo: Repo) -> Repo:
    repo.commit("start", a_py="a = 1\n", b_py="b = 1\n")
    install(repo)
    return repo


def refused(done: subprocess.CompletedProcess[str], path: str) -> bool:
    return done.returncode != 0 and f"{path}:" in done.stdout + done.stderr


def test_the_first_commit_of_a_repository(repo: Repo, pair: Pair) -> None:
    install(repo)
    repo.write("bot.py", secret_line(pair))
    repo.run("add", "-A")
    assert refused(git(repo, "commit", "-m", "first"), "bot.py")
    repo.write("bot.py", "clean = True\n")
    repo.run("add", "-A")
    assert git(repo, "commit", "-m", "first").returncode == 0


def test_the_index_counts_not_the_folder(hooked: Repo, pair: Pair) -> None:
    hooked.write("a.py", secret_line(pair))
    hooked.run("add", "a.py")
    hooked.write("a.py", "clean again\n")
    assert refused(git(hooked, "commit", "-m", "staged"), "a.py")
    hooked.run("add", "a.py")
    hooked.write("a.py", secret_line(pair))
    done = git(hooked, "commit", "-m", "clean")
    assert done.returncode == 0, done.stderr
    assert "read 1 file, 1 blob" in done.stderr


def test_commit_all_and_commit_path_have_an_index_of_their_own(hooked: Repo, pair: Pair) -> None:
    hooked.write("a.py", secret_line(pair))
    assert refused(git(hooked, "commit", "-a", "-m", "all"), "a.py")
    assert refused(git(hooked, "commit", "a.py", "-m", "path"), "a.py")
    hooked.write("b.py", "b = 2\n")
    done = git(hooked, "commit", "b.py", "-m", "the other path")
    assert done.returncode == 0, "a.py is no part of this commit"
    hooked.run("add", "a.py")
    hooked.write("b.py", "b = 3\n")
    assert git(hooked, "commit", "b.py", "-m", "only b.py").returncode == 0
    assert refused(git(hooked, "commit", "-i", "b.py", "-m", "b.py and the index"), "a.py")


def test_amend(hooked: Repo, pair: Pair) -> None:
    hooked.write("a.py", secret_line(pair))
    hooked.run("add", "a.py")
    assert refused(git(hooked, "commit", "--amend", "--no-edit"), "a.py")
    hooked.write("a.py", "a = 2\n")
    hooked.run("add", "a.py")
    assert git(hooked, "commit", "--amend", "--no-edit").returncode == 0


def test_a_merge_answers_for_what_it_adds_itself(hooked: Repo, make_pair: Callable[[int], Pair]) -> None:
    old, new = make_pair(1), make_pair(2)
    hooked.run("checkout", "-q", "-b", "side")
    hooked.write("leaked.py", secret_line(old))
    hooked.write("a.py", "a = 'side'\n")
    hooked.run("add", "-A")
    assert git(hooked, "commit", "--no-verify", "-m", "side").returncode == 0
    hooked.run("checkout", "-q", "main")
    hooked.commit("main", a_py="a = 'main'\n")
    assert git(hooked, "merge", "side").returncode != 0
    hooked.write("a.py", f"a = 'both'\n{secret_line(new)}")
    hooked.run("add", "-A")
    done = git(hooked, "commit", "--no-edit")
    assert refused(done, "a.py")
    assert "leaked.py" not in done.stdout, "that came from the other side"
    hooked.write("a.py", "a = 'both'\n")
    hooked.run("add", "-A")
    assert git(hooked, "commit", "--no-edit").returncode == 0


def test_a_merge_of_git_s_own_answers_for_nothing_that_was_there(hooked: Repo, pair: Pair) -> None:
    hooks = hooked.path / ".git/hooks"
    (hooks / "pre-merge-commit").symlink_to("pre-commit")
    hooked.run("checkout", "-q", "-b", "side")
    hooked.write("leaked.py", secret_line(pair))
    hooked.run("add", "-A")
    assert git(hooked, "commit", "--no-verify", "-m", "side").returncode == 0
    hooked.run("checkout", "-q", "main")
    hooked.commit("main", a_py="a = 'main'\n")
    hooked.run("branch", "before")
    done = git(hooked, "merge", "--no-edit", "side")
    assert (done.returncode, "No exchange credentials found" in done.stdout + done.stderr) == (0, True), done
    hooked.run("reset", "-q", "--hard", "before")
    git(hooked, "merge", "--squash", "side")
    assert refused(git(hooked, "commit", "-m", "squashed"), "leaked.py")


def test_every_side_of_a_conflict_is_read(
    leakscan: Scan, hooked: Repo, make_pair: Callable[[int], Pair]
) -> None:
    pairs = [make_pair(number) for number in range(3)]
    oids = [hooked.run("hash-object", "-w", "--stdin", stdin=secret_line(pair).encode()) for pair in pairs]
    sides = "".join(f"100644 {oid} {stage}\ta.py\n" for stage, oid in enumerate(oids, 1))
    hooked.run("update-index", "--index-info", stdin=f"0 {'0' * 40}\ta.py\n{sides}".encode())
    run = leakscan("scan", "--staged", "-f", "json", cwd=hooked.path)
    assert (run.exit_code, len(run.findings)) == (1, 3)
    assert leakscan("hook", cwd=hooked.path).exit_code == 1


def test_only_what_is_new_is_reported(leakscan: Scan, hooked: Repo, make_pair: Callable[[int], Pair]) -> None:
    old, new = make_pair(1), make_pair(2)
    hooked.write("a.py", secret_line(old))
    hooked.run("add", "-A")
    git(hooked, "commit", "--no-verify", "-m", "leaked long ago")

    hooked.write("a.py", "\n\n# moved and indented\n    " + secret_line(old))
    hooked.run("add", "-A")
    assert leakscan("hook", cwd=hooked.path).exit_code == 0, "a moved line is not new"

    hooked.write("a.py", f"BINANCE_API_SECRET = '{old.secret}' or '{new.secret}'\n")
    hooked.run("add", "-A")
    run = leakscan("scan", "--staged", "-f", "json", cwd=hooked.path)
    assert run.exit_code == 1
    assert [f["preview"] for f in run.findings] == [f"{new.secret[:4]}…{new.secret[-2:]}"]
    assert run.findings[0]["locations"][0]["source"] == "staged"

    (hooked.path / "a.py").unlink()
    hooked.write("renamed.py", secret_line(old))
    hooked.run("add", "-A")
    assert leakscan("hook", cwd=hooked.path).exit_code == 0, "a renamed file is not new"


def test_a_given_file_that_equals_head_is_read_whole(leakscan: Scan, hooked: Repo, pair: Pair) -> None:
    hooked.write("a.py", secret_line(pair))
    hooked.run("add", "-A")
    git(hooked, "commit", "--no-verify", "-m", "leaked long ago")
    assert leakscan("hook", cwd=hooked.path).exit_code == 0
    run = leakscan("hook", "a.py", "b.py", cwd=hooked.path)
    assert (run.exit_code, "read 2 files, 2 blobs" in run.stderr) == (1, True)
    assert leakscan("hook", hooked.path / "a.py", cwd=hooked.path).exit_code == 1
    assert leakscan("hook", "../a.py", cwd=hooked.write("sub/x.py", "x\n").parent).exit_code == 1


def test_files_that_git_does_not_track_are_read_from_disk(leakscan: Scan, hooked: Repo, pair: Pair) -> None:
    hooked.write("new.py", secret_line(pair))
    assert leakscan("hook", "new.py", cwd=hooked.path).exit_code == 1
    hooked.run("rm", "-q", "b.py")
    assert leakscan("hook", "b.py", cwd=hooked.path).exit_code == 0, "a file that the commit deletes"
    for wrong in ("nowhere.py", "/etc/hostname"):
        run = leakscan("hook", wrong, cwd=hooked.path)
        assert run.exit_code == 2
        assert run.stderr.startswith(f"leakscan: {wrong}: ")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8-sig"])
def test_staged_files_of_every_encoding_and_attribute(
    encoding: str, leakscan: Scan, hooked: Repo, pair: Pair
) -> None:
    hooked.write(".gitattributes", "*.py -diff binary\n")
    hooked.write("a.py", f"# binance\n{secret_line(pair)}".encode(encoding))
    hooked.run("add", "-A")
    assert leakscan("hook", cwd=hooked.path).exit_code == 1


def test_linked_work_trees_sub_folders_and_git_dir(leakscan: Scan, hooked: Repo, pair: Pair) -> None:
    hooked.run("worktree", "add", "-q", "../linked")
    linked = hooked.path.parent / "linked"
    (linked / "bot.py").write_text(secret_line(pair))
    subprocess.run(["git", "add", "bot.py"], cwd=linked, check=True)
    assert leakscan("hook", cwd=linked).exit_code == 1
    assert leakscan("hook", cwd=hooked.path).exit_code == 0, "the index of each is its own"
    hooked.write("deep/er/bot.py", secret_line(pair))
    hooked.run("add", "-A")
    assert leakscan("hook", cwd=hooked.path / "deep/er").exit_code == 1
    outside = {"GIT_DIR": str(hooked.path / ".git"), "GIT_WORK_TREE": str(hooked.path)}
    assert leakscan("hook", cwd=hooked.path.parent, env=outside).exit_code == 1


def test_submodules_and_links_are_no_files(leakscan: Scan, hooked: Repo, pair: Pair) -> None:
    hooked.run("update-index", "--add", "--cacheinfo", f"160000,{hooked.run('rev-parse', 'HEAD')},sub")
    (hooked.path / "link").symlink_to("a.py")
    hooked.run("add", "link")
    run = leakscan("hook", cwd=hooked.path)
    assert (run.exit_code, "read 1 file, 1 blob" in run.stderr) == (0, True)
    assert leakscan("hook", "sub", "link", cwd=hooked.path).exit_code == 0


def test_a_damaged_index_or_object_is_never_clean(leakscan: Scan, hooked: Repo) -> None:
    oid = hooked.run("hash-object", "-w", str(hooked.write("c.py", "c = 1\n")))
    hooked.run("add", "-A")
    loose = hooked.path / ".git/objects" / oid[:2] / oid[2:]
    loose.chmod(0o644)
    loose.write_bytes(b"broken")
    run = leakscan("hook", cwd=hooked.path)
    assert (run.exit_code, "corrupt-objects" in run.stderr) == (3, True)
    (hooked.path / ".git/index").write_bytes(b"broken")
    assert leakscan("hook", cwd=hooked.path).exit_code == 2
    assert leakscan("hook", cwd=hooked.path.parent).exit_code == 2, "no repository"


def test_nothing_of_the_repository_is_run(leakscan: Scan, hooked: Repo, tmp_path: Path, pair: Pair) -> None:
    canary = tmp_path / "ran"
    script = tmp_path / "evil"
    script.write_text(f"#!/bin/sh\ntouch {canary}\ncat\n")
    script.chmod(0o755)
    for key in (
        "core.fsmonitor",
        "diff.external",
        "diff.x.textconv",
        "filter.x.clean",
        "core.pager",
        "core.sshCommand",
    ):
        hooked.run("config", key, str(script))
    hooked.write(".gitattributes", "* diff=x\n")
    hooked.write("a.py", secret_line(pair))
    hooked.run("-c", "core.fsmonitor=false", "add", "-A")
    assert leakscan("hook", cwd=hooked.path).exit_code == 1
    assert leakscan("scan", "--range", "HEAD..HEAD", cwd=hooked.path).exit_code == 0
    assert not canary.exists()


def test_two_thousand_staged_files(leakscan: Scan, hooked: Repo, pair: Pair) -> None:
    for number in range(2_000):
        hooked.write(f"many/{number}.py", f"number = {number}\n")
    hooked.write("many/bot.py", secret_line(pair))
    hooked.run("add", "-A")
    run = leakscan("hook", cwd=hooked.path)
    assert (run.exit_code, "read 2,001 files" in run.stderr) == (1, True)


@pytest.fixture
def remote(hooked: Repo) -> Repo:
    hooked.run("init", "-q", "--bare", "../remote.git")
    hooked.run("remote", "add", "origin", "../remote.git")
    hooked.run("push", "-q", "origin", "main")
    install(hooked, "pre-push", "hook --push")
    return hooked


def test_a_push_answers_for_every_commit_in_it(remote: Repo, pair: Pair) -> None:
    (remote.path / ".git/hooks/pre-commit").unlink()
    remote.commit("leak", bot_py=secret_line(pair))
    remote.commit("gone again", bot_py="clean\n")
    assert refused(git(remote, "push", "origin", "main"), "bot.py"), "an update"
    assert refused(git(remote, "push", "origin", "main:new"), "bot.py"), "a new branch"
    remote.run("push", "-q", "--no-verify", "origin", "main", "main:new")
    remote.commit("harmless", a_py="a = 3\n")
    assert git(remote, "push", "origin", "main").returncode == 0, "the leak is out already"
    remote.run("commit", "-q", "--amend", "-m", f"rewritten {secret_line(pair)}")
    assert git(remote, "push", "-f", "origin", "main").returncode != 0, "a forced push, a message"
    assert git(remote, "push", "origin", ":new").returncode == 0, "a deletion publishes nothing"


def test_ranges(leakscan: Scan, repo: Repo, make_pair: Callable[[int], Pair]) -> None:
    one, two = make_pair(1), make_pair(2)
    base = repo.commit("start", a_py=secret_line(one))
    repo.run("checkout", "-q", "-b", "side")
    repo.commit("in the side branch only", b_py=secret_line(two))
    repo.commit("taken out", b_py="clean\n")
    repo.run("checkout", "-q", "main")
    repo.commit("main", a_py=f"# a line above\n{secret_line(one)}")
    repo.run("merge", "-q", "--no-edit", "side")
    run = leakscan("scan", "--range", f"{base}..HEAD", "-f", "json", cwd=repo.path)
    (finding,) = run.findings
    assert (run.exit_code, run.json["coverage"]["commits"]) == (1, 4)
    assert finding["preview"] == f"{two.secret[:4]}…{two.secret[-2:]}", (
        "the second parent's commits, and only new values"
    )
    (place,) = finding["locations"]
    assert (place["path"], place["source"], place["in_head"]) == ("b.py", "range", False)
    assert leakscan("scan", "--range", "HEAD~..HEAD", repo.path).exit_code == 1
    for wrong in ("HEAD", "HEAD...side", "nowhere..HEAD", f"{'0' * 40}..HEAD"):
        run = leakscan("scan", "--range", wrong, cwd=repo.path)
        assert (run.exit_code, run.stdout) == (2, ""), wrong


def test_a_value_that_a_merge_brings_itself_is_in_its_range(leakscan: Scan, repo: Repo, pair: Pair) -> None:
    base = repo.commit("start", a_py="a\n")
    repo.run("checkout", "-q", "-b", "side")
    repo.commit("side", a_py="side\n")
    repo.run("checkout", "-q", "main")
    repo.commit("main", a_py="main\n")
    git(repo, "merge", "side")
    repo.commit("evil merge", a_py=secret_line(pair))
    assert leakscan("scan", "--range", f"{base}..HEAD", cwd=repo.path).exit_code == 1


def test_the_first_look_says_what_a_close_look_says(leakscan: Scan, hooked: Repo) -> None:
    hooked.write("c.py", "c = 1\n")
    hooked.write("d.py", "d = 'café'\n")
    hooked.run("add", "-A")
    quick, close = leakscan("hook", cwd=hooked.path), leakscan("hook", "-v", cwd=hooked.path)
    assert (quick.exit_code, quick.stdout) == (close.exit_code, close.stdout)
    assert re.sub(r"in .* s;", "", quick.stderr) == re.sub(r"in .* s;", "", close.stderr)


def test_a_clean_commit_waits_for_little(hooked: Repo, tmp_path: Path) -> None:
    """Of what takes time to import, a first look needs nothing; what Python itself starts with is not its own."""
    hooked.write("c.py", "c = 1\n")
    hooked.run("add", "-A")
    code = """if True:
        import sys
        before = {*sys.modules}
        from leakscan.cli import main
        code = main(['hook'])
        print(*sys.modules.keys() - before)
        sys.exit(code)
    """
    # a folder of its own: what other runs leave, or take away, is not looked at
    env = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PRE_COMMIT"))}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=hooked.path,
        env={**env, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said, loaded = done.stdout.splitlines()
    assert said == "No exchange credentials found."
    heavy = {
        "click",
        "ahocorasick",
        "cryptography",
        "rich",
        "tomllib",
        "leakscan.model",
        "leakscan.detect",
        "leakscan.rules",
    }
    assert "leakscan.cli.glancing" in loaded.split()
    assert not heavy & set(loaded.split()), done.stderr
