"""What tools/fuzz_parsers.py feeds: each parser of something that a stranger wrote, and seeds to start from."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import json
import lzma
import random
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from functools import cache
from hashlib import sha1, sha256
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from leakscan.anchors import Matcher, find_hidden
from leakscan.detect import Detector, unfold
from leakscan.detect.decode import as_utf8
from leakscan.detect.nesting import parent_spans
from leakscan.detect.pem import read_private_keys
from leakscan.errors import LeakscanError
from leakscan.gitstore.commits import parse_commit, parse_links
from leakscan.gitstore.faults import Faults
from leakscan.gitstore.gitconfig import parse_config as parse_git_config
from leakscan.gitstore.layout import Layout, find_layout
from leakscan.gitstore.loose import peek_loose, read_loose
from leakscan.gitstore.memory import _HEAD as HEAD
from leakscan.gitstore.memory import _ID_LISTS as ID_LISTS
from leakscan.gitstore.memory import _MAGIC as MAGIC
from leakscan.gitstore.memory import UnusableError, decode
from leakscan.gitstore.packindex import PackIndex
from leakscan.gitstore.refs import read_head, read_refs
from leakscan.gitstore.reftable import Stack
from leakscan.gitstore.tags import parse_tag
from leakscan.policy.baseline import parse_baseline
from leakscan.policy.config import Known, parse_config
from leakscan.rules import load_rules
from leakscan.rules.fake import fake
from leakscan.rules.load import builtin_directory
from leakscan.rules.parse import parse_exchange
from leakscan.saved import load_saved
from leakscan.scanning.options import ScanOptions
from leakscan.scanning.run import Scan
from leakscan.unpack import Limits, iter_members
from tools import made_cases
from tools.tables import Logged, write_table

LIMITS = Limits(members=200, member_bytes=1 << 20, total_bytes=4 << 20, seconds=5)
ALLOWED = (LeakscanError, UnusableError, OSError, ValueError)  # the last of readers whose callers expect it
OID = b"1234567890" * 4


class Target(NamedTuple):
    """`run` takes any bytes and gives a short word about what came of them; only an error of ours may leave it. `make`
    makes some up, as an addition to the seeds and their changes."""

    run: Callable[[bytes], object]
    seeds: Callable[[], list[bytes]]
    make: Callable[[random.Random], bytes] | None = None


def kinds(items: Any) -> tuple[str, ...]:
    return tuple(sorted({type(item).__name__ + str(getattr(item, "kind", "")) for item in items}))


@cache
def detector() -> Detector:
    return Detector(load_rules())


def detected(data: bytes) -> object:
    """Anchors, decoders, PEM and DER, names and judgement. A match must stand where it says."""
    seen = detector().inspect(data)
    found = detector().judge(seen, frozenset())
    for match in found:
        assert 0 <= match.span.start < match.span.end <= len(data)
    return tuple(sorted({match.rule_id for match in found}))


def unfolded(data: bytes) -> object:
    """As a scan does: what stands there, what hides in it, and where that came from."""
    Matcher(detector().spec).has_anchor(data)
    rows = detected(data)
    hidden = unfold(as_utf8(data), find_hidden)
    if hidden is None:
        return rows
    found = detector().judge(detector().inspect(hidden.text), frozenset())
    for match in found:
        span, _ = hidden.trace(match.span)
        assert 0 <= span.start <= span.end <= len(as_utf8(data))
    return rows, tuple(sorted({match.rule_id for match in found}))


def keys_read(data: bytes) -> object:
    found = read_private_keys(data)
    for key in found:
        assert 0 <= key.span.start < key.span.end <= len(data)
    return tuple((key.type, key.encrypted, key.form) for key in found)[:4]


def parents(data: bytes) -> object:
    """Of what stands at a few places."""
    told = [parent_spans(data, len(data) * part // 4) for part in range(5)]
    assert all(0 <= start <= end <= len(data) for spans in told for start, end in spans)
    return tuple(map(len, told))


def members(data: bytes) -> object:
    return kinds(iter_members(data, LIMITS))


def in_file(read: Callable[[Path], object]) -> Callable[[bytes], object]:
    folder = tempfile.TemporaryDirectory(prefix="fuzz-")

    def run(data: bytes) -> object:
        path = Path(folder.name, "file")
        path.write_bytes(data)
        return read(path)

    return run


def key_texts() -> list[bytes]:
    made = []
    for key in (ed25519.Ed25519PrivateKey.generate(), ec.generate_private_key(ec.SECP256R1())):
        for form in (PrivateFormat.PKCS8, PrivateFormat.OpenSSH):
            made.append(key.private_bytes(Encoding.PEM, form, NoEncryption()))
        der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        made += [der, b"key=" + base64.b64encode(der)]
    value = fake("alnum:64", 5)
    texts = (
        f"BINANCE_API_SECRET='{value}'\n",
        f'{{"okx": {{"passphrase": "a b", "secret": "{value[:32]}"}}}}',
    )
    return made + [text.encode() for text in texts] + [texts[0].encode("utf-16")]


def archives() -> list[bytes]:
    out, member = io.BytesIO(), b"BINANCE_API_SECRET=x\n"
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/b", member)
        archive.writestr("c", gzip.compress(member))
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w", format=tarfile.PAX_FORMAT) as archive:
        info = tarfile.TarInfo("a" * 120)
        info.size = len(member)
        archive.addfile(info, io.BytesIO(member))
    database = sqlite3.connect(":memory:")
    database.executescript(
        "CREATE TABLE t (a TEXT, b); INSERT INTO t VALUES ('x', 'y'); CREATE INDEX i ON t(a)"
    )
    packed = [pack(member) for pack in (gzip.compress, bz2.compress, lzma.compress, zlib.compress)]
    packed += [lzma.compress(member, lzma.FORMAT_ALONE), b"MZ\0" + out.getvalue(), git_pack(member)]
    return [out.getvalue(), tar.getvalue(), database.serialize(), *packed]


def git_pack(content: bytes) -> bytes:
    """A blob of up to 127 bytes, a delta of it by its place and one by its id."""
    size = len(content)
    delta = bytes([size, size + 1, 0x90, size, 1]) + b"!"
    oid = sha1(b"blob %d\0" % size + content).digest()
    blob = bytes([0xB0 | size & 15, size >> 4]) + zlib.compress(content)
    deltas = [
        bytes([kind << 4 | len(delta)]) + base + zlib.compress(delta)
        for kind, base in ((6, bytes([len(blob)])), (7, oid))
    ]
    return b"PACK" + bytes([0, 0, 0, 2, 0, 0, 0, 3]) + blob + b"".join(deltas)


def reports() -> list[bytes]:
    """One of each form, of a folder with a value made for it."""
    from leakscan.reporters import RenderOptions, render

    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "s.py").write_text(f"BINANCE_API_SECRET='{fake('alnum:64', 5)}'\n")
        result = Scan(load_rules(), ScanOptions()).run([folder])
    return [render(form, result, RenderOptions()).encode() for form in ("json", "jsonl", "sarif")]


def rules() -> list[bytes]:
    return [path.read_bytes() for path in sorted(builtin_directory().glob("*.toml"))[:12]]


def exchange(data: bytes) -> object:
    return len(parse_exchange("fuzz.toml", data.decode("utf-8", "replace")).rules)


@cache
def known() -> Known:
    loaded = load_rules()
    return Known(loaded.by_id, [exchange.id for exchange in loaded.exchanges])


def pack_indexes() -> list[bytes]:
    import struct

    names = sorted(bytes((code,)) * 20 for code in (1, 7, 200))
    fan = struct.pack(">256I", *(sum(name[0] <= code for name in names) for code in range(256)))
    rest = b"".join(names) + bytes(12) + struct.pack(">3I", 12, 90, 1 << 31) + struct.pack(">Q", 1 << 33)
    return [b"\xfftOc\0\0\0\2" + fan + rest + bytes(40), fan + bytes(24 * 3 + 40)]


def wide_index() -> list[bytes]:
    """The same of a repository of SHA-256."""
    import struct

    names = sorted(bytes((code,)) * 32 for code in (1, 7, 200))
    fan = struct.pack(">256I", *(sum(name[0] <= code for name in names) for code in range(256)))
    return [
        b"\xfftOc\0\0\0\2" + fan + b"".join(names) + bytes(12) + struct.pack(">3I", 12, 90, 200) + bytes(64)
    ]


def named(data: bytes) -> object:
    """HEAD, packed refs, a loose ref, a reflog and a shallow file at once, in parts."""
    parts = (data.split(b"\0\0") + [b""] * 5)[:5]
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        root = Path(folder)
        for name, part in zip(
            ("HEAD", "packed-refs", "refs/heads/x", "logs/HEAD", "FETCH_HEAD"), parts, strict=True
        ):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(part)
        faults = Faults()
        found = read_refs(Layout(root, root, None, "sha1"), faults)
        head = read_head(Layout(root, root, None, "sha1"), Faults()).head
    return len(found.refs), found.head == head, len(found.logged), kinds(faults.failures)


def refs() -> list[bytes]:
    line = OID + b" refs/heads/x\n^" + OID + b"\n" + OID + b" refs/tags/y\n"
    log = OID + b" " + OID + b" A <a@b> 1 +0000\tx\n"
    return [
        b"\0\0".join((head, line, OID + b"\n", log, log)) for head in (b"ref: refs/heads/x\n", OID + b"\n")
    ]


def in_tables(data: bytes) -> object:
    """One table in a stack."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        Path(folder, "tables.list").write_text("a\n")
        Path(folder, "a").write_bytes(data)
        faults = Faults()
        stack = Stack(Path(folder), 40, faults)
        entries = sum(len(block) for _, block in stack.iter_logs())
    return len(stack.refs), entries, tuple(failure.reason for failure in faults.failures)


