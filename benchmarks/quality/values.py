"""Values made at run time from a seed: none of them is anybody's, none is ever stored."""

from __future__ import annotations

import base64
import functools
import random
import re
import string
from dataclasses import dataclass, field
from typing import Any

from mnemonic import Mnemonic

_FIELD = re.compile(r"\{([a-z0-9-]+)(?::([a-z0-9]+))?\}", re.IGNORECASE)
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
ALPHABETS = {
    "alnum": string.ascii_letters + string.digits,
    "hex": "0123456789abcdef",
    "HEX": "0123456789ABCDEF",
    "lower": string.ascii_lowercase + string.digits,
    "UPPER": string.ascii_uppercase + string.digits,
    "letters": string.ascii_letters,
    "digits": string.digits,
    "b64url": string.ascii_letters + string.digits + "_-",
    "base64": string.ascii_letters + string.digits + "+/",
    "base58": BASE58,
    "base32": "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
}
# what venues that publish no format are seen to issue
ANY_KEY = ("{alnum:32}", "{hex:32}", "{uuid}", "{alnum:40}", "{alnum:48}", "{hex:64}", "{b64url:43}")
ANY_SECRET = ("{hex:64}", "{alnum:32}", "{bytes:32}", "{alnum:48}", "{b64url:43}", "{alnum:64}", "{bytes:64}")
PHRASES = (
    "{word}{Word}{digits:4}",
    "{Word}-{word}-{digits:3}!",
    "{word}{digits:6}",
    "{Word}{digits:2}@{word}",
)
WORDS = (  # what people choose passphrases from
    "orbit maple canyon velvet hunter silver bridge garden anchor lemon tiger winter market coral desert eagle"
    " fabric galaxy harbor island jungle kitchen ladder marble nature ocean panda quantum rabbit salmon timber"
    " umbrella vapor wagon zebra"
).split()


@dataclass
class Maker:
    """Makes values; asked twice for the two halves of one Ed25519 pair it gives halves that agree."""

    rng: random.Random
    _pair: tuple[bytes, bytes] | None = field(default=None, repr=False)

    def fill(self, shape: str) -> str:
        """`shape` with every placeholder replaced."""
        return _FIELD.sub(lambda match: self._one(match[1], match[2] or ""), shape)

    def _one(self, kind: str, size: str) -> str:
        if kind in ALPHABETS:
            return "".join(self.rng.choices(ALPHABETS[kind], k=int(size)))
        if kind == "pem":
            return pem(size, self.rng.getrandbits(64))
        if kind in ("bytes", "bytes-url"):
            data = self.rng.randbytes(int(size))
            return (base64.urlsafe_b64encode if kind == "bytes-url" else base64.b64encode)(data).decode()
        if kind == "words":
            return Mnemonic("english").to_mnemonic(self.rng.randbytes(int(size) * 4 // 3))
        return self._special(kind)

    def _special(self, kind: str) -> str:
        rng = self.rng
        if kind == "any-key":
            return self.fill(rng.choice(ANY_KEY))
        if kind == "any-secret":
            return self.fill(rng.choice(ANY_SECRET))
        if kind == "phrase":
            return self.fill(rng.choice(PHRASES))
        if kind in ("word", "Word"):
            word = rng.choice(WORDS)
            return word.capitalize() if kind == "Word" else word
        if kind == "uuid":
            text = f"{rng.getrandbits(128):032x}"
            return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-{rng.choice('89ab')}{text[17:20]}-{text[20:]}"
        if kind == "objectid":  # its first eight digits are the second of its making, 2018 to 2025
            return f"{rng.randrange(1_520_000_000, 1_760_000_000):08x}{rng.getrandbits(64):016x}"
        if kind in ("evm", "address"):
            return f"0x{rng.getrandbits(256):064x}" if kind == "evm" else f"0x{rng.getrandbits(160):040x}"
        seed, public = self._pair or self._make_pair()
        return base64.b64encode({"edseed": seed, "edpublic": public, "edpair": seed + public}[kind]).decode()

    def _make_pair(self) -> tuple[bytes, bytes]:
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        seed = self.rng.randbytes(32)
        public = Ed25519PrivateKey.from_private_bytes(seed).public_key()
        raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        self._pair = seed, raw
        return self._pair


def pem(kind: str, seed: int, *, public: bool = False, traditional: bool = False) -> str:
    """A private (or public) key block without the last newline; the same seed gives the same key."""
    from cryptography.hazmat.primitives import serialization as ser

    key = _private_key(kind, seed)
    if public:
        form = ser.PublicFormat.SubjectPublicKeyInfo
        return str(key.public_key().public_bytes(ser.Encoding.PEM, form), "ascii").strip()
    old = traditional or kind == "ec"
    private = ser.PrivateFormat.TraditionalOpenSSL if old else ser.PrivateFormat.PKCS8
    return str(key.private_bytes(ser.Encoding.PEM, private, ser.NoEncryption()), "ascii").strip()


def _private_key(kind: str, seed: int) -> Any:
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    rng = random.Random(seed)
    if kind == "ed25519":
        return ed25519.Ed25519PrivateKey.from_private_bytes(rng.randbytes(32))
    if kind == "ec":
        return ec.derive_private_key(rng.getrandbits(250) + 1, ec.SECP256R1())
    p, q = rng.sample(_primes(), 2)  # 276 keys from 24 primes, each a tenth of a second
    d = pow(65537, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(65537, p * q)
    numbers = rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), public)
    return numbers.private_key(unsafe_skip_rsa_key_validation=True)


@functools.cache
def _primes() -> list[int]:
    rng = random.Random("primes")
    found: list[int] = []
    while len(found) < 24:
        number = rng.getrandbits(1024) | 3 << 1022 | 1
        if (
            all(number % n for n in range(3, 2000, 2))
            and pow(2, number - 1, number) == 1
            and number % 65537 != 1
        ):
            found.append(number)
    return found
