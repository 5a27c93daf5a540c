"""Values that look like credentials, made at run time: `{alnum:64}` in an example becomes 64 letters and digits.

No credential-shaped text ever stands in the repository, so examples name what they want in braces:
`{alnum:N}`, `{hex:N}`, `{HEX:N}`, `{lower:N}`, `{upper:N}`, `{base32:N}`, `{base58:N}`, `{base64:N}`, `{b64url:N}`,
`{uuid}`, `{objectid}`, `{words:24}` (a recovery phrase), `{ed25519seed}`, `{ed25519raw}`, `{ed25519pair}`, and keys,
`{rsa:BITS}`, `{ed25519}`, `{ec}`, each optionally with `:FORM`, where FORM is `pkcs1`, `pkcs8`, `encrypted`, `legacy`
or `public`, and `:oneline` (literal backslash-n) or `:indent`.
"""

from __future__ import annotations

import base64
import functools
import math
import random
import re
import string
import uuid
from typing import Any

_PLACEHOLDER = re.compile(
    r"\{(?:(?P<run>alnum|hex|HEX|lower|upper|base32|base58|base64|b64url):(?P<length>[0-9]{1,4})"
    r"|words:(?P<words>24)|(?P<value>uuid|objectid|ed25519pair|ed25519seed|ed25519raw)"
    r"|(?P<key>rsa|ed25519|ec)(?::(?P<bits>[0-9]{3,4}))?(?P<form>(?::[a-z0-9]+)*))\}"
)
_SMALL_PRIMES = math.prod(n for n in range(3, 2000, 2) if all(n % d for d in range(3, 45, 2) if d < n))
_ALPHABETS = {
    "alnum": string.ascii_letters + string.digits,
    "hex": "0123456789abcdef",
    "HEX": "0123456789ABCDEF",
    "lower": string.ascii_lowercase + string.digits,
    "upper": string.ascii_uppercase + string.digits,
    "base32": string.ascii_uppercase + "234567",
    "base58": "".join(sorted(set(string.ascii_letters + string.digits) - set("0OIl"))),
    "base64": string.ascii_letters + string.digits + "+/",
    "b64url": string.ascii_letters + string.digits + "-_",
}


def fill(text: str, seed: int = 0) -> str:
    """`text` with every placeholder replaced; the same text and seed give the same values."""
    rng = random.Random(f"{seed}:{text}")
    return _PLACEHOLDER.sub(lambda match: _make(match, rng), text)


def fake(spec: str, seed: int = 0) -> str:
    """One value: `fake("alnum:64")`."""
    return fill("{" + spec + "}", seed)


def _make(match: re.Match[str], rng: random.Random) -> str:
    if match["run"] == "base64":
        return _base64(int(match["length"]), rng)
    if match["run"]:
        return "".join(rng.choices(_ALPHABETS[match["run"]], k=int(match["length"])))
    if match["words"]:
        from mnemonic import Mnemonic

        return Mnemonic("english").to_mnemonic(rng.randbytes(32))
    if match["value"]:
        return _value(match["value"], rng)
    options = match["form"].split(":")
    pem = _pem(match["key"], int(match["bits"] or 2048), options, rng)
    if "oneline" in options:
        return pem.replace("\n", "\\n")
    if "indent" in options:
        return pem.replace("\n", "\n    ")
    return pem


def _base64(length: int, rng: random.Random) -> str:
    """Of whole bytes, with its padding, where the length allows it: 44 is 32 bytes, 88 is 64 bytes."""
    if length not in (24, 28, 44, 88):
        return "".join(rng.choices(_ALPHABETS["base64"], k=length))
    size = {24: 16, 28: 20, 44: 32, 88: 64}[length]
    return base64.b64encode(rng.randbytes(size)).decode()


def _value(kind: str, rng: random.Random) -> str:
    """`objectid` is of a day between 2018 and 2025; `ed25519seed`: base64 of the seed, `ed25519raw`: of seed and
    public half as one, `ed25519pair`: of the public half and of the seed, with a space between."""
    if kind == "uuid":
        return str(uuid.UUID(int=rng.getrandbits(128), version=4))
    if kind == "objectid":
        return f"{rng.randrange(1_514_764_800, 1_735_689_600):08x}{rng.getrandbits(64):016x}"
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    seed = rng.randbytes(32)
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    values = {"ed25519seed": [seed], "ed25519raw": [seed + public], "ed25519pair": [public, seed]}[kind]
    return " ".join(base64.b64encode(value).decode() for value in values)


def _pem(kind: str, bits: int, options: list[str], rng: random.Random) -> str:
    from cryptography.hazmat.primitives import serialization as ser

    # making an RSA key takes a good part of a second, so that there are two of each size only
    key = _private_key(kind, bits, rng.getrandbits(1 if kind == "rsa" else 64))
    if "public" in options:
        public = key.public_key().public_bytes(ser.Encoding.PEM, ser.PublicFormat.SubjectPublicKeyInfo)
        return str(public, "ascii").strip()
    traditional = "pkcs1" in options or "legacy" in options
    form = ser.PrivateFormat.TraditionalOpenSSL if traditional else ser.PrivateFormat.PKCS8
    locked = "encrypted" in options or "legacy" in options
    lock = ser.BestAvailableEncryption(b"example") if locked else ser.NoEncryption()
    return str(key.private_bytes(ser.Encoding.PEM, form, lock), "ascii").strip()


@functools.lru_cache(maxsize=32)
def _private_key(kind: str, bits: int, seed: int) -> Any:
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    rng = random.Random(seed)
    if kind == "ed25519":
        return ed25519.Ed25519PrivateKey.from_private_bytes(rng.randbytes(32))
    if kind == "ec":
        return ec.derive_private_key(rng.getrandbits(250) + 1, ec.SECP256R1())
    while True:
        p, q = _prime(bits // 2, rng), _prime(bits // 2, rng)
        if p != q and (p - 1) % 65537 and (q - 1) % 65537:
            break
    d = pow(65537, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(65537, p * q)
    numbers = rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), public)
    return numbers.private_key(unsafe_skip_rsa_key_validation=True)


def _prime(bits: int, rng: random.Random) -> int:
    """A number that passes Fermat tests to two bases: enough for a key that guards nothing."""
    while True:
        number = rng.getrandbits(bits) | 3 << (bits - 2) | 1
        if (
            math.gcd(number, _SMALL_PRIMES) == 1
            and pow(2, number - 1, number) == pow(3, number - 1, number) == 1
        ):
            return number
