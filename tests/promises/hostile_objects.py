"""Hostile and damaged packs and objects."""

from __future__ import annotations

import os
import struct
import sys
import zlib
from hashlib import sha1
from pathlib import Path

from tests.conftest import Repo
from tests.promises.cases import FOUND, INCOMPLETE, LINE, case, damage, git_dir, object_file, packed

sys.path.insert(0, str(Path(__file__).parents[1] / "unit/gitstore"))
from packwriter import BLOB, COMMIT, TREE, PackWriter, blob_id, copy, delta, insert, varint


def objects(repo: Repo) -> Path:
    return git_dir(repo) / "objects"


def loose(repo: Repo, kind: bytes, data: bytes, *, oid: str = "", packed_as: bytes | None = None) -> str:
    """A loose object; `packed_as` replaces its file's content, `oid` its true name."""
    whole = kind + b" %d\0" % len(data) + data
    oid = oid or sha1(whole).hexdigest()
    file = objects(repo) / oid[:2] / oid[2:]
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(zlib.compress(whole) if packed_as is None else packed_as)
    return oid


def raw_tree(repo: Repo, *entries: tuple[bytes, bytes, str]) -> str:
    return loose(
        repo,
        b"tree",
        b"".join(mode + b" " + name + b"\0" + bytes.fromhex(oid) for mode, name, oid in entries),
    )


def raw_commit(repo: Repo, tree: str, *lines: bytes, message: bytes = b"x") -> str:
    head = [b"tree " + tree.encode(), *lines]
    if not any(line.startswith(b"author") for line in lines):
        head += [b"author A <a@b> 1700000000 +0000", b"committer A <a@b> 1700000000 +0000"]
    oid = loose(repo, b"commit", b"\n".join(head) + b"\n\n" + message)
    (git_dir(repo) / "refs/heads/made").write_text(oid + "\n")
    return oid


@damage
def an_index_of_one_place_for_two(repo, canary):
    index = packed(repo, "idx")
    data = index.read_bytes()
    (count,) = struct.unpack_from(">I", data, 8 + 255 * 4)
    at = 8 + 1024 + 24 * count
    offsets = sorted(data[place : place + 4] for place in range(at, at + 4 * count, 4))
    data = data[:at] + data[at : at + 4 * count].replace(offsets[0], offsets[1]) + data[at + 4 * count : -20]
    index.write_bytes(data + sha1(data).digest())


@damage
def deltas_in_a_circle(repo, canary):
    pack = PackWriter()
    one, two = blob_id(b"one"), blob_id(b"two")
    pack.ref(one, two, delta(3, 3, insert(b"one")))
    pack.ref(two, one, delta(3, 3, insert(b"two")))
    pack.write(objects(repo))


@case(INCOMPLETE, briefly=True)
def a_delta_that_is_its_own_base(repo, canary):
    pack = PackWriter()
    pack.ref(blob_id(b"one"), blob_id(b"one"), delta(3, 3, insert(b"one")))
    pack.write(objects(repo))


@damage
def a_delta_from_before_the_pack(repo, canary):
    pack = PackWriter()
    pack.ofs(blob_id(b"one"), -5_000_000, delta(3, 3, insert(b"one")))
    pack.write(objects(repo))


@damage
def a_delta_from_nothing_that_is_there(repo, canary):
    pack = PackWriter()
    pack.ref(blob_id(b"one"), b"\x77" * 20, delta(3, 3, insert(b"one")))
    pack.write(objects(repo))


@damage
def deltas_that_lie_about_sizes(repo, canary):
    pack = PackWriter()
    base = pack.blob(b"base" * 100)
    for number, claim in enumerate((0, 1, 1 << 31, 1 << 63, (1 << 64) - 1)):
        pack.ref(blob_id(b"%d" % number), base, delta(400, claim, copy(0, 400)))
        pack.ref(blob_id(b"x%d" % number), base, delta(claim, 400, copy(0, 400)))
    pack.write(objects(repo))


