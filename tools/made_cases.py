"""Input that tools/fuzz_parsers.py makes up where changed samples get stuck at the door: archives whose sums are right,
packs whose objects inflate, keys, settings and nesting in pieces."""

from __future__ import annotations

import base64
import bz2
import gzip
import importlib.util
import lzma
import marshal
import random
import sqlite3
import struct
import zlib
from collections.abc import Callable
from functools import cache

from leakscan.rules.fake import fake
from leakscan.unpack.compiled import MAGICS
from tools.hiding_cases import ESCAPES, JOINTS, TOKENS, WIDE, tangle
from tools.kernel_cases import CLAIMS, damage, delta

MEMBERS = (
    b"x",
    b"BINANCE_API_SECRET=x\n",
    b"",
    b"\0" * 600,
    b"!<arch>\n",
    b"PK\x03\x04",
    b"PACK\0\0\0\2\0\0\0\1",
)
MARSHALLED = (  # objects of marshal, and their beginnings
    *(b"N", b"s", b"z", b"(", b")", b"\xa9", b"r", b"c", b"\xe3", b"l", b"i", b"<", b"y", b"g", b"?"),
    *(b"\xda\x01x", b"s\x01\0\0\0x", b"\xa9\x02r\0\0\0\0r\1\0\0\0", b")\x02NN", b"r\0\0\0\0"),
)
PACKERS: tuple[Callable[[bytes], bytes], ...] = (
    *(gzip.compress, bz2.compress, lzma.compress, zlib.compress),
    lambda data: lzma.compress(data, lzma.FORMAT_ALONE),
)
NAMES = (
    b"a",
    b"../../x",
    b"/x",
    b"\x1b[2J",
    b"",
    b"//",
    b"#1/5",
    b"#1/9999",
    b"\xff\xfe",
    b"a" * 16,
    b"a/b\nc",
)


def member(rng: random.Random) -> bytes:
    data = rng.choice(MEMBERS) * rng.choice((1, 1, 3, 300))
    return rng.choice(PACKERS)(data) if rng.random() < 0.4 else data


def streams(rng: random.Random) -> bytes:
    """One or a few compressed streams one after the other, with noughts or rubbish between them."""
    parts = [rng.choice(PACKERS)(member(rng)) + rng.choice((b"", b"", b"\0" * 9, b"x")) for _ in range(3)]
    return damage(rng, b"".join(parts[: rng.randint(1, 3)]))


def compiled(rng: random.Random) -> bytes:
    """Compiled Python of constants in constants: a real one with some of its bytes changed, or objects in pieces."""
    if rng.random() < 0.5:
        values = ", ".join(rng.choice((f'"{fake("alnum:20", rng.randrange(9))}"', "1", "2.5", "None", "(b'x', ('y',))"))
                           for _ in range(rng.randint(1, 6)))  # fmt: skip
        source = f"key = ({values},)\ndef f(a=key): return [a, {{'k': ({values},)}}]\n"
        data = importlib.util.MAGIC_NUMBER + bytes(12) + marshal.dumps(compile(source, "a.py", "exec"))
        return damage(rng, data) if rng.random() < 0.7 else data
    head = rng.choice(MAGICS) + bytes(12)
    pieces = [
        rng.choice(MARSHALLED) + bytes(rng.randrange(4) for _ in range(rng.choice((0, 0, 4))))
        for _ in range(60)
    ]
    return head + b"\xda\x10a1b2c3d4e5f6a7b8" + b"\xe3" + bytes(20) + b"".join(pieces)


def ar(rng: random.Random) -> bytes:
    out = b"!<arch>\n"
    for _ in range(rng.randrange(5)):
        data = member(rng)
        size = len(data) if rng.random() < 0.8 else rng.choice((0, 1, len(data) + 1, *CLAIMS))
        out += b"%-16b%-32b%-10d" % (rng.choice(NAMES)[:16], b"0", size) + b"`\n" + data
        out += b"\n" * (len(data) % 2)
    return damage(rng, out)


def tar(rng: random.Random) -> bytes:
    """Blocks of every type that is known, the sum of each right, sizes and links not always."""
    out = b""
    for _ in range(rng.randint(1, 6)):
        kind = rng.choice(
            (b"0", b"0", b"\0", b"1", b"2", b"5", b"x", b"g", b"L", b"K", b"S", b"7", b"D", b"\xff")
        )
        data = pax(rng) if kind in (b"x", b"g") else member(rng)
        size = len(data) if rng.random() < 0.8 else rng.choice((0, 511, *CLAIMS))
        field = b"%011o\0" % size if size < 8**11 else b"\x80" + (size & (1 << 63) - 1).to_bytes(11, "big")
        name, rest = (
            rng.choice(NAMES)[:100].ljust(100, b"\0"),
            rng.choice((bytes(100), b"a".ljust(100, b"\0"))),
        )
        times = rng.choice((b"0" * 11 + b"\0", b"\xff" * 12, b" " * 12))
        head = bytearray(name + b"0000644\0" + b"0000000\0" * 2 + field + times + b" " * 8 + kind + rest)
        head += rng.choice((b"ustar\x0000", b"ustar  \0", b"ustarxxx"))
        head += rng.randbytes(247) if rng.random() < 0.2 else bytes(247)
        head[148:156] = b"%06o\0 " % sum(head)
        out += bytes(head) + data + bytes(-len(data) % 512)
    return damage(rng, out) if rng.random() < 0.2 else out + bytes(rng.choice((0, 512, 1024)))