def sealed(rng: random.Random) -> bytes:
    """A table that is damaged before its end was written."""
    table = bytearray(rng.choice(tables()))
    for _ in range(rng.randrange(1, 4)):
        place = rng.randrange(24, len(table) - 68)
        table[place : place + rng.randrange(3)] = rng.randbytes(rng.randrange(3))
    return bytes(table)


def tables() -> list[bytes]:
    oid = OID.decode()
    refs = {b"refs/heads/%d" % n: OID for n in range(40)} | {
        b"HEAD": b"ref: refs/heads/1",
        b"refs/tags/x": None,
    }
    logs = [Logged(b"refs/heads/%d" % n, n, oid, oid if n % 3 else "", b"step") for n in range(40)]
    return [write_table(refs, logs, block_size=512, padded=padded) for padded in (True, False)]


def git_file(data: bytes) -> object:
    """A `.git` that is a file, and a `commondir` that leads on."""
    first, _, second = data.partition(b"\0\0")
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        inner = Path(folder, "inner")
        inner.mkdir()
        (inner / "HEAD").write_bytes(b"ref: refs/heads/x\n")
        (inner / "commondir").write_bytes(second)
        Path(folder, ".git").write_bytes(first)
        found = find_layout(Path(folder))
    return found is not None, found is not None and found.common_dir == found.git_dir


