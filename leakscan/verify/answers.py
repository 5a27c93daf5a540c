"""What an exchange answers -> facts, however broken the answer is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from leakscan.verdict import PERMISSIONS, Verification

Meaning = Literal[
    "no key",
    "dead",
    "wrong secret",
    "wrong passphrase",
    "address",
    "permission",
    "clock",
    "nonce",
    "locked",
    "unclear",
]
CLOCK = Verification("unknown", reason="the exchange finds the clock of this machine wrong")
_MEANINGS: dict[str, Verification] = {
    "no key": Verification("inactive", reason="the exchange knows no such key"),
    "dead": Verification("inactive", reason="the key is expired, disabled or revoked"),
    "wrong secret": Verification("unknown", reason="the exchange knows the key, but this is not its secret"),
    "wrong passphrase": Verification(
        "unknown", reason="the exchange knows the key, but this is not its passphrase"
    ),
    "address": Verification(
        "active", ip_restricted=True, reason="the key exists, and may not be used from this address"
    ),
    "permission": Verification("active", reason="the signature is right, the key may not ask for more"),
    "clock": CLOCK,
    "nonce": Verification(
        "unknown", reason="the exchange knows the key, which is in use with higher numbers than the time"
    ),
    "locked": Verification("unknown", reason="the key or its account is locked"),
    "unclear": Verification(
        "unknown",
        reason="no such key, not from this address, or not permitted: the exchange does not say which",
    ),
}
_STATUS = {
    403: "the exchange refuses this machine (its country, or a firewall)",
    418: "the exchange has enough of this machine for now",
    429: "the exchange has enough of this machine for now",
    451: "the exchange does not serve the country of this machine",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """`content`: the JSON, None if it is none; `date`: the exchange's clock, seconds since the epoch; `trouble`: why
    there is no answer, in our words."""

    status: int = 0
    content: Any = None
    date: float | None = None
    trouble: str = ""

    def at(self, *path: str | int) -> Any:
        """What stands there, None if nothing does."""
        value = self.content
        for step in path:
            if isinstance(step, str) and isinstance(value, dict):
                value = value.get(step)
            elif isinstance(step, int) and isinstance(value, list) and 0 <= step < len(value):
                value = value[step]
            else:
                return None
        return value

    def text(self, *path: str | int) -> str:
        """A text or a number as text, empty for anything else."""
        value = self.at(*path)
        return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""

    def items(self, *path: str | int) -> list[Any]:
        value = self.at(*path)
        return value if isinstance(value, list) else []

    def is_set(self, *path: str | int) -> bool:
        return self.at(*path) is True


def meaning(kind: Meaning) -> Verification:
    return _MEANINGS[kind]


def unclear(answer: Answer) -> Verification:
    """Of an answer that is not documented: never dead, never alive."""
    said = answer.trouble or _STATUS.get(answer.status, "")
    if not said:
        said = f"an answer that is not documented (HTTP {answer.status})"
    return Verification("unknown", reason=said)


def error(answer: Answer, meanings: Mapping[str, Meaning], field: str) -> Verification:
    """Of an answer whose `field` says what is wrong."""
    known = meanings.get(answer.text(field))
    return meaning(known) if known else unclear(answer)


def active(
    permissions: Iterable[tuple[str, bool]] = (),
    *,
    ip_restricted: bool | None = None,
    expires: str = "",
    reason: str = "",
    is_test: bool = False,
) -> Verification:
    """`permissions`: each with whether the key has it; one may come up more than once."""
    held = {name for name, has in permissions if has}
    granted = tuple(name for name in PERMISSIONS if name in held)
    return Verification("active", granted, ip_restricted, expires, reason, is_test)


def reading(*, ip_restricted: bool | None = None) -> Verification:
    """Alive, and nobody says what else it may: no permission is told, for then it would look harmless."""
    reason = "it may read; what else, the exchange does not say"
    return Verification("active", ip_restricted=ip_restricted, reason=reason)


def day_of(seconds: Any) -> str:
    """YYYY-MM-DD of a moment since the epoch, or of an RFC 3339 text; empty for what is none, and for 0."""
    try:
        if isinstance(seconds, str) and not seconds.isdecimal():
            return datetime.fromisoformat(seconds).date().isoformat() if seconds else ""
        moment = float(seconds)
        if isinstance(seconds, bool) or not math.isfinite(moment) or moment <= 0:
            return ""
        return datetime.fromtimestamp(moment, UTC).date().isoformat()
    except (TypeError, ValueError, OverflowError, OSError):
        return ""
