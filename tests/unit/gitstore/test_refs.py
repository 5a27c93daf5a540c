from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from gitrepo import Repo, contents, kinds, opened

from leakscan.gitstore import filerefs, find_layout
from leakscan.gitstore.faults import Faults
from leakscan.gitstore.filerefs import is_valid_name
from leakscan.gitstore.refs import read_head

if TYPE_CHECKING:
    from pathlib import Path


def test_loose_packed_and_symbolic_refs_are_read(repo: Repo) -> None:
    first = repo.commit({"a": "one\n"})
    repo.git("update-ref", "refs/remotes/origin/main", first)
    repo.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    repo.git("update-ref", "refs/odd/x;y'\"z$(id)", first)
    repo.git("pack-refs", "--all")
    second = repo.commit({"a": "two\n"})
    with opened(repo.path) as store:
        refs = {name.decode(): oid for name, oid in store.refs.refs}
        assert refs == {
            "refs/heads/main": second,
            "refs/odd/x;y'\"z$(id)": first,
            "refs/remotes/origin/HEAD": first,
            "refs/remotes/origin/main": first,
        }
        assert (store.refs.head, store.refs.head_ref) == (second, b"refs/heads/main")
        assert store.failures == []


def test_a_fresh_repository_is_complete(repo: Repo) -> None:
    with opened(repo.path) as store:
        assert list(store.iter_objects()) == []
        store.check_connectivity()
        assert store.attribute(["0" * 40]) == {"0" * 40: ()}
        assert store.refs_reaching([]) == {}
        assert (store.refs.head, store.failures) == (None, [])


def test_malformed_refs_are_failures(repo: Repo) -> None:
    repo.commit({"a": "one\n"})
    (repo.git_dir / "refs/heads/empty").write_text("")
    (repo.git_dir / "refs/heads/short").write_text("abc\n")
    (repo.git_dir / "packed-refs").write_text("# pack-refs with: peeled\nnonsense\n")
    (repo.git_dir / "HEAD").write_text("ref: ../../outside\n")
    with opened(repo.path) as store:
        assert {failure.where for failure in store.failures} == {
            "refs/heads/empty",
            "refs/heads/short",
            str(repo.git_dir / "packed-refs"),
            "HEAD",
        }
        assert set(kinds(store)) == {"corrupt-objects"}
        assert contents(store) == {b"one\n"}


def test_malformed_lines_of_packed_refs_are_counted_and_the_others_read(repo: Repo) -> None:
    oid = repo.commit({"a": "one\n"})
    lines = [
        "# pack-refs with: peeled fully-peeled sorted",
        f"{oid} refs/tags/good",
        f"^{oid}",
        f"{oid} refs/tags/../../escape",
        "",
        f"{oid}",
        f"{oid[:-1]} refs/tags/short",
        "^abc",
    ]
    (repo.git_dir / "packed-refs").write_text("\n".join(lines) + "\n")
    with opened(repo.path) as store:
        assert dict(store.refs.refs) == {b"refs/heads/main": oid, b"refs/tags/good": oid}
        (failure,) = store.failures
        assert failure.reason == "3 lines are malformed"


def test_head_is_on_the_branch_that_it_names_also_where_that_is_another_name(repo: Repo) -> None:
    oid = repo.commit({"a": "one\n"})
    repo.git("update-ref", "refs/heads/real", oid)
    repo.git("update-ref", "-d", "refs/heads/main")
    repo.git("symbolic-ref", "refs/heads/main", "refs/heads/real")
    refs = read_head(find_layout(repo.path), Faults())
    assert (refs.head, refs.head_ref) == (oid, b"refs/heads/main")


def test_no_blank_is_needed_before_the_name_that_a_ref_holds(repo: Repo) -> None:
    oid = repo.commit({"a": "one\n"})
    (repo.git_dir / "HEAD").write_text("ref:refs/heads/other\n")
    (repo.git_dir / "refs/heads/other").write_text("ref:\trefs/heads/main\n")
    assert repo.git("rev-parse", "HEAD") == oid
    with opened(repo.path) as store:
        assert (store.refs.head, store.refs.head_ref) == (oid, b"refs/heads/other")
        assert store.failures == []


def test_a_missing_head_is_a_failure_and_objects_are_read(repo: Repo) -> None:
    repo.commit({"a": "one\n"})
    (repo.git_dir / "HEAD").unlink()
    with opened(repo.path) as store:
        assert [failure.where for failure in store.failures] == ["HEAD"]
        assert contents(store) == {b"one\n"}


def test_links_and_fifos_among_refs_are_not_opened(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"a": "one\n"})
    os.mkfifo(repo.git_dir / "refs/heads/fifo")
    (tmp_path / "secret").write_text("0" * 40)
    (repo.git_dir / "refs/heads/link").symlink_to(tmp_path / "secret")
    (tmp_path / "outside").mkdir()
    (repo.git_dir / "refs/heads/folder").symlink_to(tmp_path / "outside")
    with opened(repo.path) as store:
        assert kinds(store) == ["unreadable"] * 3
        assert {failure.where: failure.reason for failure in store.failures} == {
            "refs/heads/fifo": "the ref cannot be read: not a regular file",
            "refs/heads/link": f"the ref cannot be read: {os.strerror(errno.ELOOP)}",
            "refs/heads/folder": f"the ref cannot be read: {os.strerror(errno.ELOOP)}",
        }
        assert [ref.name for ref in store.refs.refs] == [b"refs/heads/main"]


