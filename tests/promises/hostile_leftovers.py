"""What lies in a git directory and is part of no history: leftovers, other formats, other repositories."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import zlib

from tests.conftest import Repo
from tests.promises.cases import FOUND, INCOMPLETE, LINE, beside, case, git_dir, packed
from tests.promises.hostile_objects import raw_commit


def _loose(content: bytes) -> bytes:
    return zlib.compress(b"blob %d\0%b" % (len(content), content))


def _left(repo, name: str, content: bytes) -> None:
    file = git_dir(repo) / "objects" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


@case(FOUND, planted=False)
def a_value_in_an_object_that_was_not_finished(repo, canary):
    _left(repo, "ab/tmp_obj_Ab12Cd", _loose(LINE.encode()))


@case(FOUND, planted=False)
def a_value_in_the_quarantine_of_a_push(repo, canary):
    _left(repo, "tmp_objdir-incoming-Ab12Cd/ab/" + 38 * "c", _loose(LINE.encode()))


@case(FOUND, planted=False)
def a_value_in_an_object_of_another_format(repo, canary):
    content = LINE.encode()
    name = hashlib.sha256(b"blob %d\0%b" % (len(content), content)).hexdigest()
    _left(repo, f"{name[:2]}/{name[2:]}", _loose(content))


@case(FOUND, planted=False)
def a_value_in_a_pack_that_was_not_finished(repo, canary):
    other = Repo(beside(repo, "other"))
    other.commit(s_py=LINE)
    shutil.copy(packed(other, "pack"), git_dir(repo) / "objects/pack/tmp_pack_Ab12Cd")


@case(INCOMPLETE)
def a_pack_that_was_cut_off_before_it_had_a_name(repo, canary):
    other = Repo(beside(repo, "other"))
    other.commit(s_py=os.urandom(9000))
    _left(repo, "pack/tmp_pack_Ab12Cd", packed(other, "pack").read_bytes()[:5000])


@case(FOUND, planted=False)
def a_value_in_objects_that_the_common_directory_is_not(repo, canary):
    repo.commit(s_py=LINE)
    other = Repo(beside(repo, "other"))
    other.commit(a_txt="clean\n")
    (git_dir(repo) / "commondir").write_text(f"{git_dir(other)}\n")
    (git_dir(repo) / "index").unlink()
    (repo.path / "s.py").unlink()


@case(FOUND, planted=False)
def a_value_in_what_is_no_git_directory(repo, canary):
    folder = beside(repo, "folder")
    (folder / ".git").mkdir()
    (folder / ".git/config").write_text(LINE)
    return folder


@case(FOUND, planted=False)
def a_value_in_the_configuration_of_a_worktree(repo, canary):
    subprocess.run(["git", "worktree", "add", "-q", "../linked"], cwd=repo.path, check=True)
    (git_dir(repo) / "worktrees/linked/config.worktree").write_text(LINE)


@case(FOUND, planted=False)
def a_value_in_what_only_looks_like_a_signature(repo, canary):
    head = repo.run("rev-parse", "HEAD^{tree}")
    who = (b"author A <a@b> 1 +0000", b"committer A <a@b> 1 +0000")
    ends = b"gpgsig -----BEGIN PGP SIGNATURE-----\n ", b"\n -----END PGP SIGNATURE-----"
    raw_commit(repo, head, *who, LINE.strip().encode().join(ends))


@case(INCOMPLETE)
def a_tree_of_garbage_that_nothing_leads_to(repo, canary):
    repo.run("hash-object", "-t", "tree", "-w", "--literally", "--stdin", stdin=b"no entry\n")


@case(INCOMPLETE)
def refs_stored_in_a_way_of_the_future(repo, canary):
    for key, value in (("core.repositoryformatversion", "1"), ("extensions.refStorage", "files:///tmp/refs")):
        repo.run("config", key, value)


@case(FOUND, planted=False)
def a_value_in_a_large_file_that_no_pointer_leads_to(repo, canary):
    name = hashlib.sha256(LINE.encode()).hexdigest()
    _left(repo, f"../lfs/objects/{name[:2]}/{name[2:4]}/{name}", LINE.encode())


@case(FOUND, planted=False)
def a_value_in_a_large_file_that_was_not_fetched_whole(repo, canary):
    _left(repo, "../lfs/incomplete/half.part", LINE.encode())


@case(FOUND, planted=False)
def a_value_in_an_annex(repo, canary):
    _left(repo, "../annex/objects/a/b/SHA256E-s9--c.py/SHA256E-s9--c.py", LINE.encode())


@case(FOUND, planted=False)
def a_value_in_what_only_looks_like_a_git_file(repo, canary):
    repo.write("inner/.git", LINE)
