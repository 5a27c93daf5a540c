"""What tools/fuzz_kernel.py feeds the kernel with: made-up input, mostly valid, for each of its functions."""

from __future__ import annotations

import random
import re
from array import array
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from leakscan import anchors
from leakscan.anchors import AnchorSpec, reference, reference_hidden, reference_words
from leakscan.gitstore import kernel_reference
from leakscan.gitstore.commits import parse_links
from leakscan.gitstore.deltaerror import DeltaError

PIECES = (
    b"a",
    b"Z9",
    b" ",
    b"\n",
    b"=",
    b"aB3",
    b"KEY",
    b"KE",
    b"EY",
    b"\0",
    b"\xff",
    b"-----BEGIN",
    b"x" * 63,
    b"0a1B2c3D4e-",
    b"yacebd" * 7,
    b'" + "',
    b"%41",
)
LITERALS: tuple[tuple[bytes, ...], ...] = ((), (b"KEY",), (b"KEY", b"EK", b"-----BEGIN"))
WORDS = (b"key", b"aab", b"ab3", b"ab3key", b"\0\xff\0", b"-----begin", b"acebdyace", b"x" * 40)
FINDERS = SimpleNamespace(
    Matcher=reference.Matcher,
    Words=reference_words.Words,
    count_nuls=reference_hidden.count_nuls,
    find_hidden=reference_hidden.find_hidden,
    find_wide=reference_hidden.find_wide,
)
LIMITS = (-1, 0, 40, *[1 << 20] * 9)
# What headers and deltas claim: sizes around every border of the formats, and beyond what there is.
CLAIMS = (
    0,
    1,
    127,
    128,
    0xFFFF,
    0x10000,
    0xFFFFFF,
    (1 << 31) - 1,
    1 << 32,
    (1 << 53) + 1,
    (1 << 63) - 1,
    (1 << 64) - 1,
)
# Of trees, the first three; of blobs, the next six; the last three of nothing that there is.
IDS = [bytes((number,)) * 19 + bytes((32 + number,)) for number in range(12)]
ENTRY = re.compile(rb"[0-7]+ [^\0]+\0.{20}", re.DOTALL)
Case = tuple[Any, ...]


