"""What a path says of the values in its file."""

from __future__ import annotations

from collections.abc import Collection
from itertools import chain

from leakscan.detect.naming import names_of, split_words, words_and_pairs
from leakscan.detect.words import SERVER_FILES


def words_of(path: bytes) -> frozenset[str]:
    return words_and_pairs(path.decode("utf-8", "replace"))


def base_name(path: bytes) -> bytes:
    """Of a member of an archive, its own: `conf.zip!keys.py`."""
    return path.rpartition(b"/")[2].rpartition(b"!")[2]


def is_of_server(path: bytes) -> bool:
    """`bybit-bot/domain.key`"""
    name = base_name(path).decode("utf-8", "replace")
    return not SERVER_FILES.isdisjoint(names_of(split_words(name)))


def words_of_test_network(paths: Collection[bytes]) -> frozenset[str]:
    """All that the paths of a content say, if each of them names a test network: `testnet_keys.json`."""
    told = [words_of(path) for path in paths]
    return frozenset(chain.from_iterable(told)) if all("testnet" in words for words in told) else frozenset()
