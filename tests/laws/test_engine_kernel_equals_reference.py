"""The compiled kernel gives what the reference gives, the same complaints included, for valid and mutated input."""

from __future__ import annotations

import base64
import re
from array import array
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from leakscan import anchors
from leakscan.anchors import AnchorSpec, reference_hidden, reference_words
from leakscan.anchors import reference as anchors_reference
from leakscan.gitstore import kernel as compiled
from leakscan.gitstore import kernel_reference as reference
from leakscan.gitstore import kernel_reference_trees as reference_trees
from leakscan.gitstore.deltaerror import DeltaError
from tests.unit.gitstore.packwriter import copy, varint
from tests.unit.gitstore.sweeping import holds_anchor

if not compiled.COMPILED:
    pytest.skip("the kernel is not compiled here", allow_module_level=True)

HIDING = [
    *(
        b'"',
        b"' + '",
        b'\\" "',
        b'" + b"',
        b"`rb'",
        b"\\\n",
        b"\\\r\n   ",
        b"\\",
        b"\n",
        b"+",
        b"/",
        b";",
        b"&#",
        b"%",
        b"r",
    ),
    *(
        b"%2B",
        b"%2f",
        b"%3D",
        b"\\/",
        b"\\u002b",
        b"\\x3d",
        b"&#43;",
        b"&#x2F;",
        b"u002b",
        b" " * 31,
        b" " * 33,
    ),
]
SPOKEN = [
    *(base64.b64encode(text) for text in (b"name = of a text, " * 3, b"a\0" * 30, b"\xe9" * 2 + b"a" * 45)),
    *(base64.b64encode(text) for text in (b"\xe9" * 3 + b"a" * 45, b"of a text " * 3 + b"\1" + b"a" * 20)),
    *(text.hex().encode() for text in (b"of a text " * 3, b"a\0" * 15, b"a\0\0\0" * 8, bytes(30))),
    *(text.hex().encode() for text in (b"of a text\1" * 3, b"o\xe9 a text\0 " * 3, b"A\x7f" * 15)),
    b"0x" + (b"OF A TEXT " * 3).hex().upper().encode(),
    (b"of a TEXT" * 4).hex().title().encode(),
    *(base64.b64encode("\u5bc6\u94a5 key".encode() * 5 + tail) for tail in (b"", b"\xe5\xaf")),
    *((tail + "\u5bc6\u94a5".encode() * 6).hex().encode() for tail in (b"", b"\xc1", b"\xf4\x80", b"ab")),
    b".eyJ" + base64.b64encode(b"the payload of a token " * 3),
    *(
        start + b"B8" * 28
        for start in (b"MIIE", b"MIA", b"MHcCAQEE", b"MHQCAQEF", b"MC4CAQAw", b"MFECAQEx", b"MFMCAQEw")
    ),
]
WORDS = [
    b"few words here " * 7 + b"and three more",
    b" more words" * 12,
    b"in it " * 30,
    b"longwords " * 20,
    b"  ",
]
PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                b"a",
                *(b"Z9", b"=", b"%", b"\\", b"aB3", b"KE", b"KEY", b"E", b"@[`{/:"),
                *(b" ", b"\n", b"\0", b"\xe9"),
                b"key",
                b"mx0",
                b"K-",
                b"aB3dE6",
                b"0a1b2c3d-4e5f",
                b"abcdefgh",
                b"/usr/lib/",
                b"-_+",
                b" " * 50,
            ]
        ),
        st.integers(1, 14).map(lambda length: b"x" * length),
        st.integers(28, 66).map(lambda length: (b"yacebd" * 13)[:length]),
        st.sampled_from(SPOKEN),
        st.sampled_from([b"abcd", b"abcde", b"/0123", b"yyyy", b"+++++"]),
        st.sampled_from(HIDING),
        st.sampled_from(WORDS),
        st.tuples(
            st.sampled_from(
                [b"%4A", b"\\x4a", b"\\u004A", b"&#65;", b"&#x41;", b"&#100;", b"\0k", b"\0\0\0k"]
            ),
            st.integers(1, 17),
        ).map(lambda units: units[0] * units[1]),
        st.binary(max_size=4),
    ),
    max_size=40,
).map(b"".join)


