"""Names for values that never give them away, and the masked text that stands for them in every output."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from leakscan.model import Secret

_PEM_MARK = b"-----"
_KEY_LINE = 16  # characters; words of the header are shorter


def fingerprint(rule_id: str, identity: bytes) -> str:
    """32 hexadecimal digits: the same value under the same rule has the same one, wherever it moves."""
    return hashlib.sha256(b"leakscan/v1\0" + rule_id.encode() + b"\0" + identity).hexdigest()[:32]


def group_name(fingerprints: Iterable[str]) -> str:
    """16 hexadecimal digits for the credential that these values are parts of."""
    return hashlib.sha256("\n".join(sorted(fingerprints)).encode()).hexdigest()[:16]


def preview(secret: Secret) -> str:
    """At most 6 characters of a value of 40 or more, 2 of one of 16 or more; of a private key only its header."""
    value = secret.reveal()
    if value.startswith(_PEM_MARK):
        return value.split(_PEM_MARK)[1].decode("ascii")
    text = value.decode("ascii", "replace")
    if len(text) >= 40:
        return f"{text[:4]}…{text[-2:]}"
    return f"{text[:2]}…" if len(text) >= 16 else "…"


def masks(secrets: Iterable[Secret]) -> dict[str, str]:
    """Value -> the text to show in its place. A private key is hidden line by line, as names may hold one."""
    shown: dict[str, str] = {}
    for secret in secrets:
        value = secret.reveal()
        if value.startswith(_PEM_MARK):
            lines = value.replace(b"\\n", b"\n").split()
            shown.update((line.decode("utf-8", "replace"), "…") for line in lines if len(line) >= _KEY_LINE)
        else:
            shown[value.decode("utf-8", "surrogateescape")] = preview(secret)
    return shown
