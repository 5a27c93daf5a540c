from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from gitrepo import Repo, contents, kinds, opened, opened_own_way

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True, params=["git", "own"])
def _way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test runs twice: what git tells of commits and trees, and what our own reader does."""
    if request.param == "own":
        monkeypatch.setattr(sys.modules[__name__], "opened", opened_own_way)


@pytest.mark.parametrize("name", ["HEAD:f", "HEAD^{tree}", "HEAD:d", "HEAD~1", "HEAD~1^{tree}", "HEAD"])
def test_what_is_named_and_absent_is_a_failure(repo: Repo, name: str) -> None:
    repo.commit({"f": "one\n"})
    repo.commit({"f": "two\n", "d/g": "three\n"})
    repo.commit({"f": "four\n"})
    victim = repo.git("rev-parse", name)
    repo.loose(victim).unlink()
    with opened(repo.path) as store:
        store.check_connectivity()
        assert [(failure.kind, failure.where) for failure in store.failures] == [("missing-objects", victim)]
        expected = {b"one\n", b"two\n", b"three\n", b"four\n"} - ({b"four\n"} if name == "HEAD:f" else set())
        assert contents(store) == expected


def test_a_ref_that_names_an_absent_object_is_a_failure(repo: Repo) -> None:
    repo.commit({"f": "one\n"})
    (repo.git_dir / "refs/heads/gone").write_text("1" * 40 + "\n")
    with opened(repo.path) as store:
        store.check_connectivity()
        (failure,) = store.failures
        assert (failure.kind, failure.where) == ("missing-objects", "1" * 40)
        assert "refs/heads/gone" in failure.reason


def test_a_reflog_may_name_what_is_gone(repo: Repo) -> None:
    repo.commit({"f": "one\n"})
    with (repo.git_dir / "logs/HEAD").open("a") as log:
        log.write(f"{'2' * 40} {'3' * 40} A <a@b> 1700000000 +0000\tgone\n")
    with opened(repo.path) as store:
        store.check_connectivity()
        assert store.failures == []


def test_the_target_of_an_absent_tag_chain_is_missed(repo: Repo) -> None:
    repo.commit({"f": "one\n"})
    blob = repo.blob("tagged\n")
    repo.git("tag", "-a", "inner", blob, "-m", "x")
    repo.git("tag", "-a", "outer", "inner", "-m", "y")
    repo.loose(blob).unlink()
    with opened(repo.path) as store:
        store.check_connectivity()
        assert [(failure.kind, failure.where) for failure in store.failures] == [("missing-objects", blob)]


def test_a_tag_that_lies_is_told_whoever_else_names_its_target(repo: Repo) -> None:
    commit = repo.commit({"f": "one\n"})
    text = f"object {commit}\ntype {{}}\ntag x\ntagger A <a@b> 1 +0000\n\n{{}}\n"

    def stored(kind: str, message: str) -> str:
        data = text.format(kind, message).encode()
        return repo.git("hash-object", "-w", "-t", "tag", "--stdin", "--literally", stdin=data)

    lie = stored("tree", "")
    honest = [stored("commit", str(number)) for number in range(20)]
    for number, tag in enumerate([lie, min(honest), max(honest)]):
        (repo.git_dir / f"refs/tags/{number}").write_text(f"{tag}\n")
    assert min(honest) < lie < max(honest)  # whichever is read last
    with opened(repo.path) as store:
        store.check_connectivity()
        reason = f"the object is a commit: tag {lie} names it as a tree"
        assert [(found.kind, found.where, found.reason) for found in store.failures] == [
            ("corrupt-objects", commit, reason)
        ]


def test_a_staged_blob_that_is_gone_is_missed_but_not_the_empty_one(repo: Repo) -> None:
    repo.write("staged", "only here\n")
    repo.write("later", "")
    repo.git("add", "staged")
    repo.git("add", "-N", "later")
    blob = repo.git("rev-parse", ":staged")
    repo.loose(blob).unlink()
    with opened(repo.path) as store:
        store.check_connectivity()
        assert [(failure.kind, failure.where) for failure in store.failures] == [("missing-objects", blob)]


def test_a_submodule_in_the_index_names_nothing_of_this_repository(repo: Repo) -> None:
    repo.commit({"f": "one\n"})
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},module")
    repo.git("update-index", "--add", "--cacheinfo", f"100644,{'2' * 40},lost")
    with opened(repo.path) as store:
        store.check_connectivity()
        assert [failure.where for failure in store.failures] == ["2" * 40]


def test_many_missing_objects_are_counted(repo: Repo) -> None:
    repo.commit({str(number): f"{number}\n" for number in range(130)})
    for number in range(120):
        repo.loose(repo.git("rev-parse", f"HEAD:{number}")).unlink()
    with opened(repo.path) as store:
        store.check_connectivity()
        assert len(store.failures) == 101
        assert store.failures[-1].reason.startswith("20 more")


def test_a_shallow_clone_is_one_failure(repo: Repo, tmp_path: Path) -> None:
    for number in range(3):
        repo.commit({"f": f"{number}\n"})
    repo.git("clone", "-q", "--depth=1", f"file://{repo.path}", str(tmp_path / "clone"))
    with opened(tmp_path / "clone") as store:
        store.check_connectivity()
        (failure,) = store.failures
        assert (failure.kind, failure.where) == ("shallow", str(tmp_path / "clone/.git"))
        assert "1 boundary" in failure.reason
        assert "--unshallow" in failure.reason
        blob = next(item.oid for item in store.iter_objects() if item.kind == "blob")
        assert [placement.path for placement in store.attribute([blob])[blob]] == [b"f"]


@pytest.mark.parametrize("kind", ["blob:none", "tree:0"])
def test_a_partial_clone_is_one_failure_and_is_not_completed(repo: Repo, tmp_path: Path, kind: str) -> None:
    for number in range(3):
        repo.commit({"f": f"{number}\n"})
    repo.git("config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    repo.git("clone", "-q", "--bare", f"--filter={kind}", f"file://{repo.path}", str(clone))
    with opened(clone) as store:
        store.check_connectivity()
        assert kinds(store) == ["partial-clone"]
        assert contents(store) == set()
        blob = repo.git("rev-parse", "HEAD:f")
        store.attribute([blob])
        assert kinds(store) == ["partial-clone"]


def test_a_partial_clone_with_everything_is_complete(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"f": "one\n"})
    repo.git("config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    repo.git("clone", "-q", "--bare", "--filter=blob:limit=1m", f"file://{repo.path}", str(clone))
    with opened(clone) as store:
        store.check_connectivity()
        assert store.failures == []


def test_objects_are_read_where_the_tables_of_refs_are_gone(repo: Repo) -> None:
    repo.commit({"f": "one\n"})
    (repo.git_dir / "config").write_text(
        "[core]\nrepositoryformatversion = 1\n[extensions]\nrefStorage = reftable\n"
    )
    with opened(repo.path) as store:
        assert contents(store) == {b"one\n"}
        assert kinds(store) == ["unreadable", "corrupt-objects"]