@damage
def deltas_that_copy_from_behind_the_end(repo, canary):
    pack = PackWriter()
    base = pack.blob(b"base" * 100)
    for number, piece in enumerate((copy(399, 65536), copy(0xFFFFFFFF, 0xFFFFFF), b"\0", b"\x7f", b"\xff")):
        pack.ref(blob_id(b"%d" % number), base, delta(400, 400, piece))
    pack.write(objects(repo))


@damage
def objects_of_kinds_that_there_are_not(repo, canary):
    pack = PackWriter()
    for kind in (0, 5):
        pack.add(blob_id(b"%d" % kind), kind, b"what is it")
    pack.write(objects(repo))


@damage
def objects_that_claim_sizes(repo, canary):
    pack = PackWriter()
    for number, claim in enumerate((0, 3, 1 << 20, 1 << 40, 1 << 62)):
        pack.add(blob_id(b"%d" % number), BLOB, b"what is it", size=claim)
    pack.write(objects(repo))


@damage
def a_size_of_a_thousand_digits(repo, canary):
    pack = PackWriter()
    pack.add(
        blob_id(b"one"), BLOB, b"", base=b"", packed=b"\xff" * 400 + b"\0" + zlib.compress(b"one"), size=16
    )
    pack.write(objects(repo))


@damage
def content_that_is_not_compressed(repo, canary):
    pack = PackWriter()
    pack.add(blob_id(b"one"), BLOB, b"one", packed=b"not compressed at all")
    pack.add(blob_id(b"two"), COMMIT, b"two", packed=b"")
    pack.write(objects(repo))


@damage
def content_that_inflates_without_end(repo, canary):
    """300 MB of zeros in 300 kB, in an object that claims ten bytes, and in one that tells the truth."""
    made = zlib.compressobj(9)
    piece = bytes(1 << 20)
    packed_zeros = b"".join(made.compress(piece) for _ in range(300)) + made.flush()
    pack = PackWriter()
    pack.add(blob_id(b"one"), BLOB, b"", packed=packed_zeros, size=10)
    pack.add(blob_id(b"two"), BLOB, b"", packed=packed_zeros, size=300 << 20)
    pack.write(objects(repo))


@damage
def deltas_that_grow_a_thousandfold(repo, canary):
    """Each is 1,000 copies of the one before: the fourth claims 10^15 bytes."""
    pack, size = PackWriter(), 1000
    base = pack.blob(b"x" * size)
    for number in range(4):
        oid = blob_id(b"bomb %d" % number)
        length = min(size, 0xFFFFFF)
        pack.ref(oid, base, delta(size, length * 1000, *[copy(0, length)] * 1000))
        base, size = oid, length * 1000
    pack.write(objects(repo))


@case(FOUND, planted=False)
def a_chain_of_ten_thousand_deltas(repo, canary):
    pack = PackWriter()
    content = b"0\n"
    base = pack.blob(content)
    for number in range(10_000):
        new = b"%d\n" % number
        data = (
            delta(len(content), len(content), insert(new), copy(len(new), len(content) - len(new)))
            if number > 20_000
            else None
        )
        size = len(content)
        content = content + (LINE.encode() if number == 9_999 else b"%d\n" % (number % 10))
        data = delta(size, len(content), *_copies(size), insert(content[size:]))
        oid = blob_id(content)
        pack.ref(oid, base, data)
        base = oid
    pack.write(objects(repo))


def _copies(size: int) -> list[bytes]:
    return [copy(start, min(0xFFFF, size - start)) for start in range(0, size, 0xFFFF)]


@case(INCOMPLETE)
def a_pack_that_counts_wrong(repo, canary):
    pack = packed(repo, "pack")
    data = bytearray(pack.read_bytes())
    data[8:12] = struct.pack(">I", 0xFFFFFFFF)
    pack.write_bytes(data)


