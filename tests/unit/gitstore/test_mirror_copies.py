"""A copy of a remote repository: made, kept up to date, bounded; and one made with the copy of a relative."""

from __future__ import annotations

import base64
import resource
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from gitrepo import Repo, opened

from leakscan.errors import GitError
from leakscan.gitstore.borrow import Lender, NothingSharedError, beginning, borrow
from leakscan.gitstore.containers import take_stock
from leakscan.gitstore.memory import Memory
from leakscan.gitstore.mirror import Mirror, TooLargeError, _authorization, _harmless, _limit_files

if TYPE_CHECKING:
    from pathlib import Path


def mirror_of(repo: Repo, folder: Path, max_bytes: int = 0) -> Mirror:
    return Mirror(folder, f"file://{repo.path}", {"file"}, "", max_bytes)


def git(folder: Path, *arguments: str) -> str:
    argv = ["git", f"--git-dir={folder}", *arguments]
    return subprocess.run(argv, capture_output=True, check=True).stdout.decode().strip()


def refs_of(folder: Path) -> dict[str, str]:
    lines = git(folder, "for-each-ref", "--format=%(refname) %(objectname)").splitlines()
    return dict(line.split() for line in lines)


def brought(mirror: Mirror) -> dict[str, str]:
    mirror.update(mirror.ask())
    return refs_of(mirror.folder)


@pytest.mark.parametrize("format_", ["sha1", "sha256"])
def test_a_copy_has_all_refs_and_follows_them(tmp_path: Path, format_: str) -> None:
    repo = Repo(tmp_path / "repo", f"--object-format={format_}")
    mirror = mirror_of(repo, tmp_path / "copy")
    assert not mirror.is_made()
    first = repo.commit({"a": "1"})
    repo.git("tag", "-a", "v1", "-m", "v1")
    repo.git("branch", "other")
    assert brought(mirror) == {
        "refs/heads/main": first,
        "refs/heads/other": first,
        "refs/tags/v1": repo.git("rev-parse", "v1"),
    }
    assert mirror.is_made()
    assert (mirror.folder / "HEAD").read_text() == "ref: refs/heads/main\n"
    assert mirror.tips() == sorted({first, repo.git("rev-parse", "v1")})
    second = repo.commit({"a": "2"})
    repo.git("branch", "-q", "-D", "other")
    repo.git("checkout", "-q", "-b", "new")
    assert brought(mirror)["refs/heads/main"] == second
    assert refs_of(mirror.folder).keys() == {"refs/heads/main", "refs/heads/new", "refs/tags/v1"}
    assert (mirror.folder / "HEAD").read_text() == "ref: refs/heads/new\n"
    assert git(mirror.folder, "fsck", "--strict") == ""


def test_nothing_is_fetched_where_nothing_changed(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"a": "1"})
    mirror = mirror_of(repo, tmp_path / "copy")
    brought(mirror)
    left = mirror.folder / "objects" / "pack" / "tmp_pack_left"
    left.write_text("of a killed run")
    brought(mirror)
    assert left.exists()
    repo.commit({"a": "2"})
    brought(mirror)
    assert not left.exists()


def test_an_empty_repository_has_a_copy_without_refs(repo: Repo, tmp_path: Path) -> None:
    mirror = mirror_of(repo, tmp_path / "copy")
    assert (mirror.ask().lines, mirror.ask().is_sha256) == ((), False)
    assert brought(mirror) == {}
    assert mirror.is_made()
    oid = repo.commit({"a": "1"})
    assert brought(mirror) == {"refs/heads/main": oid}


def test_a_pack_over_the_limit_is_not_kept(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"a": "".join(f"{number * number:x}" for number in range(20_000))})
    small = mirror_of(repo, tmp_path / "small", 10_000)
    with pytest.raises(TooLargeError, match="a pack over 10,000 bytes"):
        brought(small)
    assert not small.is_made()
    assert list(small.folder.glob("objects/pack/*")) == []
    large = mirror_of(repo, tmp_path / "large", 10_000_000)
    assert brought(large)


def test_files_that_others_write_are_not_bounded_with_a_copy(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"a": "1"})
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    mirror = mirror_of(repo, tmp_path / "copy", 10_000_000)
    with _limit_files(10_000_000):
        assert resource.getrlimit(resource.RLIMIT_FSIZE) == (10_000_000, before[1])
        with _limit_files(0):
            assert resource.getrlimit(resource.RLIMIT_FSIZE) == (10_000_000, before[1])
    brought(mirror)
    assert resource.getrlimit(resource.RLIMIT_FSIZE) == before