def loose() -> list[bytes]:
    import zlib

    return [zlib.compress(kind + b" 5\0hello") for kind in (b"blob", b"tree", b"commit", b"tag")]


def remembered(data: bytes) -> object:
    """A file of the cache whose checksum fits: its text up to the first line end, then its tables."""
    text, _, rest = data.partition(b"\n")
    body = HEAD.pack(len(text)) + text + rest
    return len(decode(MAGIC + sha256(body).digest() + body, "key", 20).ids)


def memories() -> list[bytes]:
    counts = dict.fromkeys(("commits", "blobs", "tags", "trees", "bytes"), 1)
    lists = {name: [OID.decode()] for name in ID_LISTS}
    head = {"key": "key", "counts": counts, "stamps": {}, "digests": {}, "order": sys.byteorder} | lists
    return [json.dumps(head).encode() + b"\n" + bytes(29)]


class Sample:
    """A small repository with a value in a pack, in a loose object, in its index; copied for each run."""

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="fuzz-")
        root = Path(self.folder.name, "start")
        git = ["git", "-C", str(root), "-c", "user.name=A", "-c", "user.email=a@b"]
        subprocess.run(["git", "init", "-q", "-b", "main", str(root)], check=True)
        for number, pack in enumerate(("repack -adq", "tag -a -m x v1", "pack-refs")):
            (root / "s.py").write_text(f"# {number}\nBINANCE_API_SECRET='{fake('alnum:64', number)}'\n")
            for words in (["add", "-A"], ["commit", "-q", "-m", "x"], pack.split()):
                subprocess.run([*git, *words], check=True)
        (root / "s.py").unlink()
        self.root = root
        inside = (path for path in sorted((root / ".git").rglob("*")) if path.is_file())
        self.files = [path.relative_to(root) for path in inside if "hooks" not in path.parts]
        self.whole = self.scan(root)

    def scan(self, root: Path) -> tuple[frozenset[str], bool]:
        result = Scan(load_rules(), ScanOptions(jobs=1), detector=detector()).run([str(root)])
        return frozenset(finding.fingerprint for finding in result.findings), result.complete


