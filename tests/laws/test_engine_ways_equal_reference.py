"""The compiled walk through a forest gives what the reference gives, in its order; and so do the links of commits."""

from __future__ import annotations

from array import array
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leakscan.gitstore import kernel as compiled
from leakscan.gitstore import kernel_reference_walk as reference
from leakscan.gitstore.commits import parse_links

if not compiled.COMPILED:
    pytest.skip("the kernel is not compiled here", allow_module_level=True)

DATA = st.one_of(
    st.binary(max_size=6),
    st.sampled_from(
        [
            b"anchor",
            b"anchor and more",
            b"PK\3\4",
            b"P",
            b"x" * 4095 + b"\0",
            b"x" * 4096 + b"\0",
            b"x" * 15 + b"\n",
            b'"' + b"x" * 16,
            b"x" * 512,
            b"x" * 513,
        ]
    ),
)
OPENINGS = st.sampled_from([(), (b"PK\3\4",), (b"PK\3\4", b"\xff\xfe")])


class Refused(Exception):
    pass


@st.composite
def forests(draw: st.DrawFn) -> tuple[list[int], list[bytes | None]]:
    """The parent of each node, -1 of roots, and what is stored: None for what cannot be read."""
    count = draw(st.integers(1, 14))
    parents = [draw(st.integers(-1, node - 1)) for node in range(count)]
    parents[0] = -1
    return parents, draw(st.lists(st.one_of(DATA, DATA, DATA, st.none()), min_size=count, max_size=count))


def walked(
    module: Any, parents: list[int], stored: list[bytes | None], held: int, options: dict[str, Any] | None
) -> Any:
    """All that a walk gives and tells, from every root."""
    kinds = array("B", [3]) * len(parents)
    told: list[Any] = []
    children, siblings, _, _ = compiled.grow(array("i", parents), kinds, array("Q", [1]) * len(parents))

    def read(node: int) -> bytes:
        data = stored[node]
        if data is None:
            raise Refused(node)
        return data

    def apply(base: bytes, delta: bytes, limit: int) -> tuple[bytes, bool]:
        if delta == b"P":
            raise Refused(base)
        return (base + delta)[-limit:], b"anchor" in delta

    def fail(node: int, error: Exception) -> None:
        told.append((node, str(error)))

    stock = module.Stock([], read, 99)
    paths = module.Paths(children, siblings, array("i", parents), stock, 5_000, held)
    suspect, look = bytearray(len(parents)), None
    if options is not None:
        look = module.Look(lambda data: b"anchor" in data, suspect, options["known"], options["openings"])
        look.everything = options["everything"]
    for root in (node for node, parent in enumerate(parents) if parent == -1):
        told += list(paths.walk(root, apply, bytes, fail, look))
        told.append(look.take() if look else None)
    contents = []
    for node in range(len(parents)):
        try:
            contents.append(paths.content(node, apply, bytes))
        except Refused as error:
            contents.append(str(error))
    return told, suspect, contents, [paths.root(node) for node in range(len(parents))]


@settings(max_examples=400, deadline=None)
@given(
    forests(),
    st.sampled_from([0, 5, 40, 1 << 20]),
    st.one_of(
        st.none(),
        st.fixed_dictionaries(
            {
                "known": st.frozensets(st.integers(0, 13), max_size=3),
                "openings": OPENINGS,
                "everything": st.booleans(),
            }
        ),
    ),
)
def test_walks_are_equal(
    forest: tuple[list[int], list[bytes | None]], held: int, options: dict[str, Any] | None
) -> None:
    assert walked(compiled, *forest, held, options) == walked(reference, *forest, held, options)


def test_what_no_store_raises_ends_the_walk() -> None:
    def fail(node: int, error: Exception) -> None:
        raise error

    for module in (compiled, reference):
        paths = module.Paths(
            array("i", [-1]), array("i", [-1]), array("i", [-1]), module.Stock([], [].pop, 9), 9, 9
        )
        with pytest.raises(IndexError):
            list(paths.walk(0, None, bytes, fail))


class Names:
    """Ids of even first digits are there."""

    def find(self, name: bytes) -> int:
        return -1 if name[0] & 16 else name[0]


HEX = st.tuples(st.sampled_from("0123456789abcdefAF "), st.sampled_from("0123456789abcdef")).map("".join)
IDS = st.tuples(HEX, st.sampled_from([20, 20, 20, 19, 21, 32])).map(lambda pair: (pair[0] * pair[1]).encode())
DATES = st.one_of(
    st.tuples(
        st.integers(-(10**19), 10**19).map(str), st.sampled_from("+-x"), st.integers(0, 99999).map(str)
    ).map(lambda parts: f"{parts[0]} {parts[1]}{parts[2]}".encode()),
    st.sampled_from([b"1700000000 +0100", b" 1 -0000", b"1 2 +000", b"", b"+0100", b"0 +0100", b"1  +0100"]),
)
LINES = st.one_of(
    IDS.map(lambda oid: b"parent " + oid),
    DATES.map(lambda date: b"committer A <a> " + date),
    DATES.map(lambda date: b"author A <a> " + date),
    DATES.map(lambda date: b"committer " + date),
    st.sampled_from([b"", b"committer", b"committer ", b" committer A <a> 1 +0100", b"\r", b"gpgsig x"]),
)


@settings(max_examples=500, deadline=None)
@given(
    st.one_of(IDS, st.just(b"20" * 20)),
    st.lists(LINES, max_size=6),
    st.sampled_from([20, 32]),
    st.integers(0, 60),
)
def test_links_are_those_that_parsing_finds(tree: bytes, lines: list[bytes], width: int, cut: int) -> None:
    data = b"\n".join([b"tree " + tree, *lines, b""])
    data = data[:-cut] if cut < 20 and cut else data
    found = compiled.read_links(data, Names(), width)
    if found is None:
        return
    oid, parents, time = parse_links(data, 2 * width)
    ids = [Names().find(bytes.fromhex(name)) for name in (oid, *parents)]
    assert -1 not in ids
    assert found == (ids[0], ids[1:], time)


def test_links_of_a_plain_commit_are_read_at_once() -> None:
    lines = [b"tree " + b"20" * 20, b"parent " + b"40" * 20, b"parent " + b"60" * 20]
    lines += [b"author A <a> 5 +0000", b"committer A <a> 1700000000 -0330", b"", b"committer B <b> 1 +0000"]
    assert compiled.read_links(b"\n".join(lines), Names(), 20) == (0x20, [0x40, 0x60], 1_700_000_000)