def test_locks_of_a_killed_fetch_are_cleared_away(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"a": "1"})
    mirror = mirror_of(repo, tmp_path / "copy")
    brought(mirror)
    left = [
        mirror.folder / name
        for name in (
            "shallow.lock",
            "refs/heads/main.lock",
            "objects/pack/tmp_pack_1",
            "objects/aa/tmp_obj_1",
        )
    ]
    for file in left:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    oid = repo.commit({"a": "2"})
    assert brought(mirror) == {"refs/heads/main": oid}
    assert not any(file.exists() for file in left)


def test_a_token_is_for_the_host_of_an_address_alone_and_no_complaint_tells_it() -> None:
    assert _authorization("https://git.example/a/b.git", "") == {}
    told = _authorization("https://git.example:8443/a/b.git", "word")
    assert told["GIT_CONFIG_COUNT"] == "2"
    assert told["GIT_CONFIG_KEY_0"] == "http.https://git.example:8443/.extraHeader"
    basic = told["GIT_CONFIG_VALUE_0"].removeprefix("Authorization: Basic ")
    assert base64.b64decode(basic) == b"x-access-token:word"
    assert (told["GIT_CONFIG_KEY_1"], told["GIT_CONFIG_VALUE_1"]) == ("http.followRedirects", "false")
    assert _harmless("fatal: 'https://me:word@git.example/a'") == "fatal: 'https://git.example/a'"


def test_what_is_no_repository_is_an_error_without_credentials(tmp_path: Path) -> None:
    mirror = Mirror(tmp_path / "copy", "file://user:word@localhost/absent", {"file"}, "", 0)
    with pytest.raises(GitError) as raised:
        mirror.ask()
    assert "word" not in str(raised.value)
    closed = Mirror(tmp_path / "copy", "https://host.invalid/x", {"file"}, "token", 0)
    with pytest.raises(GitError, match="not allowed"):
        closed.ask()


def lender(repo: Repo, folder: Path):
    """The copy of a repository, opened, with what a scan would remember of it."""
    mirror = mirror_of(repo, folder)
    brought(mirror)
    return opened(folder)


