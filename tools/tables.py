"""Writes tables of refs (https://git-scm.com/docs/reftable): for machines whose git cannot, and to be spoilt."""

from __future__ import annotations

import shutil
import subprocess
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

_RESTART = 16  # records


class Logged(NamedTuple):
    """An entry of a reflog; `update` counts the updates of a repository. No ids: the entry is taken away."""

    ref: bytes
    update: int
    old: str
    new: str
    message: bytes


def move_refs(git_dir: Path, logs: Iterable[Logged] = (), gone: Iterable[bytes] = ()) -> None:
    """Puts the refs of a repository in two tables, as git leaves it: with a HEAD and a `refs/heads` for older versions.
    `logs` take the place of its reflogs; `gone` are refs that the second table deletes."""

    def ask(*question: str) -> str:
        argv = ["git", "--git-dir", str(git_dir), *question]
        return subprocess.run(argv, capture_output=True, text=True, check=True).stdout

    refs: dict[bytes, bytes | None] = {b"HEAD": b"ref: " + ask("symbolic-ref", "HEAD").strip().encode()}
    for line in ask("for-each-ref", "--format=%(refname) %(objectname) %(symref)").splitlines():
        name, value, target = line.encode().split(b" ")
        refs[name] = b"ref: " + target if target else value
    wide = any(len(value or b"") == 64 for value in refs.values())
    with (git_dir / "config").open("a") as config:
        config.write("[core]\n\trepositoryformatversion = 1\n[extensions]\n\trefStorage = reftable\n")
    (git_dir / "HEAD").write_text("ref: refs/heads/.invalid\n")
    for name in ("logs", "refs", "reftable"):
        shutil.rmtree(git_dir / name, ignore_errors=True)
    (git_dir / "packed-refs").unlink(missing_ok=True)
    (git_dir / "refs").mkdir()
    (git_dir / "refs/heads").write_text("this repository uses the reftable format\n")
    (git_dir / "reftable").mkdir()
    first = refs | dict.fromkeys(gone, next(value for value in refs.values() if value and b" " not in value))
    tables = {
        "1-1-1.ref": write_table(first, logs, wide=wide),
        "2-2-2.ref": write_table(dict.fromkeys(gone), wide=wide),
    }
    for name, data in tables.items():
        (git_dir / "reftable" / name).write_bytes(data)
    (git_dir / "reftable/tables.list").write_text("".join(f"{name}\n" for name in tables))


def write_table(
    refs: Mapping[bytes, bytes | None],
    logs: Iterable[Logged] = (),
    *,
    block_size: int = 4096,
    padded: bool = True,
    wide: bool = False,
) -> bytes:
    """`refs`: name -> hex id, two of them with a blank between (a tag and what it is of), "ref: NAME", or None where it
    is deleted; `wide`: of a repository with SHA-256."""
    header = b"REFT" + bytes([2 if wide else 1]) + _number(block_size if padded else 0, 3)
    header += _number(1, 8) + _number(99, 8) + (b"s256" if wide else b"")
    table = bytearray(header)
    start = 0
    for block in _blocks(((name, *_value(refs[name])) for name in sorted(refs)), block_size, len(header)):
        if padded and start:
            table += bytes(start - len(table))
        table += b"r" + _number(4 + len(block) + len(table) - start, 3) + block
        start += block_size
        start = start if padded else len(table)
    place = len(table) if logs else 0
    keyed = {entry.ref + b"\0" + _number(~entry.update & (1 << 64) - 1, 8): entry for entry in logs}
    for block in _blocks(((key, *_entry(keyed[key])) for key in sorted(keyed)), 2 * block_size, 0):
        first = len(header) * (len(table) == len(header))  # the first of a file counts what is before it
        table += b"g" + _number(4 + len(block) + first, 3) + zlib.compress(block)
    footer = header + bytes(24) + _number(place, 8) + bytes(8)
    return bytes(table) + footer + _number(zlib.crc32(footer), 4)


def _blocks(records: Iterator[tuple[bytes, int, bytes]], size: int, first: int) -> Iterator[bytes]:
    """Key, kind and the rest of each record; `first`: bytes that stand before the first block, and belong to it."""
    block, restarts, count, before = bytearray(), [], 0, b""
    for key, kind, rest in records:
        if len(block) + len(key) + len(rest) + 3 * len(restarts) + first + 32 > size and block:
            yield _closed(block, restarts)
            block, restarts, count, before, first = bytearray(), [], 0, b"", 0
        shared = 0
        if count % _RESTART:
            while shared < min(len(before), len(key)) and before[shared] == key[shared]:
                shared += 1
        else:
            restarts.append(first + 4 + len(block))
        block += varint(shared) + varint((len(key) - shared) << 3 | kind) + key[shared:] + rest
        before, count = key, count + 1
    if block:
        yield _closed(block, restarts)


def _closed(block: bytearray, restarts: list[int]) -> bytes:
    return bytes(block) + b"".join(_number(at, 3) for at in restarts) + _number(len(restarts), 2)


def _value(told: bytes | None) -> tuple[int, bytes]:
    update = varint(0)
    if told is None:
        return 0, update
    if told.startswith(b"ref: "):
        return 3, update + varint(len(told) - 5) + told[5:]
    ids = [bytes.fromhex(oid.decode()) for oid in told.split()]
    return len(ids), update + b"".join(ids)


def _entry(entry: Logged) -> tuple[int, bytes]:
    if not entry.new:
        return 0, b""
    texts: Callable[[bytes], bytes] = lambda text: varint(len(text)) + text  # noqa: E731
    who = (
        texts(b"Alice")
        + texts(b"alice@example.com")
        + varint(1_700_000_000)
        + (-90).to_bytes(2, "big", signed=True)
    )
    return 1, bytes.fromhex(entry.old + entry.new) + who + texts(entry.message)


def varint(number: int) -> bytes:
    """As in packs: most significant first, each byte but the last with its high bit set, and one less."""
    found = [number & 0x7F]
    while number := number >> 7:
        number -= 1
        found.append(number & 0x7F | 0x80)
    return bytes(reversed(found))


def _number(number: int, width: int) -> bytes:
    return number.to_bytes(width, "big")