def content(rng: random.Random) -> bytes:
    data = b"".join(rng.choices(PIECES, k=rng.randrange(30)))
    return data * (0x10100 // len(data) + 1) if data and rng.random() < 0.02 else data


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes((*out, number))


def copy(rng: random.Random, size: int) -> tuple[bytes, int]:
    """An instruction that copies from a base of so many bytes, and how many it copies; now and then it lies."""
    start = rng.randrange(size)
    length = rng.choice((rng.randint(1, size - start), min(size - start, 0x10000)))
    if rng.random() < 0.02:
        start = rng.choice(CLAIMS) & 0xFFFFFFFF
    code, operands = 128, bytearray()
    for bit, byte in enumerate((*start.to_bytes(4, "little"), *(length & 0xFFFFFF).to_bytes(3, "little"))):
        if byte or rng.random() < 0.1:
            code |= 1 << bit
            operands.append(byte)
    return bytes((code,)) + operands, length


def delta(rng: random.Random, base: bytes, piece: Callable[[random.Random], bytes]) -> bytes:
    """A delta for the base, mostly valid, that inserts pieces."""
    body, size = b"", 0
    for _ in range(rng.randrange(14)):
        if base and rng.random() < 0.6:
            instruction, length = copy(rng, len(base))
            body += instruction
            size += length
        elif data := piece(rng)[: rng.randint(1, 127)]:
            body += bytes((len(data),)) + data
            size += len(data)
    sizes = [len(base), size]
    if rng.random() < 0.05:
        sizes[rng.randrange(2)] = rng.choice(CLAIMS)
    return b"".join(map(varint, sizes)) + body


def damage(rng: random.Random, data: bytes) -> bytes:
    """The same in two of three cases, else with some bytes changed, cut out, doubled or added."""
    out = bytearray(data)
    for _ in range(rng.choice((0, 0, 0, 0, 1, 2))):
        place = rng.randrange(len(out) + 1)
        match rng.randrange(4):
            case 0 if place < len(out):
                out[place] = rng.randrange(256)
            case 1:
                del out[place : place + rng.randint(1, 8)]
            case 2:
                out[place:place] = out[place : place + rng.randint(1, 8)]
            case _:
                out[place:place] = rng.randbytes(rng.randint(1, 4))
    return bytes(out)


def spec(rng: random.Random) -> AnchorSpec:
    shortest = rng.choice((1, 2, 5, 16, 64))
    hints, heads = rng.choice(((), (b"key",), (b"   ", b"abc"))), rng.choice(((), (b"a", b"K-")))
    return AnchorSpec(
        shortest, shortest + rng.randrange(6), rng.choice(LITERALS), hints, heads, None, rng.random() < 0.5
    )


def finders_beside(module: Any) -> Any:
    """The twins in Python beside the kernel in Python, else the compiled ones."""
    return FINDERS if module.apply is kernel_reference.apply else anchors


def apply_case(rng: random.Random) -> Case:
    base = content(rng)
    return base, damage(rng, delta(rng, base, content)), rng.choice(LIMITS), spec(rng)


def run_apply(module: Any, base: bytes, instructions: bytes, limit: int, limits: Any) -> Any:
    seen = outcome(module.apply_and_look, finders_beside(module).Matcher(limits), base, instructions, limit)
    return outcome(module.apply, base, instructions, limit), seen


def match_case(rng: random.Random) -> Case:
    return damage(rng, content(rng)), spec(rng)


def run_match(module: Any, data: bytes, limits: Any) -> Any:
    finders, half = finders_beside(module), len(data) // 2
    words = sorted(finders.Words(WORDS).find(data, half // 2, len(data) - 1))
    found = finders.find_hidden(data), finders.find_wide(data), finders.count_nuls(data, half)
    return finders.Matcher(limits).has_anchor(data), words, found


def headers_case(rng: random.Random) -> Case:
    """Entries as a pack has them, one behind the other, and where an index says that they start."""
    window, offsets, start = bytearray(), [], rng.choice((0, 12, 1 << 33))
    width = rng.choice((20, 32))
    for _ in range(rng.randrange(12)):
        offsets.append(start + len(window))
        kind, size = rng.randrange(8), rng.choice((*CLAIMS, rng.randrange(5000)))
        first = kind << 4 | size & 15
        window += bytes((first | 128,)) + varint(size >> 4) if size > 15 else bytes((first,))
        if kind == 6:
            window += bytes(rng.choices((0, 1, 5, 127, 128, 200, 255), k=rng.randint(1, 9)))
        window += rng.randbytes(rng.choice((0, 3, width)))
    if offsets and rng.random() < 0.2:
        offsets[rng.randrange(len(offsets))] = rng.choice(CLAIMS)
    if rng.random() < 0.8:
        offsets.sort()
    end = start + len(window) + rng.choice((0, 0, 20, -5))
    return damage(rng, bytes(window)), start, offsets, rng.randrange(3), max(0, end), width


def run_headers(module: Any, window: bytes, start: int, offsets: list[int], *rest: int) -> Any:
    columns = [array(kind, [9]) * len(offsets) for kind in "BQQi"]
    references: list[Any] = []
    reached = module.parse_headers(window, start, array("Q", offsets), *rest, *columns, references)
    return reached, columns, references


def forest_case(rng: random.Random) -> Case:
    count = rng.randrange(40)
    parents = [rng.randrange(-2, count) for _ in range(count)]
    return parents, rng.choices(range(8), k=count), rng.choices((*CLAIMS, 5, 1000), k=count)


def run_forest(module: Any, parents: list[int], kinds: list[int], sizes: list[int]) -> Any:
    given = array("B", kinds)
    return module.grow(array("i", parents), given, array("Q", sizes)), given


def offsets_case(rng: random.Random) -> Case:
    return (rng.choices((*CLAIMS, *range(20)), k=rng.randrange(60)),)


def run_offsets(module: Any, offsets: list[int]) -> Any:
    return module.sort_offsets(array("Q", offsets))


def entries(rng: random.Random) -> bytes:
    """Entries of a tree; now and then one says that it is what its id is not."""
    names = [b"a", b"b c", b"40000 x", b"\xff"]
    names += [bytes(rng.choices(b"aZ9_.", k=size)) for size in (15, 16, 17, 63, 64, 65)]
    names += [bytes(rng.choices(b"aZ9_", k=16)) if rng.random() < 0.5 else b"_9Zs" * 4]
    chosen = []
    for _ in range(rng.randrange(8)):
        number = rng.randrange(len(IDS))
        mode = rng.choice(
            (b"40000", b"040000", b"160000") if number < 3 else (b"100644", b"120000", b"160000")
        )
        mode = rng.choice((b"40000", b"100644", b"7")) if rng.random() < 0.02 else mode
        chosen.append(mode + b" " + rng.choice(names) + b"\0" + IDS[number])
    return b"".join(chosen)


def trees_case(rng: random.Random) -> Case:
    """A tree and deltas, each for the result of the one before it, until one cannot be applied."""
    tree = damage(rng, entries(rng)) if rng.random() < 0.1 else entries(rng)
    result, deltas = tree, []
    for _ in range(rng.randrange(5)):
        deltas.append(damage(rng, delta(rng, result, entries)) if rng.random() < 0.3 else splice(rng, result))
        try:
            result = kernel_reference.apply(result, deltas[-1], 1 << 20)
        except DeltaError:
            break
    kinds = rng.choices((1, 2, 3, 3), k=11) if rng.random() < 0.1 else [3, 2, 2, 2, *[3] * 7]
    return tree, deltas, bytes(kinds), bytes(rng.choices((0, 1), k=13))


def splice(rng: random.Random, tree: bytes) -> bytes:
    """A delta that cuts the tree at two places and puts entries there."""
    borders = [0, *(entry.end() for entry in ENTRY.finditer(tree))]
    first, last = sorted(rng.choices(borders if rng.random() < 0.8 else range(len(tree) + 1), k=2))
    added = entries(rng)[:127]
    body = b"\xb0" + first.to_bytes(2, "little") if first else b""
    body += bytes((len(added),)) + added if added else b""
    rest = len(tree) - last
    body += b"\xb3" + last.to_bytes(2, "little") + rest.to_bytes(2, "little") if rest else b""
    return varint(len(tree)) + varint(first + len(added) + rest) + body


def run_trees(module: Any, tree: bytes, deltas: list[bytes], kinds: bytes, wanted: bytes) -> Any:
    names = module.Names(20, [(b"".join(IDS[:5]), array("I", [4, 2, 0, 1, 3])), (b"".join(IDS[3:9]), None)])
    asked: set[bytes] = set()

    def may_hold(name: bytes) -> bool:
        asked.add(name)  # the kernel does not ask twice
        return len(name) % 2 == 0

    reader = module.TreeReader(names, 20, array("B", kinds), bytearray(wanted), may_hold)
    told: list[Any] = [list(names.doubles), list(map(names.find, (*IDS, b"short")))]
    made = outcome(reader.read, tree)
    for instructions in deltas:
        if isinstance(made, tuple):
            break
        told.append((made.data, made.starts, made.marks, made.marked, len(made)))
        made = outcome(lambda base=made, given=instructions: reader.apply(base, given, 1 << 20)[0])
    told.append(made if isinstance(made, tuple) else (made.data, made.starts, made.marks, made.marked))
    told += [module.find_entry(tree, name, 20) for name in (b"a", *tree.split(b"\0")[0].split(b" ")[1:2])]
    return told, reader.children, reader.absent, asked, reader.named


def links_case(rng: random.Random) -> Case:
    """A commit: ids of which not all are there, a committer's line now and then of another kind."""
    lines = [b"tree " + rng.choice(IDS).hex().encode()]
    lines += [b"parent " + rng.choice(IDS).hex().encode() for _ in range(rng.randrange(4))]
    date = b"%d %s" % (rng.choice((*CLAIMS, -5, 10**18)), rng.choice((b"+0100", b"-030", b"+10000", b"0100")))
    lines += rng.sample(
        (b"author A <a> 1 +0000", b"committer A <a> " + date, b"committer " + date, b"", b"text"), 4
    )
    return damage(rng, b"\n".join(lines)), rng.choice((20, 20, 20, 32, 0))


def run_links(module: Any, data: bytes, width: int) -> Any:
    names = module.Names(20, [(b"".join(IDS[:9]), None)])
    found = module.read_links(data, names, width)
    if found is None:  # it may leave what is unusual to this
        tree, parents, time = parse_links(data, 2 * width)
        found = _node_of(names, tree), [_node_of(names, parent) for parent in parents], time
    return found


def _node_of(names: Any, oid: str) -> int:
    try:
        return names.find(bytes.fromhex(oid))
    except ValueError:
        return -1


KERNEL: dict[str, tuple[Callable[[random.Random], Case], Callable[..., Any]]] = {
    "apply": (apply_case, run_apply),
    "match": (match_case, run_match),
    "headers": (headers_case, run_headers),
    "forest": (forest_case, run_forest),
    "offsets": (offsets_case, run_offsets),
    "trees": (trees_case, run_trees),
    "links": (links_case, run_links),
}


def outcome(function: Callable[..., Any], *arguments: Any) -> Any:
    """The answer, or the complaint: both kernels must use the same words."""
    try:
        return function(*arguments)
    except DeltaError as error:
        return type(error), str(error)
