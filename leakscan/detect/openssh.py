"""OpenSSH's own key format: "openssh-key-v1", the cipher, the public half in clear, the private one.

The format: https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key"""

from __future__ import annotations

import binascii
import warnings

from leakscan.detect.privatekey import PrivateKey, describe, fingerprint, identity_of, kind_of
from leakscan.model import Span

_MAGIC = b"openssh-key-v1\0"
_LABEL = b"OPENSSH PRIVATE KEY"


def parse_openssh(span: Span, body: bytes) -> PrivateKey | None:
    """The key in the decoded body of a PEM block; of an encrypted one, the public half is known all the same."""
    from cryptography.exceptions import InternalError, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization

    if not body.startswith(_MAGIC):
        return None
    head = read_strings(body[len(_MAGIC) :])
    if head and head[0] != b"none":
        return _locked(span, body)
    armoured = b"-----BEGIN %b-----\n%b-----END %b-----\n" % (_LABEL, binascii.b2a_base64(body), _LABEL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            key = serialization.load_ssh_private_key(armoured, None, unsafe_skip_rsa_key_validation=True)
    except (TypeError, ValueError, UnsupportedAlgorithm, InternalError, NotImplementedError):
        return None
    return describe(span, identity_of(body), key)


def _locked(span: Span, body: bytes) -> PrivateKey | None:
    head = read_strings(body[len(_MAGIC) :], 3)
    place = len(_MAGIC) + sum(map(len, head)) + 4 * len(head) + 4  # and the count of keys
    rest = read_strings(body[place:], 2)
    if len(head) < 3 or len(rest) < 2:
        return None
    public = read_public_key(rest[0])
    if public is None:
        return PrivateKey(span, identity_of(body), "other", 0, True)
    kind, bits = kind_of(public)
    return PrivateKey(span, identity_of(body), kind, bits, True, public=fingerprint(public))


def read_public_key(blob: bytes) -> object | None:
    """The public key of an SSH blob, None if it is none."""
    from cryptography.exceptions import InternalError, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization

    kind = next(iter(read_strings(blob)), b"")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return serialization.load_ssh_public_key(kind + b" " + binascii.b2a_base64(blob, newline=False))
    except (ValueError, UnsupportedAlgorithm, InternalError, NotImplementedError):
        return None


def read_strings(blob: bytes, most: int = 16) -> list[bytes]:
    """The first strings of an SSH blob, each of which stands after its length."""
    strings: list[bytes] = []
    place = 0
    while place + 4 <= len(blob) and len(strings) < most:
        size = int.from_bytes(blob[place : place + 4], "big")
        place += 4 + size
        if place > len(blob):
            break
        strings.append(blob[place - size : place])
    return strings
