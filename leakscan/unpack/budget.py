"""How much one archive may cost, with all that is packed inside it: sizes in headers are claims."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from leakscan.model import FailureKind

MIB = 1 << 20


class Member(NamedTuple):
    """Content inside an archive. `path` joins nested members by "!", and is empty for what has no name: gzip data.
    `packing` says what it came out of, outermost first: ("zip", "gzip")."""

    path: bytes
    data: bytes
    packing: tuple[str, ...]


class Trouble(NamedTuple):
    """A member, or with an empty path the archive itself, that was not read to its end."""

    kind: FailureKind
    path: bytes
    reason: str


class Rest(NamedTuple):
    """What stands behind the end of an archive: another one, it may be."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Limits:
    """`ratio`: unpacked over packed bytes, once more than a MiB came out."""

    members: int = 20_000
    member_bytes: int = 64 * MIB
    total_bytes: int = 512 * MIB
    ratio: int = 1_000
    depth: int = 5
    seconds: float = 60.0


class Exhausted(Exception):
    """A limit of the whole archive is reached: nothing more of it is read."""

    def __init__(self, kind: FailureKind, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind
        self.reason = reason


class Unreadable(Exception):
    """A member or an archive that cannot be read; the text says why, in our own words."""

    def __init__(self, kind: FailureKind, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind
        self.reason = reason


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


@dataclass(slots=True)
class Budget:
    """What is left of the limits; shared by all levels of one archive."""

    limits: Limits
    packed_bytes: int
    members: int = 0
    unpacked_bytes: int = 0
    _started: float = field(default_factory=time.monotonic)

    def count_member(self) -> None:
        self.members += 1
        if self.members > self.limits.members:
            raise Exhausted("too-large", f"more than {self.limits.members:,} members")
        self._check_time()

    def count_bytes(self, size: int) -> None:
        limits = self.limits
        self.unpacked_bytes += size
        if self.unpacked_bytes > limits.total_bytes:
            raise Exhausted("too-large", f"unpacks to more than {limits.total_bytes // MIB:,} MiB")
        if self.unpacked_bytes > max(MIB, limits.ratio * self.packed_bytes):
            raise Exhausted("too-large", f"unpacks to more than {limits.ratio:,} times its size")
        self._check_time()

    def _check_time(self) -> None:
        if time.monotonic() - self._started > self.limits.seconds:
            raise Exhausted("timeout", f"took more than {self.limits.seconds:g} s to unpack")

    def take(self, chunks: Iterator[bytes]) -> bytes:
        """The chunks together. Raises Unreadable if they are too many for one member."""
        taken: list[bytes] = []
        size = 0
        for chunk in chunks:
            size += len(chunk)
            self.count_bytes(len(chunk))
            if size > self.limits.member_bytes:
                raise Unreadable("too-large", f"over {self.limits.member_bytes // MIB:,} MiB")
            taken.append(chunk)
        return b"".join(taken)

    def read(self, stream: Readable) -> bytes:
        return self.take(iter(lambda: stream.read(MIB), b""))
