from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from gitrepo import Repo, kinds, opened

from leakscan.errors import GitError
from leakscan.gitstore import find_enclosing, find_layout
from leakscan.gitstore.faults import Faults
from leakscan.gitstore.gitconfig import Setting, parse_config
from leakscan.gitstore.layout import Layout, check_format, is_promisor, is_reftable

if TYPE_CHECKING:
    from pathlib import Path


def test_a_work_tree_is_found_at_its_root_only(repo: Repo) -> None:
    repo.write("sub/file", "x")
    layout = find_layout(repo.path)
    assert layout is not None
    assert (layout.git_dir, layout.common_dir) == (repo.path / ".git", repo.path / ".git")
    assert (layout.work_tree, layout.object_format) == (repo.path, "sha1")
    assert find_layout(repo.path / "sub") is None
    assert find_enclosing(repo.path / "sub") == layout


def test_a_plain_folder_is_no_repository(tmp_path: Path) -> None:
    assert find_layout(tmp_path) is None
    assert find_enclosing(tmp_path) is None
    assert find_layout(tmp_path / "absent") is None


def test_a_bare_repository_needs_no_config(tmp_path: Path) -> None:
    bare = Repo(tmp_path / "bare.git", "--bare")
    (bare.path / "config").unlink()
    layout = find_layout(bare.path)
    assert layout is not None
    assert (layout.git_dir, layout.work_tree) == (bare.path, None)


def test_a_linked_work_tree_shares_the_object_store(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"a": "one\n"})
    repo.git("worktree", "add", "-q", str(tmp_path / "linked"), "-b", "other")
    layout = find_layout(tmp_path / "linked")
    assert layout is not None
    assert layout.git_dir == repo.path / ".git" / "worktrees" / "linked"
    assert layout.common_dir == repo.path / ".git"
    assert layout.work_tree == tmp_path / "linked"


def test_a_submodule_is_found_through_its_gitfile(repo: Repo, tmp_path: Path) -> None:
    inner = Repo(tmp_path / "inner")
    inner.commit({"a": "inner\n"})
    repo.git("submodule", "add", "-q", str(inner.path), "lib")
    layout = find_layout(repo.path / "lib")
    assert layout is not None
    assert layout.git_dir == repo.path / ".git" / "modules" / "lib"


def test_a_gitfile_that_leads_nowhere_is_an_error(tmp_path: Path) -> None:
    (tmp_path / ".git").write_text("gitdir: ../gone\n")
    with pytest.raises(GitError, match="not there"):
        find_layout(tmp_path)