@damage
def a_pack_of_the_future(repo, canary):
    PackWriter(version=9).write(objects(repo))


@damage
def an_empty_pack_file(repo, canary):
    PackWriter().write(objects(repo)).write_bytes(b"")


@damage
def an_empty_pack_index(repo, canary):
    pack = PackWriter()
    pack.blob(b"one")
    pack.write(objects(repo)).with_suffix(".idx").write_bytes(b"")


def _spoilt_index(repo: Repo, at: int, data: bytes) -> None:
    index = packed(repo, "idx")
    content = bytearray(index.read_bytes())
    content[at : at + len(data)] = data
    index.write_bytes(content)


@damage
def a_pack_index_of_the_future(repo, canary):
    _spoilt_index(repo, 4, struct.pack(">I", 3))


@damage
def a_pack_index_whose_fan_falls(repo, canary):
    _spoilt_index(repo, 8, struct.pack(">256I", *range(255, -1, -1)))


@damage
def a_pack_index_that_counts_four_billion(repo, canary):
    _spoilt_index(repo, 8, b"\xff" * 1024)


@damage
def a_pack_index_that_leads_behind_the_end(repo, canary):
    index = packed(repo, "idx")
    content = bytearray(index.read_bytes())
    content[-44:-40] = b"\x7f\xff\xff\xff"
    index.write_bytes(content)


@damage
def a_pack_index_of_another_pack(repo, canary):
    index = packed(repo, "idx")
    other = PackWriter()
    other.blob(b"another")
    index.write_bytes(other.write(objects(repo), "z").with_suffix(".idx").read_bytes())


@damage
def a_loose_object_that_is_not_compressed(repo, canary):
    object_file(repo, "HEAD:a.txt").write_bytes(b"blob 6\0clean\n")


@damage
def a_loose_object_cut_off(repo, canary):
    file = object_file(repo, "HEAD")
    file.write_bytes(file.read_bytes()[:20])


@damage
def a_loose_object_of_another_content(repo, canary):
    object_file(repo, "HEAD^{tree}").write_bytes(b"x\x9c\x03\0\0\0\0\x01")


@damage
def loose_objects_of_odd_kinds(repo, canary):
    for number, content in enumerate(
        (b"blub 3\0one", b"blob -1\0x", b"blob 1e3\0x", b"blob", b"", b"blob " + b"9" * 5000 + b"\0x")
    ):
        loose(repo, b"", b"", oid=f"{number:02x}" * 20, packed_as=zlib.compress(content))


@damage
def a_loose_object_that_is_a_folder(repo, canary):
    (objects(repo) / "aa" / ("b" * 38)).mkdir(parents=True)


@damage
def a_loose_object_that_is_a_device(repo, canary):
    (objects(repo) / "aa").mkdir(exist_ok=True)
    (objects(repo) / "aa" / ("b" * 38)).symlink_to("/dev/zero")


@damage
def a_loose_object_that_is_a_pipe(repo, canary):
    (objects(repo) / "aa").mkdir(exist_ok=True)
    os.mkfifo(objects(repo) / "aa" / ("b" * 38))


@damage
def a_tree_in_an_alternate_that_is_a_pipe(repo, canary):
    """git would come to it by the list in the object folder, which holds nothing of the kind."""
    tree = object_file(repo, "HEAD^{tree}")
    there = repo.path.parent / "there"
    (there / tree.parent.name).mkdir(parents=True)
    (objects(repo) / "info/alternates").write_text(f"{there}\n")
    tree.unlink()
    os.mkfifo(there / tree.parent.name / tree.name)


@damage
def a_pack_that_is_a_pipe(repo, canary):
    pack = PackWriter()
    pack.blob(b"one")
    file = pack.write(objects(repo))
    file.unlink()
    os.mkfifo(file)


@damage
def a_missing_blob(repo, canary):
    object_file(repo, "HEAD:a.txt").unlink()