def remembered(store, **changes) -> Memory:
    oids = [found.oid for found in store.iter_objects() if found.kind == "commit"]
    sizes = {found.oid: len(found.data) for found in store.iter_objects()}
    kinds = [found.kind for found in store.iter_objects()]
    counts = {f"{kind}s": kinds.count(kind) for kind in ("blob", "commit", "tag")}
    stock = take_stock(store.object_dirs, store.layout.hex_length // 2)
    memory = Memory("key", stock, counts | {"bytes": sum(sizes.values())}, ids=bytes.fromhex("".join(oids)))
    memory.orders.extend(range(len(oids)))
    for name, value in changes.items():
        setattr(memory, name, value)
    return memory


@pytest.fixture
def fork(repo: Repo, tmp_path: Path) -> Repo:
    """Of two commits and a tag that both have, and one commit more of each; all in packs."""
    repo.commit({"shared": "1", "d/shared": "4918"})  # the id of which begins with 000: the first of all
    repo.commit({"shared": "3"})
    repo.git("tag", "-a", "v1", "-m", "v1")
    repo.git("clone", "-q", f"file://{repo.path}", str(tmp_path / "fork"))
    repo.commit({"own": "only here"})
    other = Repo(tmp_path / "fork")
    other.commit({"fork": "only there"})
    return other


def test_a_copy_made_with_a_relatives_has_all_its_objects_itself(
    repo: Repo, fork: Repo, tmp_path: Path
) -> None:
    with lender(repo, tmp_path / "lender") as store:
        found = [repo.git("rev-parse", f"HEAD:{name}") for name in ("own", "shared", "d/shared")]
        memory = remembered(store, found=found, traced=["1" * 40], masks=b"abc")
        lent = Lender(store, memory)
        mirror = mirror_of(fork, tmp_path / "copy")
        loan = borrow(mirror, mirror.ask(), lent, [repo.git("rev-parse", "HEAD~1")])
        left = loan.memory()
    assert refs_of(mirror.folder) == refs_of(fork.git_dir)
    assert not list(mirror.folder.glob("objects/info/alternates"))
    assert not beginning(mirror.folder).exists()
    objects = git(mirror.folder, "cat-file", "--batch-all-objects", "--batch-check=%(objectname)").split()
    assert set(objects) == set(fork.git("rev-list", "--objects", "--all", "--no-object-names").split())
    assert git(mirror.folder, "fsck", "--strict") == ""
    packs = {pack.stem for pack in mirror.folder.glob("objects/pack/*.pack")}
    assert len(packs) == 2
    assert loan.pack in packs
    names = [lent.names.name(number).hex() for number in range(len(loan.taken))]
    assert [name for name, flag in zip(names, loan.taken, strict=True) if flag] == [
        name for name in names if name in objects
    ]
    assert names[0] in objects
    assert left.found == found[1:]
    assert left.ids == bytes.fromhex("".join(oid for oid in _listed(memory) if oid in objects))
    kept = [number for number, oid in enumerate(_listed(memory)) if oid in objects]
    assert list(left.orders) == [memory.orders[number] for number in kept]
    assert list(left.masks) == [memory.masks[number] for number in kept]
    own = len("only here")
    assert (
        memory.counts["blobs"] - left.counts["blobs"],
        memory.counts["commits"] - left.counts["commits"],
    ) == (1, 1)
    commit = len(repo.git("cat-file", "commit", "HEAD")) + 1
    assert memory.counts["bytes"] - left.counts["bytes"] == own + commit


def test_copies_of_longer_ids_are_made_so_too(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo", "--object-format=sha256")
    oid = repo.commit({"a": "1"})
    with lender(repo, tmp_path / "lender") as store:
        mirror = mirror_of(repo, tmp_path / "copy")
        loan = borrow(mirror, mirror.ask(), Lender(store, remembered(store)), [oid])
    assert all(loan.taken)
    assert [pack.stem for pack in mirror.folder.glob("objects/pack/*.pack")] == [loan.pack]


def test_what_lies_in_two_packs_of_a_relative_counts_once(repo: Repo, fork: Repo, tmp_path: Path) -> None:
    with lender(repo, tmp_path / "lender") as store:
        oid = repo.git("rev-parse", "HEAD~1")
        argv = ["git", "pack-objects", "-q", str(tmp_path / "lender/objects/pack/pack")]
        subprocess.run(argv, cwd=tmp_path / "lender", input=oid.encode(), capture_output=True, check=True)
        memory = remembered(store)
        lent = Lender(store, memory)
        assert lent.names.doubles
        mirror = mirror_of(fork, tmp_path / "copy")
        left = borrow(mirror, mirror.ask(), lent, [oid]).memory()
    assert (left.counts["commits"], left.counts["blobs"]) == (
        memory.counts["commits"] - 1,
        memory.counts["blobs"] - 1,
    )


def _listed(memory: Memory) -> list[str]:
    return [memory.ids[at : at + 20].hex() for at in range(0, len(memory.ids), 20)]


def test_nothing_is_lent_of_what_is_not_whole(repo: Repo, fork: Repo, tmp_path: Path) -> None:
    with lender(repo, tmp_path / "lender") as store:
        memory = remembered(store)
        for changes in ({"absent": ["1" * 40]}, {"shallow": ["1" * 40]}):
            with pytest.raises(NothingSharedError):
                Lender(store, replace(memory, **changes))
        mirror = mirror_of(fork, tmp_path / "copy", max_bytes=200)
        with pytest.raises((NothingSharedError, GitError)):
            borrow(mirror, mirror.ask(), Lender(store, memory), [])
        assert not beginning(mirror.folder).exists()
        assert not mirror.is_made()


def test_strangers_share_nothing(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"a": "1"})
    stranger = Repo(tmp_path / "stranger")
    stranger.commit({"b": "2"}, "another")
    wide = Repo(tmp_path / "wide", "--object-format=sha256")
    wide.commit({"a": "1"})
    with lender(repo, tmp_path / "lender") as store:
        lent = Lender(store, remembered(store))
        for other in (stranger, wide):
            mirror = mirror_of(other, tmp_path / f"copy of {other.path.name}")
            with pytest.raises(NothingSharedError):
                borrow(mirror, mirror.ask(), lent, [])
            assert not mirror.is_made()