def pax(rng: random.Random) -> bytes:
    names = (
        b"path",
        b"size",
        b"GNU.sparse.map",
        b"GNU.sparse.size",
        b"GNU.sparse.major",
        b"mtime",
        b"hdrcharset",
    )
    values = (
        b"1",
        b"-1",
        b"9" * 40,
        b"0,1,2",
        b"1,2,3,4",
        b"a" * 90,
        b"\xff",
        b"nan",
        b"1e999",
        b"BINARY",
        b"",
    )
    out = b""
    for _ in range(rng.randint(1, 4)):
        text = b" %b=%b\n" % (rng.choice(names), rng.choice(values))
        size = len(text) + 1
        size += len(str(size)) > 1
        out += b"%d" % size + text
    return out


def zips(rng: random.Random) -> bytes:
    """Members and a directory that says of each what may be true."""
    out, listed = rng.choice((b"", b"", b"MZ\0")), b""
    for _ in range(rng.randrange(5)):
        data, name, method = member(rng), rng.choice(NAMES), rng.choice((0, 8, 8, 12, 14, 99))
        packed = zlib.compress(data)[2:-4] if method == 8 else data
        rest = struct.pack("<3IHH", zlib.crc32(data), len(packed), len(data), len(name), 0)
        head = struct.pack("<5H", 20, rng.choice((0, 0, 0, 1, 8, 2048)), method, 0, 0) + rest
        start = len(out) if rng.random() < 0.9 else rng.choice(CLAIMS) & 0xFFFFFFFF
        listed += b"PK\x01\x02\x14\0" + head + struct.pack("<3H2I", 0, 0, 0, 0, start) + name
        out += b"PK\x03\x04" + head + name + packed
    count = listed.count(b"PK\x01\x02")
    end = b"PK\x05\x06" + struct.pack("<4H2IH", 0, 0, count, count, len(listed), len(out), 0)
    return damage(rng, out + listed + end)


def packs(rng: random.Random) -> bytes:
    """Objects that inflate, and deltas of them by place and by id, of themselves and of what is not there."""
    out, starts, contents = bytearray(b"PACK\0\0\0\2\0\0\0\0"), [], [b""]
    count = rng.randrange(8)
    for _ in range(count):
        kind, data, base = rng.choice((1, 2, 3, 3, 4, 6, 6, 6, 7, 0)), member(rng), b""
        if kind in (6, 7):
            data = damage(rng, delta(rng, rng.choice(contents), member))
        if kind == 6:
            back = len(out) - rng.choice(starts) if starts and rng.random() < 0.9 else rng.choice(CLAIMS)
            base = offset(back)
        elif kind == 7:
            base = rng.choice((bytes(20), rng.randbytes(20)))
        else:
            contents.append(data)
        starts.append(len(out))
        size = len(data) if rng.random() < 0.95 else rng.choice(CLAIMS)
        first, rest = kind << 4 | size & 15, size >> 4
        while rest:
            out.append(first | 128)
            first, rest = rest & 127, rest >> 7
        out += bytes((first,)) + base + zlib.compress(data)
    out[8:12] = struct.pack(">I", count if rng.random() < 0.9 else rng.choice(CLAIMS) & 0xFFFFFFFF)
    head = rng.choice((b"", b"", b"# v2 git bundle\n%b refs/heads/x\n\n" % (b"1" * 40)))
    return head + (damage(rng, bytes(out)) if rng.random() < 0.2 else bytes(out))


def offset(back: int) -> bytes:
    out = [back & 127]
    while back := back >> 7:
        back -= 1
        out.append(128 | back & 127)
    return bytes(reversed(out))


@cache
def databases() -> tuple[bytes, ...]:
    made = []
    for form in ("UTF-8", "UTF-16le"):
        database = sqlite3.connect(":memory:")
        database.executescript(
            f"PRAGMA encoding='{form}'; PRAGMA page_size=512; CREATE TABLE t (a TEXT, b); CREATE INDEX i ON t(b);"
            "CREATE TABLE u (k TEXT PRIMARY KEY, v) WITHOUT ROWID; CREATE VIEW w AS SELECT * FROM t;"
        )
        for number in range(40):
            database.execute("INSERT INTO t VALUES (?, ?)", (b"x" * number * 30, "y" * number))
            database.execute("INSERT INTO u VALUES (?, ?)", (f"k{number}", number * 1.5))
        database.commit()
        made.append(database.serialize())
    return tuple(made)


