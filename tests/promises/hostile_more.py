"""Odd and hostile histories, stores and working trees that the other files of cases do not have."""

from __future__ import annotations

import os
import shutil
import subprocess
import zlib
from hashlib import sha1

from tests.conftest import Repo
from tests.promises.cases import FOUND, INCOMPLETE, LINE, beside, case, damage, git_dir, object_file, packed
from tests.promises.hostile_objects import PackWriter, loose, objects, raw_commit
from tools.tables import Logged, move_refs


@damage
def refs_stored_as_tables(repo, canary):
    """As git 2.45 and newer may store them."""
    (git_dir(repo) / "config").write_text(
        "[core]\n\trepositoryformatversion = 1\n[extensions]\n\trefStorage = reftable\n"
    )
    shutil.rmtree(git_dir(repo) / "refs/heads")
    (git_dir(repo) / "refs/heads").write_text("this repository uses the reftable format\n")
    (git_dir(repo) / "HEAD").write_text("ref: refs/heads/.invalid\n")
    (git_dir(repo) / "reftable").mkdir()
    (git_dir(repo) / "reftable/tables.list").write_text("0x000000000001-0x000000000002-ab.ref\n")
    (git_dir(repo) / "reftable/0x000000000001-0x000000000002-ab.ref").write_bytes(b"REFT\1" + bytes(91))


@case(FOUND)
def refs_in_tables(repo, canary):
    move_refs(git_dir(repo))


@case(FOUND, planted=False)
def a_value_in_a_reflog_that_a_table_holds(repo, canary):
    head = repo.run("rev-parse", "HEAD")
    move_refs(git_dir(repo), [Logged(b"refs/heads/main", 1, "0" * len(head), head, LINE.encode())])


@case(INCOMPLETE, planted=False)
def tables_of_which_one_is_missing(repo, canary):
    move_refs(git_dir(repo))
    (git_dir(repo) / "reftable/2-2-2.ref").unlink()


@case(FOUND)
def a_hundred_thousand_refs(repo, canary):
    oid = repo.run("rev-parse", "HEAD")
    lines = "".join(f"{oid} refs/pull/{number:06}/head\n" for number in range(100_000))
    (git_dir(repo) / "packed-refs").write_text("# pack-refs with: peeled fully-peeled sorted \n" + lines)


@case(FOUND)
def a_branch_without_commits_beside_a_history(repo, canary):
    repo.run("checkout", "-q", "--orphan", "new")
    repo.run("rm", "-rfq", "--cached", ".")


@case(FOUND, planted=False)
def a_tag_of_a_blob(repo, canary):
    oid = repo.run("hash-object", "-w", "--stdin", stdin=LINE.encode())
    repo.run("tag", "-a", "-m", "x", "blob", oid)
    repo.run("tag", "tree", "HEAD^{tree}")


@case(FOUND, planted=False)
def a_value_that_is_only_to_be_added(repo, canary):
    repo.write("s.py", LINE)
    repo.run("add", "-N", "s.py")


@case(FOUND, planted=False)
def a_value_behind_a_nul_in_a_message(repo, canary):
    raw_commit(repo, repo.run("rev-parse", "HEAD^{tree}"), message=b"x\n\0\n" + LINE.encode())


@case(FOUND, planted=False)
def a_value_in_a_header_of_a_commit(repo, canary):
    head = repo.run("rev-parse", "HEAD^{tree}")
    who = (b"author A <a@b> 1 +0000", b"committer A <a@b> 1 +0000")
    raw_commit(repo, head, *who, b"mergetag object x\n " + LINE.strip().encode() + b"\n end")


@case(FOUND, planted=False)
def a_value_in_the_name_of_an_author(repo, canary):
    who = LINE.strip().encode() + b" <a@b> 1 +0000"
    raw_commit(repo, repo.run("rev-parse", "HEAD^{tree}"), b"author " + who, b"committer A <a@b> 1 +0000")


@case(FOUND, planted=False)
def a_message_of_megabytes(repo, canary):
    message = b"word after word\n" * 1_500_000 + LINE.encode()
    raw_commit(repo, repo.run("rev-parse", "HEAD^{tree}"), message=message)


