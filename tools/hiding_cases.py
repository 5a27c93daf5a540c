"""What tools/fuzz_kernel.py feeds the search for anchors, hidden text and words with: pieces of what hides, tangled."""

from __future__ import annotations

import base64
import random
from typing import Any

from leakscan import anchors
from leakscan.anchors import AnchorSpec, reference, reference_hidden, reference_words
from leakscan.detect import randomness, reference_counts
from tools.kernel_cases import Case, damage, delta, outcome

JOINTS = (
    *(b'"', b"'", b"`", b'" + "', b"' . '", b'" + b"', b"`rb'", b'\\" "', b"b", b"r", b"+", b".", b"&", b"("),
    *(b"\\\n", b"\\\r\n   ", b"\\", b"\r\n", b"\n", b"\t", b" " * 31, b" " * 33, b";", b"=", b"==", b"/"),
)
ESCAPES = (
    *(b"%41", b"%2B", b"%2f", b"%3D", b"%", b"%%", b"%7", b"\\x61", b"\\x3d", b"\\x", b"\\u0061", b"\\u002b"),
    *(b"u00", b"\\u", b"\\/", b"&#97;", b"&#x61;", b"&#43;", b"&#x2F;", b"&#100;", b"&#", b"&#x", b"&", b"#"),
)
WIDE = (b"\0", b"a\0", b"\0a", b"a\0\0\0", b"\0\0\0k", b"\0\0", b"\0 ")
TOKENS = (
    *(b"a", b"b", b"Z9", b"aB3", b"KEY", b"KE", b"EY", b"E", b"mx0", b"K-", b"-_+", b"aB3dE6", b"abcdefgh"),
    *(b"0a1b2c3d-4e5f", b"/usr/lib/", b"yacebd", b"0x", b"abcd", b"abcde", b"/0123", b"yyyy", b"+++++"),
    *(b"MII", b"MC4CAQAw", b"MHcCAQEE", b".eyJ", b"B8", b"x" * 63),
)
TEXTS = (
    *(base64.b64encode(text) for text in (b"name = of a text, " * 3, b"a\0" * 30, b"\xe9" * 3 + b"a" * 45)),
    *(text.hex().encode() for text in (b"of a text " * 3, b"a\0" * 15, bytes(30), b"of a text\1" * 3)),
    *(b"few words here ", b" more words", b"in it ", b"longwords ", b"  ", b"key", b"kraken", b"-----BEGIN"),
    *(b"\xe9", b"\xff", b"@[`{/:", b" ", b"#", b"(", b"["),
)
PIECES = JOINTS + ESCAPES + WIDE + TOKENS + TEXTS
WORDS = (b"key", b"aab", b"ab3", b"ab3key", b"\0\xff\0", b"-----begin", b"usr/lib/usr", b"x" * 40)


def tangle(rng: random.Random, pieces: tuple[bytes, ...] = PIECES) -> bytes:
    """A few of the pieces, each many times, joined at random: what a row of equal things brings to light needs few
    other things beside it."""
    few = rng.sample(pieces, rng.randint(1, min(8, len(pieces))))
    data = b"".join(
        rng.randbytes(rng.randint(1, 9))
        if rng.random() < 0.1
        else rng.choice(few) * rng.choice((1, 1, 1, 2, 3, 5, 12, 13, 20, 64))
        for _ in range(rng.randint(1, rng.choice((5, 20, 60, 150))))
    )
    return data[: 1 << 16]


def fussy(before: bytes, token: bytes, after: bytes) -> bool:
    """Looks at every byte it is given."""
    return sum(before + token + after) % 3 != 0


def spec(rng: random.Random) -> AnchorSpec:
    shortest = rng.choice((*range(1, 13), 64, 150))
    return AnchorSpec(
        shortest,
        shortest + rng.randrange(7),
        rng.choice(((), (b"KEY",), (b"KEY", b"EK", b"@"))),
        rng.choice(((), (b"key",), (b"key", b"\n= ", b"kraken"))),
        rng.choice(((), (b"mx0",), (b"K", b"abc"))),
        rng.choice((None, fussy)),
        rng.random() < 0.5,
        (),
        rng.random() < 0.3,
    )


def hidden_case(rng: random.Random) -> Case:
    return (tangle(rng),)


def run_hidden(module: Any, data: bytes) -> Any:
    finders = anchors if module.COMPILED else reference_hidden
    return finders.find_hidden(data), finders.find_wide(data), finders.count_nuls(data, len(data) * 3 // 4)


def anchor_case(rng: random.Random) -> Case:
    return tangle(rng), spec(rng)


def run_anchor(module: Any, data: bytes, limits: AnchorSpec) -> Any:
    matcher = (anchors if module.COMPILED else reference).Matcher(limits)
    return matcher.has_anchor(data), matcher.values(data)


def words_case(rng: random.Random) -> Case:
    """Some of the words, and pieces of them in any case."""
    pieces = [word[rng.randrange(2) :][: rng.randint(1, 9)] for word in WORDS] + [
        word.upper() for word in WORDS
    ]
    data = tangle(rng, (*pieces, *WORDS))
    end = max(0, len(data) - rng.randrange(9))
    return rng.sample(WORDS, rng.randint(1, len(WORDS))), data, rng.randrange(9), end


def run_words(module: Any, words: list[bytes], data: bytes, start: int, end: int) -> Any:
    finder = (anchors if module.COMPILED else reference_words).Words(words)
    return sorted(finder.find(data, start, end))


def seam_case(rng: random.Random) -> Case:
    """A delta between texts of the pieces, so that what is looked for begins before a seam and ends behind it."""
    base = tangle(rng)
    return base, damage(rng, delta(rng, base, tangle)), spec(rng)


def run_seam(module: Any, base: bytes, instructions: bytes, limits: AnchorSpec) -> Any:
    matcher = (anchors if module.COMPILED else reference).Matcher(limits)
    return outcome(module.apply_and_look, matcher, base, instructions, 1 << 20)


def value_case(rng: random.Random) -> Case:
    value = tangle(rng)[: rng.choice((16, 64, 400))]
    return (bytes(code for code in value if bytes((code,)).isalnum()),)


def run_value(module: Any, value: bytes) -> Any:
    counts = randomness if module.COMPILED else reference_counts
    return counts.count_repeats(value), counts.count_steps(value), round(counts.written_bits(value), 6)


HIDING = {
    "hidden": (hidden_case, run_hidden),
    "anchor": (anchor_case, run_anchor),
    "words": (words_case, run_words),
    "seam": (seam_case, run_seam),
    "value": (value_case, run_value),
}
