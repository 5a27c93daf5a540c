"""Hostile refs, HEADs, reflogs and indexes."""

from __future__ import annotations

import os
import struct
from hashlib import sha1

from tests.promises.cases import (
    CASES,
    CLEAN,
    FOUND,
    INCOMPLETE,
    LINE,
    NOBODY,
    Case,
    Scene,
    case,
    damage,
    file_of,
    git_dir,
)

ZERO = "0" * 40

for title, name, content in (
    ("an empty head", "HEAD", b""),
    ("a head that leads out", "HEAD", b"ref: refs/../../../../etc/passwd\n"),
    ("a head of megabytes", "HEAD", b"ref: refs/heads/" + b"x" * 2_000_000),
    ("a head that names nothing that is there", "HEAD", b"2" * 40 + b"\n"),
    ("an empty ref", "refs/heads/x", b""),
    ("a ref of zeros", "refs/heads/x", bytes(41)),
    ("a ref of megabytes", "refs/heads/x", b"1" * 2_000_000),
    ("a ref that leads out", "refs/heads/x", b"ref: ../../../../../etc/passwd\n"),
    ("packed refs cut off", "packed-refs", b"# pack-refs with: peeled fully-peeled sorted \n" + b"1" * 30),
    ("packed refs to nothing", "packed-refs", b"3" * 40 + b" refs/heads/y\n"),
    ("a pseudo ref of garbage", "ORIG_HEAD", b"garbage\n"),
    ("a shallow file of garbage", "shallow", b"garbage\n"),
    ("an index of the future", "index", b"DIRC\0\0\0\x09\0\0\0\0" + sha1(b"DIRC\0\0\0\x09\0\0\0\0").digest()),
    ("an index that counts four billion", "index", b"DIRC\0\0\0\2\xff\xff\xff\xff" + bytes(40)),
    ("a configuration of binary", "config", b"[core]\n\trepositoryformatversion = \xff\xfe\0\n"),
):
    CASES[title] = Case(file_of(name, content), INCOMPLETE, planted=False)
    CASES[f"{title}, a value beside it"] = Case(file_of(name, content), FOUND, planted=True, briefly=True)
CASES["a reflog of garbage"] = Case(file_of("logs/HEAD", b"garbage\n" * 100), CLEAN, planted=False)
CASES["a configuration without end"] = Case(
    file_of("config", b"[core]\n\trepositoryformatversion = 0\n" + b"[x]\n\ty = " + b"z" * 3_000_000),
    FOUND,
    planted=True,
)


@damage
def a_head_that_is_a_folder(repo, canary):
    (git_dir(repo) / "HEAD").unlink()
    (git_dir(repo) / "HEAD").mkdir()


@damage
def a_ref_that_is_a_pipe(repo, canary):
    os.mkfifo(git_dir(repo) / "refs/heads/x")


@damage
def a_ref_that_is_a_link_out(repo, canary):
    (git_dir(repo) / "refs/heads/x").symlink_to("/etc/passwd")


@damage
def refs_behind_a_link(repo, canary):
    (git_dir(repo) / "refs/heads/more").symlink_to("/")


@case(FOUND)
def a_head_that_is_a_link(repo, canary):
    (git_dir(repo) / "HEAD").unlink()
    (git_dir(repo) / "HEAD").symlink_to("refs/heads/main")


@case(FOUND)
def ten_thousand_refs(repo, canary):
    oid = repo.run("rev-parse", "HEAD")
    lines = "".join(f"{oid} refs/heads/branch-{number:05}\n" for number in range(10_000))
    (git_dir(repo) / "packed-refs").write_text("# pack-refs with: peeled fully-peeled sorted \n" + lines)