def fussy(before: bytes, token: bytes, after: bytes) -> bool:
    """Looks at every byte it is given."""
    return sum(before + token + after) % 3 != 0


SPECS = st.tuples(
    st.sampled_from([*range(1, 13), 64, 150]),
    st.integers(0, 6),
    st.sampled_from([(), (b"KEY",), (b"KEY", b"EK", b"@")]),
    st.sampled_from([(), (b"key",), (b"key", b"\n= ", b"kraken")]),
    st.sampled_from([(), (b"mx0",), (b"K", b"abc")]),
    st.sampled_from([None, fussy]),
    st.booleans(),
    st.booleans(),
).map(lambda spec: AnchorSpec(spec[0], spec[0] + spec[1], *spec[2:-1], phrases=spec[-1]))


@st.composite
def deltas(draw: st.DrawFn) -> tuple[bytes, bytes]:
    base = draw(PIECES)
    if draw(st.integers(0, 9)) == 0:
        base = base * (0x10100 // (len(base) or 1) + 1) if base else base
    size, body = 0, b""
    for _ in range(draw(st.integers(0, 12))):
        if base and draw(st.booleans()):
            start = draw(st.integers(0, len(base) - 1))
            length = draw(st.integers(1, min(len(base) - start, 0xFFFFFF)))
            if len(base) - start >= 0x10000 and draw(st.booleans()):
                length = 0x10000
            body += copy(start, length)
            size += length
        elif data := draw(PIECES.map(lambda piece: piece[:127])):
            body += bytes((len(data),)) + data
            size += len(data)
    return base, varint(len(base)) + varint(size) + body


@st.composite
def mutated(draw: st.DrawFn) -> tuple[bytes, bytes]:
    base, delta = draw(deltas())
    match draw(st.integers(0, 5)):
        case 0:
            delta = delta[: draw(st.integers(0, len(delta)))]
        case 1:
            delta += draw(st.binary(min_size=1, max_size=9))
        case 2:
            base += b"x"
        case 3:
            delta = draw(st.binary(max_size=30))
        case _:
            place = draw(st.integers(0, len(delta) - 1))
            delta = delta[:place] + bytes((draw(st.integers(0, 255)),)) + delta[place + 1 :]
    return base, delta


def outcome(function: Any, *arguments: Any) -> Any:
    try:
        return function(*arguments)
    except DeltaError as error:
        return type(error), str(error)


@settings(max_examples=300, deadline=None)
@given(PIECES, SPECS)
def test_both_see_an_anchor_where_a_regular_expression_does(data: bytes, spec: Any) -> None:
    told = holds_anchor(data, spec)
    fast, plain = anchors.Matcher(spec), anchors_reference.Matcher(spec)
    assert fast.has_anchor(data) == told
    assert plain.has_anchor(data) == told
    assert fast.values(data) == plain.values(data)


@example(b"%2B" * 13 + b"\0:;" + b"MII" * 20)  # the row of escapes was found again and again
@settings(max_examples=600, deadline=None)
@given(PIECES)
def test_both_find_the_same_hiding_places(data: bytes) -> None:
    assert anchors.find_hidden(data) == reference_hidden.find_hidden(data)
    assert anchors.find_wide(data) == reference_hidden.find_wide(data)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.text("aB-/\0", max_size=300), max_size=3),
    st.sets(st.text("ab-/\0", min_size=3, max_size=6), max_size=9),
    st.tuples(st.integers(0, 900), st.integers(0, 900)),
)
def test_both_find_the_same_words(texts: list[str], words: set[str], ends: tuple[int, int]) -> None:
    data, listed = "".join(texts).encode(), [word.encode() for word in words]
    found = sorted(anchors.Words(listed).find(data, *ends))
    lower = data.lower()
    assert found == sorted(
        (place, number)
        for number, word in enumerate(listed)
        for place in range(len(data))
        if ends[0] <= place and lower.startswith(word, place) and place + len(word) <= ends[1]
    )
    assert sorted(reference_words.Words(listed).find(data, *ends)) == found


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=70), st.integers(0, 600), st.integers(0, 40_000))
def test_both_count_the_same_nuls(data: bytes, times: int, most: int) -> None:
    assert anchors.count_nuls(data * times, most) == reference_hidden.count_nuls(data * times, most)


