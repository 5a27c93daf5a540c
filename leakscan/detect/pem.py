"""Private keys in PEM: found by their header, unwrapped from what surrounds them, and read by `cryptography`."""

from __future__ import annotations

import binascii
import hashlib
import re
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leakscan.detect.armour import unwrap
from leakscan.model import Span

if TYPE_CHECKING:
    from leakscan.rules import KeyType

MAX_PEM_BYTES = 32 * 1024  # an RSA key of 16384 bits takes 13 kB
HEADER = re.compile(
    rb"-----BEGIN((?:(?: |%20|\+)[A-Z0-9]{1,12}){0,4}(?: |%20|\+)PRIVATE(?: |%20|\+)KEY)-----"
)
_SPACE = re.compile(rb"%20|\+")


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """`identity` names the key material itself: SHA-256 of the DER bytes, however they are wrapped."""

    span: Span
    identity: bytes
    type: KeyType
    bits: int
    encrypted: bool
    note: str = ""


def read_private_key(data: bytes, header: Span) -> PrivateKey | None:
    """The key whose header stands at `header`; None for a placeholder, a fragment, or anything that does not parse."""
    match = HEADER.match(data, header.start)
    if match is None:
        return None
    footer = b"-----END" + match[1] + b"-----"
    stop = data.find(footer, header.end, header.end + MAX_PEM_BYTES)
    if stop < 0 or data.find(b"-----BEGIN", header.end, stop) >= 0:
        return None
    armour = unwrap(data, Span(header.end, stop))
    if armour is None:
        return None
    span, label = Span(header.start, stop + len(footer)), _SPACE.sub(b" ", match[1])[1:]
    try:
        der = binascii.a2b_base64(armour.body)
    except binascii.Error:
        return None
    if armour.cipher:
        return _legacy_encrypted(span, label, der, armour.cipher)
    return _parse(span, label, der) if der else None


def _identity(der: bytes) -> bytes:
    return hashlib.sha256(der).hexdigest().encode()


def _legacy_encrypted(span: Span, label: bytes, der: bytes, cipher: bytes) -> PrivateKey | None:
    """RFC 1421 encryption: the body is ciphertext, so that only its size can be checked."""
    block = 8 if cipher.startswith(b"DES") else 16
    if len(der) < 2 * block or len(der) % block:
        return None
    types: dict[bytes, KeyType] = {
        b"RSA PRIVATE KEY": "rsa",
        b"EC PRIVATE KEY": "ec",
        b"DSA PRIVATE KEY": "dsa",
    }
    note = f"{cipher.decode()} with MD5, an old and weak password protection"
    return PrivateKey(span, _identity(der), types.get(label, "other"), 0, True, note)


def _parse(span: Span, label: bytes, der: bytes) -> PrivateKey | None:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization

    armoured = b"-----BEGIN %b-----\n%b-----END %b-----\n" % (label, binascii.b2a_base64(der), label)
    openssh = label == b"OPENSSH PRIVATE KEY"
    try:
        with warnings.catch_warnings():  # a warning about an old cipher is no business of the scan's output
            warnings.simplefilter("ignore")
            if openssh:
                key: object = serialization.load_ssh_private_key(armoured, None)
            else:
                key = serialization.load_pem_private_key(armoured, None, unsafe_skip_rsa_key_validation=True)
    except TypeError:  # documented: the key is encrypted and no password was given
        return PrivateKey(span, _identity(der), _encrypted_type(len(der)), 0, True, "type judged by its size")
    except (ValueError, UnsupportedAlgorithm):
        encrypted = openssh and b"bcrypt" in der[:64]
        return PrivateKey(span, _identity(der), "other", 0, True) if encrypted else None
    kind, bits = _describe(key)
    return PrivateKey(span, _identity(der), kind, bits, False)


def _encrypted_type(size: int) -> KeyType:
    """PKCS#8 hides the type. Measured with OpenSSL 3: Ed25519 takes 150 to 160 bytes, P-256 some 240, RSA over 900."""
    return "ed25519" if size <= 190 else "ec" if size <= 500 else "rsa"


def _describe(key: object) -> tuple[KeyType, int]:
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa

    if isinstance(key, rsa.RSAPrivateKey):
        return "rsa", key.key_size
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return "ed25519", 256
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return "ec", key.key_size
    if isinstance(key, dsa.DSAPrivateKey):
        return "dsa", key.key_size
    return "other", 0
