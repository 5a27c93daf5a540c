"""Hostile layouts: where things lie, what points where, and the environment that leakscan is run in."""

from __future__ import annotations

import os
import subprocess
from itertools import pairwise
from pathlib import Path

from tests.promises.cases import CLEAN, FOUND, INCOMPLETE, LINE, Scene, beside, case, damage, git_dir


def _bare_init(path: Path) -> None:
    subprocess.run(["git", "init", "-q", "--bare", str(path)], check=True)


@case((2, 3))
def a_git_file_that_names_itself(repo, canary):
    folder = beside(repo, "folder")
    (folder / ".git").write_text("gitdir: .git\n")
    return folder


@case((2, 3))
def git_files_that_name_each_other(repo, canary):
    for name, other in (("one", "two"), ("two", "one")):
        (beside(repo, name) / ".git").write_text(f"gitdir: ../{other}/.git\n")
    return repo.path.parent / "one"


@case((2, 3))
def a_git_file_of_garbage(repo, canary):
    folder = beside(repo, "folder")
    (folder / ".git").write_bytes(b"\xff" * 100_000)
    return folder


@case((2, 3))
def a_git_file_that_is_a_device(repo, canary):
    folder = beside(repo, "folder")
    (folder / ".git").symlink_to("/dev/zero")
    return folder


@case((2, 3))
def a_git_file_that_is_a_pipe(repo, canary):
    folder = beside(repo, "folder")
    os.mkfifo(folder / ".git")
    return folder


@case((2, 3))
def a_git_link_that_leads_to_itself(repo, canary):
    folder = beside(repo, "folder")
    (folder / ".git").symlink_to(".git")
    return folder


@case(FOUND)
def a_git_directory_behind_a_link(repo, canary):
    elsewhere = repo.path.parent / "elsewhere"
    git_dir(repo).rename(elsewhere)
    git_dir(repo).symlink_to(elsewhere)


@case(INCOMPLETE)
def a_common_directory_in_a_circle(repo, canary):
    (git_dir(repo) / "commondir").write_text("../.git/worktrees/x\n")
    (git_dir(repo) / "worktrees/x").mkdir(parents=True)
    (git_dir(repo) / "worktrees/x/commondir").write_text("../..\n")


@case(INCOMPLETE)
def a_worktree_whose_repository_is_gone(repo, canary):
    repo.run("worktree", "add", "-q", "../linked")
    git_dir(repo).rename(repo.path.parent / "moved")
    return repo.path.parent / "linked"


@case(FOUND)
def a_worktree_that_is_gone(repo, canary):
    repo.run("worktree", "add", "-q", "../linked")
    subprocess.run(["rm", "-rf", repo.path.parent / "linked"], check=True)


@case(FOUND, planted=False)
def a_value_in_the_index_of_another_worktree(repo, canary):
    repo.run("worktree", "add", "-q", "../linked")
    linked = repo.path.parent / "linked"
    (linked / "s.py").write_text(LINE)
    subprocess.run(["git", "add", "s.py"], cwd=linked, check=True)


@case(FOUND)
def a_configuration_for_the_worktree(repo, canary):
    repo.run("config", "extensions.worktreeConfig", "true")
    (git_dir(repo) / "config.worktree").write_text(f"[core]\n\tfsmonitor = {canary}\n\tpager = {canary}\n")


@case(FOUND)
def a_worktree_elsewhere_by_configuration(repo, canary):
    repo.run("config", "core.worktree", "/etc")


@case(FOUND)
def a_repository_that_calls_itself_bare(repo, canary):
    repo.run("config", "core.bare", "true")


@case(FOUND)
def alternates_of_alternates(repo, canary):
    """Seven stores in a row, by relative paths, with comments and quotes; the objects are in the last."""
    stores = [git_dir(repo) / "objects"]
    for number in range(4):
        path = repo.path.parent / f"store {number}" / "objects"
        (path / "info").mkdir(parents=True)
        stores.append(path)
    for name in os.listdir(stores[0]):
        if name not in ("info", "pack"):
            (stores[0] / name).rename(stores[-1] / name)
    for here, there in pairwise(stores):
        (here / "info/alternates").write_text(f'# comment\n"{os.path.relpath(there, here)}"\n')


