"""A repository that was put away as one file, or in an archive, is read: nothing in it is passed over in silence."""

import hashlib
import random
import struct
import zlib
from pathlib import Path

import pytest

from leakscan.unpack import Limits, Member, Trouble, iter_members
from tests.conftest import Repo, zipped

LIMITS = Limits(members=400, member_bytes=1 << 20, total_bytes=4 << 20, ratio=200, seconds=20.0)
HEAD = struct.Struct(">4sII")


def contents(data: bytes, limits: Limits = LIMITS) -> dict[bytes, bytes]:
    return {found.path: found.data for found in iter_members(data, limits) if isinstance(found, Member)}


def troubles(data: bytes, limits: Limits = LIMITS) -> list[tuple[str, str]]:
    return [(found.kind, found.reason) for found in iter_members(data, limits) if isinstance(found, Trouble)]


def text(lines: int, changed: int = 0) -> str:
    rng = random.Random(5)
    rows = [f"line {n} {rng.random()}" for n in range(lines)]
    return "\n".join([*rows[:changed], f"change {changed}", *rows[changed:]])


@pytest.fixture
def grown(repo: Repo) -> Repo:
    """Versions of a file, which git keeps as deltas, and a tag."""
    for change in range(12):
        repo.commit(f"change {change}", bot__config_py=text(200, change))
    repo.run("tag", "-a", "-m", "the tag", "v1")
    return repo


def stored(repo: Repo, *, trees: bool = False) -> dict[bytes, bytes]:
    """Every object by its id, as git tells it."""
    told = repo.run("cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objecttype)")
    pairs = [line.split() for line in told.splitlines()]
    return {
        oid.encode(): repo.git.git.cat_file(kind, oid, stdout_as_string=False, strip_newline_in_stdout=False)
        for oid, kind in pairs
        if trees or kind != "tree"
    }


def packed(repo: Repo, *options: str) -> bytes:
    name = repo.run("pack-objects", "--all", "--window=50", *options, "made", stdin=b"")
    return (repo.path / f"made-{name}.pack").read_bytes()


@pytest.mark.parametrize("options", [(), ("--delta-base-offset",), ("--depth=0",)])
def test_a_pack_gives_blobs_commits_and_tags_by_their_ids(grown: Repo, options: tuple[str, ...]) -> None:
    assert contents(packed(grown, *options)) == stored(grown)


def test_a_pack_has_deltas_of_both_kinds(grown: Repo) -> None:
    by_id, by_place = packed(grown), packed(grown, "--delta-base-offset")
    assert len(by_id) > len(by_place)  # else the test above shows less than it says
    assert contents(by_id, Limits(members=400)) == contents(by_place, Limits(members=400))


def test_a_bundle_is_a_pack(grown: Repo, tmp_path: Path) -> None:
    grown.run("bundle", "create", "-q", str(tmp_path / "all"), "--all")
    assert contents((tmp_path / "all").read_bytes()) == stored(grown)


def test_a_bundle_of_what_is_new_says_that_it_lacks_the_rest(grown: Repo, tmp_path: Path) -> None:
    grown.commit("last", bot__config_py=text(200, 150))
    grown.run("bundle", "create", "-q", str(tmp_path / "new"), "HEAD~1..HEAD")
    data = (tmp_path / "new").read_bytes()
    assert [kind for kind, _ in troubles(data)] == ["missing-objects"]
    assert any(found.startswith(b"tree ") for found in contents(data).values())


def test_a_bundle_with_other_ids_is_not_read(tmp_path: Path) -> None:
    other = Repo(tmp_path / "other", object_format="sha256")
    other.commit("one", a_txt="x")
    other.run("bundle", "create", "-q", str(tmp_path / "all"), "--all")
    assert troubles((tmp_path / "all").read_bytes()) == [
        ("unsupported-format", "git bundle: not read by this version")
    ]


def test_objects_in_files_of_their_own_are_read(grown: Repo) -> None:
    for oid, content in stored(grown, trees=True).items():
        file = grown.path / ".git/objects" / oid[:2].decode() / oid[2:].decode()
        (found,) = contents(file.read_bytes()).values()
        assert found.partition(b"\0")[2] == content


