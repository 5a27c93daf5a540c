"""A private key as `cryptography` reads it: type, size, protection, and the name of its public half."""

from __future__ import annotations

import hashlib
import re
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from leakscan.detect.lazy import lazy
from leakscan.model import Span

if TYPE_CHECKING:
    from leakscan.rules import KeyType

MAX_KEY_BYTES = 32 * 1024  # an RSA key of 16384 bits takes 13 kB
_WEAK_OID = lazy(rb"\x2a\x86\x48\x86\xf7\x0d\x01(?:\x05([\x01\x03\x04\x06\x0a\x0b])|\x0c\x01([\x01-\x06]))")
_WEAK_SCHEMES = {
    b"\x01": "MD2 and DES",
    b"\x03": "MD5 and DES",
    b"\x04": "MD2 and RC2",
    b"\x06": "MD5 and RC2",
    b"\x0a": "SHA-1 and DES",
    b"\x0b": "SHA-1 and RC2",
}


# RFC 8410 section 7: version 2 holds the public half, too; Rust's ring writes that with a second tag. As version 1 it
# can be read.
_ED25519_V2 = lazy(
    rb"0[\x51\x53]\x02\x01\x01(0\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20.{32})(?:\x81\x21|\xa1\x23\x03\x21)\0(.{32})",
    re.DOTALL,
)
_V1_HEAD = b"0\x2e\x02\x01\0"
# RFC 5915: the number is as long as the curve asks; some writers leave out leading noughts.
_SEC1_HEAD = lazy(rb"0(?:[\0-\x7f]|\x81.)\x02\x01\x01\x04(.)", re.DOTALL)
# SEC1, or PKCS#8 with it: `cryptography` does not know every curve (SM2's, WTLS's).
_ON_A_CURVE = lazy(
    rb"0(?:[\0-\x7f]|\x81.)(?:\x02\x01\x00"
    rb"0[\0-\x7f]\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06.{4,16}\x04(?:[\0-\x7f]|\x81.)0(?:[\0-\x7f]|\x81.))?"
    rb"\x02\x01\x01\x04([\x10-\x48])",
    re.DOTALL,
)
# RFC 8017 appendix A.1.2, in PKCS#8 or bare, and OpenSSL's form of DSA: numbers behind a version. Old forge wrote
# noughts before them, old paramiko lengths, that DER forbids.
_NUMBERS_HEAD = lazy(
    rb"0(?:\x81.|\x82..)(?:\x02\x01\x00"
    rb"0\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00\x04(?:\x81.|\x82..)0(?:\x81.|\x82..))?"
    rb"\x02\x01\x00",
    re.DOTALL,
)
_NUMBER = lazy(rb"\x02(?:([\x01-\x7f])|\x81(.)|\x82(..))", re.DOTALL)
_RSA_NUMBERS, _DSA_NUMBERS = 8, 5  # n, e, d, p, q, d mod p - 1, d mod q - 1, 1/q mod p; p, q, g, y, x
_CURVES = {
    b"\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07": "SECP256R1",
    b"\x06\x05\x2b\x81\x04\0\x0a": "SECP256K1",
    b"\x06\x05\x2b\x81\x04\0\x22": "SECP384R1",
    b"\x06\x05\x2b\x81\x04\0\x23": "SECP521R1",
}


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """`identity` names the key material itself: SHA-256 of the DER bytes, however they are wrapped. `public`: SHA-256
    of the public key's SubjectPublicKeyInfo, in hexadecimal; empty where a password hides it. `form` says how the key
    is written if not as PEM."""

    span: Span
    identity: bytes
    type: KeyType
    bits: int
    encrypted: bool
    note: str = ""
    public: str = ""
    form: str = ""


