"""Which values are parts of one credential."""

from __future__ import annotations

import random

import pytest

from leakscan.findings.groups import group_values
from leakscan.model import Part

PARTS: dict[bytes, Part] = {
    **{b"k%d" % n: "key" for n in range(9)},
    **{b"s%d" % n: "secret" for n in range(9)},
    **{b"p%d" % n: "passphrase" for n in range(9)},
    b"id": "user-id",
}


def grouped(*links: tuple[bytes, bytes]) -> list[list[bytes]]:
    partners: dict[bytes, list[bytes | None]] = {value: [None] for link in links for value in link}
    for one, other in links:
        partners[one].append(other)
    return sorted(sorted(group) for group in group_values(partners, PARTS))


@pytest.mark.parametrize(
    ("links", "groups"),
    [
        ([(b"k1", b"s1")], [[b"k1", b"s1"]]),
        ([(b"k1", b"s1"), (b"p1", b"k1")], [[b"k1", b"p1", b"s1"]]),
        # a key that was rotated, and its passphrase was not
        ([(b"k1", b"s1"), (b"k2", b"s2"), (b"p1", b"k1"), (b"p1", b"k2")], [[b"k1", b"p1", b"s1"], [b"k2", b"s2"]]),
        # two keys of one account
        ([(b"k1", b"s1"), (b"id", b"s1"), (b"id", b"s2"), (b"k2", b"s2")], [[b"id", b"k1", b"s1"], [b"k2", b"s2"]]),
        # the two halves stand apart, each with the passphrase
        ([(b"p1", b"k1"), (b"p1", b"s1")], [[b"k1", b"p1", b"s1"]]),
        # a passphrase that was changed
        ([(b"k1", b"s1"), (b"p1", b"k1"), (b"p2", b"k1")], [[b"k1", b"p1", b"p2", b"s1"]]),
        # through a third
        ([(b"k1", b"s1"), (b"k2", b"s1"), (b"k2", b"s2")], [[b"k1", b"k2", b"s1", b"s2"]]),
    ],
)  # fmt: skip
def test_values_that_stand_together_are_one_credential(links, groups) -> None:
    for seed in range(6):
        random.Random(seed).shuffle(links)
        assert grouped(*links) == groups


def test_a_value_beside_one_that_was_not_reported_is_alone() -> None:
    assert group_values({b"k1": [b"s1"]}, PARTS) == [{b"k1"}]
