"""Values of block chains, which no exchange hands out as a key: their form or their check sum tells them."""

from __future__ import annotations

import hashlib

from leakscan.detect.lazy import lazy

# An address; a digest or a wallet's key; a public key (SEC 1, 2.3.3: compressed).
_IN_HEX = lazy(rb"0x(?:[0-9a-fA-F]{40}|[0-9a-fA-F]{64})|(?:0x)?0[23][0-9a-fA-F]{64}")
_BASE58 = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_DIGITS = {letter: digit for digit, letter in enumerate(_BASE58)}
_CHECK_BYTES = 4
_SHORTEST, _LONGEST = 26, 112  # an address, `xprv…`: 25 to 82 bytes


def in_hex(value: bytes) -> bool:
    """An address, a digest or a public key in hexadecimal digits."""
    return _IN_HEX.fullmatch(value) is not None


def has_checksum(value: bytes) -> bool:
    """Base58Check (BIP 13, BIP 32, the wallet import format): what is drawn passes once in four thousand million."""
    if not _SHORTEST <= len(value) <= _LONGEST or value.translate(None, _BASE58):
        return False
    number = 0
    for letter in value:
        number = number * 58 + _DIGITS[letter]
    raw = b"\0" * (len(value) - len(value.lstrip(b"1"))) + number.to_bytes((number.bit_length() + 7) // 8)
    body, check = raw[:-_CHECK_BYTES], raw[-_CHECK_BYTES:]
    return hashlib.sha256(hashlib.sha256(body).digest()).digest()[:_CHECK_BYTES] == check