@settings(max_examples=600, deadline=None)
@given(deltas(), SPECS)
def test_both_apply_a_delta_alike_and_no_anchor_hides_between_seams(
    pair: tuple[bytes, bytes], spec: Any
) -> None:
    target, touches = compiled.apply_and_look(anchors.Matcher(spec), *pair, 1 << 26)
    assert reference.apply_and_look(anchors_reference.Matcher(spec), *pair, 1 << 26) == (target, touches)
    assert compiled.apply(*pair, 1 << 26) == reference.apply(*pair, 1 << 26) == target
    assert not touches or holds_anchor(target, spec)
    assert touches or not holds_anchor(target, spec) or holds_anchor(pair[0], spec)


FILLERS = st.sampled_from(
    [b"a few words, ", b"line\n", b"line after line\n\n", b"\0", b"x", b"/a_path", b"aB3-", b"%41"]
)
LONG_PARTS = st.tuples(PIECES, FILLERS, st.integers(0, 700), PIECES).map(
    lambda part: part[0] + (part[1] * 700)[: part[2]] + part[3]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.one_of(LONG_PARTS, LONG_PARTS, PIECES.map(lambda piece: piece[:127])), max_size=4), SPECS)
def test_what_touches_a_seam_shows_at_the_ends_of_parts(parts: list[bytes], spec: Any) -> None:
    matcher = anchors_reference.Matcher(spec)
    seams, done = [(0, 0)], 0
    for part in parts:
        start = done if len(part) < 128 else done + len(part)
        done += len(part)
        if start - seams[-1][1] <= matcher.gap:
            start, _ = seams.pop()
        seams.append((start, done))
    assert matcher.may_touch(parts) or not matcher.touches(b"".join(parts), seams)


@settings(max_examples=600, deadline=None)
@given(mutated(), SPECS, st.sampled_from([0, 40, 1 << 26]))
def test_both_refuse_a_damaged_delta_with_the_same_words(
    pair: tuple[bytes, bytes], spec: Any, limit: int
) -> None:
    told = outcome(reference.apply_and_look, anchors_reference.Matcher(spec), *pair, limit)
    assert outcome(compiled.apply_and_look, anchors.Matcher(spec), *pair, limit) == told
    assert outcome(compiled.apply, *pair, limit) == outcome(reference.apply, *pair, limit)


def parsed(kernel: Any, window: bytes, start: int, offsets: Any, first: int, end: int, width: int) -> Any:
    count = len(offsets)
    columns = [
        array("B", [9]) * count,
        array("Q", [9]) * count,
        array("Q", [9]) * count,
        array("i", [9]) * count,
    ]
    references: list[Any] = []
    reached = kernel.parse_headers(window, start, offsets, first, end, width, *columns, references)
    return reached, columns, references


@settings(max_examples=500, deadline=None)
@given(
    st.lists(
        st.sampled_from([*range(256)] + [0x60, 0xE0, 0x70, 0xF0, 0x80, 0x00, 0x3F] * 20), max_size=90
    ).map(bytes),
    st.integers(0, 40),
    st.lists(st.integers(0, 140), max_size=12).map(sorted),
    st.integers(0, 3),
    st.integers(0, 160),
    st.sampled_from([4, 20]),
)
def test_both_parse_headers_alike(
    window: bytes, start: int, offsets: list[int], first: int, end: int, width: int
) -> None:
    arguments = (window, start, array("Q", offsets), first, end, width)
    assert parsed(compiled, *arguments) == parsed(reference, *arguments)


@given(st.lists(st.integers(0, 1 << 63), max_size=50))
def test_both_sort_offsets_alike(offsets: list[int]) -> None:
    assert compiled.sort_offsets(array("Q", offsets)) == reference.sort_offsets(array("Q", offsets))


@given(st.lists(st.tuples(st.integers(-2, 30), st.integers(0, 7), st.integers(0, 1 << 40)), max_size=30))
def test_both_grow_the_same_forest(nodes: list[tuple[int, int, int]]) -> None:
    parents = array("i", [parent if parent < len(nodes) else -1 for parent, _, _ in nodes])
    sizes = array("Q", [size for _, _, size in nodes])
    kinds = [array("B", [kind for _, kind, _ in nodes]) for _ in range(2)]
    assert compiled.grow(parents, kinds[0], sizes) == reference.grow(parents, kinds[1], sizes)
    assert kinds[0] == kinds[1]