def pages(rng: random.Random) -> bytes:
    """A database some pages of which say what is not so: cells, free blocks, children, lengths."""
    data = bytearray(rng.choice(databases()))
    for _ in range(rng.randint(1, 6)):
        page = rng.randrange(len(data) // 512) * 512
        place = page + rng.choice((0, 1, 3, 5, 8, 12, rng.randrange(512)))
        data[place : place + 2] = rng.choice((b"\xff\xff", b"\0\0", b"\0\1", b"\x82\x80", rng.randbytes(2)))
    return bytes(data)


@cache
def keys() -> tuple[bytes, ...]:
    from tools.parser_cases import key_texts

    lines = [line for text in key_texts() for line in text.split(b"\n") if text.isascii()]
    labels = [b"", b"RSA ", b"EC ", b"OPENSSH ", b"ENCRYPTED ", b"A B C D "]
    marks = [b"-----%b %bPRIVATE KEY-----" % (end, label) for end in (b"BEGIN", b"END") for label in labels]
    putty = b"PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: x\nPublic-Lines: 2\n"
    others = (
        b"Proc-Type: 4,ENCRYPTED\n",
        b"DEK-Info: DES-CBC,0123456789abcdef\n",
        b"Private-Lines: 1\n",
        b"+",
        b"//",
    )
    others += (
        b"Private-MAC: " + b"0" * 40,
        b"\n",
        b"\r\n",
        b"\\n",
        b"%0A",
        b"&#10;",
        b"<br>",
        b" * ",
        b"MII",
        b"\\u000a",
    )
    ssh = base64.b64encode(b"openssh-key-v1\0" + b"\0\0\0\4none" * 2 + bytes(8) + b"\0\0\0\1" + b"\xff" * 40)
    return (*lines, *marks, *others, putty, ssh, ssh[:24], b"b3BlbnNzaC1rZXktdjEA", b"MC4CAQAw", b"MHcCAQEE")


def key_text(rng: random.Random) -> bytes:
    return tangle(rng, (*keys(), *JOINTS)) if rng.random() < 0.5 else tangle(rng, keys())


@cache
def settings() -> tuple[bytes, ...]:
    values = (fake("alnum:64", 5), fake("hex:64", 6), fake("base64:44", 7), fake("alnum:32", 8))
    names = (
        b"BINANCE_API_SECRET",
        b"apiSecret",
        b"api_key",
        b"passphrase",
        b"okx",
        b"exchange",
        b"bybit:",
        b"secret",
    )
    signs = (
        b"=",
        b": ",
        b"{",
        b"}",
        b"[",
        b"]",
        b"(",
        b")",
        b'{"',
        b'":',
        b'",',
        b"[[",
        b"]]",
        b"=>",
        b"->",
        b"::",
    )
    lines = (
        b"\n",
        b"\n\n",
        b"\r\n",
        b"  ",
        b"\t",
        b"# ",
        b"// ",
        b"/* ",
        b"<!-- ",
        b"; ",
        b"export ",
        b"- ",
        b"## x\n",
    )
    more = (
        b"[okx.live]\n",
        b"|",
        b",",
        b"</",
        b"<b>",
        b"\x1b[31m",
        b"hmac(",
        b"Authorization: Bearer ",
        b"${",
        b"\\",
    )
    wide = (
        b"<add key='",
        b"' value='",
        b"$",
        b'"""',
        b"%s",
        b"sha256",
        b"test",
        b"https://api.binance.com/?signature=",
    )
    return (*(value.encode() for value in values), *names, *signs, *lines, *more, *wide)


@cache
def assignments() -> tuple[bytes, ...]:
    forms = (
        "BINANCE_API_SECRET='%s'\n",
        '"okx": {"secret": "%s", ',
        "bybit.apiSecret=%s;",
        "export KRAKEN_KEY=%s\n",
    )
    values = (fake("alnum:64", 9), fake("base64:88", 10), fake("alnum:36", 11))
    return tuple((form % value).encode() for form in forms for value in values)


def setting_text(rng: random.Random) -> bytes:
    pieces = settings() if rng.random() < 0.7 else (*settings(), *JOINTS, *ESCAPES)
    return tangle(rng, (*rng.sample(pieces, 6), *rng.sample(assignments(), 2)))


def hiding_text(rng: random.Random) -> bytes:
    """Settings and keys encoded, escaped, widened and in pieces."""
    data = rng.choice((setting_text, key_text))(rng)[:2000]
    match rng.randrange(5):
        case 0:
            data = (
                base64.encodebytes(data) if rng.random() < 0.5 else base64.b64encode(base64.b64encode(data))
            )
        case 1:
            data = b"".join(rng.choice((b"%%%02X", b"\\x%02x", b"\\u%04x", b"&#%d;")) % code for code in data)
        case 2:
            data = data.decode("latin-1").encode(rng.choice(("utf-16", "utf-16-be", "utf-32-le")))
        case 3:
            data = data.hex().encode()
        case _:
            data = tangle(
                rng, (*rng.sample((*JOINTS, *ESCAPES, *WIDE, *TOKENS), 6), *rng.sample(assignments(), 2))
            )
    return damage(rng, data)
