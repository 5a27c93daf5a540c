"""What a venue's module is: a generator that yields requests, is sent the answers and returns the verdict."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

from leakscan.verdict import Verification
from leakscan.verify.allowed import Request
from leakscan.verify.answers import Answer

Conversation: TypeAlias = Generator[Request, Answer, Verification]


@dataclass(frozen=True, slots=True)
class Moment:
    """When a request is made, seconds since the epoch, and a name that no other has (UUID version 4, lower case)."""

    seconds: float
    unique: str

    @property
    def ms(self) -> str:
        return str(int(self.seconds * 1000))

    @property
    def s(self) -> str:
        return str(int(self.seconds))

    @property
    def iso(self) -> str:
        """`2026-11-02T10:00:00.000Z`"""
        return self.utc.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    @property
    def utc(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)