IDS = [bytes((number,)) * 19 + bytes((32 + number,)) for number in range(12)]
ENTRIES = st.lists(
    st.tuples(
        st.sampled_from([b"100644", b"40000", b"040000", b"120000", b"160000", b"7"]),
        st.one_of(
            st.sampled_from(
                [b"a", b"b c", b"40000 x", b"\xff", b"name", b"aZ9_aZ9_aZ9_aZ9_", b"_9Zs_9Zs_9Zs_9Zs_"]
            ),
            st.text("aZ9_.", min_size=14, max_size=19).map(str.encode),
            st.integers(60, 68).map(lambda size: b"." * size),
        ),
        st.sampled_from(IDS),
    ),
    max_size=12,
)


def tree_bytes(entries: list[tuple[bytes, bytes, bytes]]) -> bytes:
    return b"".join(mode + b" " + name + b"\0" + oid for mode, name, oid in entries)


@st.composite
def tree_chains(draw: st.DrawFn) -> tuple[bytes, list[bytes]]:
    """A tree and deltas, each made from the result before it, which entries do not always agree with."""
    data = first = tree_bytes(draw(ENTRIES))
    deltas = []
    for _ in range(draw(st.integers(0, 4))):
        body, result = b"", b""
        for _ in range(draw(st.integers(0, 5))):
            if data and draw(st.booleans()):
                start = draw(st.integers(0, len(data) - 1))
                length = draw(st.integers(1, len(data) - start))
                body, result = body + copy(start, length), result + data[start : start + length]
            elif piece := draw(st.one_of(ENTRIES.map(tree_bytes), st.binary(max_size=3)))[:127]:
                body, result = body + bytes((len(piece),)) + piece, result + piece
        deltas.append(varint(len(data)) + varint(len(result)) + body)
        data = result
    return first, deltas


def trees_read(kernel: Any, chain: tuple[bytes, list[bytes]], kinds: bytes, wanted: bytes) -> Any:
    names = kernel.Names(20, [(b"".join(IDS[:5]), array("I", [4, 2, 0, 1, 3])), (b"".join(IDS[3:9]), None)])
    asked: set[bytes] = set()  # the kernel does not ask twice
    reader = kernel.TreeReader(
        names, 20, array("B", kinds), bytearray(wanted), lambda name: asked.add(name) or len(name) % 2
    )
    told: list[Any] = [list(names.doubles), [names.find(oid) for oid in [*IDS, b"short"]], names.name(7)]
    try:
        tree = reader.read(chain[0])
        told.append((tree.starts, tree.marks, tree.marked))
        for delta in chain[1]:
            tree, marked = reader.apply(tree, delta, 1 << 20)
            told.append((tree.data, tree.starts, tree.marks, tree.marked, marked, len(tree)))
    except DeltaError as error:
        told.append((type(error), str(error)))
    return told, reader.children, reader.absent, asked, reader.named


@settings(max_examples=600, deadline=None)
@given(
    tree_chains(),
    st.one_of(
        st.lists(st.sampled_from([1, 2, 3, 3]), min_size=11, max_size=11).map(bytes), st.just(b"\2" * 11)
    ),
    st.binary(min_size=13, max_size=13).map(lambda flags: bytes(flag & 1 for flag in flags)),
)
def test_both_read_trees_alike(chain: tuple[bytes, list[bytes]], kinds: bytes, wanted: bytes) -> None:
    assert trees_read(compiled, chain, kinds, wanted) == trees_read(reference_trees, chain, kinds, wanted)


@settings(max_examples=400, deadline=None)
@given(st.one_of(ENTRIES.map(tree_bytes), st.binary(max_size=60), tree_chains().map(lambda chain: chain[0])))
def test_both_find_the_same_entry(data: bytes) -> None:
    names = {match[1] for match in re.finditer(rb" ([^\0]*)", data)} | {b"", b"a", b"nothing"}
    for name in names:
        for width in (1, 20, 32):
            assert compiled.find_entry(data, name, width) == reference_trees.find_entry(data, name, width)