@case(FOUND)
def a_commit_of_ten_thousand_parents(repo, canary):
    tree = repo.run("rev-parse", "HEAD^{tree}")
    parents = [
        loose(
            repo,
            b"commit",
            b"tree %s\nauthor A <a@b> %d +0000\ncommitter A <a@b> 1 +0000\n\nx" % (tree.encode(), n),
        )
        for n in range(10_000)
    ]
    raw_commit(repo, tree, *[b"parent " + oid.encode() for oid in parents])


@case(FOUND, planted=False)
def a_tree_of_a_million_entries(repo, canary):
    secret = bytes.fromhex(repo.run("hash-object", "-w", "--stdin", stdin=LINE.encode()))
    clean = bytes.fromhex(repo.run("rev-parse", "HEAD:a.txt"))
    data = b"".join(b"100644 f%07d\0" % n + (secret if n == 777_777 else clean) for n in range(1_000_000))
    raw_commit(repo, loose(repo, b"tree", data))


@case(FOUND, planted=False)
def a_line_of_fifty_megabytes(repo, canary):
    half = b"word, after=word; " * 1_400_000
    repo.write("s.txt", half + LINE.strip().encode() + b" " + half)


@case((0, 3), planted=False)
def a_commit_that_is_its_own_parent(repo, canary):
    oid = "ab" * 20
    body = b"tree %s\nparent %s\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\nx" % (
        repo.run("rev-parse", "HEAD^{tree}").encode(),
        oid.encode(),
    )
    loose(repo, b"", b"", oid=oid, packed_as=zlib.compress(b"commit %d\0" % len(body) + body))
    (git_dir(repo) / "refs/heads/circle").write_text(oid + "\n")


@case((0, 3), planted=False)
def a_tree_that_holds_itself(repo, canary):
    oid = "cd" * 20
    body = (
        b"40000 again\0"
        + bytes.fromhex(oid)
        + b"100644 x\0"
        + bytes.fromhex(repo.run("rev-parse", "HEAD:a.txt"))
    )
    loose(repo, b"", b"", oid=oid, packed_as=zlib.compress(b"tree %d\0" % len(body) + body))
    raw_commit(repo, oid)


@damage
def a_tag_that_names_another_kind(repo, canary):
    oid = repo.run("rev-parse", "HEAD:a.txt").encode()
    tag = loose(repo, b"tag", b"object " + oid + b"\ntype commit\ntag v1\ntagger A <a@b> 1 +0000\n\nx\n")
    (git_dir(repo) / "refs/tags/v1").write_text(tag + "\n")


@damage
def a_parent_that_is_a_tree(repo, canary):
    tree = repo.run("rev-parse", "HEAD^{tree}")
    raw_commit(repo, tree, b"parent " + tree.encode())


@damage
def a_commit_whose_tree_is_a_commit(repo, canary):
    raw_commit(repo, repo.run("rev-parse", "HEAD"))


@case((0, 3), planted=False)
def a_loose_object_with_garbage_behind(repo, canary):
    file = object_file(repo, "HEAD:a.txt")
    file.write_bytes(file.read_bytes() + b"garbage")


@case((1,), planted=True)
def a_pack_with_garbage_behind(repo, canary):
    pack = packed(repo, "pack")
    pack.write_bytes(pack.read_bytes() + b"garbage" * 10)


@damage
def a_pack_index_that_leaves_one_out(repo, canary):
    """Two objects in the pack, one in its index."""
    pack = PackWriter()
    pack.blob(b"one\n")
    file = pack.write(objects(repo), "z").with_suffix(".idx")
    short = file.read_bytes()
    more = PackWriter()
    more.blob(b"one\n")
    more.blob(b"two\n")
    whole = more.write(objects(repo), "z")
    index = bytearray(short)
    index[-40:-20] = whole.read_bytes()[-20:]
    index[-20:] = sha1(index[:-20]).digest()
    whole.with_suffix(".idx").write_bytes(index)


