"""What is noted of places, of commits and of paths, without a repository."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakscan.gitstore import attribution
from leakscan.gitstore.attribution import Sightings, placements, sightings
from leakscan.gitstore.commits import CommitGraph, parents_first, parse_commit, parse_links
from leakscan.gitstore.dangling import note_paths
from leakscan.gitstore.deal import Dealer
from leakscan.gitstore.named import NameTests
from leakscan.gitstore.pool import MAX_TASKS
from leakscan.model import Commit

if TYPE_CHECKING:
    from collections.abc import Sequence

ZEROS = b"0" * 40


def commit(oid: str, order: int) -> Commit:
    return Commit(oid, "Ann", "", order, order)


def test_places_are_told_oldest_first_with_all_that_came_and_went() -> None:
    seen = Sightings(frozenset([b"a", b"b", b"c", b"d"]))
    seen.add(b"a", b"p", "late")
    seen.add(b"a", b"p", "early")
    seen.add(b"a", b"o", "late")
    seen.remove(b"a", b"p", "late", b"b")
    seen.remove(b"a", b"p", "early", ZEROS)
    seen.remove(b"b", b"q", "early", ZEROS)
    seen.note(b"a", b"p", in_head=True)
    seen.note(b"c", b"r", in_head=False)
    seen.add(b"a", b"n", "lost")
    commits = {"early": commit("early", 1), "late": commit("late", 2)}
    assert seen.unplaced() == {b"d"}
    assert seen.commits() == {"early", "late", "lost"}
    found = placements(seen, commits, ["a", "b", "c", "d"])
    told = {
        oid: [
            (p.path, [c.oid for c in p.added], p.in_head, [(c.oid, by) for c, by in p.replaced])
            for p in places
        ]
        for oid, places in found.items()
    }
    assert told == {
        "a": [
            (b"p", ["early", "late"], True, [("early", None), ("late", "b")]),
            (b"o", ["late"], False, []),
            (b"n", [], False, []),
        ],
        "b": [(b"q", [], False, [("early", None)])],
        "c": [(b"r", [], False, [])],
        "d": [],
    }
    first, *_, last = found["a"]
    assert (first.commit, last.commit) == (commits["early"], None)


def test_a_blob_has_no_more_places_than_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attribution, "MAX_PLACES", 3)
    for note in (
        lambda seen, path: seen.add(b"a", path, "x"),
        lambda seen, path: seen.remove(b"a", path, "x", ZEROS),
        lambda seen, path: seen.note(b"a", path, in_head=True),
        lambda seen, path: seen.note(b"a", path, in_head=False),
    ):
        seen = Sightings(frozenset([b"a"]))
        for number in range(3):
            note(seen, b"%d" % number)
        assert (len(seen.places()), seen.crowded()) == (3, [])
        note(seen, b"3")
        assert (len(seen.places()), seen.crowded()) == (3, ["a"])


def test_ten_thousand_places_of_a_blob_are_kept() -> None:
    seen = Sightings(frozenset([b"a"]))
    for number in range(10_001):
        assert seen.crowded() == []
        seen.add(b"a", b"%d" % number, "x")
    assert (len(seen.places()), seen.crowded()) == (10_000, ["a"])


def test_what_is_wanted_for_its_name_is_seen_only_where_a_path_holds_something() -> None:
    tests = NameTests(bool, lambda path: path.startswith(b"key"))
    seen = sightings(["a", "b"], ["b", "c", "d"], tests)
    assert (seen.wanted, seen.named) == ({b"a", b"b", b"c", b"d"}, {b"c", b"d"})
    for oid in (b"a", b"c"):
        for path in (b"plain", b"key"):
            seen.add(oid, path, "x")
            seen.remove(oid, path, "y", b"b")
            seen.note(oid, path, in_head=True)
    seen.add(b"d", b"plain", "x")
    assert seen.places() == {("a", b"plain"), ("a", b"key"), ("c", b"key")}
    assert seen.removed.keys() == seen.in_head == seen.places()
    assert seen.lasting() == {b"a", b"b", b"c"}
    again = seen.blank()
    assert (again.wanted, again.named, again.holds) == (seen.wanted, seen.named, seen.holds)
    assert again.places() == set()


def test_without_tests_of_names_none_is_wanted_for_its_name() -> None:
    seen = sightings(["a"], ["b"], None)
    assert (seen.wanted, seen.named) == ({b"a"}, frozenset())
    seen.add(b"a", b"plain", "x")
    assert seen.lasting() == {b"a"}


PERSON = "Ann <a@b> 1700000000 +0530"


@pytest.mark.parametrize(
    ("header", "author", "date", "time"),
    [
        (f"author {PERSON}\ncommitter B <b> 17 -0000", "Ann <a@b>", "2023-11-15T03:43:20+05:30", 17),
        (f"author {PERSON}", "Ann <a@b>", "2023-11-15T03:43:20+05:30", 0),
        ("author A 0 -0130\ncommitter B -5 +0000", "A", "1969-12-31T22:30:00-01:30", -5),
        ("author A 0 +9900", "A", "1970-01-01T00:00:00+00:00", 0),
        ("author A 0 +2400", "A", "1970-01-01T00:00:00+00:00", 0),
        ("author A 0 +2359", "A", "1970-01-01T23:59:00+23:59", 0),
        ("author A 0 +130", "A", "1970-01-01T01:30:00+01:30", 0),
        ("author A 999999999999999999 +0000", "A", "", 0),
        ("author A 0 +0000\nauthor B 1 +0000", "A", "1970-01-01T00:00:00+00:00", 0),
        ("tree x\n\nauthor A 0 +0000", "", "", 0),
        ("author A", "", "", 0),
    ],
)
def test_people_and_dates_of_a_commit(header: str, author: str, date: str, time: int) -> None:
    assert parse_commit("1", header.encode(), 7) == Commit("1", author, date, time, 7)


def test_the_links_of_a_commit_are_its_first_lines() -> None:
    tree, one, two = "a" * 40, "b" * 40, "c" * 40
    head = f"tree {tree}\nparent {one}\nparent {two}\n"
    rest = "author A 1 +0000\ncommitter B 5 +0000\n\ncommitter C 9 +0000\n"
    assert parse_links((head + rest).encode(), 40) == (tree, [one, two], 5)
    assert parse_links(head.encode(), 40) == (tree, [one, two], 0)
    assert parse_links(f"parent {one}\n{rest}".encode(), 40) == ("", [one], 5)
    assert parse_links(f"tree {tree}\nx\nparent {one}\n".encode(), 40) == (tree, [], 0)
    wide = "d" * 64
    assert parse_links(f"tree {wide}\nparent {wide}\n".encode(), 64) == (wide, [wide], 0)


class Graph:
    """Commits by number, as `CommitGraph` asks for them."""

    def __init__(self, parents: list[tuple[int, ...]], times: list[int]) -> None:
        self.parents, self.times = parents, times
        self.absent: dict[int, Sequence[str]] = {}

    def find(self, oid: str) -> int:
        return int(oid) if oid.isdigit() and int(oid) < len(self.parents) else -1

    def oid(self, number: int) -> str:
        return str(number)

    def read(self, oids):
        for oid in oids:
            yield oid, b"author A 0 +0000\n"


@st.composite
def graphs(draw) -> Graph:
    count = draw(st.integers(1, 9))
    order = draw(st.permutations(range(count)))
    parents: list[tuple[int, ...]] = [()] * count
    for place, number in enumerate(order):
        known = order[:place]
        chosen = draw(st.lists(st.sampled_from(known), unique=True, max_size=3)) if known else []
        parents[number] = tuple(chosen)
    return Graph(parents, draw(st.lists(st.integers(-2, 5), min_size=count, max_size=count)))


def below(graph: Graph, number: int, ends: frozenset[int] = frozenset()) -> set[int]:
    """The plainest way to say what a commit leads to, itself included."""
    further = () if number in ends else graph.parents[number]
    return {number}.union(*(below(graph, parent, ends) for parent in further))


@given(graphs(), st.data())
def test_a_graph_tells_what_leads_where_and_in_which_order(graph: Graph, data: st.DataObject) -> None:
    count = len(graph.parents)
    numbers = st.sets(st.integers(0, count - 1))
    tips, ends, wanted = data.draw(numbers), data.draw(numbers), data.draw(numbers)
    asked = CommitGraph(graph)
    place = {number: at for at, number in enumerate(parents_first(graph.parents))}
    assert place.keys() == set(range(count))
    assert all(place[parent] < place[n] for n, parents in enumerate(graph.parents) for parent in parents)
    reached = asked.reachable([*map(str, tips), "x"], [*map(str, ends), "x"])
    assert {n for n, flag in enumerate(reached) if flag} == set().union(
        *(below(graph, tip, frozenset(ends)) for tip in tips)
    )
    above = asked.tips_above([*map(str, wanted), "x"], [*map(str, tips), "y"])
    expected = {str(n): sorted(str(tip) for tip in tips if n in below(graph, tip)) for n in wanted}
    assert {oid: sorted(leading) for oid, leading in above.items()} == expected | {"x": []}
    traced = sorted(map(str, wanted))
    size = (len(traced) + 7) // 8
    masks = asked.masks(traced)
    assert len(masks) == size * count
    for number in range(count):
        mask = int.from_bytes(masks[number * size : (number + 1) * size], "little")
        assert {bit for bit in range(8 * size) if mask >> bit & 1} == {
            bit for bit, oid in enumerate(traced) if int(oid) in below(graph, number)
        }
    orders = asked.orders()
    for number, parents in enumerate(graph.parents):
        assert orders[number] == max([graph.times[number], *(orders[parent] + 1 for parent in parents)])
    told = asked.commits([*traced, "x"])
    assert {oid: made.order for oid, made in told.items()} == {oid: orders[int(oid)] for oid in traced}


def test_commits_that_lead_to_themselves_are_in_no_order() -> None:
    assert parents_first([(1,), (0,), (), (2,), (0, 2)]) == [2, 3]


def paths(above: dict[bytes, list[tuple[bytes, bytes]]]) -> set[bytes]:
    seen = Sightings(frozenset([b"blob"]))
    note_paths(seen, above)
    assert seen.in_head == set()
    return {path for _, path in seen.places()}


def test_paths_lead_from_trees_that_none_other_holds_down_to_the_blob() -> None:
    assert paths({}) == set()
    assert paths({b"blob": [(b"t", b"a")]}) == {b"a"}
    assert paths({b"blob": [(b"t", b"a"), (b"u", b"b")], b"t": [(b"u", b"d")]}) == {b"d/a", b"b"}
    wide = {b"blob": [(b"%d" % number, b"%03d" % number) for number in range(150)]}
    assert paths(wide) == {b"%03d" % number for number in range(100)}
    for length, deep in ((9, 9), (4_095, 4_095), (4_096, 4_095), (5_000, 4_095)):
        chain = {b"blob": [(b"0", b"f")], **{b"%d" % n: [(b"%d" % (n + 1), b"d")] for n in range(length)}}
        assert paths(chain) == {b"d/" * deep + b"f"}
    seen = Sightings(frozenset([b"blob"]))
    seen.add(b"blob", b"known", "x")
    note_paths(seen, {b"blob": [(b"t", b"a")]})
    assert len(seen.places()) == 1


class Forest:
    def __init__(self, weights: list[int]) -> None:
        self.weights = weights


@pytest.mark.parametrize("jobs", [1, 4, 1000])
@pytest.mark.parametrize(
    "weights", [[], [0], [5], [1] * 1000, [1] * 5_000, [0] * 50 + [10**6] * 3, list(range(500))]
)
def test_tasks_are_all_roots_once_in_shares_of_about_the_same_weight(jobs: int, weights: list[int]) -> None:
    roots = list(range(len(weights)))
    random.Random(1).shuffle(roots)
    tasks, total = Dealer(Forest(weights), jobs)._tasks(roots)  # type: ignore[arg-type]
    assert sorted(root for task in tasks for root in task) == sorted(roots)
    assert total == sum(weights)
    heavy = [sum(weights[root] for root in task) for task in tasks]
    assert all(before >= after for before, after in pairwise(heavy))
    shares = min(jobs * 32, 2_000)
    enough = total // shares + 1
    for task, weight in zip(tasks, heavy, strict=True):
        assert weight <= enough or len([root for root in task if weights[root]]) == 1
    assert len(tasks) <= min(2 * shares + 2, MAX_TASKS)


def test_a_date_is_told_with_its_own_offset() -> None:
    moment = datetime(2024, 3, 2, 9, 0, tzinfo=UTC).timestamp()
    said = parse_commit("1", f"author A {moment:.0f} -0800\n".encode(), 0).date
    assert said == "2024-03-02T01:00:00-08:00"