@damage
def alternates_that_are_no_store(repo, canary):
    (git_dir(repo) / "objects/info/alternates").write_text("/etc/passwd\n/dev/null\n\n../../../../../..\n")


@damage
def alternates_that_are_a_pipe(repo, canary):
    os.mkfifo(git_dir(repo) / "objects/info/alternates")


@case((1, 3), planted=True)
def alternates_without_end(repo, canary):
    lines = "".join(f"/nonexistent/{number}\n" for number in range(20_000))
    (git_dir(repo) / "objects/info/alternates").write_text(lines)


@case(FOUND)
def a_submodule_of_commands(repo, canary):
    repo.write(".gitmodules", f'[submodule "x"]\n\tpath = x\n\turl = ext::{canary}\n\tupdate = !{canary}\n')
    inner = repo.path / "x"
    subprocess.run(["git", "init", "-q", str(inner)], check=True)
    with (inner / ".git/config").open("a") as config:
        config.write(f"[core]\n\tfsmonitor = {canary}\n\tpager = {canary}\n\tsshCommand = {canary}\n")
    (inner / "clean.txt").write_text("clean\n")


@case(FOUND)
def a_bare_repository_of_commands_inside(repo, canary):
    _bare_init(repo.path / "inner")
    with (repo.path / "inner/config").open("a") as config:
        config.write(f"[core]\n\tfsmonitor = {canary}\n\tworktree = ..\n\tbare = false\n")
    for hook in ("post-index-change", "pre-commit"):
        (repo.path / "inner/hooks").mkdir(exist_ok=True)
        (repo.path / "inner/hooks" / hook).write_text(f"#!/bin/sh\n{canary}\n")
        (repo.path / "inner/hooks" / hook).chmod(0o755)


@case(FOUND, planted=False)
def a_value_in_a_nested_repository(repo, canary):
    inner = repo.path / "x"
    subprocess.run(["git", "init", "-q", str(inner)], check=True)
    (inner / "s.py").write_text(LINE)


@case(FOUND, planted=False)
def a_value_in_what_git_tracks_and_ignores(repo, canary):
    repo.write(".gitignore", "*.py\n")
    repo.write("s.py", LINE)
    repo.run("add", "-f", ".")


@case(FOUND, planted=False)
def attributes_that_hide(repo, canary):
    repo.write(
        ".gitattributes",
        "* -diff -text binary export-ignore working-tree-encoding=UTF-16 linguist-generated\n",
    )
    repo.write("s.py", LINE.encode("utf-16"))
    repo.write("t.py", LINE)


@case(FOUND, planted=False)
def ignore_files_of_other_tools(repo, canary):
    for name in (
        ".gitleaksignore",
        ".trufflehogignore",
        ".secretlintignore",
        ".ignore",
        ".rgignore",
        ".dockerignore",
    ):
        repo.write(name, "*\n**/*\n")
    repo.write("s.py", LINE)


@case(FOUND)
def variables_of_git(repo, canary):
    programs = (
        "GIT_EXTERNAL_DIFF GIT_SSH_COMMAND GIT_SSH GIT_PAGER PAGER GIT_EDITOR EDITOR GIT_ASKPASS SSH_ASKPASS"
    )
    env = {name: str(canary) for name in f"{programs} GIT_PROXY_COMMAND GIT_SEQUENCE_EDITOR BROWSER".split()}
    folders = "GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_COMMON_DIR"
    env |= dict.fromkeys(folders.split(), "/nonexistent")
    env |= {
        "GIT_CONFIG_PARAMETERS": f"'core.fsmonitor'='{canary}'",
        "GIT_CONFIG_COUNT": "2",
        "GIT_NAMESPACE": "x",
    }
    env |= {"GIT_CONFIG_KEY_0": "core.fsmonitor", "GIT_CONFIG_VALUE_0": str(canary)}
    env |= {
        "GIT_CONFIG_KEY_1": "core.pager",
        "GIT_CONFIG_VALUE_1": str(canary),
        "GIT_CEILING_DIRECTORIES": "/",
    }
    env |= {"GIT_TRACE": str(repo.path / "trace"), "GIT_TRACE2_EVENT": str(repo.path / "trace2")}
    env |= {"GIT_ATTR_SOURCE": "HEAD", "GIT_REPLACE_REF_BASE": "refs/heads/", "GIT_DEFAULT_HASH": "sha256"}
    env |= {
        "GIT_TEMPLATE_DIR": str(repo.path),
        "GIT_SHALLOW_FILE": "/etc/passwd",
        "GIT_EXEC_PATH": str(repo.path),
    }
    repo.write("git-ls-files", f"#!/bin/sh\n{canary}\n").chmod(0o755)
    return Scene(
        repo.path,
        env={name: value for name, value in env.items() if name not in ("GIT_DIR", "GIT_WORK_TREE")},
    )