def test_a_folder_and_lists_of_refs_that_are_links_or_fifos_are_failures_with_reasons(
    repo: Repo, tmp_path: Path
) -> None:
    repo.commit({"a": "one\n"})
    os.mkfifo(repo.git_dir / "packed-refs")
    os.mkfifo(repo.git_dir / "FETCH_HEAD")
    (repo.git_dir / "refs").rename(tmp_path / "refs")
    (repo.git_dir / "refs").symlink_to(tmp_path / "refs")
    with opened(repo.path) as store:
        reasons = {failure.where: failure.reason for failure in store.failures}
    assert reasons == {
        "refs": "the refs in it cannot be read: a symbolic link is not followed",
        str(repo.git_dir / "packed-refs"): "the refs in it cannot be read: not a regular file",
        str(repo.git_dir / "FETCH_HEAD"): "it cannot be read: not a regular file",
    }


def test_lists_of_refs_that_are_links_are_failures_with_reasons(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"a": "one\n"})
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "list").write_text(f"{'1' * 40} refs/heads/planted\n")
    for name in ("packed-refs", "FETCH_HEAD"):
        (repo.git_dir / name).symlink_to(tmp_path / "outside" / "list")
    (repo.git_dir / "logs/refs/remotes").symlink_to(tmp_path / "outside")
    with opened(repo.path) as store:
        reasons = {failure.where: failure.reason for failure in store.failures}
        assert [ref.name for ref in store.refs.refs] == [b"refs/heads/main"]
        assert "1" * 40 not in store.refs.tips | store.refs.logged
    link = os.strerror(errno.ELOOP)
    assert reasons == {
        str(repo.git_dir / "packed-refs"): f"the refs in it cannot be read: {link}",
        str(repo.git_dir / "FETCH_HEAD"): f"it cannot be read: {link}",
        str(repo.git_dir / "logs/refs/remotes"): link,
    }


def test_a_link_among_refs_to_a_ref_is_a_symbolic_ref(repo: Repo) -> None:
    """As old git wrote them."""
    oid = repo.commit({"a": "one\n"})
    (repo.git_dir / "refs/heads/alias").symlink_to("refs/heads/main")
    with opened(repo.path) as store:
        assert dict(store.refs.refs) == {b"refs/heads/main": oid, b"refs/heads/alias": oid}
        assert store.failures == []


def test_head_is_on_a_branch_that_is_packed(repo: Repo) -> None:
    oid = repo.commit({"a": "one\n"})
    repo.git("pack-refs", "--all")
    refs = read_head(find_layout(repo.path), Faults())
    assert (refs.head, refs.head_ref) == (oid, b"refs/heads/main")


def test_only_so_many_refs_are_read(repo: Repo, monkeypatch) -> None:
    oid = repo.commit({"a": "one\n"})
    repo.git("update-ref", "refs/heads/other", oid)
    most = sum(1 for _ in (repo.git_dir / "refs").rglob("*"))
    monkeypatch.setattr(filerefs, "_MAX_REFS", most)
    with opened(repo.path) as store:
        assert (len(store.refs.refs), store.failures) == (2, [])
    monkeypatch.setattr(filerefs, "_MAX_REFS", most - 1)
    with opened(repo.path) as store:
        (failure,) = store.failures
        assert (failure.kind, failure.where) == ("too-large", "refs")


def test_a_reflog_that_is_a_link_or_a_fifo_is_a_failure_with_its_reason(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"a": "one\n"})
    logs = repo.git_dir / "logs/refs/heads"
    (tmp_path / "outside").write_text(f"{'1' * 40} {'2' * 40} A\n")
    (logs / "link").symlink_to(tmp_path / "outside")
    os.mkfifo(logs / "fifo")
    with opened(repo.path) as store:
        assert {failure.where: failure.reason for failure in store.failures} == {
            str(logs / "link"): os.strerror(errno.ELOOP),
            str(logs / "fifo"): "not a regular file",
        }
        assert set(kinds(store)) == {"unreadable"}
        assert "1" * 40 not in store.refs.logged


def test_ids_of_reflogs_and_pseudo_refs_are_known(repo: Repo) -> None:
    first = repo.commit({"a": "one\n"})
    lost = repo.commit({"a": "two\n"})
    repo.git("reset", "-q", "--hard", first)
    (repo.git_dir / "MERGE_HEAD").write_text(f"{lost}\n")
    with opened(repo.path) as store:
        assert lost in store.refs.logged
        assert lost in store.refs.tips
        assert kinds(store) == []


def test_names_follow_the_rules_of_git() -> None:
    assert is_valid_name(b"refs/heads/\xff\xfe")
    assert [is_valid_name(b"refs/heads/".ljust(size, b"x")) for size in (4095, 4096)] == [True, False]
    for bad in (b"HEAD", b"refs/a..b", b"refs/.a", b"refs/a.lock", b"refs/a b", b"refs/a/", b"refs/@{x"):
        assert not is_valid_name(bad)