def test_an_empty_git_folder_is_no_repository(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    assert find_layout(tmp_path) is None


def test_the_object_format_is_read_from_the_config(tmp_path: Path) -> None:
    layout = find_layout(Repo(tmp_path / "r", "--object-format=sha256").path)
    assert layout is not None
    assert layout.object_format == "sha256"


def test_a_config_cannot_lie_about_the_object_format(repo: Repo) -> None:
    repo.commit({"a": "one\n"})
    (repo.git_dir / "config").write_text(
        "[core]\nrepositoryformatversion = 1\n[extensions]\nobjectformat = sha256\n"
    )
    layout = find_layout(repo.path)
    assert layout is not None
    assert layout.object_format == "sha1"


def test_unknown_formats_are_failures(repo: Repo) -> None:
    config = repo.git_dir / "config"
    config.write_text("[core]\nrepositoryformatversion = 1\n[extensions]\nmoonshine = true\n")
    with opened(repo.path) as store:
        assert kinds(store) == ["unsupported-format"]
    config.write_text("[core]\nrepositoryformatversion = 7\n")
    with opened(repo.path) as store:
        assert kinds(store) == ["unsupported-format"]


def test_a_config_that_is_a_fifo_is_a_failure_with_its_reason(repo: Repo) -> None:
    config = repo.git_dir / "config"
    config.unlink()
    os.mkfifo(config)
    with opened(repo.path) as store:
        told = [(f.kind, f.where, f.reason) for f in store.failures]
    assert told == [("unreadable", str(config), "the configuration cannot be read: not a regular file")]


def test_a_config_is_read_as_git_reads_it() -> None:
    text = (
        b'[Core] Bare ; note\n\tname = "a # b" # c\n[remote "x\\"Y"]\n  url = one\\\ntwo\n'
        b'broken line =\n[include]\npath = "x\\\\y"\n\xff\xfe\n'
    )
    settings = [tuple(setting) for setting in parse_config(text)]
    assert ("core", "", "name", "a # b") in settings
    assert ("remote", 'x"Y', "url", "onetwo") in settings
    assert ("include", "", "path", "x\\y") in settings


def test_what_encloses_a_folder_is_the_nearest_work_tree(repo: Repo) -> None:
    (repo.path / "d" / "empty" / ".git").mkdir(parents=True)
    for folder in (repo.path, repo.path / "d", repo.path / "d" / "empty"):
        found = find_enclosing(folder)
        assert found is not None
        assert found.work_tree == repo.path
    inner = Repo(repo.path / "d" / "inner")
    found = find_enclosing(inner.path)
    assert found is not None
    assert found.work_tree == inner.path


def folders(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).mkdir(parents=True)
    return root


@pytest.mark.parametrize("name", ["HEAD", "objects"])
def test_a_git_folder_needs_a_head_or_objects(tmp_path: Path, name: str) -> None:
    folders(tmp_path, f".git/{name}")
    layout = find_layout(tmp_path)
    assert layout == Layout(tmp_path / ".git", tmp_path / ".git", tmp_path, "sha1")


@pytest.mark.parametrize("name", ["refs", "packed-refs", "reftable"])
def test_a_bare_repository_has_a_head_objects_and_refs(tmp_path: Path, name: str) -> None:
    folders(tmp_path, name)
    assert find_layout(tmp_path) is None
    folders(tmp_path, "HEAD")
    assert find_layout(tmp_path) is None
    folders(tmp_path, "objects")
    assert find_layout(tmp_path) == Layout(tmp_path, tmp_path, None, "sha1")
    (tmp_path / name).rmdir()
    assert find_layout(tmp_path) is None


@pytest.mark.parametrize("text", ["gitdir:", "gitdir: \n", "folder: git", "gitdir: git\0", "gitdir: empty"])
def test_a_gitfile_that_names_no_git_directory_is_an_error(tmp_path: Path, text: str) -> None:
    folders(tmp_path, "git/HEAD", "git/objects", "empty")
    (tmp_path / ".git").write_text(text)
    with pytest.raises(GitError, match="the git directory that it names is not there"):
        find_layout(tmp_path)


@pytest.mark.parametrize("text", ["gitdir:git", "gitdir:  git\r\n", "gitdir: ./git\n"])
def test_a_gitfile_names_a_folder_with_or_without_blanks(tmp_path: Path, text: str) -> None:
    folders(tmp_path, "git/HEAD", "git/objects")
    (tmp_path / ".git").write_text(text)
    layout = find_layout(tmp_path)
    assert layout is not None
    assert layout.git_dir == tmp_path / "git"


def test_the_common_folder_is_named_to_the_letter_in_a_file_of_up_to_64_kib(tmp_path: Path) -> None:
    folders(tmp_path, ".git/HEAD", ".git/ common")
    for text, common in ((" common\n", " common"), ("", ""), (" common".ljust((1 << 16) + 1, "\n"), "")):
        (tmp_path / ".git" / "commondir").write_text(text)
        layout = find_layout(tmp_path)
        assert layout is not None
        assert layout.common_dir == tmp_path / ".git" / common
    (tmp_path / ".git" / "commondir").write_text(" common".ljust(1 << 16, "\n"))
    layout = find_layout(tmp_path)
    assert layout is not None
    assert layout.common_dir == tmp_path / ".git" / " common"


@pytest.mark.parametrize(("digits", "name", "other"), [(40, "sha1", "sha256"), (64, "sha256", "sha1")])
@pytest.mark.parametrize("place", ["pack", "loose"])
def test_names_of_packs_and_of_objects_say_their_format(
    tmp_path: Path, digits: int, name: str, other: str, place: str
) -> None:
    oid = "a" * digits
    file = f"pack/pack-{oid}.idx" if place == "pack" else f"aa/{oid[2:]}"
    folders(tmp_path, ".git/objects/aa", ".git/objects/pack", ".git/objects/info")
    (tmp_path / ".git/config").write_text(f"[extensions]\nobjectFormat = {other}\n")
    for told, written in ((other, "aa/tmp_obj_1"), (other, f"info/{oid[2:]}"), (name, file)):
        (tmp_path / ".git/objects" / written).touch()
        layout = find_layout(tmp_path)
        assert layout is not None
        assert (layout.object_format, layout.hex_length) == (told, 64 if told == "sha256" else 40)


def test_no_program_may_come_from_a_repository_or_from_whom_it_is_made_for(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "git", tmp_path / "git", tmp_path, "sha1", tmp_path / "owner")
    assert layout.outside == tmp_path / "owner"
    assert layout._replace(owner=None).outside == tmp_path
    assert layout._replace(owner=None, work_tree=None).outside == tmp_path / "git"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", []),
        ("[core]\nrepositoryFormatVersion = 0\n[extensions]\nmoonshine = 1\n", []),
        ("[core]\nrepositoryFormatVersion = 1\n[extensions]\nnoop = 1\npreciousObjects = 1\n", []),
        ("[core]\nrepositoryFormatVersion = 1\nmoonshine = 1\n", []),
        (
            "[core]\nrepositoryFormatVersion = 1\n[extensions]\nmoonshine = 1\n",
            ["the extension moonshine is unknown"],
        ),
        (
            f"[core]\nrepositoryFormatVersion = 1\nrepositoryFormatVersion = {'2' * 21}\n",
            [f"repository format version {'2' * 20} is unknown"],
        ),
        (f"[core]\nrepositoryFormatVersion = 1{' ' * (1 << 22)}", ["the configuration cannot be read"]),
    ],
)
def test_formats_that_git_may_store_in_other_ways_are_told(
    tmp_path: Path, text: str, told: list[str]
) -> None:
    (tmp_path / "config").write_text(text)
    faults = Faults()
    check_format(Layout(tmp_path, tmp_path, None, "sha1"), faults)
    assert [failure.reason.partition(":")[0] for failure in faults.failures] == told


