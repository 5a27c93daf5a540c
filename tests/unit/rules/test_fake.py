import re

import pytest
from cryptography.hazmat.primitives import serialization

from leakscan.rules.fake import fake, fill


def test_the_same_seed_gives_the_same_value() -> None:
    assert fake("alnum:64", 3) == fake("alnum:64", 3) != fake("alnum:64", 4)
    assert re.fullmatch("[A-Za-z0-9]{64}", fake("alnum:64"))
    assert re.fullmatch("x=[0-9a-f]{40};", fill("x={hex:40};"))


def test_what_is_no_placeholder_stays() -> None:
    assert fill("{alnum} ${VALUE} {hex:} {}") == "{alnum} ${VALUE} {hex:} {}"


@pytest.mark.parametrize("spec", ["rsa:2048:pkcs8", "rsa:2048:pkcs1", "ed25519", "ec"])
def test_keys_are_real_keys(spec: str) -> None:
    assert serialization.load_pem_private_key(fake(spec).encode(), None)


@pytest.mark.parametrize("spec", ["rsa:2048:encrypted", "rsa:2048:legacy", "ed25519:encrypted"])
def test_locked_keys_need_their_password(spec: str) -> None:
    assert serialization.load_pem_private_key(fake(spec).encode(), b"example")
