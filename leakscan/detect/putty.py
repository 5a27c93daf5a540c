"""PuTTY's own key files (.ppk): text that holds both halves, the private one in clear or encrypted.

The format: https://the.earth.li/~sgtatham/putty/0.80/htmldoc/AppendixC.html"""

from __future__ import annotations

import binascii
from typing import Any

from leakscan.detect.lazy import lazy
from leakscan.detect.openssh import read_public_key, read_strings
from leakscan.detect.privatekey import PrivateKey, fingerprint, identity_of, kind_of
from leakscan.model import Span

MARK = b"PuTTY-User-Key-File-"
_MAX_BYTES = 32 * 1024
_EOL = rb"(?:\r\n|\n|\r|\\+r\\+n|\\+n)[ \t]{0,16}"
_FILE = lazy(
    MARK
    + rb"([1-3]): ?[a-z0-9-]{3,40}EOLEncryption: ?([a-z0-9-]{3,20})EOL(?:Comment: ?[^\r\n\\]{0,200}EOL)?"
    rb"Public-Lines: ?[0-9]{1,4}EOL((?:[A-Za-z0-9+/=]{1,80}EOL){1,400})"
    rb"(?:(?:Key-Derivation|Argon2-[A-Za-z]+): ?[A-Za-z0-9]{1,80}EOL){0,5}"
    rb"Private-Lines: ?[0-9]{1,4}EOL((?:[A-Za-z0-9+/=]{1,80}EOL){1,400})"
    rb"(?:Private-MAC|Private-Hash): ?[0-9a-f]{40,64}".replace(b"EOL", _EOL)
)
_LINE_END = lazy(_EOL)


def read_putty_key(data: bytes, start: int) -> PrivateKey | None:
    """The key file that starts here; None if it is cut off, or its halves do not belong together."""
    file = _FILE.match(data, start, start + _MAX_BYTES)
    if file is None:
        return None
    try:
        public_blob, private_blob = (binascii.a2b_base64(_LINE_END.sub(b"", file[at])) for at in (3, 4))
    except binascii.Error:
        return None
    public = read_public_key(public_blob)
    if public is None:
        return None
    span, identity = Span(*file.span()), identity_of(public_blob + private_blob)
    kind, bits = kind_of(public)
    if file[2] != b"none":
        weak = "" if file[1] == b"3" else "PuTTY format 2, an old and weak password protection"
        return PrivateKey(span, identity, kind, bits, True, weak, fingerprint(public), "a PuTTY key file")
    if not _belongs(public, private_blob):
        return None
    return PrivateKey(span, identity, kind, bits, False, "", fingerprint(public), "a PuTTY key file")


def _belongs(public: object, blob: bytes) -> bool:
    """The private half makes the public one."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    numbers = read_strings(blob)
    if isinstance(public, rsa.RSAPublicKey):
        values = [int.from_bytes(number, "big") for number in numbers]
        return len(values) >= 3 and values[1] * values[2] == public.public_numbers().n
    if isinstance(public, ed25519.Ed25519PublicKey):
        seed = numbers[0] if numbers else b""
        return len(seed) == 32 and _is_half(ed25519.Ed25519PrivateKey.from_private_bytes(seed), public)
    if isinstance(public, ec.EllipticCurvePublicKey):
        scalar = int.from_bytes(numbers[0], "big") if numbers else 0
        if not 0 < scalar.bit_length() <= public.curve.key_size:
            return False
        return _is_half(ec.derive_private_key(scalar, public.curve), public)
    return bool(numbers)


def _is_half(private: Any, public: object) -> bool:
    return fingerprint(private.public_key()) == fingerprint(public)