def test_a_configuration_is_read_up_to_4_mib(tmp_path: Path) -> None:
    text = "[core]\nbare\n"
    (tmp_path / "config").write_text(text + "#" * ((1 << 22) - len(text)))
    faults = Faults()
    settings = check_format(Layout(tmp_path, tmp_path, None, "sha1"), faults)
    assert (settings, faults.failures) == ([Setting("core", "", "bare", "true")], [])


@pytest.mark.parametrize(
    ("config", "head", "expected"),
    [
        ("", "ref: refs/heads/main\n", False),
        ("", "ref: refs/heads/.invalid\n", True),
        ("[extensions]\nrefStorage = files", "ref: refs/heads/.invalid\n", False),
        ("[extensions]\nrefStorage = RefTable", "ref: refs/heads/main\n", True),
        ('[extensions "x"]\nrefStorage = reftable', "ref: refs/heads/main\n", False),
        ("[extensions]\nrefStorage = reftable:///elsewhere", "ref: refs/heads/.invalid\n", False),
    ],
)
def test_refs_are_in_tables_where_the_settings_or_the_head_say_so(
    tmp_path: Path, config: str, head: str, *, expected: bool
) -> None:
    (tmp_path / "config").write_text(config)
    (tmp_path / "HEAD").write_text(head)
    layout, faults = Layout(tmp_path, tmp_path, None, "sha1"), Faults()
    assert is_reftable(layout) is expected
    check_format(layout, faults)
    assert [failure.kind for failure in faults.failures] == ["unsupported-format"] * ("elsewhere" in config)


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        (("extensions", "", "partialclone", "origin"), True),
        (("extensions", "", "partialclone", ""), False),
        (("remote", "origin", "promisor", "true"), True),
        (("remote", "origin", "partialclonefilter", "blob:none"), True),
        (("remote", "origin", "url", "x"), False),
        (("branch", "x", "promisor", "true"), False),
    ],
)
def test_settings_say_whether_a_remote_holds_what_is_missing(
    setting: tuple[str, ...], expected: bool
) -> None:
    assert is_promisor([Setting(*setting)]) is expected