def test_a_repository_in_a_zip_is_read(grown: Repo) -> None:
    grown.run("repack", "-adq")
    files = {str(f.relative_to(grown.path)): f.read_bytes() for f in grown.path.rglob("*") if f.is_file()}
    found = set(contents(zipped(files)).values())
    assert set(stored(grown).values()) <= found


def number(kind: int, size: int) -> bytes:
    head = [kind << 4 | size & 15]
    size >>= 4
    while size:
        head[-1] |= 128
        head.append(size & 127)
        size >>= 7
    return bytes(head)


def pack_of(*objects: bytes, version: int = 2) -> bytes:
    body = HEAD.pack(b"PACK", version, len(objects)) + b"".join(objects)
    return body + hashlib.sha1(body).digest()


def entry(kind: int, content: bytes, size: int | None = None, base: bytes = b"") -> bytes:
    return number(kind, len(content) if size is None else size) + base + zlib.compress(content)


BLOB = entry(3, b"text")
CUT = ("bad-archive", "git pack: damaged or cut off")
LACKS = ("bad-archive", "git pack: a delta without its base")
MISFIT = ("bad-archive", "git pack: a delta that does not fit its base")
BAD = {
    "cut off": (pack_of(BLOB)[:-24], CUT),
    "fewer objects than it says": (pack_of(BLOB, b""), CUT),
    "no such kind": (pack_of(entry(5, b"text")), CUT),
    "smaller than it says": (pack_of(entry(3, b"text", 5)), CUT),
    "larger than it says": (pack_of(entry(3, b"text", 3)), CUT),
    "a number without end": (pack_of(b"\xff" * 5000), ("too-large", "")),
    "an object of 1 TB": (pack_of(entry(3, b"text", 1 << 40)), ("too-large", "")),
    "a delta of itself": (pack_of(entry(6, b"\4\4\4text", base=b"\0")), CUT),
    "a delta of what stands before all": (pack_of(entry(6, b"\4\4\4text", base=b"\x7f")), LACKS),
    "a delta of another size": (pack_of(BLOB, entry(6, b"\5\4\4text", base=bytes([len(BLOB)]))), MISFIT),
    "a delta that claims much": (
        pack_of(BLOB, entry(6, b"\4\xff\xff\xff\xff\x0f\4text", base=bytes([len(BLOB)]))),
        ("too-large", ""),
    ),
    "a base that is nowhere": (
        pack_of(entry(7, b"\4\4\4text", base=bytes(20))),
        ("missing-objects", "1 objects are deltas of others that are not here"),
    ),
    "another version": (
        pack_of(BLOB, version=4),
        ("unsupported-format", "git pack: not read by this version"),
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_damage_and_lies_are_told(name: str) -> None:
    data, (kind, reason) = BAD[name]
    ((told, why),) = troubles(data)
    assert told == kind
    assert why == reason or not reason


def test_a_delta_may_come_before_its_base() -> None:
    oid = hashlib.sha1(b"blob 4\0text").digest()
    after = entry(7, b"\4\5\x90\4\1!", base=oid)
    data = pack_of(entry(7, b"\5\6\x90\5\1?", base=hashlib.sha1(b"blob 5\0text!").digest()), after, BLOB)
    assert sorted(contents(data).values()) == [b"text", b"text!", b"text!?"]
    assert troubles(data) == []


def test_what_is_made_from_a_delta_that_waits_waits_too() -> None:
    first = entry(7, b"\4\5\x90\4\1!", base=hashlib.sha1(b"blob 4\0text").digest())
    second = entry(6, b"\5\6\x90\5\1?", base=bytes([len(first)]))
    assert sorted(contents(pack_of(first, second, BLOB)).values()) == [b"text", b"text!", b"text!?"]
    other = entry(3, b"another")
    assert list(contents(pack_of(first, second, other)).values()) == [b"another"]
    told = "2 objects are deltas of others that are not here"
    assert troubles(pack_of(first, second, other)) == [("missing-objects", told)]


def test_what_is_no_longer_held_is_read_again(grown: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leakscan.unpack.gitpack._HELD_BYTES", 10)
    generous = Limits(members=400, ratio=10_000)
    assert contents(packed(grown), generous) == stored(grown)