@case(FOUND, planted=False)
def a_pack_index_of_version_one(repo, canary):
    repo.commit(s_py=LINE)
    repo.run("config", "pack.indexVersion", "1")
    packed(repo, "pack")
    repo.run("rm", "-q", "s.py")


@case(FOUND, planted=False)
def a_pack_of_another_name(repo, canary):
    """git takes whatever ends with .idx."""
    oid = repo.run("hash-object", "-w", "--stdin", stdin=LINE.encode())
    repo.run("pack-objects", "-q", str(objects(repo) / "pack/pack"), stdin=f"{oid}\n".encode())
    repo.run("prune-packed")
    for file in (objects(repo) / "pack").glob("pack-*"):
        file.rename(file.with_name("other name" + file.suffix))


@case(FOUND)
def packs_and_objects_behind_links(repo, canary):
    outside = beside(repo, "outside")
    packed(repo, "pack")
    for file in (objects(repo) / "pack").iterdir():
        target = outside / file.name
        file.rename(target)
        file.symlink_to(target)


@case(FOUND)
def folders_of_objects_behind_links(repo, canary):
    outside = beside(repo, "outside")
    for folder in list(objects(repo).iterdir()):
        if len(folder.name) == 2:
            folder.rename(outside / folder.name)
            folder.symlink_to(outside / folder.name)


@case(FOUND, planted=False)
def values_in_an_alternate_outside(repo, canary):
    other = Repo(repo.path.parent / "other")
    other.commit(s_py=LINE)
    (objects(repo) / "info/alternates").write_text(f"{other.path}/.git/objects\n")


@case(INCOMPLETE)
def a_sha256_repository_without_one_blob(repo, canary):
    shutil.rmtree(git_dir(repo))
    repo.run("init", "-q", "-b", "main", "--object-format=sha256")
    repo.run("config", "user.name", "A")
    repo.run("config", "user.email", "a@b")
    repo.commit(b_txt="other\n")
    object_file(repo, "HEAD:b.txt").unlink()


@damage
def a_promisor_pack_of_nobody(repo, canary):
    object_file(repo, "HEAD:a.txt").unlink()
    repo.run(
        "pack-objects", "-q", str(objects(repo) / "pack/pack"), stdin=repo.run("rev-parse", "HEAD").encode()
    )
    for pack in (objects(repo) / "pack").glob("*.pack"):
        pack.with_suffix(".promisor").write_text("")


@case(FOUND, planted=False)
def ignore_patterns_that_run_away(repo, canary):
    repo.write(".gitignore", "*a" * 60 + "b\n" + "**/" * 60 + "x\n")
    repo.write("a" * 200, LINE)
    (git_dir(repo) / "info").mkdir(exist_ok=True)
    (git_dir(repo) / "info/exclude").write_text("*a" * 60 + "c\n")


@case(FOUND, planted=False)
def ignore_files_of_megabytes(repo, canary):
    repo.write(".gitignore", "".join(f"no-{number}-*\n" for number in range(300_000)))
    for number in range(50):
        repo.write(f"f{number}", LINE)


@case(FOUND, planted=False)
def a_sparse_checkout_that_runs_away(repo, canary):
    repo.write("a" * 200, LINE)
    repo.run("add", ".")
    repo.run("config", "core.sparseCheckout", "true")
    (git_dir(repo) / "info").mkdir(exist_ok=True)
    (git_dir(repo) / "info/sparse-checkout").write_text("*a" * 60 + "b\n")


@case(FOUND)
def submodules_of_names_that_lead_out(repo, canary):
    oid = repo.run("rev-parse", "HEAD")
    repo.write(
        ".gitmodules",
        '[submodule "../../x"]\n\tpath = ../x\n\turl = --upload-pack=x\n[submodule ".."]\n\tpath = -x\n\turl = y\n',
    )
    for name in ("..", "../x", "/etc"):
        data = f"160000 {oid} 0\t{name}\n".encode()
        subprocess.run(
            ["git", "update-index", "--index-info"],
            cwd=repo.path,
            input=data,
            check=False,
            capture_output=True,
        )


