"""What a value proves about itself without asking anybody: times, versions, and halves of keys that agree."""

from __future__ import annotations

import base64
import binascii
import time

from leakscan.detect.lazy import lazy
from leakscan.rules import Proof

_OBJECT_IDS_SINCE = 1_501_545_600  # August 2017: the first exchange with such keys opened in September
_A_DAY = 86_400
_SEED, _RAW = 32, 64
_BASE64_OF_32 = lazy(rb"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{43}=(?!=)")
_PAIR_REACH = 600


def is_possible(proof: Proof, value: bytes) -> bool:
    """False if the value cannot be what the rule says: its proof fails."""
    match proof:
        case "objectid-time":
            return _OBJECT_IDS_SINCE <= int(value[:8], 16) <= time.time() + _A_DAY
        case "uuid4":
            return value[14:15] == b"4" and value[19:20] in b"89abAB"
        case "ed25519-pair":
            return _agrees(value)
    return True


def proven(proof: Proof, value: bytes, data: bytes, start: int) -> str:
    """What `value`, which stands at data[start:], proves, in words; "" if nothing."""
    if proof == "objectid-time":
        made = time.strftime("%Y-%m", time.gmtime(int(value[:8], 16)))
        return f"an ObjectId made in {made}"
    if proof == "ed25519-pair":
        return "an Ed25519 seed with the public half that belongs to it"
    if proof == "ed25519-seed" and _has_public_half(value, data, start):
        return "an Ed25519 seed whose public half stands near"
    return ""


def _decoded(value: bytes) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except binascii.Error:
        return b""


def _public_half(seed: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def _agrees(value: bytes) -> bool:
    raw = _decoded(value)
    return len(raw) == _RAW and _public_half(raw[:_SEED]) == raw[_SEED:]


def _has_public_half(value: bytes, data: bytes, start: int) -> bool:
    seed = _decoded(value)
    if len(seed) != _SEED:
        return False
    low, high = max(0, start - _PAIR_REACH), start + len(value) + _PAIR_REACH
    near = {match[0] for match in _BASE64_OF_32.finditer(data, low, high)} - {value}
    return bool(near) and base64.b64encode(_public_half(seed)) in near
