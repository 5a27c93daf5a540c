"""What rules call an anchor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

SHORTEST_TOKEN, LONGEST_TOKEN = 16, 136
PHRASE_WORDS, SHORTEST_PHRASE, LONGEST_PHRASE = 24, 95, 215  # of words of 3 to 8 letters
PHRASE_MARGIN = 2
HINT_REACH, AFTER_REACH = 64, 3  # what decides about a token: so many bytes before it, and so many behind
# What the DER of a private key starts with, in base64: MII, MIG and MIH a sequence of over 127 bytes, the others are
# Ed25519 with and without its public half, P-256 and secp256k1 in SEC1, Ed448. (Public keys start like the first, too.)
KEY_HEAD = rb"M(?:I[IGH]|C4CAQAw|F[EM]CAQEw|H[cQ]CAQEE|EcCAQAw)"
MAX_LITERALS, MAX_LITERAL, MAX_RUN = 32, 255, 200
MAX_WORDS, MAX_HEADS, SHORTEST_WORD, LONGEST_WORD = 2048, 256, 3, 40


@dataclass(frozen=True, slots=True)
class AnchorSpec:
    """An anchor is one of five things.

    - A run: `shortest` letters and digits, not all of them hexadecimal and no words (reference_tokens.py), that no `+`,
      `/`, `_` or `-` stands beside and no `=` behind; or up to `longest` that follow a backslash, `%` or `=`, for an
      escape may stick to the value.
    - A literal.
    - With `hidden`: the mark of an encoded, escaped or split value (reference_hidden.py).
    - A token: a maximal run of 16 to 136 letters, digits, `+`, `/`, `_` and `-` that changes between lower case, upper
      case and digits as often as a value does, and may be one rather than a name (reference_tokens.py). It begins with
      one of `heads`, or has one of `hints` (lower-case words, found in any case) within the 64 bytes before it.
      `accepts` has the last word: it is given up to 64 bytes before the token, the token, and up to 3 bytes behind it,
      and must always say the same of the same.
    - With `phrases`: exactly 24 words of 3 to 8 lower-case letters with single spaces between them, which `accepts`
      takes without what stands beside them: they and two bytes on each side decide.

    Content that starts with one of `openings` is looked at in any case.

    ValueError if a length is out of bounds."""

    shortest: int
    longest: int
    literals: tuple[bytes, ...] = ()
    hints: tuple[bytes, ...] = ()
    heads: tuple[bytes, ...] = ()
    accepts: Callable[[bytes, bytes, bytes], bool] | None = None
    hidden: bool = False
    openings: tuple[bytes, ...] = ()
    phrases: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.shortest <= self.longest <= MAX_RUN:
            raise ValueError(f"a run must have 1 <= shortest <= longest <= {MAX_RUN}")
        _check("literals", self.literals, 1, MAX_LITERAL, MAX_LITERALS)
        _check("heads", self.heads, 1, LONGEST_WORD, MAX_HEADS)
        check_words(self.hints)


def check_words(words: Sequence[bytes]) -> None:
    """ValueError for words that cannot be looked for in any case."""
    _check("words", words, SHORTEST_WORD, LONGEST_WORD, MAX_WORDS)
    if any(word != word.lower() for word in words):
        raise ValueError("words are lower case")


def _check(what: str, words: Sequence[bytes], least: int, most: int, count: int) -> None:
    if len(words) > count or not all(least <= len(word) <= most for word in words):
        raise ValueError(f"at most {count} {what} of {least} to {most} bytes")