@case(FOUND, planted=False)
def names_of_255_bytes(repo, canary):
    repo.write("n" * 255, LINE)
    repo.write("é" * 127, LINE)
    repo.commit("long")


@case(FOUND, planted=False)
def folders_that_look_like_git_directories(repo, canary):
    for name in (".GIT", ".git.", "x/.git", "objects", "refs"):
        repo.write(f"{name}/s.py", LINE)
        repo.write(f"{name}/HEAD", "ref: refs/heads/main\n")


@case(FOUND, planted=False)
def a_bare_layout_in_the_root_of_a_folder(repo, canary):
    """HEAD, refs and objects beside files: what would git see?"""
    folder = beside(repo, "folder")
    (folder / "refs").mkdir()
    (folder / "objects").mkdir()
    (folder / "HEAD").write_text("ref: refs/heads/main\n")
    (folder / "s.py").write_text(LINE)
    return folder


@case(FOUND, planted=False)
def a_git_directory_of_a_few_empty_files(repo, canary):
    """A folder of files with a .git that holds nothing much."""
    folder = beside(repo, "folder")
    (folder / ".git").mkdir()
    (folder / ".git/HEAD").write_text("")
    (folder / "s.py").write_text(LINE)
    return folder


@case(INCOMPLETE, planted=False)
def a_git_directory_that_is_empty(repo, canary):
    folder = beside(repo, "folder")
    (folder / ".git/objects").mkdir(parents=True)
    (folder / "a.py").write_text("clean\n")
    return folder


@case(FOUND)
def terminal_control_in_authors_and_subjects(repo, canary):
    who = "\x1b]0;owned\x07\x1b[2J\u202e\x9b31m\r"
    raw_commit(
        repo,
        repo.run("mktree", stdin=f"100644 blob {repo.run('rev-parse', 'HEAD~1:s.py')}\ts.py\n".encode()),
        f"author {who} <{who}> 1 +0000".encode(),
        f"committer {who} <{who}> 1 +0000".encode(),
        message=(who + "\n::error::x\n").encode(),
    )


@case(FOUND, planted=False)
def a_reflog_of_control_characters(repo, canary):
    repo.commit(s_py=LINE)
    (git_dir(repo) / "logs/HEAD").write_bytes(
        b"".join(
            b"%s %s \x1b[31m\xff <x> 9999999999999999999 +9999\tx\r\x1b[0m\n" % (b"1" * 40, b"0" * 40)
            for _ in range(50)
        )
    )
    repo.run("rm", "-q", "s.py")


@case(FOUND)
def an_untracked_cache_and_a_monitor(repo, canary):
    repo.run("config", "core.untrackedCache", "true")
    repo.run("update-index", "--force-untracked-cache")
    repo.run("config", "core.fsmonitor", str(canary))


@case(FOUND, planted=False)
def an_untracked_cache_that_lies(repo, canary):
    """It says that nothing untracked is there; the folder's time is as it was."""
    repo.run("config", "core.untrackedCache", "true")
    repo.run("update-index", "--force-untracked-cache")
    repo.run("status")
    before = repo.path.stat()
    repo.write("s.py", LINE)
    os.utime(repo.path, ns=(before.st_atime_ns, before.st_mtime_ns))


@case(FOUND, planted=False)
def values_assumed_unchanged(repo, canary):
    repo.commit(s_py="clean\n")
    repo.run("update-index", "--assume-unchanged", "s.py")
    repo.write("s.py", LINE)


@case(FOUND)
def a_shallow_clone_with_a_value(repo, canary):
    clone = repo.path.parent / "clone"
    repo.run("clone", "-q", "--depth", "1", f"file://{repo.path}", str(clone))
    (clone / "s.py").write_text(LINE)
    return clone


@case(INCOMPLETE)
def a_shallow_file_that_cuts_all(repo, canary):
    """It says that the last commit is the first: history is there all the same, and is read."""
    (git_dir(repo) / "shallow").write_text(repo.run("rev-parse", "HEAD") + "\n")
