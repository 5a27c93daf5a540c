"""Where characters of one kind stand in a row, in plain Python: the twin of _stretches.pxi.

`translate` and `find` are done many bytes at once: what they rule out costs next to nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_OF_TOKEN = bytes(
    97 if (chr(code).isalnum() and code < 128) or chr(code) in "+/_-" else 32 for code in range(256)
)
_WORDLY = bytes(97 if 97 <= code <= 122 or code == 32 else 32 for code in range(256))


def mark_tokens(data: bytes) -> bytes:
    """`a` for every letter, digit, `+`, `/`, `_` and `-`, a space for all else."""
    return data.translate(_OF_TOKEN)


def mark_words(data: bytes) -> bytes:
    """`a` for every lower-case letter and space, a space for all else."""
    return data.translate(_WORDLY)


def stretches(marks: bytes, least: int) -> Iterator[tuple[int, int]]:
    """Where `a` stands in a row, as long as it does, at least so often."""
    letters = b"a" * least
    start = marks.find(letters)
    while start >= 0:
        end = marks.find(b" ", start + least)
        end = end if end >= 0 else len(marks)
        yield start, end
        start = marks.find(letters, end)
