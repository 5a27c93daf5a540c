"""Recovery phrases of wallets (BIP 39): words of one list, the last of which holds a check of the others."""

from __future__ import annotations

import functools
from collections.abc import Callable

_MOST_REPEATED = 6  # of words drawn from 2,048 hardly ever more than two; in examples one word repeats


def is_phrase(value: bytes, words: int) -> bool:
    """So many English words of the list, drawn rather than repeated, whose check agrees."""
    listed = value.split(b" ")
    if len(listed) != words or len(set(listed)) < words - _MOST_REPEATED:
        return False
    return _check()(value.decode("latin-1"))


@functools.cache
def _check() -> Callable[[str], bool]:
    from mnemonic import Mnemonic

    return Mnemonic("english").check
