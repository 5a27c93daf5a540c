"""Each limit holds at its number and not before: what is over it is said, or left to git."""

from __future__ import annotations

from pathlib import Path

import pytest
from gitrepo import Repo, kinds, opened, opened_own_way

from leakscan.gitstore import (
    dangling,
    filerefs,
    history,
    index,
    layout,
    memory,
    objects,
    packs,
    shadow,
    trees,
)
from leakscan.gitstore.forest import HELD_BYTES
from leakscan.gitstore.layout import find_layout
from leakscan.gitstore.memory import Memory, UnusableError
from leakscan.gitstore.quick import QuickStore


def failures(path: Path) -> list[str]:
    with opened(path) as store:
        return kinds(store)


def test_refs_are_read_up_to_a_number(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.commit({"a": "1"})
    for name in "bcd":
        repo.git("branch", name)
    entries = sum(1 for _ in (repo.git_dir / "refs").rglob("*"))
    monkeypatch.setattr(filerefs, "_MAX_REFS", entries)
    assert failures(repo.path) == []
    monkeypatch.setattr(filerefs, "_MAX_REFS", entries - 1)
    assert failures(repo.path) == ["too-large"]


def test_files_of_a_git_directory_are_read_up_to_a_size(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.commit({"a": "1"})
    repo.git("pack-refs", "--all")
    head, packed = repo.git_dir / "HEAD", repo.git_dir / "packed-refs"
    (repo.git_dir / "shallow").write_text("")
    sizes = {
        (filerefs, "_MAX_REF_BYTES"): head.stat().st_size,
        (filerefs, "_MAX_LIST_BYTES"): max(
            packed.stat().st_size,
            *(f.stat().st_size for f in (repo.git_dir / "logs").rglob("*") if f.is_file()),
        ),
        (layout, "_MAX_CONFIG_BYTES"): (repo.git_dir / "config").stat().st_size,
        (index, "MAX_INDEX_BYTES"): (repo.git_dir / "index").stat().st_size,
    }
    for (module, name), size in sizes.items():
        for limit, is_read in ((size, True), (size - 1, False)):
            with monkeypatch.context() as patch:
                patch.setattr(module, name, limit)
                with opened(repo.path) as store:
                    store.check_connectivity()
                    told = kinds(store)
                assert (told == []) == is_read, name
                assert set(told) <= {"unreadable", "corrupt-objects"}


def test_a_shallow_file_is_read_up_to_a_size(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    oid = repo.commit({"a": "1"})
    (repo.git_dir / "shallow").write_text(f"{oid}\n")
    monkeypatch.setattr(shadow, "_MAX_SHALLOW_BYTES", 41)
    assert failures(repo.path) == ["shallow"]
    monkeypatch.setattr(shadow, "_MAX_SHALLOW_BYTES", 40)
    assert failures(repo.path) == ["unreadable"]
    monkeypatch.undo()
    (repo.git_dir / "shallow").write_text(f"{oid}\nno id\n")
    assert sorted(failures(repo.path)) == ["corrupt-objects", "shallow"]


def test_the_other_half_of_an_index_is_no_link(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"a": "1"})
    repo.git("update-index", "--split-index")
    assert failures(repo.path) == []
    (shared,) = repo.git_dir.glob("sharedindex.*")
    shared.rename(tmp_path / "elsewhere")
    shared.symlink_to(tmp_path / "elsewhere")
    assert failures(repo.path) == ["unreadable"]


def test_object_folders_are_followed_up_to_a_number(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit({"a": "1"})
    before = repo.git_dir / "objects"
    for number in range(3):
        folder = tmp_path / f"objects{number}"
        folder.mkdir()
        (before / "info").mkdir(exist_ok=True)
        (before / "info" / "alternates").write_text(f"{folder}\n")
        before = folder
    monkeypatch.setattr(packs, "_MAX_OBJECT_DIRS", 4)
    assert failures(repo.path) == []
    monkeypatch.setattr(packs, "_MAX_OBJECT_DIRS", 3)
    assert failures(repo.path) == ["too-large"]


@pytest.fixture
def busy(repo: Repo) -> tuple[Repo, list[str]]:
    """A history in which three blobs come in one commit, three folders deep; the ids of the blobs."""
    repo.commit({"other": "x"})
    repo.commit({f"a/b/c/{name}": f"key {name}" for name in "xyz"})
    return repo, [repo.git("rev-parse", f"HEAD:a/b/c/{name}") for name in "xyz"]


@pytest.mark.parametrize(
    ("name", "most"),
    [("_MAX_CHANGES", 3), ("_MAX_DEPTH", 3)],
)
def test_our_own_reader_leaves_to_git_what_is_over_a_limit(busy, monkeypatch, name: str, most: int) -> None:
    repo, oids = busy
    answers = []
    for limit, is_own in ((most, True), (most - 1, False)):
        monkeypatch.setattr(history, name, limit)
        with opened_own_way(repo.path) as store:
            answers.append(store.attribute(oids))
            assert (store.history is not None) == is_own
            assert kinds(store) == []
    assert answers[0] == answers[1]
    assert [answers[0][oid][0].path for oid in oids] == [b"a/b/c/x", b"a/b/c/y", b"a/b/c/z"]


def places_are_told_by_us(repo: Repo, oids: list[str]) -> bool:
    with opened_own_way(repo.path) as store:
        assert len(store.attribute(oids)) == 3
        return store.history is not None


def test_our_own_reader_takes_no_more_than_so_many_steps(busy, monkeypatch: pytest.MonkeyPatch) -> None:
    def is_own(steps: int) -> bool:
        monkeypatch.setattr(history, "_MAX_STEPS", steps)
        return places_are_told_by_us(*busy)

    assert [is_own(steps) for steps in (0, 5, 20)] == [False, False, True]


def test_too_many_absent_objects_are_left_to_git(busy, monkeypatch: pytest.MonkeyPatch) -> None:
    repo, oids = busy
    for oid in oids:
        repo.loose(oid).unlink()
    for limit, is_own in ((3, True), (2, False)):
        monkeypatch.setattr(trees, "_MAX_ABSENT", limit)
        with opened_own_way(repo.path) as store:
            assert store.traced is is_own
            store.check_connectivity()
            assert sorted(failure.where for failure in store.failures) == sorted(oids)


def test_our_own_reader_climbs_so_many_folders(busy, monkeypatch: pytest.MonkeyPatch) -> None:
    def is_own(rounds: int) -> bool:
        monkeypatch.setattr(trees, "_MAX_ROUNDS", rounds)
        return places_are_told_by_us(*busy)

    answers = [is_own(rounds) for rounds in range(6)]
    assert answers == sorted(answers)
    assert (answers[0], answers[-1]) == (False, True)


@pytest.mark.parametrize("most", [1, 2])
def test_trees_of_no_commit_are_looked_at_up_to_a_number(
    repo: Repo, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit({"a": "1"})
    for name in ("b", "c"):
        repo.write(name, f"key {name}")
        repo.git("add", name)
        repo.git("write-tree")
        repo.git("rm", "-q", "-f", name)
    blobs = [repo.git("hash-object", "--stdin", stdin=f"key {name}".encode()) for name in ("b", "c")]
    monkeypatch.setattr(dangling, "_MAX_TREES", most)
    with opened(repo.path) as store:
        placed = [place.path for places in store.attribute(blobs).values() for place in places]
        assert len(placed) == most
        reason = "2 trees belong to no commit: paths were looked up in the first 1"
        assert [failure.reason for failure in store.failures] == ([reason] if most == 1 else [])


def test_what_is_too_much_to_remember_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    body = len(Memory("key").encode()) - 25 - 32
    monkeypatch.setattr(memory, "MAX_BYTES", body)
    assert Memory("key").encode()
    monkeypatch.setattr(memory, "MAX_BYTES", body - 1)
    with pytest.raises(UnusableError, match="too much"):
        Memory("key").encode()


def test_changes_of_a_range_are_read_up_to_a_number(busy) -> None:
    repo, _ = busy
    found = find_layout(repo.path)
    assert found is not None
    for limit, told in ((3, []), (2, ["too-deep"])):
        with QuickStore(found) as store:
            store.history([repo.git("rev-parse", "HEAD")], limit)
            assert [failure.kind for failure in store.failures] == told


def test_a_folder_that_is_nothing_but_a_repository_is_one(repo: Repo) -> None:
    repo.commit({"a": "1"})
    inner = Repo(repo.path / "inner")
    with opened(repo.path) as store:
        assert set(store.tree_files().paths) == {b"a"}
    inner.write("file", "1")
    with opened(repo.path) as store:
        assert set(store.tree_files().paths) == {b"a"}
    (repo.path / "plain").mkdir()
    repo.write("plain/file", "1")
    with opened(repo.path) as store:
        assert set(store.tree_files().paths) == {b"a", b"plain/file"}


def test_the_limits_that_the_documentation_names_are_those_that_hold() -> None:
    text = " ".join((Path(__file__).parents[3] / "docs" / "reading-git.md").read_text().split())
    for sentence in (
        f"files and objects over {objects.MAX_OBJECT_BYTES / (1 << 20):g} MiB",
        f"more than {trees._MAX_ABSENT:,} objects are absent",
        f"rather than holding more than {HELD_BYTES / (1 << 20):g} MiB",
    ):
        assert sentence in text