@damage
def a_missing_tree(repo, canary):
    object_file(repo, "HEAD^{tree}").unlink()


@damage
def a_missing_commit(repo, canary):
    repo.commit("later", b_txt="2\n")
    object_file(repo, "HEAD~1").unlink()


@damage
def a_tag_of_nothing(repo, canary):
    oid = loose(
        repo, b"tag", b"object " + b"1" * 40 + b"\ntype commit\ntag v1\ntagger A <a@b> 1 +0000\n\nx\n"
    )
    (git_dir(repo) / "refs/tags/v1").write_text(oid + "\n")


@case(FOUND)
def tags_of_tags_of_tags(repo, canary):
    oid, kind = repo.run("rev-parse", "HEAD"), b"commit"
    for number in range(1500):
        text = b"object %s\ntype %s\ntag v%d\ntagger A <a@b> 1 +0000\n\nx\n" % (oid.encode(), kind, number)
        oid, kind = loose(repo, b"tag", text), b"tag"
    (git_dir(repo) / "refs/tags/v1").write_text(oid + "\n")


@damage
def trees_of_garbage(repo, canary):
    for data in (b"garbage", b"100644 a\0short", b"100644\0" + b"\1" * 20, b"xyz a\0" + b"\1" * 20):
        raw_commit(repo, loose(repo, b"tree", data))
        oid = (git_dir(repo) / "refs/heads/made").read_text().strip()
        (git_dir(repo) / f"refs/heads/of-{oid[:8]}").write_text(oid + "\n")


@case(FOUND, planted=False)
def trees_of_absurd_names(repo, canary):
    oid = repo.run("hash-object", "-w", "--stdin", stdin=LINE.encode())
    names = (
        b".",
        b"..",
        b".git",
        b"../../etc/passwd",
        b"/etc/passwd",
        b"a/b",
        b"\xff\xfe",
        b"a\nb",
        b"",
        b"x" * 5000,
    )
    tree = raw_tree(repo, *[(b"100644", name, oid) for name in names], *[(b"100644", b"same", oid)] * 3)
    raw_commit(repo, tree)


@case(FOUND)
def modes_that_there_are_not(repo, canary):
    oid = repo.run("hash-object", "-w", "--stdin", stdin=b"clean\n")
    raw_commit(
        repo, raw_tree(repo, (b"777777", b"a", oid), (b"0", b"b", oid), (b"100000000000000", b"c", oid))
    )


@damage
def a_tree_that_is_a_blob(repo, canary):
    oid = repo.run("hash-object", "-w", "--stdin", stdin=b"clean\n")
    raw_commit(repo, raw_tree(repo, (b"40000", b"folder", oid)))


@case((1, 3), planted=True, briefly=True)
def a_tree_bomb(repo, canary):
    """10^10 paths in ten trees, each of which holds the next ten times."""
    oid = repo.run("hash-object", "-w", "--stdin", stdin=LINE.encode())
    mode = b"100644"
    for _ in range(10):
        oid = raw_tree(repo, *[(mode, b"%d" % number, oid) for number in range(10)])
        mode = b"40000"
    raw_commit(repo, oid)


@case(FOUND)
def trees_a_thousand_deep(repo, canary):
    oid, mode = repo.run("hash-object", "-w", "--stdin", stdin=LINE.encode()), b"100644"
    for _ in range(1500):
        oid, mode = raw_tree(repo, (mode, b"d", oid)), b"40000"
    raw_commit(repo, oid)


@damage
def commits_of_garbage(repo, canary):
    tree = repo.run("rev-parse", "HEAD^{tree}")
    for number, data in enumerate(
        (b"", b"garbage", b"tree xyz\n\nx", b"tree " + tree.encode() + b"\nparent 12\n\nx")
    ):
        oid = loose(repo, b"commit", data)
        (git_dir(repo) / f"refs/heads/garbage{number}").write_text(oid + "\n")