@cache
def sample() -> Sample:
    return Sample()


def damages() -> list[bytes]:
    """Which file, and its content: the number in the first byte says which."""
    found = sample()
    return [bytes((number,)) + (found.root / name).read_bytes() for number, name in enumerate(found.files)]


def damaged(data: bytes) -> object:
    """A report of the repository with one file replaced is whole, or says that it is not. An index gets the checksum
    that fits, so that it is read."""
    found = sample()
    name = found.files[data[0] % len(found.files)] if data else found.files[0]
    content = data[1:]
    if name.name == "index" and len(content) > 20:
        content = content[:-20] + sha1(content[:-20]).digest()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        root = Path(folder, "copy")
        shutil.copytree(found.root, root)
        (root / name).chmod(0o600)
        (root / name).write_bytes(content)
        values, complete = found.scan(root)
    objects = "objects" in name.parts
    assert not (complete and objects and not values >= found.whole[0]), "incomplete, and does not say so"
    return name.name[:6], len(values), complete


COMMIT = b"tree %s\nparent %s\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\ngpgsig x\n y\n\nmessage" % (
    OID,
    OID,
)
TAG = b"object %s\ntype commit\ntag v1\ntagger A <a@b> 1 +0000\n\nmessage" % OID
TARGETS: dict[str, Target] = {
    "detector": Target(detected, key_texts),
    "settings": Target(detected, lambda: [b"x"], made_cases.setting_text),
    "hiding": Target(unfolded, lambda: [b"x"], made_cases.hiding_text),
    "keys": Target(keys_read, key_texts, made_cases.key_text),
    "nesting": Target(parents, lambda: [b"[a]\nb = {c: ["], made_cases.setting_text),
    "archive": Target(members, archives),
    "streams": Target(members, archives, made_cases.streams),
    "compiled": Target(members, lambda: [made_cases.compiled(random.Random(1))], made_cases.compiled),
    "ar": Target(members, lambda: [b"!<arch>\n"], made_cases.ar),
    "tar": Target(members, lambda: [b"x"], made_cases.tar),
    "zip": Target(members, lambda: [b"PK\5\6" + bytes(18)], made_cases.zips),
    "pack": Target(members, lambda: [git_pack(b"x" * 20)], made_cases.packs),
    "database": Target(members, lambda: list(made_cases.databases()), made_cases.pages),
    "report": Target(in_file(lambda path: len(load_saved(path, ()).findings)), reports),
    "rules": Target(exchange, rules),
    "config": Target(
        lambda data: len(parse_config("x", data, known()).allow),
        lambda: [b'min-confidence = "low"\n[[allow]]\npath = "a/*"\nreason = "x"\nexpires = 2027-03-31\n'],
    ),
    "baseline": Target(
        lambda data: len(parse_baseline("x", data)),
        lambda: [b"# leakscan baseline 1\n" + b"ab" * 16 + b" binance-hmac-secret a/b # why\n"],
    ),
    "git config": Target(
        lambda data: len(parse_git_config(data)),
        lambda: [b'[core]\n\tbare = true\n[remote "x \\" y"]\n\turl = a\\\n b ; c\n[a.b] c = "d\\t"\n'],
    ),
    "commit": Target(
        lambda data: (parse_links(data, 40)[0] != "", parse_commit("0", data, 0).date[:1]), lambda: [COMMIT]
    ),
    "tag": Target(lambda data: parse_tag(data)[1], lambda: [TAG]),
    "loose": Target(in_file(lambda path: (peek_loose(path)[0], len(read_loose(path, 1 << 20)) > 0)), loose),
    "pack index": Target(in_file(lambda path: len(PackIndex(path, 20).names)), pack_indexes),
    "wide pack index": Target(in_file(lambda path: len(PackIndex(path, 32).names)), wide_index),
    "refs": Target(named, refs),
    "tables of refs": Target(in_tables, tables, sealed),
    "git file": Target(git_file, lambda: [b"gitdir: inner\n\0\0..\n", b"gitdir: /nowhere\n"]),
    "memory": Target(remembered, memories),
    "repository": Target(damaged, damages),
}
