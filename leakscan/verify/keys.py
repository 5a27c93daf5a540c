"""A credential as it is used: the parts, and what is signed with them. Values leave here as signatures, but for the key
and the passphrase where an exchange wants them as they are."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Any

from leakscan.detect.armour import unwrap
from leakscan.detect.pem import HEADER
from leakscan.model import Secret, Span
from leakscan.verify.allowed import Unsendable

_NOT_BASE64 = re.compile(rb"\\+[nrt]|[^A-Za-z0-9+/=]")
_FOOTER = b"-----END"


@dataclass(frozen=True, slots=True)
class Keys:
    """The parts of one credential; what it does not have is None."""

    key: Secret
    secret: Secret | None = None
    passphrase: Secret | None = None
    private_key: Secret | None = None

    @property
    def name(self) -> str:
        """The API key: sent as it is, for the exchange to know whose signature to check."""
        return _text(self.key)

    @property
    def word(self) -> str:
        """The passphrase, for venues that want it as it is."""
        return _text(self.passphrase)

    def hmac(self, message: bytes, digest: str = "sha256", *, decoded: bool = False) -> bytes:
        """`decoded`: the secret is base64, and its bytes are the key."""
        return hmac.digest(self._secret(decoded=decoded), message, digest)

    def hmac_of_passphrase(self) -> bytes:
        if self.passphrase is None:
            raise Unsendable("it needs its passphrase")
        return self.hmac(self.passphrase.reveal())

    def sign(self, message: bytes) -> bytes:
        """With the private key: RSA PKCS#1 v1.5 with SHA-256, or Ed25519."""
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa

        match self._private():
            case ed25519.Ed25519PrivateKey() as key:
                return key.sign(message)
            case rsa.RSAPrivateKey() as key:
                return key.sign(message, padding.PKCS1v15(), hashes.SHA256())
        raise Unsendable("a private key of a kind that this exchange does not take")

    def sign_jwt(self, message: bytes) -> bytes:
        """As a JSON web token wants it: ES256 with fixed width (RFC 7518, 3.4), or Ed25519."""
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec, ed25519
        from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

        match self._private():
            case ed25519.Ed25519PrivateKey() as key:
                return key.sign(message)
            case ec.EllipticCurvePrivateKey(curve=ec.SECP256R1()) as key:
                r, s = decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA256())))
                return r.to_bytes(32, "big") + s.to_bytes(32, "big")
        raise Unsendable("a private key of a kind that this exchange does not take")

    @property
    def is_ed25519(self) -> bool:
        from cryptography.hazmat.primitives.asymmetric import ed25519

        return isinstance(self._private(), ed25519.Ed25519PrivateKey)

    def _secret(self, *, decoded: bool) -> bytes:
        if self.secret is None:
            raise Unsendable("it needs its secret")
        value = self.secret.reveal()
        if not decoded:
            return value
        try:
            return base64.b64decode(value + b"=" * (-len(value) % 4), validate=True)
        except binascii.Error:
            raise Unsendable("its secret is not the base64 that it should be") from None

    def _private(self) -> Any:
        """Of the private key; or of a secret that is the seed of an Ed25519 key, with or without its public half."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        if self.private_key is not None:
            return _load(self.private_key.reveal())
        raw = self._secret(decoded=True)
        if len(raw) not in (32, 64):
            raise Unsendable("its secret is not an Ed25519 key")
        return Ed25519PrivateKey.from_private_bytes(raw[:32])


def hashed(message: bytes, digest: str = "sha256") -> bytes:
    return hashlib.new(digest, message).digest()


def base64_text(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


def base64url_text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode("ascii")


def _text(secret: Secret | None) -> str:
    if secret is None:
        raise Unsendable("a part of it was not found")
    try:
        return secret.reveal().decode("ascii")
    except UnicodeDecodeError:
        raise Unsendable("it holds what no header may") from None


def _load(value: bytes) -> Any:
    """The key, however it is written. Unsendable if it does not parse, or if a password protects it."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization

    header = HEADER.search(value)
    try:
        if header and b"OPENSSH" in header[0]:
            lines = _armoured(value, header.end())
            pem = b"-----BEGIN OPENSSH PRIVATE KEY-----\n%b\n-----END OPENSSH PRIVATE KEY-----\n" % lines
            return serialization.load_ssh_private_key(pem, None)
        body = _armoured(value, header.end()) if header else _NOT_BASE64.sub(b"", value)
        return serialization.load_der_private_key(binascii.a2b_base64(body), None)
    except TypeError:  # documented: it is encrypted
        raise Unsendable("a password protects its private key") from None
    except (ValueError, UnsupportedAlgorithm):
        raise Unsendable("its private key cannot be read") from None


def _armoured(value: bytes, start: int) -> bytes:
    stop = value.find(_FOOTER, start)
    armour = unwrap(value, Span(start, stop if stop >= 0 else len(value)))
    if armour is None:
        raise ValueError
    if armour.cipher:
        raise TypeError
    return armour.body