@case((1, 3), planted=True)
def refs_of_odd_names(repo, canary):
    oid = repo.run("rev-parse", "HEAD")
    names = (
        b"a b",
        b"\x1b[31m",
        b"\xff\xfe",
        b"--upload-pack=x",
        b"::error::x",
        "\u202ex".encode(),
        b"a..b",
        b"x.lock",
    )
    for name in names:
        with open(os.path.join(os.fsencode(git_dir(repo)), b"refs/heads", name), "w") as file:
            file.write(oid + "\n")
    lines = b"".join(
        oid.encode() + b" refs/heads/" + name + b"\n"
        for name in (b"../../../x", b"p\x1b[0m", b"-x", b"p\xff")
    )
    (git_dir(repo) / "packed-refs").write_bytes(lines)


@case(FOUND)
def a_detached_head(repo, canary):
    repo.run("checkout", "-q", "--detach")


@case(CLEAN)
def a_repository_without_commits(repo, canary):
    repo.run("update-ref", "-d", "HEAD")
    for file in (git_dir(repo) / "objects").rglob("*"):
        if file.is_file():
            file.unlink()
    (git_dir(repo) / "index").unlink()


@case(FOUND, planted=False)
def a_value_in_the_index_only(repo, canary):
    repo.write("s.py", LINE)
    repo.run("add", "s.py")
    (repo.path / "s.py").unlink()


@case(FOUND, planted=False)
def a_value_behind_skip_worktree(repo, canary):
    repo.commit(s_py=LINE)
    repo.run("update-index", "--skip-worktree", "s.py")
    repo.write("s.py", "clean\n")


@case(FOUND, planted=False)
def values_of_a_conflict(repo, canary):
    oid = repo.run("hash-object", "-w", "--stdin", stdin=LINE.encode())
    lines = "".join(f"100644 {oid} {stage}\ts.py\n" for stage in (1, 2, 3))
    repo.run("update-index", "--index-info", stdin=lines.encode())


@case(FOUND, planted=False)
def a_value_in_a_stash(repo, canary):
    repo.write("a.txt", "changed\n")
    repo.write("new.py", LINE)
    repo.run("stash", "-u", "-q")


@case(FOUND, planted=False)
def a_value_in_a_note(repo, canary):
    repo.run("notes", "add", "-m", LINE)


@case(FOUND, planted=False)
def a_value_in_a_reflog_only(repo, canary):
    repo.commit(s_py=LINE)
    repo.run("reset", "-q", "--hard", "HEAD~1")


def _index(version: str):
    def make(repo, canary):
        repo.write("tracked.py", LINE)
        repo.write(".gitignore", "*.py\n")
        repo.run("add", "-f", "tracked.py")
        repo.run("update-index", "--index-version", version)

    return make


for number in "234":
    CASES[f"an index of version {number}"] = Case(_index(number), FOUND, planted=False)


@case(FOUND, planted=False)
def a_split_index(repo, canary):
    repo.write("tracked.py", LINE)
    repo.run("add", "tracked.py")
    repo.run("update-index", "--split-index")


@damage
def a_split_index_without_its_half(repo, canary):
    repo.run("update-index", "--split-index")
    for file in git_dir(repo).glob("sharedindex.*"):
        file.unlink()


@case(FOUND, planted=False)
def a_sparse_index(repo, canary):
    repo.commit(out__s_py=LINE, in__a_txt="clean\n")
    repo.run("sparse-checkout", "set", "--cone", "--sparse-index", "in")


@case(FOUND)
def an_index_that_names_a_monitor(repo, canary):
    """The extension FSMN, written by hand as a monitor leaves it."""
    file = git_dir(repo) / "index"
    data = file.read_bytes()[:-20]
    data += b"FSMN" + struct.pack(">I", 16) + struct.pack(">I", 2) + b"token\0\0\0" + struct.pack(">I", 0)
    file.write_bytes(data + sha1(data).digest())
    repo.run("config", "core.fsmonitor", str(canary))


@damage
def an_index_of_an_extension_that_must_be_known(repo, canary):
    file = git_dir(repo) / "index"
    data = file.read_bytes()[:-20] + b"zzzz" + struct.pack(">I", 4) + b"what"
    file.write_bytes(data + sha1(data).digest())


