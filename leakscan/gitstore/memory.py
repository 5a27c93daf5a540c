"""What one scan remembers of a history for the next one: ids and numbers, no content and no path."""

from __future__ import annotations

import hashlib
import json
import re
import struct
import sys
from array import array
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final

from leakscan.gitstore.containers import Containers, Stamp

_MAGIC: Final = b"leakscan history cache 3\n"
_HEAD = struct.Struct("<Q")
MAX_TRACED: Final = 2_000
MAX_BYTES: Final = 256 << 20
_STAMP_SIZE = 5
_is_stamp_name = re.compile(r"\d{1,4}/(?:pack/[^/]+\.(?:pack|idx)|[0-9a-f]{2}/[0-9a-f]{38,62})").fullmatch
_ID_LISTS = ("shallow", "found", "changed", "trees", "tips", "absent", "missing", "traced", "named")
_COUNTS = ("blobs", "commits", "tags", "bytes")
_PLACE_NUMBERS = 4
# Of a blob in which the same was seen as in another one: that one, and the numbers of the places, four of each value.
Alike = dict[str, tuple[str, list[int]]]
# Of a blob without a finding at its paths: how many examples of documents it holds, and a checksum of the paths.
Quiet = dict[str, tuple[int, int]]
_MAX_NUMBER = 1 << 62


class UnusableError(Exception):
    """Why a file cannot be used."""


@dataclass(slots=True)
class Memory:
    """`found`: objects in which something was seen, `alike` and `quiet` those of them that need not be looked at again;
    `changed`: commits that changed such a blob; `trees`: those above such blobs as no commit leads to; `named`: blobs
    of which a name may hold a value. `absent`: what is named and not there, `missing` of that what `tips` lead to.

    Commits are numbered: `ids` are raw, `orders` sort them oldest first, `reached` flags those that `tips` lead to
    (empty where nothing is absent), `masks` hold a bit for each of `traced` that they lead to."""

    key: str
    containers: Containers = field(default_factory=Containers)
    counts: dict[str, int] = field(default_factory=dict)
    shallow: list[str] = field(default_factory=list)
    found: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    trees: list[str] = field(default_factory=list)
    tips: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    traced: list[str] = field(default_factory=list)
    named: list[str] = field(default_factory=list)
    ids: bytes = b""
    orders: array[int] = field(default_factory=lambda: array("q"))
    reached: bytes = b""
    masks: bytes = b""
    alike: Alike = field(default_factory=dict)
    quiet: Quiet = field(default_factory=dict)

    @property
    def mask_bytes(self) -> int:
        """Of one commit."""
        return mask_bytes(len(self.traced))

    def encode(self) -> bytes:
        """What goes into a file. UnusableError if that would be too large."""
        head = {name: getattr(self, name) for name in ("key", "counts", "alike", "quiet", *_ID_LISTS)}
        head |= {"order": sys.byteorder, "stamps": self.containers.stamps}
        head["digests"] = self.containers.digests
        text = json.dumps(head, separators=(",", ":")).encode()
        body = b"".join(
            (_HEAD.pack(len(text)), text, self.ids, self.orders.tobytes(), self.reached, self.masks)
        )
        if len(body) > MAX_BYTES:
            raise UnusableError("there is too much to remember")
        return _MAGIC + hashlib.sha256(body).digest() + body


def mask_bytes(traced: int) -> int:
    return (traced + 7) // 8


def decode(data: bytes, key: str, width: int) -> Memory:
    """The memory in a file, of ids of `width` bytes. UnusableError for whatever `encode` would not have written under
    this key."""
    start = len(_MAGIC) + hashlib.sha256().digest_size
    view = memoryview(data)
    if data[: len(_MAGIC)] != _MAGIC or hashlib.sha256(view[start:]).digest() != data[len(_MAGIC) : start]:
        raise UnusableError("it is damaged")
    try:
        (length,) = _HEAD.unpack_from(data, start)
        start += _HEAD.size
        head = json.loads(data[start : start + length])
        if head["key"] != key or head["order"] != sys.byteorder:
            raise UnusableError(
                "it was written with other rules, by another version, or for another repository"
            )
        return _checked(head, view[start + length :], width)
    except (struct.error, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UnusableError("it is malformed") from error


def _checked(head: dict[str, Any], rest: memoryview, width: int) -> Memory:
    """The memory; ValueError, TypeError or KeyError if anything is not as it should be."""
    is_id = re.compile(f"[0-9a-f]{{{2 * width}}}").fullmatch
    lists: dict[str, list[str]] = {name: [oid for oid in head[name] if is_id(oid)] for name in _ID_LISTS}
    counts = {name: int(head["counts"][name]) for name in _COUNTS}
    if any(lists[name] != head[name] for name in lists) or counts != head["counts"]:
        raise ValueError
    if not all(0 <= count < _MAX_NUMBER for count in counts.values()):
        raise ValueError
    stamps: dict[str, Stamp] = {name: tuple(stamp) for name, stamp in head["stamps"].items()}
    if any(len(stamp) != _STAMP_SIZE for stamp in stamps.values()) or not all(map(_is_stamp_name, stamps)):
        raise ValueError
    digests = {str(name): str(digest) for name, digest in head["digests"].items()}
    number, flagged = counts["commits"], bool(lists["absent"])
    sizes = (number * width, number * 8, number * flagged, number * mask_bytes(len(lists["traced"])))
    if sum(sizes) != len(rest):
        raise ValueError
    parts = []
    for size in sizes:
        parts.append(rest[:size])
        rest = rest[size:]
    orders = array("q")
    orders.frombytes(parts[1])
    ids, _, reached, masks = map(bytes, parts)
    fields: dict[str, Any] = lists | {"ids": ids, "orders": orders, "reached": reached, "masks": masks}
    fields |= _checked_seen(head, set(lists["found"]))
    return Memory(head["key"], Containers(stamps, digests), counts, **fields)


def _checked_seen(head: dict[str, Any], found: set[str]) -> dict[str, Any]:
    """What need not be looked at again is among the found ones, and what others are like is looked at."""
    alike: Alike = {oid: (first, numbers) for oid, (first, numbers) in head["alike"].items()}
    quiet: Quiet = {oid: (published, paths) for oid, (published, paths) in head["quiet"].items()}
    unseen = alike.keys() | quiet.keys()
    looked_at = found - unseen
    if not unseen <= found or any(first not in looked_at for first, _ in alike.values()):
        raise ValueError
    if len(unseen) != len(alike) + len(quiet) or any(
        len(places) % _PLACE_NUMBERS for _, places in alike.values()
    ):
        raise ValueError
    numbers = chain.from_iterable((*(places for _, places in alike.values()), *quiet.values()))
    if any(type(number) is not int or not 0 <= number < _MAX_NUMBER for number in numbers):
        raise ValueError
    return {"alike": alike, "quiet": quiet}
