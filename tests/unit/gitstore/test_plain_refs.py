"""Refs as files written here, without git."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from leakscan.gitstore.faults import Faults
from leakscan.gitstore.filerefs import Ref
from leakscan.gitstore.layout import Layout
from leakscan.gitstore.refs import mentioned, read_head, read_refs

if TYPE_CHECKING:
    from pathlib import Path

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
