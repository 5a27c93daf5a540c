from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from gitrepo import Repo, kinds, opened, opened_own_way

from leakscan.gitstore import attribution

if TYPE_CHECKING:
    from pathlib import Path

    from leakscan.gitstore import Placement


@pytest.fixture(autouse=True, params=["git", "own"])
def _way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test runs twice: what git tells of commits and trees, and what our own reader does."""
    if request.param == "own":
        monkeypatch.setattr(sys.modules[__name__], "opened", opened_own_way)


def _placed(path: Path, oid: str) -> list[tuple[bytes, str | None, bool, list[tuple[str, str | None]]]]:
    with opened(path) as store:
        return [_plain(placement) for placement in store.attribute([oid])[oid]]


def _plain(placement: Placement) -> tuple[bytes, str | None, bool, list[tuple[str, str | None]]]:
    commit = placement.commit.oid if placement.commit else None
    return (placement.path, commit, placement.in_head, [(gone.oid, by) for gone, by in placement.replaced])


def test_a_blob_is_placed_from_its_first_commit_to_what_replaced_it(repo: Repo) -> None:
    first = repo.commit({"a": "key\n"})
    blob = repo.git("rev-parse", "HEAD:a")
    second = repo.commit({"a": "clean\n", "b": "key\n"})
    clean = repo.git("rev-parse", "HEAD:a")
    (repo.path / "b").unlink()
    third = repo.commit({})
    assert _placed(repo.path, blob) == [
        (b"a", first, False, [(second, clean)]),
        (b"b", second, False, [(third, None)]),
    ]


def test_a_blob_that_still_stands_is_in_head(repo: Repo) -> None:
    first = repo.commit({"d/a": "key\n"})
    repo.commit({"other": "x\n"})
    assert _placed(repo.path, repo.git("rev-parse", "HEAD:d/a")) == [(b"d/a", first, True, [])]


def test_a_change_of_mode_is_no_new_placement(repo: Repo) -> None:
    first = repo.commit({"a": "key\n"})
    (repo.path / "a").chmod(0o755)
    repo.commit({})
    assert _placed(repo.path, repo.git("rev-parse", "HEAD:a")) == [(b"a", first, True, [])]


@pytest.mark.parametrize("sides", [1, 39])
def test_what_a_merge_itself_brought_in_is_its_own(repo: Repo, sides: int) -> None:
    base = repo.commit({"a": "base\n"})
    tips = []
    for number in range(sides):
        repo.git("checkout", "-q", "-b", f"side{number}", base)
        tips.append(repo.commit({"a": f"side {number}\n"}))
    repo.git("checkout", "-q", "main")
    tips.insert(0, repo.commit({"a": "main\n"}))
    repo.write("a", "evil\n")
    repo.git("add", "a")
    parents = [part for tip in tips for part in ("-p", tip)]
    merge = repo.git("commit-tree", repo.git("write-tree"), *parents, "-m", "merge")
    repo.git("reset", "-q", "--hard", merge)
    blob = repo.git("rev-parse", "HEAD:a")
    assert _placed(repo.path, blob) == [(b"a", merge, True, [])]
    assert _placed(repo.path, repo.git("rev-parse", f"{tips[0]}:a")) == [
        (b"a", tips[0], False, [(merge, blob)])
    ]


def test_a_merge_that_changes_a_mode_alone_brings_no_blob(repo: Repo) -> None:
    first = repo.commit({"a": "1\n", "b": "1\n"})
    blob = repo.git("rev-parse", "HEAD:a")
    repo.git("checkout", "-q", "-b", "side")
    repo.write("a", "2\n")
    side = repo.commit({})
    gone = repo.git("rev-parse", "HEAD:a")
    (repo.path / "a").write_text("1\n")
    (repo.path / "a").chmod(0o755)
    repo.git("add", "a")
    merge = repo.git("commit-tree", repo.git("write-tree"), "-p", first, "-p", side, "-m", "merge")
    repo.git("reset", "-q", "--hard", merge)
    assert _placed(repo.path, blob) == [(b"a", first, True, [(side, gone)]), (b"b", first, True, [])]
    assert _placed(repo.path, gone) == [(b"a", side, False, [(merge, blob)])]


def test_paths_may_hold_any_bytes(repo: Repo) -> None:
    names = [b'new\nline "quoted"\t', b"\xff\xfe", b":100644 x", b"-dash"]
    commit = repo.commit(dict.fromkeys(names, "key\n"))
    blob = repo.git("rev-parse", "HEAD:-dash")
    assert _placed(repo.path, blob) == [(name, commit, True, []) for name in sorted(names)]


def test_a_folder_that_takes_the_place_of_a_file_is_no_successor_but_a_submodule_is(repo: Repo) -> None:
    first = repo.commit({"a": "1\n", "b": "2\n", "c": "3\n"})
    blobs = [repo.git("rev-parse", f"HEAD:{name}") for name in "abc"]
    for name in "abc":
        (repo.path / name).unlink()
    (repo.path / "c").symlink_to("elsewhere")
    repo.write("a/a", "4\n")
    repo.git("add", "-A")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{'7' * 40},b")
    repo.clock += 60
    repo.git("commit", "-q", "-m", "others")
    second = repo.git("rev-parse", "HEAD")
    for name, blob, by in zip("abc", blobs, [None, "7" * 40, repo.git("rev-parse", "HEAD:c")], strict=True):
        assert _placed(repo.path, blob) == [(name.encode(), first, False, [(second, by)])]


def test_unreachable_and_stashed_commits_place_blobs(repo: Repo) -> None:
    first = repo.commit({"a": "one\n"})
    lost = repo.commit({"a": "lost\n"})
    blob = repo.git("rev-parse", "HEAD:a")
    repo.git("reset", "-q", "--hard", first)
    repo.git("reflog", "expire", "--expire=now", "--all")
    assert _placed(repo.path, blob) == [(b"a", lost, False, [])]
    repo.write("a", "stashed\n")
    repo.git("stash", "-q")
    stash = repo.git("rev-parse", "stash@{0}")
    stashed = repo.git("rev-parse", "stash@{0}:a")
    assert [(path, commit) for path, commit, *_ in _placed(repo.path, stashed)] == [(b"a", stash)]


def test_a_staged_blob_has_a_path_and_no_commit(repo: Repo) -> None:
    repo.commit({"a": "one\n"})
    repo.write("sub/staged", "two\n")
    repo.git("add", "sub")
    assert _placed(repo.path, repo.git("rev-parse", ":sub/staged")) == [(b"sub/staged", None, False, [])]


def test_a_dangling_tree_gives_a_path(repo: Repo) -> None:
    repo.commit({"a": "one\n"})
    repo.write("deep/er/file", "two\n")
    repo.git("add", "deep")
    repo.git("write-tree")
    blob = repo.git("rev-parse", ":deep/er/file")
    repo.git("rm", "-q", "-r", "-f", "--cached", "deep")
    assert _placed(repo.path, blob) == [(b"deep/er/file", None, False, [])]


def test_a_blob_that_nothing_names_has_no_placement(repo: Repo) -> None:
    repo.commit({"a": "one\n"})
    assert _placed(repo.path, repo.blob("nobody\n")) == []


def test_the_earliest_of_several_commits_is_named(repo: Repo) -> None:
    repo.commit({"x": "x\n"})
    repo.clock += 6000
    late = repo.commit({"a": "key\n"})
    repo.git("checkout", "-q", "--orphan", "other")
    repo.clock -= 3000
    early = repo.commit({"a": "key\n"})
    assert late != early
    assert _placed(repo.path, repo.git("rev-parse", "HEAD:a"))[0][:2] == (b"a", early)


@pytest.mark.parametrize("gone", ["HEAD~2", "HEAD~2^{tree}", "HEAD~2:d"])
def test_damage_in_the_middle_of_history_loses_no_other_commit(repo: Repo, gone: str) -> None:
    commits = [repo.commit({"f": f"{number}\n", f"d/{number}": "same\n"}) for number in range(6)]
    blobs = [repo.git("rev-parse", f"{commit}:f") for commit in commits]
    repo.loose(repo.git("rev-parse", gone)).unlink()
    with opened(repo.path) as store:
        found = store.attribute(blobs)
        placed = {oid: [(place.path, place.commit) for place in places] for oid, places in found.items()}
    for commit, blob in zip(commits, blobs, strict=True):
        first = [at.oid for path, at in placed[blob] if path == b"f" and at]
        if commit != commits[3]:
            assert first == [commit], f"{commits.index(commit)}"


def test_a_tree_of_too_many_paths_is_given_up(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attribution, "MAX_ENTRIES", 10_000)
    monkeypatch.setattr(attribution, "_MAX_HEAP_BYTES", 64 << 20)
    blob = tree = repo.blob("key\n")
    mode, kind = "100644", "blob"
    for _ in range(9):
        lines = "".join(f"{mode} {kind} {tree}\t{name}\n" for name in range(10))
        tree, mode, kind = repo.git("mktree", stdin=lines.encode()), "040000", "tree"
    repo.git("update-ref", "refs/heads/main", repo.git("commit-tree", tree, "-m", "bomb"))
    with opened(repo.path) as store:
        places = store.attribute([blob])[blob]
        assert 0 < len(places) <= attribution.MAX_PLACES
        assert "too-deep" in kinds(store)


def test_no_more_places_are_kept_than_promised(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attribution, "MAX_PLACES", 5)
    repo.commit({str(number): "same\n" for number in range(9)})
    blob = repo.git("rev-parse", "HEAD:0")
    with opened(repo.path) as store:
        assert len(store.attribute([blob])[blob]) <= 10
        assert kinds(store) == ["too-deep"]
