"""What is remembered of a scan, with what came since, answers as a scan of everything does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from gitrepo import Repo, opened
from remembering import NAME, SPEC, answers, plain, recalled, scan, scan_again, visit

from leakscan.gitstore.fresh import Fresh
from leakscan.gitstore.memory import MAX_TRACED
from leakscan.gitstore.sweep import Sweep
from leakscan.gitstore.trees import Untraceable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def grown(repo: Repo) -> Repo:
    """Two branches, a tag, a dangling tree and a stash; files with keys that came, went and came again."""
    repo.commit({"a": "key 1\n", "d/b": "plain\n", NAME: "plain\n"})
    repo.git("checkout", "-q", "-b", "side")
    repo.commit({"d/e/key": "key 2\n"}, "key in a message")
    repo.git("checkout", "-q", "main")
    repo.commit({"a": "clean\n"})
    repo.commit({"a": "key 1\n"})
    repo.git("tag", "-a", "v1", "-m", "key in a tag")
    repo.write("x/staged", "key 3\n")
    repo.git("add", "x")
    repo.git("write-tree")
    repo.git("rm", "-q", "-r", "-f", "x")
    return repo


def nothing(repo: Repo) -> None:
    pass


def a_commit_of_nothing(repo: Repo) -> None:
    repo.commit({})


def a_key_that_goes_and_one_that_comes_again(repo: Repo) -> None:
    repo.commit({"a": "clean again\n", "new/deep": "key 2\n"})
    repo.commit({"a": "key 1\n", "key": "key 4\n"})


def a_merge_with_content_of_its_own(repo: Repo) -> None:
    repo.git("checkout", "-q", "side", "--", "d")
    repo.write("a", "key 5\n")
    repo.git("add", "-A")
    repo.clock += 60
    merge = repo.git("commit-tree", repo.git("write-tree"), "-p", "HEAD", "-p", "side", "-m", "merge")
    repo.git("reset", "-q", "--hard", merge)


def a_branch_from_an_old_commit(repo: Repo) -> None:
    repo.git("checkout", "-q", "-b", "late", "main~2")
    repo.clock -= 10_000  # clocks are wrong
    repo.commit({"late": "key 6\n"})


def tags_and_a_branch_that_goes(repo: Repo) -> None:
    repo.git("tag", "-a", "v2", "v1", "-m", "tag of a tag")
    repo.git("tag", "v3", "side")
    repo.git("branch", "-q", "-D", "side")


def things_that_no_commit_holds(repo: Repo) -> None:
    repo.blob("key 7\n")
    repo.write("y/staged", "key 8\n")
    repo.git("add", "y")


def more_than_a_byte_of_traced_commits(repo: Repo) -> None:
    for number in range(8):
        repo.commit({f"n{number}": f"key {number}\n"})


def a_file_of_a_name_that_is_looked_at(repo: Repo) -> None:
    repo.commit({b"d/" + NAME: "also plain\n"})


CHANGES = [
    nothing,
    a_commit_of_nothing,
    a_key_that_goes_and_one_that_comes_again,
    a_merge_with_content_of_its_own,
    a_branch_from_an_old_commit,
    tags_and_a_branch_that_goes,
    things_that_no_commit_holds,
    more_than_a_byte_of_traced_commits,
    a_file_of_a_name_that_is_looked_at,
]


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("change", CHANGES)
def test_what_came_since_and_what_is_remembered_tell_all(
    grown: Repo, change: Callable[[Repo], None], packed: bool
) -> None:
    if packed:
        grown.git("repack", "-adkq")
    first = scan(grown.path)
    assert first.is_whole
    assert first.memory is not None
    change(grown)
    expected, found = scan(grown.path), scan_again(grown.path, first.memory)
    assert found.answers == expected.answers
    assert found.is_whole
    assert found.memory is not None
    assert expected.memory is not None
    now = plain(found.memory)
    # what was traced once stays so
    traced = set(now.pop("traced"))
    assert traced == {*first.memory.traced, *expected.memory.traced}
    told = plain(expected.memory)
    for oid, commits in told.pop("masks").items():
        assert {tip for tip in now["masks"][oid] if tip in told["traced"]} == set(commits)
    assert {name: now[name] for name in told if name not in ("traced", "masks")} == {
        name: value for name, value in told.items() if name != "traced"
    }


def test_a_first_key_comes_to_a_history_without_any(repo: Repo) -> None:
    for number in range(3):
        repo.commit({"a": f"clean {number}\n"})
    first = scan(repo.path)
    assert first.memory is not None
    assert (first.memory.traced, first.memory.masks) == ([], b"")
    repo.commit({"a": "key 1\n"})
    found, expected = scan_again(repo.path, first.memory), scan(repo.path)
    assert found.answers == expected.answers
    assert found.memory is not None
    assert expected.memory is not None
    assert plain(found.memory) == plain(expected.memory)


@pytest.mark.parametrize("change", [nothing, a_branch_from_an_old_commit, a_merge_with_content_of_its_own])
def test_commits_that_were_never_asked_for_are_known_too(grown: Repo, change: Callable[[Repo], None]) -> None:
    first = scan(grown.path)
    assert first.memory is not None
    change(grown)
    every = grown.git("rev-list", "--all", "--reflog").split()
    asked = [*every, "1" * 40, grown.git("rev-parse", "HEAD:a")]
    with opened(grown.path) as plain_store, recalled(grown.path, first.memory) as (store, _, _):
        assert store.history is not None
        assert store.refs_reaching(asked) == plain_store.refs_reaching(asked)
        told = store.commits(asked)
        assert told == plain_store.commits(asked)
        assert told.keys() == set(every)
        kinds = store.history.kinds(asked)
        assert kinds == plain_store.reader.kinds(asked)
        graph, other = store.commit_graph(), plain_store.commit_graph()
        assert sorted(map(graph.all.oid, range(len(every)))) == sorted(map(other.all.oid, range(len(every))))


def test_each_scan_goes_on_from_the_one_before(grown: Repo) -> None:
    memory = scan(grown.path).memory
    for change in CHANGES:
        change(grown)
        assert memory is not None
        found = scan_again(grown.path, memory)
        assert found.answers == scan(grown.path).answers, change.__name__
        memory = found.memory


@pytest.fixture
def shallow(grown: Repo, tmp_path: Path) -> Repo:
    """A clone that has two commits of many."""
    grown.git("clone", "-q", "--depth", "2", f"file://{grown.path}", str(tmp_path / "shallow"))
    return Repo(tmp_path / "shallow")


def test_of_what_is_absent_as_much_is_told_as_before(shallow: Repo) -> None:
    first = scan(shallow.path)
    assert first.memory is not None
    assert first.memory.absent
    shallow.clock += 1_000
    for number in range(2):
        shallow.commit({"new": f"key {number}\n"})
    assert scan_again(shallow.path, first.memory).answers == scan(shallow.path).answers


def test_commits_that_are_led_to_no_more_make_what_is_absent_uncertain(shallow: Repo) -> None:
    shallow.commit({"new": "key 9\n"})
    shallow.git("branch", "other")
    first = scan(shallow.path)
    assert first.memory is not None
    shallow.git("branch", "-q", "-D", "other")
    assert scan_again(shallow.path, first.memory).answers == scan(shallow.path).answers
    shallow.git("reset", "-q", "--hard", "HEAD~1")
    (shallow.git_dir / "ORIG_HEAD").unlink()
    shallow.git("reflog", "expire", "--expire=now", "--all")
    with pytest.raises(Untraceable):
        scan_again(shallow.path, first.memory)


@pytest.mark.parametrize(
    "text",
    [
        "tree {tree}\nparent {absent}\n",
        "tree {absent}\nparent {head}\n",
        "tree {blob}\nparent {head}\n",
        "tree {tree}\nparent {blob}\n",
    ],
)
def test_a_new_commit_that_names_what_was_never_there_cannot_be_traced(grown: Repo, text: str) -> None:
    first = scan(grown.path)
    assert first.memory is not None
    names = {
        name: grown.git("rev-parse", at)
        for name, at in {"tree": "HEAD^{tree}", "head": "HEAD", "blob": "HEAD:a"}.items()
    }
    data = text.format(absent="1" * 40, **names) + "author A <a> 1 +0000\ncommitter A <a> 1 +0000\n\nm\n"
    grown.git("hash-object", "-w", "-t", "commit", "--literally", "--stdin", stdin=data.encode())
    with pytest.raises(Untraceable):
        scan_again(grown.path, first.memory)


def test_what_was_absent_and_is_there_now_is_for_a_scan_of_all(shallow: Repo) -> None:
    first = scan(shallow.path)
    assert first.memory is not None
    shallow.git("fetch", "-q", "--unshallow")
    with pytest.raises(Untraceable):
        scan_again(shallow.path, first.memory)


def test_a_history_with_damage_is_not_remembered(grown: Repo) -> None:
    grown.loose(grown.git("rev-parse", "HEAD:a")).unlink()
    assert scan(grown.path).memory is None


def test_so_many_traced_commits_are_remembered(grown: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    memory = scan(grown.path).memory
    assert memory is not None
    count = len(memory.traced)
    assert 0 < count < MAX_TRACED == 2_000
    monkeypatch.setattr("leakscan.gitstore.remember.MAX_TRACED", count)
    assert scan(grown.path).memory is not None
    monkeypatch.setattr("leakscan.gitstore.remember.MAX_TRACED", count - 1)
    assert scan(grown.path).memory is None


@pytest.mark.parametrize("is_named", [True, False])
def test_a_new_tree_of_no_commit_may_hold_an_old_folder_of_a_name(repo: Repo, is_named: bool) -> None:
    repo.commit({"a": "key 1\n", NAME if is_named else "plain": "plain\n"})
    first = scan(repo.path)
    assert first.memory is not None
    assert len(first.memory.named) == is_named
    repo.write("z", "plain\n")
    repo.git("add", "z")
    repo.git("write-tree")
    if is_named:
        with pytest.raises(Untraceable):
            scan_again(repo.path, first.memory)
    else:
        assert scan_again(repo.path, first.memory).answers == scan(repo.path).answers


def test_git_tells_what_our_own_reader_tells(grown: Repo) -> None:
    grown.commit(
        {b"deep/" + NAME + b"/x/y": "in a folder\n", b"z/" + NAME: "plain\n", b"z/not-" + NAME: "no\n"}
    )
    grown.git("update-index", "--add", "--cacheinfo", f"160000,{'7' * 40},{NAME.decode()}s")
    expected = scan(grown.path).answers
    with opened(grown.path) as store:
        found = list(store.keep_open(Sweep(store, SPEC)).run(visit, texts=True))
        assert answers(store, found) == expected
        assert store.history is None
    named = {grown.git("hash-object", "--stdin", stdin=text) for text in (b"in a folder\n", b"plain\n")}
    assert expected.named == named
    assert {place.path for oid in named for place in expected.placements[oid]} == {
        NAME,
        b"z/" + NAME,
        b"deep/" + NAME + b"/x/y",
    }


def test_nothing_new_holds_nothing() -> None:
    assert not Fresh().holds("1" * 40)
