"""What a value proves about itself, and what it cannot be."""

import base64
import time

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from leakscan.detect.proofs import is_possible, proven
from leakscan.rules.fake import fake

SEED = bytes(range(40, 72))
PUBLIC = Ed25519PrivateKey.from_private_bytes(SEED).public_key().public_bytes_raw()


def b64(content: bytes) -> bytes:
    return base64.b64encode(content)


def object_id(moment: float) -> bytes:
    return b"%08x" % int(moment) + b"0123456789abcdef"


def seed_proves(data: bytes) -> str:
    return proven("ed25519-seed", b64(SEED), data, data.index(b64(SEED)))


def test_a_seed_is_proven_by_its_public_half_beside_it() -> None:
    assert seed_proves(b'{"public": "%b", "secret": "%b"}' % (b64(PUBLIC), b64(SEED)))
    assert seed_proves(b"%b\n%b\n" % (b64(SEED), b64(PUBLIC)))
    assert not seed_proves(b"%b\n%b\n" % (b64(SEED), b64(SEED[::-1])))
    assert not seed_proves(b"%b" % b64(SEED))
    assert not seed_proves(b"%b\n%b%b" % (b64(SEED), b" " * 1000, b64(PUBLIC)))


def test_what_is_no_seed_is_not_proven() -> None:
    short = b64(SEED[:30])
    assert not proven("ed25519-seed", short, b"%b %b" % (short, b64(PUBLIC)), 0)


def test_both_halves_in_one_value_must_agree() -> None:
    assert is_possible("ed25519-pair", b64(SEED + PUBLIC))
    assert not is_possible("ed25519-pair", b64(SEED + PUBLIC[::-1]))
    assert not is_possible("ed25519-pair", b64(SEED + PUBLIC + b"x"))
    assert proven("ed25519-pair", b64(SEED + PUBLIC), b"", 0)


def test_an_object_id_was_made_since_there_are_such_exchanges_and_before_now() -> None:
    now = time.time()
    assert is_possible("objectid-time", object_id(now))
    assert is_possible("objectid-time", object_id(1_501_545_600))
    assert not is_possible("objectid-time", object_id(1_501_545_599))
    assert not is_possible("objectid-time", object_id(now + 2 * 86_400))
    assert proven("objectid-time", object_id(1_709_368_200), b"", 0) == "an ObjectId made in 2024-03"


@pytest.mark.parametrize(("version", "variant"), [("1", "8"), ("4", "c"), ("4", "7")])
def test_only_a_random_uuid_is_a_key(version: str, variant: str) -> None:
    value = fake("uuid")
    assert is_possible("uuid4", value.encode())
    other = value[:14] + version + value[15:19] + variant + value[20:]
    assert not is_possible("uuid4", other.encode())
