"""Refs and packs as files written here, without git."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path

import pytest
from packwriter import PackWriter

from leakscan.gitstore import packs
from leakscan.gitstore.deltaerror import OversizeError
from leakscan.gitstore.faults import Faults
from leakscan.gitstore.inflate import InflateError
from leakscan.gitstore.layout import Layout
from leakscan.gitstore.packfile import PackFile
from leakscan.gitstore.packs import (
    check_packs,
    find_object_dirs,
    find_special_files,
    has_promisor_pack,
    list_ids,
    quote_alternate,
)
from leakscan.gitstore.refs import Ref, mentioned, read_head, read_refs

A, B, C, D = (letter * 40 for letter in "abcd")


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    git_dir = tmp_path / "git"
    (git_dir / "refs" / "heads").mkdir(parents=True)
    return Layout(git_dir, git_dir, None, "sha1")


def write(layout: Layout, **files: str) -> None:
    for name, text in files.items():
        path = layout.git_dir / name.replace("__", "/").replace("_", "-" if name == "packed_refs" else "_")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def kinds(faults: Faults) -> list[tuple[str, str]]:
    return [(failure.kind, failure.where) for failure in faults.failures]


def test_loose_refs_hide_packed_ones_and_symbolic_ones_lead_on(layout: Layout) -> None:
    write(
        layout,
        HEAD="ref: refs/heads/one\n",
        packed_refs=f"# pack-refs\n{A} refs/heads/one\n{B} refs/heads/two\n^{D}\n",
        refs__heads__two=f"{C}\n",
        refs__heads__sym="ref: refs/heads/one\n",
        refs__remotes__o__HEAD="ref:refs/heads/sym",
        refs__heads__nowhere="ref: refs/heads/absent",
    )
    faults = Faults()
    found = read_refs(layout, faults)
    assert found.refs == (
        Ref(b"refs/heads/one", A),
        Ref(b"refs/heads/sym", A),
        Ref(b"refs/heads/two", C),
        Ref(b"refs/remotes/o/HEAD", A),
    )
    assert (found.head, found.head_ref, found.detached) == (A, b"refs/heads/one", False)
    assert kinds(faults) == []


@pytest.mark.parametrize(("length", "is_found"), [(1, True), (5, True), (6, False)])
def test_a_chain_of_symbolic_refs_is_followed_five_deep(layout: Layout, length: int, is_found: bool) -> None:
    write(layout, HEAD=A, **{f"refs__heads__r{at}": f"ref: refs/heads/r{at + 1}\n" for at in range(length)})
    write(layout, **{f"refs__heads__r{length}": A})
    faults = Faults()
    names = [ref.name for ref in read_refs(layout, faults).refs]
    assert (b"refs/heads/r0" in names) == is_found
    assert kinds(faults) == ([] if is_found else [("corrupt-objects", "refs/heads/r0")])


@pytest.mark.parametrize(("length", "head"), [(0, A), (4, A), (5, None)])
def test_head_is_looked_for_through_five_names(layout: Layout, length: int, head: str | None) -> None:
    write(layout, HEAD="ref: refs/heads/r0")
    write(layout, **{f"refs__heads__r{at}": f"ref: refs/heads/r{at + 1}\n" for at in range(length)})
    write(layout, **{f"refs__heads__r{length}": A})
    faults = Faults()
    found = read_head(layout, faults)
    assert (found.head, found.head_ref, kinds(faults)) == (head, b"refs/heads/r0", [])


def test_a_ref_is_read_up_to_64_kib(layout: Layout) -> None:
    write(layout, HEAD=A.ljust(1 << 16), refs__heads__x=A.ljust((1 << 16) + 1))
    faults = Faults()
    assert (read_refs(layout, faults).head, kinds(faults)) == (A, [("unreadable", "refs/heads/x")])


@pytest.mark.parametrize(
    ("text", "head", "ref", "fault"),
    [
        (A, A, None, ""),
        (f"{A}\n", A, None, ""),
        (f"{A} trailing", A, None, ""),
        (f"{A}b", None, None, "corrupt-objects"),
        ("ref: refs/heads/x", B, b"refs/heads/x", ""),
        ("ref:refs/heads/x\n", B, b"refs/heads/x", ""),
        ("ref: refs/heads/y", None, b"refs/heads/y", ""),
        ("ref: heads/x", None, None, "corrupt-objects"),
        ("ref: refs/heads/../x", None, None, "corrupt-objects"),
        ("", None, None, "corrupt-objects"),
        (None, None, None, "unreadable"),
    ],
)
def test_head_names_an_object_or_a_ref(layout: Layout, text: str | None, head, ref, fault: str) -> None:
    write(layout, refs__heads__x=B)
    if text is not None:
        write(layout, HEAD=text)
    for read in (read_refs, read_head):
        faults = Faults()
        found = read(layout, faults)
        assert (found.head, found.head_ref) == (head, ref)
        assert [kind for kind, _ in kinds(faults)] == ([fault] if fault else [])
        assert found.detached == (head is not None and ref is None)


def test_pseudo_refs_and_reflogs_of_all_work_trees_name_objects(layout: Layout) -> None:
    zeros = "0" * 40
    write(
        layout,
        HEAD=A,
        ORIG_HEAD=B,
        FETCH_HEAD=f"{C}\tbranch x\n{D}\tnot-for-merge\nno id\n",
        logs__HEAD=f"{zeros} {A} Ann <a@b> 1 +0000\tcommit\n{A} {B} Ann\nmalformed {C} {D} \n",
        logs__refs__heads__x=f"{A} {'e' * 40} Ann\n",
        worktrees__w__HEAD="f" * 40,
        worktrees__w__logs__HEAD=f"{zeros} {'1' * 40} Ann\n",
    )
    faults = Faults()
    found = read_refs(layout, faults)
    assert found.tips == {A, B, C, D, "f" * 40}
    assert found.logged == {A, B, "e" * 40, "1" * 40}
    assert kinds(faults) == []
    assert read_head(layout, faults).tips == set()
    write(layout, MERGE_HEAD=f"{B}\n{C}\n")
    assert read_head(layout, faults).tips == {B, C}


def test_heads_of_other_work_trees_may_be_on_branches_and_faults_say_whose_they_are(layout: Layout) -> None:
    write(
        layout,
        HEAD=A,
        ORIG_HEAD="damage",
        refs__heads__x=B,
        worktrees__v__HEAD="ref:refs/heads/x",
        worktrees__w__HEAD="ref: refs/heads/unborn",
        worktrees__w__ORIG_HEAD="damage",
    )
    faults = Faults()
    assert read_refs(layout, faults).tips == {A, B}
    elsewhere = layout.git_dir / "worktrees" / "w" / "ORIG_HEAD"
    assert kinds(faults) == [("corrupt-objects", "ORIG_HEAD"), ("corrupt-objects", str(elsewhere))]


def test_names_that_a_question_may_be_about() -> None:
    refs = [
        Ref(name, A) for name in (b"refs/heads/main", b"refs/remotes/o/HEAD", b"refs/tags/v1", b"refs/x/y")
    ]
    assert [ref.name for ref in mentioned(refs, ["main~3"])] == [b"refs/heads/main"]
    assert [ref.name for ref in mentioned(refs, ["o^", "x/y"])] == [b"refs/remotes/o/HEAD", b"refs/x/y"]
    assert mentioned(refs, ["zzz"]) == []
    assert [ref.name for ref in mentioned(refs, ["a", "refs/tags/v1"])] == [b"refs/tags/v1"]


def pack(folder: Path, count: int = 3, version: bytes = b"") -> Path:
    writer = PackWriter()
    for number in range(count):
        writer.blob(b"content %d" % number * 50)
    return writer.write(folder)


def fault(folder: Path) -> str:
    faults = Faults()
    (found,) = check_packs(folder, 20, faults)
    assert bool(found.fault) == bool(faults.failures)
    return found.fault


def rewritten(path: Path, start: int, data: bytes) -> None:
    content = bytearray(path.read_bytes())
    end = start + len(data) if start >= 0 else len(content) + start + len(data)
    content[start if start >= 0 else len(content) + start : end] = data
    path.write_bytes(content)


def test_a_pack_and_its_index_must_agree(tmp_path: Path) -> None:
    def anew() -> tuple[Path, Path]:
        path = pack(tmp_path)
        return path, path.with_suffix(".idx")

    path, index = anew()
    assert fault(tmp_path) == ""
    assert len(list(list_ids(tmp_path, check_packs(tmp_path, 20, Faults()), 20))) == 3
    for start, data, said in (
        (0, b"PACX", "it is not a pack"),
        (7, b"\4", "it is not a pack"),
        (7, b"\3", ""),
        (11, b"\4", "the pack says that it holds 4 objects, its index says 3"),
        (-1, b"\0\0"[:1], "the pack does not belong to its index, or is cut off"),
    ):
        path, index = anew()
        if start != -1 or path.read_bytes()[-1:] != data:
            rewritten(path, start, data)
            assert fault(tmp_path) == said
    for start, data, said in (
        (7, b"\3", "the index of the pack is cut off or of an unknown version"),
        (8, b"\0\0\0\7", "the index of the pack is damaged"),
    ):
        path, index = anew()
        rewritten(index, start, data)
        assert fault(tmp_path) == said
    for change, said in ((-1, "wrong size"), (1, ""), (16, ""), (17, "wrong size")):
        path, index = anew()
        data = index.read_bytes()
        tail = data[-40:]
        index.write_bytes(data[:-41] + tail if change < 0 else data[:-40] + bytes(change) + tail)
        assert said in fault(tmp_path)
        assert bool(fault(tmp_path)) == bool(said)
    path, index = anew()
    index.unlink()
    assert fault(tmp_path).startswith("the pack has no index")


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
@pytest.mark.parametrize("count", [0, 1, 3])
@pytest.mark.parametrize("version", [1, 2])
def test_an_index_is_as_large_as_what_it_lists(tmp_path, algorithm: str, count: int, version: int) -> None:
    writer, width = PackWriter(algorithm), hashlib.new(algorithm).digest_size
    for number in range(count):
        writer.blob(b"%d" % number)
    index = writer.write(tmp_path, index_version=version).with_suffix(".idx")
    data = index.read_bytes()
    for more in (-1, 0, 1, 8 * (count - 1), 8 * (count - 1) + 1, 8 * count):
        body, tail = data[: -2 * width], data[-2 * width :]
        index.write_bytes((body[:more] if more < 0 else body + bytes(more)) + tail)
        faults = Faults()
        (found,) = check_packs(tmp_path, width, faults)
        is_right = more == 0 or (version == 2 and 0 < more <= 8 * (count - 1))
        assert found.fault == ("" if is_right else "the index of the pack has the wrong size"), more
        assert len(list(list_ids(tmp_path, [found], width))) == (count if is_right else 0)


def test_a_pack_cut_off_in_its_head_is_none(tmp_path: Path) -> None:
    path = pack(tmp_path)
    for size in (0, 4, 11):
        path.write_bytes(path.read_bytes()[:size])
        assert fault(tmp_path) == "it is not a pack"


def test_an_index_cut_off_in_its_table_is_told(tmp_path: Path) -> None:
    index = pack(tmp_path).with_suffix(".idx")
    data = index.read_bytes()
    for size in (0, 8, 8 + 1023):
        index.write_bytes(data[:size])
        assert fault(tmp_path) == "the index of the pack is cut off or of an unknown version"
    index.write_bytes(data[: 8 + 1024])
    assert fault(tmp_path) == "the index of the pack has the wrong size"


def test_loose_objects_are_listed_by_their_names(tmp_path: Path) -> None:
    oids = ["00" + "a" * 38, "7f" + "b" * 38, "ff" + "c" * 38]
    others = [("00", "d" * 37), ("00", "d" * 39), ("00", "g" * 38), ("100", "e" * 38)]
    for folder, name in (*((oid[:2], oid[2:]) for oid in oids), *others):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / name).touch()
    assert [oid.hex() for oid in list_ids(tmp_path, [], 20)] == oids


def test_a_pack_that_a_remote_completes_has_a_file_beside_it(tmp_path: Path) -> None:
    assert not has_promisor_pack(tmp_path)
    path = pack(tmp_path)
    assert not has_promisor_pack(tmp_path)
    path.with_suffix(".promisor").touch()
    assert has_promisor_pack(tmp_path)


def test_every_character_with_a_meaning_is_quoted_and_no_other(tmp_path: Path) -> None:
    assert quote_alternate(Path('/a b!~"\\\x1f\x7f\n')) == b'"/a b!~\\042\\134\\037\\177\\012"'


def test_alternates_are_a_list_of_up_to_1_mib(tmp_path: Path) -> None:
    other = tmp_path / "other"
    for folder in (tmp_path / "info", other):
        folder.mkdir()
    line = f"{other}\nodd\0name\n".encode()
    for size, found, told in ((1 << 20, [tmp_path, other], []), ((1 << 20) + 1, [tmp_path], ["unreadable"])):
        (tmp_path / "info" / "alternates").write_bytes(line + b"#" * (size - len(line)))
        faults = Faults()
        assert find_object_dirs(tmp_path, faults) == found
        assert [kind for kind, _ in kinds(faults)] == told


def test_a_thousand_object_folders_are_read(tmp_path: Path) -> None:
    folders = [tmp_path / str(number) for number in range(1000)]
    for folder in folders:
        folder.mkdir()
    (folders[0] / "info").mkdir()
    for others, told in ((folders[1:], []), ([*folders[1:], tmp_path], [("too-large", str(folders[0]))])):
        (folders[0] / "info" / "alternates").write_bytes(b"\n".join(map(bytes, others)))
        faults = Faults()
        assert find_object_dirs(folders[0], faults) == folders
        assert kinds(faults) == told


def test_object_folders_are_each_once_and_absent_ones_told(tmp_path: Path) -> None:
    one, two, odd = (tmp_path / name for name in ("one", "two", 'o"\\\n\x1f \x7f~d'))
    for folder in (one, two, odd):
        (folder / "info").mkdir(parents=True)
    (one / "info" / "alternates").write_bytes(b"# note\n\n../two\n" + quote_alternate(odd) + b"\n../absent\n")
    (two / "info" / "alternates").write_bytes(f'{one}\n"../\\157ne"\n'.encode())
    faults = Faults()
    assert find_object_dirs(one, faults) == [one, two, odd]
    assert kinds(faults) == [("missing-objects", str(tmp_path / "absent"))]


def test_lists_that_cannot_be_read_are_told_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "info").mkdir()
    os.mkfifo(tmp_path / "info" / "alternates")
    (tmp_path / "pack").write_text("no folder")
    faults = Faults()
    assert find_object_dirs(tmp_path, faults) == [tmp_path]
    assert check_packs(tmp_path, 20, faults) == []
    assert [(failure.kind, failure.reason) for failure in faults.failures] == [
        ("unreadable", "the alternates cannot be read: not a regular file"),
        ("unreadable", f"the packs in it cannot be read: {os.strerror(errno.ENOTDIR)}"),
    ]


def test_only_so_many_alternates_are_followed(tmp_path: Path, monkeypatch) -> None:
    folders = [tmp_path / name for name in "abc"]
    for folder, other in zip(folders, [*folders[1:], folders[0]], strict=True):
        (folder / "info").mkdir(parents=True)
        (folder / "info" / "alternates").write_bytes(quote_alternate(other))
    for most, told in ((3, []), (2, [("too-large", str(folders[0]))])):
        monkeypatch.setattr(packs, "_MAX_OBJECT_DIRS", most)
        faults = Faults()
        assert find_object_dirs(folders[0], faults) == folders[:most]
        assert kinds(faults) == told


def test_files_that_are_none_are_found_wherever_git_looks(tmp_path: Path) -> None:
    for place in ("pack", "info", "00", "ff", "xx", "100"):
        (tmp_path / place / "folder").mkdir(parents=True)
        (tmp_path / place / "file").write_text("x")
        os.mkfifo(tmp_path / place / "pipe")
    found = {str(path.relative_to(tmp_path)) for path in find_special_files(tmp_path)}
    assert found == {"pack/pipe", "info/pipe", "00/pipe", "00/folder", "ff/pipe", "ff/folder"}


@pytest.mark.parametrize("number", [0, 199, 200, 1000])
def test_of_many_packs_the_later_ones_are_opened_when_they_are_read(tmp_path: Path, number: int) -> None:
    path = pack(tmp_path)
    opened = PackFile(path, 20, number)
    assert (opened.file >= 0) == (number < 200)
    contents = {opened.read(entry) for entry in range(3)}
    assert contents == {b"content %d" % number * 50 for number in range(3)}
    assert opened.read(0, 450) in contents
    with pytest.raises(OversizeError):
        opened.read(0, 449)
    opened.close()
    opened.close()
    assert opened.read(1) in contents
    path.rename(tmp_path / "kept")
    path.write_bytes((tmp_path / "kept").read_bytes())
    with pytest.raises(OSError, match="replaced"):
        opened.read(1)


def test_an_entry_without_room_is_damaged_and_the_others_are_read(tmp_path: Path) -> None:
    writer = PackWriter()
    oids = [writer.blob(b"first"), writer.blob(b"second")]
    offset = writer.entries[0][1]
    writer.entries.append((hashlib.sha1(b"third").digest(), offset))  # two entries at one place
    opened = PackFile(writer.write(tmp_path), 20)
    numbers = {name: opened.find(name) for name, _ in writer.entries}
    assert len(set(numbers.values())) == 3
    read = {}
    for name, at in numbers.items():
        if opened.ends[at] > opened.starts[at]:
            read[name] = opened.read(at)
        else:
            with pytest.raises(InflateError, match="no room"):
                opened.read(at)
    assert b"second" in read.values()
    assert oids[1] in read
    opened.close()
