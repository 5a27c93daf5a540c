"""Hostile, odd and damaged repositories: the git directory and what stands in the working tree."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import zlib
from pathlib import Path

from tests.promises.cases import (
    CASES,
    FOUND,
    INCOMPLETE,
    LINE,
    Case,
    case,
    damage,
    dig,
    file_of,
    git_dir,
    object_file,
    packed,
)

for title, name, content in (
    ("head of garbage", "HEAD", b"garbage\n"),
    ("no head", "HEAD", None),
    ("a ref of garbage", "refs/heads/x", b"zzzz\n"),
    ("a ref to nothing", "refs/heads/x", b"1" * 40 + b"\n"),
    ("packed refs of garbage", "packed-refs", b"# pack\n\xff\xfegarbage\n"),
    ("alternates that are gone", "objects/info/alternates", b"/nonexistent/objects\n"),
    ("an index cut off", "index", b"DIRC\0\0\0\2\0\0\0\1"),
    (
        "a loose object that claims to be huge",
        f"objects/ab/{'1' * 38}",
        zlib.compress(b"blob 99999999999999\0x"),
    ),
    ("an extension of the future", "config", b"[core]\nrepositoryformatversion=1\n[extensions]\nstrange=1\n"),
    ("a version of the future", "config", b"[core]\nrepositoryformatversion=7\n"),
):
    CASES[title] = Case(file_of(name, content), INCOMPLETE, planted=False)
    CASES[f"{title}, a value beside it"] = Case(file_of(name, content), FOUND, planted=True, briefly=True)
CASES["alternates in a circle"] = Case(
    file_of("objects/info/alternates", b"../objects\n"), FOUND, planted=True
)
CASES["a commit graph of garbage"] = Case(
    file_of("objects/info/commit-graph", b"CGPH\1\1garbage"), FOUND, planted=True
)
CASES["a multi-pack index of garbage"] = Case(
    file_of("objects/pack/multi-pack-index", b"MIDXgarbage"), FOUND, planted=True
)


@case(INCOMPLETE)
def a_pack_cut_off(repo, canary):
    pack = packed(repo, "pack")
    pack.write_bytes(pack.read_bytes()[:-30])


@case(INCOMPLETE)
def a_pack_with_another_bit(repo, canary):
    pack = packed(repo, "pack")
    data = bytearray(pack.read_bytes())
    data[len(data) // 2] ^= 0x55
    pack.write_bytes(data)


@case(INCOMPLETE)
def a_pack_index_cut_off(repo, canary):
    index = packed(repo, "idx")
    index.write_bytes(index.read_bytes()[:500])


@case((1, 3))
def a_pack_without_index(repo, canary):
    packed(repo, "idx").unlink()


@case(INCOMPLETE)
def an_index_without_pack(repo, canary):
    packed(repo, "pack").unlink()


@case(INCOMPLETE)
def an_empty_looseobject_file(repo, canary):
    object_file(repo, "HEAD:a.txt").write_bytes(b"")


@case(INCOMPLETE)
def a_loose_object_that_lies_about_its_size(repo, canary):
    object_file(repo, "HEAD:a.txt").write_bytes(zlib.compress(b"blob 99\0abc"))


@case(FOUND)
def pipes_sockets_and_links_in_the_tree(repo, canary):
    (repo.path / "d").mkdir()
    for name in ("pipe", ".gitattributes", ".gitignore", "d/.gitignore", ".git/FETCH_HEAD", ".git/hooks/x"):
        os.mkfifo(repo.path / name)
    with socket.socket(socket.AF_UNIX) as listener:
        before = Path.cwd()
        os.chdir(repo.path)  # the name of a socket is short
        try:
            listener.bind("sock")
        finally:
            os.chdir(before)
    for name, target in (("zero", "/dev/zero"), ("loop", "loop"), ("etc", "/etc"), ("up", "..")):
        (repo.path / name).symlink_to(target)


@case((1, 3))
def pipes_in_the_git_directory(repo, canary):
    for name in (
        "config",
        "index",
        "packed-refs",
        "shallow",
        "commondir",
        "info/exclude",
        "objects/info/alternates",
    ):
        (git_dir(repo) / name).unlink(missing_ok=True)
        os.mkfifo(git_dir(repo) / name)


@case(FOUND)
def names_that_speak_to_shells_terminals_and_pages(repo, canary):
    names = (
        b"a\nb",
        b"--output=x",
        b"\x1b[31mred",
        b"\xff\xfe",
        "\u202egpj.py".encode(),
        b"-f",
        b"<img src=x>",
        b"::error::x",
    )
    for name in names:
        Path(os.fsdecode(os.fsencode(repo.path) + b"/" + name)).write_text(LINE)
    repo.commit("odd")


@case(FOUND)
def an_unreachableobject_file(repo, canary):
    repo.run("hash-object", "-w", "--stdin", stdin=LINE.encode())


@case(FOUND)
def a_git_directory_elsewhere(repo, canary):
    elsewhere = repo.path.parent / "elsewhere"
    shutil.move(git_dir(repo), elsewhere)
    (repo.path / ".git").write_text(f"gitdir: {elsewhere}\n")


@case(FOUND)
def a_linked_worktree(repo, canary):
    repo.run("worktree", "add", "-q", "../linked")
    return repo.path.parent / "linked"


@case(FOUND)
def a_bare_repository(repo, canary):
    repo.run("clone", "-q", "--bare", ".", "../bare")
    return repo.path.parent / "bare"


@case(INCOMPLETE)
def a_partial_clone_whose_remote_is_a_command(repo, canary):
    repo.run("config", "uploadpack.allowFilter", "true")
    clone = repo.path.parent / "partial"
    repo.run("clone", "-q", "--no-checkout", "--filter=blob:none", f"file://{repo.path}", str(clone))
    subprocess.run(["git", "config", "remote.origin.uploadpack", str(canary)], cwd=clone, check=True)
    return clone


@case(FOUND)
def a_configuration_of_commands(repo, canary):
    repo.write(".gitattributes", "* filter=evil diff=evil merge=evil\n")
    (git_dir(repo) / "extra").write_text(f"[core]\n\tfsmonitor = {canary}\n\teditor = {canary}\n")
    for name in ("post-index-change", "pre-commit", "post-checkout", "reference-transaction"):
        hook = git_dir(repo) / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\n{canary}\n")
        hook.chmod(0o755)
    with (git_dir(repo) / "config").open("a") as config:
        config.write(
            f"[core]\n\tfsmonitor = {canary}\n\tsshCommand = {canary}\n\tpager = {canary}\n\tgitProxy = {canary}\n"
            f'[diff]\n\texternal = {canary}\n[diff "evil"]\n\ttextconv = {canary}\n\tcommand = {canary}\n'
            f'[filter "evil"]\n\tclean = {canary}\n\tsmudge = {canary}\n\tprocess = {canary}\n'
            f"[credential]\n\thelper = {canary}\n[gpg]\n\tprogram = {canary}\n[include]\n\tpath = extra\n"
            f'[includeIf "gitdir:**"]\n\tpath = extra\n[alias]\n\tls-files = !{canary}\n'
        )


@case(FOUND)
def modules_of_ours_in_the_folder(repo, canary):
    for name in ("re", "sitecustomize", "click", "json", "git", "leakscan"):
        repo.write(f"{name}.py", f"import os\nos.system({str(canary)!r})\n")


@case(FOUND)
def replacements_and_grafts(repo, canary):
    oid = repo.run("rev-parse", "HEAD~1:s.py")
    repo.run("replace", oid, repo.run("hash-object", "-w", "--stdin", stdin=b"nothing\n"))
    (git_dir(repo) / "info/grafts").write_text(repo.run("rev-parse", "HEAD") + "\n")


@case(FOUND)
def objects_behind_a_link(repo, canary):
    shutil.move(git_dir(repo) / "objects", repo.path.parent / "objects")
    (git_dir(repo) / "objects").symlink_to(repo.path.parent / "objects")


@case((1, 3))
def a_common_directory_that_is_none(repo, canary):
    (git_dir(repo) / "commondir").write_text("/\n")


@damage
def refs_that_lead_in_a_circle(repo, canary):
    for name, other in (("one", "two"), ("two", "one")):
        (git_dir(repo) / "refs/heads" / name).write_text(f"ref: refs/heads/{other}\n")


@case(FOUND)
def folders_deeper_than_a_path_may_be(repo, canary):
    os.close(dig(repo.path))
