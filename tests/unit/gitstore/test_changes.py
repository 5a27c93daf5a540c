"""What git's raw comparisons say."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakscan.gitstore.changes import Change, intersect, parse_history, parse_raw
from leakscan.gitstore.faults import Faults
from leakscan.gitstore.filerefs import Ref
from leakscan.gitstore.objects import StoredObject
from leakscan.gitstore.refs import Refs
from leakscan.gitstore.tags import follow_tips, parse_tag, tagged_commits

A, B, C, NONE = "a" * 40, "b" * 40, "c" * 40, "0" * 40
COMMIT, OTHER = "1" * 40, "2" * 40


def raw(*modes_and_ids: str, status: str = "M", path: str = "p") -> bytes:
    """Of one change: the modes and ids of each parent, then those of the result."""
    parents = len(modes_and_ids) // 2 - 1
    return f"{':' * parents}{' '.join(modes_and_ids)} {status}\0{path}\0".encode()


@pytest.mark.parametrize(
    ("answer", "change"),
    [
        (raw("100644", "100644", A, B), Change(b"p", B, (A,))),
        (raw("000000", "100644", NONE, B, status="A"), Change(b"p", B, ())),
        (raw("100644", "000000", A, NONE, status="D"), Change(b"p", "", (A,))),
        (raw("160000", "100644", A, B), Change(b"p", B, ())),
        (raw("100644", "160000", A, B), Change(b"p", "", (A,))),
        (raw("100644", "100755", "120000", A, B, C, status="MM"), Change(b"p", C, (A, B))),
        (raw("160000", "100644", "100644", A, B, C, status="MM"), Change(b"p", C, (B,))),
        (raw("100644", "000000", "100644", A, NONE, C, status="MA"), Change(b"p", C, (A,))),
    ],
)
def test_a_change_names_what_stands_and_what_it_replaced(answer: bytes, change: Change) -> None:
    if answer.startswith(b"::"):
        assert list(parse_history(iter(answer.split(b"\0")[:-1]), 40)) == [change]
    else:
        assert list(parse_raw(answer)) == [change]
        assert list(parse_raw(answer * 2, COMMIT)) == [change._replace(commit=COMMIT)] * 2


def test_each_change_is_of_the_commit_before_it() -> None:
    one, two = raw("100644", "100644", A, B), raw("100644", "100644", B, C, path="q")
    answer = b"%b\0%b%b%b\n\0%b\0" % (COMMIT.encode(), one, two, OTHER.encode(), C.encode()) + two
    tokens = answer.split(b"\0")
    found = list(parse_history(iter(tokens[:-1]), 40))
    assert [(change.path, change.commit) for change in found] == [(b"p", COMMIT), (b"q", COMMIT), (b"q", C)]
    assert list(parse_history(iter(tokens[:2]), 40)) == []
    assert list(parse_raw(b"")) == []


@given(
    st.lists(
        st.dictionaries(st.sampled_from([b"a", b"b", b"c"]), st.sampled_from([A, B])), min_size=1, max_size=3
    )
)
def test_what_differs_from_every_parent_is_new(parents: list[dict[bytes, str]]) -> None:
    compared = [[Change(path, C, (old,)) for path, old in parent.items()] for parent in parents]
    paths = [path for path in parents[0] if all(path in parent for parent in parents)]
    assert intersect(compared) == [Change(path, C, tuple(p[path] for p in parents)) for path in paths]


class Objects:
    """Objects by id: tags are those whose content is one."""

    def __init__(self, kinds: dict[str, str], tags: dict[str, bytes]) -> None:
        self._kinds, self._tags = kinds | dict.fromkeys(tags, "tag"), tags

    def kinds(self, oids):
        return {oid: self._kinds[oid] for oid in oids if oid in self._kinds}

    def fetch(self, oids):
        for oid in oids:
            if oid in self._kinds:
                yield StoredObject(oid, self._kinds[oid], self._tags.get(oid, b""))


def tag(oid: str, kind: str) -> bytes:
    return f"object {oid}\ntype {kind}\ntag v1\n".encode()


def number(value: int) -> str:
    return hashlib.sha1(b"%d" % value).hexdigest()


def chain(length: int) -> tuple[Refs, Objects]:
    """A ref that leads to a commit through so many tags."""
    tags = {number(at): tag(number(at + 1), "tag" if at + 1 < length else "commit") for at in range(length)}
    return Refs((Ref(b"refs/tags/v", number(0)),)), Objects({number(length): "commit"}, tags)


@pytest.mark.parametrize(
    ("data", "parsed"),
    [
        (tag(A, "commit"), (A, "commit")),
        (tag("a" * 64, "tree"), ("a" * 64, "tree")),
        (f"object {A}\nkind commit\n".encode(), (A, "")),
        (f"object {A}\ntype thing\n".encode(), (A, "")),
        (f"object {A}".encode(), ("", "")),
        (b"object abc\ntype commit\n", ("", "")),
        (b"", ("", "")),
    ],
)
def test_a_tag_names_an_object_and_its_kind(data: bytes, parsed: tuple[str, str]) -> None:
    assert parse_tag(data) == parsed


@pytest.mark.parametrize(
    ("length", "is_named", "is_known"),
    [(1, True, True), (20, True, True), (21, False, True), (50, False, True), (51, False, False)],
)
def test_refs_lead_through_tags_as_far_as_a_bound(length: int, is_named: bool, is_known: bool) -> None:
    refs, objects = chain(length)
    kinds, missing = follow_tips(refs, objects)
    assert (number(length) in kinds) == is_known
    assert missing == {}
    assert tagged_commits(refs, objects) == ({number(0): number(length)} if is_named else {})


def test_what_is_named_and_not_there_is_missing_and_says_who_names_it() -> None:
    refs = Refs((Ref(b"refs/heads/main", A), Ref(b"refs/tags/t", B), Ref(b"refs/heads/gone", C)))
    refs.head, refs.tips, refs.logged = OTHER, {number(1)}, {number(2)}
    objects = Objects({A: "commit", number(1): "commit", number(5): "blob"}, {B: tag(number(3), "tree")})
    kinds, missing = follow_tips(refs, objects)
    assert kinds == {A: "commit", B: "tag", number(1): "commit"}
    assert missing == {
        C: "refs/heads/gone names it",
        OTHER: "HEAD names it",
        number(3): f"tag {B} names it as a tree",
    }
    wrong = Objects({number(3): "blob"}, {B: tag(number(3), "tree")})
    assert follow_tips(Refs((Ref(b"refs/tags/t", B),)), wrong)[1] == {
        number(3): f"tag {B} names it as a tree"
    }
    nameless = Objects({number(3): "blob"}, {B: f"object {number(3)}\n".encode()})
    assert follow_tips(Refs((Ref(b"refs/tags/t", B),)), nameless)[1] == {
        number(3): f"tag {B} names it as a nameless kind"
    }


def test_only_tags_that_lead_to_commits_are_peeled_and_none_in_a_circle() -> None:
    objects = Objects(
        {A: "commit", C: "tree"}, {B: tag(C, "tree"), OTHER: tag(OTHER, "tag"), COMMIT: tag(A, "commit")}
    )
    refs = Refs(tuple(Ref(b"refs/tags/%d" % at, oid) for at, oid in enumerate([A, B, OTHER, COMMIT])))
    assert tagged_commits(refs, objects) == {COMMIT: A}


def test_a_fault_is_one_however_often_it_is_met() -> None:
    faults = Faults()
    for _ in range(3):
        faults.add("missing-objects", A, "why")
    assert [failure.reason for failure in faults.failures] == ["why"]