@case(FOUND)
def a_git_in_the_folder(repo, canary):
    repo.write("git", f"#!/bin/sh\n{canary}\n").chmod(0o755)
    repo.write("bin/git", f"#!/bin/sh\n{canary}\n").chmod(0o755)
    here = os.environ["PATH"]
    return Scene(repo.path, env={"PATH": f".:bin::{repo.path}:{repo.path}/bin:{here}"})


@case(FOUND)
def no_home_no_locale_no_temporary_folder_named(repo, canary):
    return Scene(
        repo.path,
        env={"HOME": "", "LC_ALL": "xx_YY.ISO-8859-5", "LANG": "tlh", "TERM": "dumb", "COLUMNS": "-1"},
    )


@case(FOUND)
def a_home_of_commands(repo, canary):
    home = beside(repo, "home")
    (home / ".config/git").mkdir(parents=True)
    text = f"[core]\n\tfsmonitor = {canary}\n\tpager = {canary}\n[alias]\n\tls-files = !{canary}\n"
    (home / ".gitconfig").write_text(text)
    (home / ".config/git/config").write_text(text)
    return Scene(repo.path, env={"HOME": str(home)})


@case(FOUND)
def plug_ins_and_configurations_of_other_tools(repo, canary):
    code = f"import os\nos.system({str(canary)!r})\n"
    for name in ("conftest.py", "setup.py", "usercustomize.py", "plugins/leakscan_plugin.py", "rules/x.py"):
        repo.write(name, code)
    for name in (
        ".pre-commit-config.yaml",
        ".secrets.baseline",
        ".gitleaks.toml",
        ".credsweeper.json",
        "leakscan.toml",
    ):
        repo.write(name, f"entry: {canary}\nplugins_used: [{{path: plugins/leakscan_plugin.py}}]\n")


@case((2,), planted=False)
def a_configuration_of_ours_that_cannot_be_read(repo, canary):
    repo.write(".leakscan.toml", "[" * 100_000)


@case((2,), planted=False)
def a_configuration_of_ours_that_runs_away(repo, canary):
    repo.write(".leakscan.toml", '[[rules]]\npattern = "(a+)+$"\n')


@case((2,), planted=False)
def a_configuration_of_ours_that_is_a_pipe(repo, canary):
    os.mkfifo(repo.path / ".leakscan.toml")


@case((2,), planted=False)
def a_configuration_of_ours_that_leads_out(repo, canary):
    (repo.path / ".leakscan.toml").symlink_to("/etc/passwd")


@case((0, 2), planted=False)
def a_configuration_of_ours_without_end(repo, canary):
    repo.write(".leakscan.toml", "#" * 30_000_000)


@case(FOUND, planted=False)
def a_configuration_that_allows_what_runs_away(repo, canary):
    repo.write(".leakscan.toml", f'[[allow]]\npath = "{"*a" * 40}b"\nreason = "slow"\n')
    repo.write("a" * 200, LINE)


@case((2,), planted=False)
def a_baseline_of_garbage(repo, canary):
    repo.write(".leakscan-baseline", b"\xff\xfe" + b"garbage" * 1000)
    repo.write(".leakscan.toml", 'baseline = ".leakscan-baseline"\n')


@case(CLEAN)
def an_empty_folder(repo, canary):
    return beside(repo, "empty")
