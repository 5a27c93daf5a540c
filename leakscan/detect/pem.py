"""Private keys in content: in PEM, found by the header and unwrapped from what surrounds them, and in other forms."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from leakscan.detect import putty
from leakscan.detect.armour import unwrap
from leakscan.detect.keybody import iter_bare_keys, read_bare_key
from leakscan.detect.lazy import lazy
from leakscan.detect.openssh import parse_openssh
from leakscan.detect.privatekey import MAX_KEY_BYTES, PrivateKey, identity_of, parse_der
from leakscan.model import Span

if TYPE_CHECKING:
    from leakscan.rules import KeyType

DER_HEAD = b"0"  # a sequence; it holds no anchor, but may be all of a key
HEADER_MARK = b"-----BEGIN"
LITERALS = (HEADER_MARK, putty.MARK)
HEADER = lazy(rb"-----BEGIN((?:(?: |%20|\+)[A-Z0-9]{1,12}){0,4}(?: |%20|\+)PRIVATE(?: |%20|\+)KEY)-----")
_SPACE = lazy(rb"%20|\+")
_DRESSING = lazy(rb"(?:\\+[nrt]|[\s\"'`,;\\#*>+]|%0[aAdD]|&#(?:10|13);){0,80}")
_OPENSSH = b"OPENSSH PRIVATE KEY"
_LEAST_BODY = 48  # letters: the shortest key there is, 32 bytes of P-256 in SEC1 with nothing else, has 52


def read_private_keys(data: bytes) -> list[PrivateKey]:
    """Every private key in the content, in order: those that parse, whatever form they have."""
    keys = list(_iter_armoured(data))
    if der := _whole_der(data):
        keys.append(der)
    start = data.find(putty.MARK)
    while start >= 0:
        if key := putty.read_putty_key(data, start):
            keys.append(key)
        start = data.find(putty.MARK, start + 1)
    inside = [key.span for key in keys]
    keys += (key for key in iter_bare_keys(data) if not any(s <= key.span.start < e for s, e in inside))
    return sorted(keys, key=lambda key: key.span)


def _iter_armoured(data: bytes) -> Iterator[PrivateKey]:
    if HEADER_MARK in data:
        for header in HEADER.finditer(data):
            if key := _read_private_key(data, header):
                yield key


def _whole_der(data: bytes) -> PrivateKey | None:
    """A file that is nothing but the DER of a key."""
    if not data.startswith(DER_HEAD) or len(data) > MAX_KEY_BYTES or data.isascii():
        return None
    return parse_der(Span(0, len(data)), data, "DER")


def _read_private_key(data: bytes, match: re.Match[bytes]) -> PrivateKey | None:
    """The key whose header was found; None for a placeholder, a fragment, or anything that does not parse."""
    header = Span(*match.span())
    most = header.end + MAX_KEY_BYTES
    following = data.find(HEADER_MARK, header.end, most)
    if 0 <= following < header.end + _LEAST_BODY:
        return None
    label = _SPACE.sub(b" ", match[1])[1:]
    footer = b"-----END" + match[1] + b"-----"
    stop = data.find(footer, header.end, following if following >= 0 else most)
    if stop < 0:
        return _without_end(data, header, label)
    armour = unwrap(data, Span(header.end, stop))
    if armour is None:
        return None
    span = Span(header.start, stop + len(footer))
    try:
        der = binascii.a2b_base64(armour.body)
    except binascii.Error:
        return None
    if armour.cipher:
        return _legacy_encrypted(span, label, der, armour.cipher)
    return _parse(span, label, der) if der else None


def _without_end(data: bytes, header: Span, label: bytes) -> PrivateKey | None:
    """A block that lost its last line still holds the whole key, if all of its DER is there."""
    dressing = _DRESSING.match(data, header.end)
    start = dressing.end() if dressing else header.end
    if label == _OPENSSH:
        return None
    key = read_bare_key(data, start, "no END line")
    return replace(key, span=Span(header.start, key.span.end)) if key else None


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
    return PrivateKey(span, identity_of(der), types.get(label, "other"), 0, True, note)


def _parse(span: Span, label: bytes, der: bytes) -> PrivateKey | None:
    return parse_openssh(span, der) if label == _OPENSSH else parse_der(span, der)