@case(FOUND)
def commits_with_absurd_authors_and_dates(repo, canary):
    tree = repo.run("rev-parse", "HEAD^{tree}")
    for number, who in enumerate(
        (
            b"A",
            b"A <",
            b"A <a@b> 99999999999999999999 +9999",
            b"A <a@b> -1 -0000",
            b"\x1b[31m\xff <\0> 1 +0000",
            b"x" * 1_000_000 + b" <a> 1 +0000",
        )
    ):
        oid = raw_commit(repo, tree, b"author " + who, b"committer " + who, message=LINE.encode())
        (git_dir(repo) / f"refs/heads/author{number}").write_text(oid + "\n")


@case(FOUND)
def a_commit_that_says_it_has_many_parents(repo, canary):
    head = repo.run("rev-parse", "HEAD").encode()
    raw_commit(repo, repo.run("rev-parse", "HEAD^{tree}"), *[b"parent " + head] * 5000)


@case(FOUND)
def what_killed_commands_left(repo, canary):
    for name in (
        "pack/tmp_pack_abc",
        "pack/tmp_idx_abc",
        "aa/tmp_obj_abc",
        "pack/pack-x.keep",
        "info/garbage",
    ):
        file = objects(repo) / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(b"PACK garbage")
    (git_dir(repo) / "index.lock").write_text("")
    (git_dir(repo) / "HEAD.lock").write_text("")
    (git_dir(repo) / "refs/heads/main.lock").write_text("")


@case(FOUND)
def files_beside_a_pack_that_lie(repo, canary):
    pack = packed(repo, "pack")
    for ending in ("keep", "rev", "bitmap", "mtimes"):
        pack.with_suffix(f".{ending}").unlink(missing_ok=True)
        pack.with_suffix(f".{ending}").write_bytes(b"BITM\0\1garbage")


@case(FOUND)
def a_commit_graph_that_hides_history(repo, canary):
    """That of a repository with the same last commit and nothing before it, chained and plain."""
    repo.run("commit-graph", "write", "--reachable")
    graph = objects(repo) / "info/commit-graph"
    graph.chmod(0o644)
    data = bytearray(graph.read_bytes())
    at = data.index(b"CDAT")
    start = int.from_bytes(data[at + 4 : at + 12], "big")
    for place in range(start, start + 3 * 36, 36):
        data[place + 20 : place + 28] = b"\x70\0\0\0" * 2  # no parents
    data[-20:] = sha1(data[:-20]).digest()
    graph.write_bytes(data)


@case(FOUND)
def a_multi_pack_index_that_hides_a_pack(repo, canary):
    repo.run("repack", "-adq")
    repo.run("multi-pack-index", "write")
    oid = repo.run("hash-object", "-w", "--stdin", stdin=LINE.replace("SECRET", "SECRET ").encode())
    repo.run("pack-objects", "-q", str(objects(repo) / "pack/pack"), stdin=f"{oid}\n".encode())
    repo.run("prune-packed")


@case(FOUND)
def a_cruft_pack(repo, canary):
    repo.run("hash-object", "-w", "--stdin", stdin=b"lost\n")
    repo.run("repack", "-adq", "--cruft")


@case(FOUND, planted=False)
def packs_without_end(repo, canary):
    for number in range(300):
        pack = PackWriter()
        pack.blob(b"%d\n" % number if number else LINE.encode())
        pack.write(objects(repo), str(number))


@case(INCOMPLETE, planted=False)
def a_thin_pack(repo, canary):
    """Its base is loose beside it: a pack that only a transfer may send. What it comes to is nothing wrong."""
    pack = PackWriter()
    pack.ref(
        blob_id(b"clean\nmore\n"),
        bytes.fromhex(repo.run("rev-parse", "HEAD:a.txt")),
        delta(6, 11, copy(0, 6), insert(b"more\n")),
    )
    pack.add(b"\x12" * 20, TREE, b"", packed=varint(3))
    pack.write(objects(repo))