def identity_of(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()


def parse_der(span: Span, der: bytes, form: str = "") -> PrivateKey | None:
    """PKCS#8, encrypted PKCS#8, PKCS#1, SEC1 or DSA; None for anything else."""
    from cryptography.exceptions import InternalError, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization

    if second := _ED25519_V2.fullmatch(der):
        first = parse_der(span, _V1_HEAD + second[1], form)
        return first if first and first.public == _fingerprint_of_ed25519(second[2]) else None
    try:
        with warnings.catch_warnings():  # a warning about an old cipher is no business of the scan's output
            warnings.simplefilter("ignore")
            key = serialization.load_der_private_key(der, None, unsafe_skip_rsa_key_validation=True)
    except TypeError:  # documented: the key is encrypted and no password was given
        note = _weakness(der) or "type judged by its size"
        return PrivateKey(span, identity_of(der), _encrypted_type(len(der)), 0, True, note, form=form)
    except UnsupportedAlgorithm:  # the rest of it could be read
        number = _ON_A_CURVE.match(der)
        bits = 8 * number[1][0] if number else 0
        return PrivateKey(span, identity_of(der), "ec", bits, False, form=form) if number else None
    except (ValueError, InternalError, NotImplementedError):
        key = _read_without_noughts(der) or _read_loosely(der)
        if key is None:
            return None
    return describe(span, identity_of(der), key, form)


def _read_without_noughts(der: bytes) -> Any:
    """The SEC1 key whose number is too short; None if the public half beside it is not its own."""
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    head = _SEC1_HEAD.match(der)
    if head is None:
        return None
    number, rest = der[head.end() : head.end() + head[1][0]], der[head.end() + head[1][0] :]
    curve = next((name for oid, name in _CURVES.items() if oid in rest[:16]), None)
    if curve is None or not any(number):
        return None
    try:
        key = ec.derive_private_key(int.from_bytes(number, "big"), getattr(ec, curve)())
    except ValueError:  # greater than the order of the curve
        return None
    public = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return key if rest.endswith(public) else None


def _read_loosely(der: bytes) -> Any:
    """The RSA or DSA key whose numbers begin with more noughts, or have longer lengths, than they need."""
    from cryptography.exceptions import InternalError
    from cryptography.hazmat.primitives.asymmetric import dsa, rsa

    head = _NUMBERS_HEAD.match(der)
    if head is None:
        return None
    numbers: list[int] = []
    at = head.end()
    while len(numbers) < _RSA_NUMBERS and (number := _NUMBER.match(der, at)):
        at = number.end() + int.from_bytes(number[number.lastindex or 0], "big")
        numbers.append(int.from_bytes(der[number.end() : at], "big"))
    if at > len(der):
        return None
    try:
        if len(numbers) == _RSA_NUMBERS:
            n, e, d, p, q, dp, dq, inverse = numbers
            secret = rsa.RSAPrivateNumbers(p, q, d, dp, dq, inverse, rsa.RSAPublicNumbers(e, n))
            return secret.private_key(unsafe_skip_rsa_key_validation=True)
        if len(numbers) == _DSA_NUMBERS:
            p, q, g, y, x = numbers
            group = dsa.DSAParameterNumbers(p, q, g)
            return dsa.DSAPrivateNumbers(x, dsa.DSAPublicNumbers(y, group)).private_key()
    except (ValueError, InternalError):  # not what RSA or DSA asks of them
        pass
    return None


def describe(span: Span, identity: bytes, key: Any, form: str = "") -> PrivateKey | None:
    """None for an RSA key whose primes do not make its modulus: some one made it up."""
    kind, bits = kind_of(key)
    if kind == "rsa":
        numbers = key.private_numbers()
        if numbers.p * numbers.q != numbers.public_numbers.n:
            return None
    return PrivateKey(span, identity, kind, bits, False, public=fingerprint(key.public_key()), form=form)


def _fingerprint_of_ed25519(public: bytes) -> str:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    return fingerprint(Ed25519PublicKey.from_public_bytes(public))


def fingerprint(public: Any) -> str:
    """SHA-256 of the SubjectPublicKeyInfo, as `openssl pkey -pubout -outform DER | sha256sum` prints it."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return hashlib.sha256(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def kind_of(key: object) -> tuple[KeyType, int]:
    """Type and size in bits of a private or public key."""
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa

    if isinstance(key, rsa.RSAPrivateKey | rsa.RSAPublicKey):
        return "rsa", key.key_size
    if isinstance(key, ed25519.Ed25519PrivateKey | ed25519.Ed25519PublicKey):
        return "ed25519", 256
    if isinstance(key, ec.EllipticCurvePrivateKey | ec.EllipticCurvePublicKey):
        return "ec", key.key_size
    if isinstance(key, dsa.DSAPrivateKey | dsa.DSAPublicKey):
        return "dsa", key.key_size
    return "other", 0


def _encrypted_type(size: int) -> KeyType:
    """PKCS#8 hides the type. Measured with OpenSSL 3: Ed25519 takes 150 to 160 bytes, P-256 some 240, RSA over 900."""
    return "ed25519" if size <= 190 else "ec" if size <= 500 else "rsa"


def _weakness(der: bytes) -> str:
    """What PBES1 and PKCS#12 encryption are made of (RFC 8018 appendix A.3, RFC 7292 appendix C)."""
    scheme = _WEAK_OID.search(der[:40])
    if scheme is None:
        return ""
    return f"{_WEAK_SCHEMES.get(scheme[1], 'PKCS#12 with SHA-1')}, an old and weak password protection"