@case(FOUND)
def an_index_of_names_that_lead_out(repo, canary):
    file = git_dir(repo) / "index"
    data = file.read_bytes()[:-20].replace(b"a.txt", b".git/")
    file.write_bytes(data + sha1(data).digest())


@case(FOUND)
def a_repository_of_somebody_else(repo, canary):
    """Read, not refused: nothing of it is obeyed, so it does not matter whose it is."""
    if os.getuid() == 0:
        for folder, folders, files in os.walk(repo.path):
            for name in (".", *folders, *files):
                os.lchown(os.path.join(folder, name), NOBODY, NOBODY)


@damage
def folders_and_files_that_may_not_be_read(repo, canary):
    repo.write("secret/b.txt", "x")
    repo.write("c.txt", "x")
    for name in ("secret", "c.txt"):
        (repo.path / name).chmod(0)
    return Scene(repo.path, user=NOBODY if os.getuid() == 0 else None)


@damage
def objects_that_may_not_be_read(repo, canary):
    oid = repo.run("rev-parse", "HEAD:a.txt")
    (git_dir(repo) / "objects" / oid[:2] / oid[2:]).chmod(0)
    return Scene(repo.path, user=NOBODY if os.getuid() == 0 else None)


@damage
def a_folder_of_objects_that_may_not_be_read(repo, canary):
    oid = repo.run("rev-parse", "HEAD:a.txt")
    (git_dir(repo) / "objects" / oid[:2]).chmod(0)
    return Scene(repo.path, user=NOBODY if os.getuid() == 0 else None)


@damage
def packs_that_may_not_be_read(repo, canary):
    repo.run("repack", "-q")
    (git_dir(repo) / "objects/pack").chmod(0)
    return Scene(repo.path, user=NOBODY if os.getuid() == 0 else None)


@case(INCOMPLETE)
def packs_that_may_be_listed_and_not_looked_at(repo, canary):
    """No ref leads to what they hold."""
    oid = repo.run("hash-object", "-w", "--stdin", stdin=b"nothing leads here\n")
    repo.run("pack-objects", "-q", str(git_dir(repo) / "objects/pack/pack"), stdin=f"{oid}\n".encode())
    repo.run("prune-packed")
    (git_dir(repo) / "objects/pack").chmod(0o744)
    return Scene(repo.path, user=NOBODY if os.getuid() == 0 else None)


@case(INCOMPLETE)
def a_folder_of_objects_that_may_not_be_listed(repo, canary):
    """No ref leads to what it holds."""
    oid = repo.run("hash-object", "-w", "--stdin", stdin=b"nothing leads here\n")
    (git_dir(repo) / "objects" / oid[:2]).chmod(0o711)
    return Scene(repo.path, user=NOBODY if os.getuid() == 0 else None)


@case(INCOMPLETE)
def work_trees_that_may_be_listed_and_not_looked_at(repo, canary):
    repo.run("worktree", "add", "-q", "../linked")
    (git_dir(repo) / "worktrees").chmod(0o744)
    return Scene(repo.path, user=NOBODY if os.getuid() == 0 else None)


@damage
def refs_that_may_not_be_read(repo, canary):
    repo.run("branch", "other")
    (git_dir(repo) / "refs/heads/other").chmod(0)
    return Scene(repo.path, user=NOBODY if os.getuid() == 0 else None)


@case(INCOMPLETE)
def a_git_directory_that_may_not_be_read(repo, canary):
    git_dir(repo).chmod(0)
    return Scene(repo.path, user=NOBODY if os.getuid() == 0 else None)


@case(INCOMPLETE)
def work_trees_that_may_not_be_listed(repo, canary):
    repo.run("worktree", "add", "-q", "../linked")
    (git_dir(repo) / "worktrees").chmod(0)
    return Scene(repo.path, user=NOBODY if os.getuid() == 0 else None)


@case(INCOMPLETE)
def submodules_that_may_not_be_listed(repo, canary):
    (git_dir(repo) / "modules").mkdir(mode=0)
    return Scene(repo.path, user=NOBODY if os.getuid() == 0 else None)
