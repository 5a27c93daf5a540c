"""Private keys that are not a PEM block with both its ends: each form gives the same key as the block."""

import base64
import hashlib
import random

import pytest
from cryptography.hazmat.primitives import serialization as ser
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa

from leakscan.detect.pem import read_private_keys
from leakscan.detect.privatekey import PrivateKey
from leakscan.rules.fake import fake

KINDS = [
    "rsa:2048:pkcs8",
    "rsa:2048:pkcs1",
    "rsa:2048:encrypted",
    "ed25519",
    "ed25519:encrypted",
    "ec",
    "ec:pkcs1",
]
CLEAR = ["rsa:2048:pkcs8", "ed25519", "ec"]


def keys(text: str | bytes) -> list[PrivateKey]:
    return read_private_keys(text if isinstance(text, bytes) else text.encode())


def one(text: str | bytes) -> PrivateKey:
    [key] = keys(text)
    return key


def body(pem: str, columns: int = 0) -> str:
    letters = "".join(line for line in pem.split("\n") if "-----" not in line)
    if not columns:
        return letters
    return "\n".join(letters[at : at + columns] for at in range(0, len(letters), columns))


def load(pem: str) -> ser.ssh.SSHPrivateKeyTypes:
    return ser.load_pem_private_key(pem.encode(), None, unsafe_skip_rsa_key_validation=True)  # type: ignore


def spki(pem: str) -> str:
    form = ser.PublicFormat.SubjectPublicKeyInfo
    return hashlib.sha256(load(pem).public_key().public_bytes(ser.Encoding.DER, form)).hexdigest()


BARE = {
    "in a variable": lambda pem: f"BINANCE_RSA_PRIVATE_KEY={body(pem)}\n",
    "in quotes": lambda pem: f'private_key = "{body(pem)}"',
    "in lines of 64": lambda pem: f"key: |\n  {body(pem, 64)}".replace("\n", "\n  "),
    "in lines of 76": lambda pem: body(pem, 76),
    "in escaped lines": lambda pem: 'key = "' + body(pem, 64).replace("\n", "\\n") + '\\n"',
    "concatenated": lambda pem: (
        "key = (" + "\n".join(f'    "{line}"' for line in body(pem, 64).split("\n")) + ")"
    ),
    "concatenated with a plus": lambda pem: " +\n".join(f"'{line}'" for line in body(pem, 64).split("\n")),
    "without padding": lambda pem: f"key={body(pem).rstrip('=')} # main",
    "as a header's only line": lambda pem: "-----BEGIN PRIVATE KEY-----" + "\\n" + body(pem),
    "with the end cut off": lambda pem: pem.rsplit("\n", 1)[0],
    "with half of the end": lambda pem: pem[:-20],
    "with the end in disguise": lambda pem: pem.replace("-----END", "----- END"),
    "followed by another": lambda pem: pem.rsplit("\n", 1)[0] + "\n-----BEGIN CERTIFICATE-----\n",
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", BARE)
def test_a_key_without_header_or_end_is_the_same_key(kind: str, form: str) -> None:
    pem = fake(kind)
    plain, bare = one(pem), one(BARE[form](pem))
    assert (bare.identity, bare.type, bare.bits, bare.encrypted, bare.public) == (
        plain.identity,
        plain.type,
        plain.bits,
        plain.encrypted,
        plain.public,
    )
    assert bare.form


@pytest.mark.parametrize("gap", ["", "\n", "\\n", "\r\n  ", '",\n  "', "%0A", " # "])
def test_a_key_that_lost_its_end_stands_from_its_header_to_the_end_of_its_letters(gap: str) -> None:
    letters = body(fake("ed25519"))
    key = one(f"x = '-----BEGIN PRIVATE KEY-----{gap}{letters}'")
    assert key.form == "no END line"
    assert tuple(key.span) == (5, 5 + len("-----BEGIN PRIVATE KEY-----" + gap + letters))


@pytest.mark.parametrize("kind", CLEAR)
def test_the_public_half_is_named_by_the_sha256_of_its_der(kind: str) -> None:
    assert one(fake(kind)).public == spki(fake(kind))


def test_a_password_hides_the_public_half() -> None:
    assert one(fake("rsa:2048:encrypted")).public == ""


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_of_der_is_a_key(kind: str) -> None:
    pem = fake(kind)
    assert one(base64.b64decode(body(pem))).identity == one(pem).identity


@pytest.mark.parametrize(
    "text",
    [
        body(fake("rsa:2048:public")),
        body(fake("ed25519:public")),
        body(fake("ec:public")),
        body(fake("rsa:2048:pkcs8"))[:-8],
        body(fake("ed25519"))[:-4],
        "x" + body(fake("ed25519")),
        body(fake("rsa:2048:pkcs8"))[:400] + "A" * 1200,
        "MII" + "A" * 3000,
        "MC4CAQAw" * 9,
        "-----BEGIN PRIVATE KEY-----\n" + body(fake("rsa:2048:public"), 64),
    ],
)
def test_public_keys_fragments_and_noise_are_no_keys(text: str) -> None:
    assert keys(text) == []


def test_primes_that_do_not_make_the_modulus_are_no_key() -> None:
    numbers = load(fake("rsa:2048:pkcs8")).private_numbers()  # type: ignore[union-attr]
    public = rsa.RSAPublicNumbers(65537, numbers.public_numbers.n + 2)
    wrong = rsa.RSAPrivateNumbers(
        numbers.p, numbers.q, numbers.d, numbers.dmp1, numbers.dmq1, numbers.iqmp, public
    )
    try:
        key = wrong.private_key(unsafe_skip_rsa_key_validation=True)
    except ValueError:
        pytest.skip("this version of the library does not make such a key")
    pem = key.private_bytes(ser.Encoding.PEM, ser.PrivateFormat.PKCS8, ser.NoEncryption())
    assert keys(pem) == []


def der(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    width = 0 if len(content) < 128 else 1 if len(content) < 256 else 2
    size = bytes([128 + width]) * (width > 0) + len(content).to_bytes(max(1, width), "big")
    return bytes([tag]) + size + content


@pytest.mark.parametrize(
    ("oid", "said"),
    [("2a864886f70d010503", "MD5 and DES"), ("2a864886f70d010c0103", "PKCS#12 with SHA-1")],
)
def test_a_weak_password_protection_is_said(oid: str, said: str) -> None:
    rng = random.Random(1)
    scheme = der(0x30, der(6, bytes.fromhex(oid)), der(0x30, der(4, rng.randbytes(8)), der(2, b"\x08\x00")))
    locked = base64.b64encode(der(0x30, scheme, der(4, rng.randbytes(640)))).decode()
    key = one(f"-----BEGIN ENCRYPTED PRIVATE KEY-----\n{locked}\n-----END ENCRYPTED PRIVATE KEY-----\n")
    assert key.encrypted
    assert said in key.note
    assert "weak" in key.note


@pytest.mark.parametrize("kind", CLEAR)
@pytest.mark.parametrize("locked", [False, True])
def test_an_openssh_key_names_its_public_half_even_if_locked(kind: str, locked: bool) -> None:
    plain = load(fake(kind)).private_bytes(ser.Encoding.PEM, ser.PrivateFormat.OpenSSH, ser.NoEncryption())
    key = one(locked_openssh(kind) if locked else plain)
    clear = one(fake(kind))
    assert (key.encrypted, key.public, key.type) == (locked, spki(fake(kind)), clear.type)
    assert key.bits == clear.bits


def test_a_locked_openssh_key_of_a_kind_that_is_not_known_is_a_key() -> None:
    key = one(locked_openssh("ed25519", public=ssh_string(b"ssh-unheard-of") + ssh_string(b"x" * 32)))
    assert (key.encrypted, key.public, key.type, key.bits) == (True, "", "other", 0)
    assert keys(locked_openssh("ed25519", cut=120)) == []


def ssh_string(content: bytes | int) -> bytes:
    if isinstance(content, int):
        content = content.to_bytes(content.bit_length() // 8 + 1, "big")
    return len(content).to_bytes(4, "big") + content


def locked_openssh(kind: str, public: bytes = b"", cut: int = 0) -> str:
    """A key file as ssh-keygen locks it, without its last `cut` bytes; what is locked is random here."""
    blob = load(fake(kind)).public_key().public_bytes(ser.Encoding.OpenSSH, ser.PublicFormat.OpenSSH)
    options = ssh_string(random.Random(4).randbytes(16)) + (16).to_bytes(4, "big")
    parts = [b"aes256-ctr", b"bcrypt", options]
    halves = [public or base64.b64decode(blob.split()[1]), random.Random(5).randbytes(400)]
    content = b"openssh-key-v1\0" + b"".join(map(ssh_string, parts)) + (1).to_bytes(4, "big")
    content += b"".join(map(ssh_string, halves))
    letters = base64.b64encode(content[: len(content) - cut]).decode()
    lines = [letters[at : at + 70] for at in range(0, len(letters), 70)]
    label = "OPENSSH PRIVATE KEY"
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""])


def putty(pem: str, version: int = 2, cipher: str = "none", wrong: bool = False) -> str:
    """A key file as PuTTYgen writes it, but for the checksum."""
    key = load(pem)
    name, blob = key.public_key().public_bytes(ser.Encoding.OpenSSH, ser.PublicFormat.OpenSSH).split()[:2]
    if isinstance(key, rsa.RSAPrivateKey):
        numbers = key.private_numbers()
        parts: list[bytes | int] = [numbers.d, numbers.p + 2 * wrong, numbers.q, numbers.iqmp]
    elif name == b"ssh-ed25519":
        seed = key.private_bytes(ser.Encoding.Raw, ser.PrivateFormat.Raw, ser.NoEncryption())
        parts = [seed[::-1] if wrong else seed]
    else:
        parts = [key.private_numbers().private_value + wrong]  # type: ignore[union-attr]
    private = b"".join(map(ssh_string, parts))
    if cipher != "none":
        private = random.Random(2).randbytes(len(private) // 16 * 16 + 16)
    halves = [base64.b64encode(half).decode() for half in (base64.b64decode(blob), private)]
    lines = [[half[at : at + 64] for at in range(0, len(half), 64)] for half in halves]
    return "\n".join(
        [
            f"PuTTY-User-Key-File-{version}: {name.decode()}",
            f"Encryption: {cipher}",
            "Comment: rsa-key-20240302",
            f"Public-Lines: {len(lines[0])}",
            *lines[0],
            *(
                ["Key-Derivation: Argon2id", "Argon2-Memory: 8192"]
                if version == 3 and cipher != "none"
                else []
            ),
            f"Private-Lines: {len(lines[1])}",
            *lines[1],
            f"Private-MAC: {random.Random(3).randbytes(20 if version == 2 else 32).hex()}",
            "",
        ]
    )


@pytest.mark.parametrize("kind", CLEAR)
@pytest.mark.parametrize("dress", ["plain", "carriage returns", "one line"])
def test_a_putty_key_is_read_and_its_halves_compared(kind: str, dress: str) -> None:
    ends = {"plain": "\n", "carriage returns": "\r\n", "one line": "\\n"}
    text = putty(fake(kind)).replace("\n", ends[dress])
    key = one(f'x = "{text}"' if dress == "one line" else text)
    plain = one(fake(kind))
    assert (key.encrypted, key.public, key.type, key.bits) == (
        False,
        spki(fake(kind)),
        plain.type,
        plain.bits,
    )
    assert keys(putty(fake(kind), wrong=True)) == []


@pytest.mark.parametrize(("version", "weak"), [(2, True), (3, False)])
def test_a_locked_putty_key_names_its_public_half(version: int, weak: bool) -> None:
    key = one(putty(fake("ed25519"), version, "aes256-cbc"))
    assert (key.encrypted, key.public) == (True, spki(fake("ed25519")))
    assert ("weak" in key.note) == weak


def version_2(pem: str, *, ring: bool, other_half: bool = False) -> str:
    """An Ed25519 key as RFC 8410 section 7 has it, with its public half; the tag is that of Rust's ring if `ring`."""
    key = load(pem)
    seed = key.private_bytes(ser.Encoding.Raw, ser.PrivateFormat.Raw, ser.NoEncryption())  # type: ignore
    public = b"\0" + key.public_key().public_bytes(ser.Encoding.Raw, ser.PublicFormat.Raw)
    public = public[:-1] + bytes([public[-1] ^ other_half])
    tagged = b"\xa1\x23\x03\x21" + public if ring else b"\x81\x21" + public
    inner = b"\x02\x01\x01\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20" + seed + tagged
    letters = base64.encodebytes(bytes((0x30, len(inner))) + inner).decode().replace("\n", "")
    return f"-----BEGIN PRIVATE KEY-----\n{letters[:64]}\n{letters[64:]}\n-----END PRIVATE KEY-----"


@pytest.mark.parametrize("ring", [False, True])
def test_an_ed25519_key_with_its_public_half_is_the_same_key(ring: bool) -> None:
    pem = fake("ed25519")
    found = one(version_2(pem, ring=ring))
    assert (found.type, found.public, found.identity) == ("ed25519", spki(pem), one(pem).identity)
    bare = one(f'API_SECRET = "{body(version_2(pem, ring=ring))}"')
    assert (bare.public, bare.form) == (spki(pem), "base64 without a header")
    assert keys(version_2(pem, ring=ring, other_half=True)) == []


def locked_body(size: int) -> str:
    """The base64 of an encrypted PKCS#8 of so many bytes."""
    rng = random.Random(1)
    oid = der(6, bytes.fromhex("2a864886f70d010503"))
    scheme = der(0x30, oid, der(0x30, der(4, rng.randbytes(8)), der(2, b"\x08\x00")))
    for length in range(size):
        whole = der(0x30, scheme, der(4, rng.randbytes(length)))
        if len(whole) == size:
            return base64.b64encode(whole).decode()
    raise AssertionError(size)


@pytest.mark.parametrize(
    ("size", "kind"), [(190, "ed25519"), (191, "ec"), (500, "ec"), (501, "rsa"), (900, "rsa")]
)
def test_the_size_of_a_locked_key_tells_its_type(size: int, kind: str) -> None:
    label = "ENCRYPTED PRIVATE KEY"
    key = one(f"-----BEGIN {label}-----\n{locked_body(size)}\n-----END {label}-----\n")
    assert (key.type, key.encrypted) == (kind, True)


@pytest.mark.parametrize(
    ("label", "cipher", "size", "kind"),
    [
        ("RSA", "DES-EDE3-CBC", 640, "rsa"),
        ("EC", "AES-128-CBC", 128, "ec"),
        ("DSA", "AES-256-CBC", 320, "dsa"),
        ("ANY", "AES-256-CBC", 320, "other"),
        ("RSA", "DES-CBC", 16, "rsa"),
        ("RSA", "DES-CBC", 8, None),
        ("RSA", "DES-CBC", 20, None),
        ("RSA", "AES-128-CBC", 32, "rsa"),
        ("RSA", "AES-128-CBC", 16, None),
        ("RSA", "AES-128-CBC", 40, None),
    ],
)
def test_of_an_old_locked_block_the_size_is_checked(
    label: str, cipher: str, size: int, kind: str | None
) -> None:
    letters = base64.encodebytes(random.Random(2).randbytes(size)).decode()
    head = f"Proc-Type: 4,ENCRYPTED\nDEK-Info: {cipher},{'AB' * 8}\n\n"
    text = f"-----BEGIN {label} PRIVATE KEY-----\n{head}{letters}-----END {label} PRIVATE KEY-----\n"
    assert [(key.type, key.encrypted, key.bits) for key in keys(text)] == ([(kind, True, 0)] if kind else [])
    assert all(key.note.startswith(f"{cipher} with MD5") for key in keys(text))


def test_a_dsa_key_is_one_with_its_size() -> None:
    key = dsa.generate_private_key(1024)
    forms = (ser.PrivateFormat.PKCS8, ser.PrivateFormat.TraditionalOpenSSL)
    for form in forms:
        found = one(key.private_bytes(ser.Encoding.PEM, form, ser.NoEncryption()))
        assert (found.type, found.bits, found.encrypted) == ("dsa", 1024, False)


def test_keys_of_a_text_stand_in_their_order_each_with_its_place() -> None:
    parts = [fake("ed25519", 1), putty(fake("ed25519", 2)), body(fake("ec", 3)), fake("rsa:2048:pkcs8")]
    text = "\n\n".join(parts)
    found = keys(text)
    assert [text[slice(*key.span)].strip()[:30] for key in found] == [part.strip()[:30] for part in parts]
    assert [key.type for key in found] == ["ed25519", "ed25519", "ec", "rsa"]
    assert found[2].span.end == text.index(parts[2]) + len(parts[2])


def without_nought(curve: ec.EllipticCurve, *, own: bool = True) -> str:
    """A SEC1 block whose number begins with a nought that is not written; `own`: with the public half of its own."""
    number = random.Random(curve.name).getrandbits(curve.key_size - 12) | 1 << (curve.key_size - 13)
    key = ec.derive_private_key(number, curve)
    der = key.private_bytes(ser.Encoding.DER, ser.PrivateFormat.TraditionalOpenSSL, ser.NoEncryption())
    size = (curve.key_size + 7) // 8
    full = number.to_bytes(size, "big")
    assert full[0] == 0
    inner = der[3 if der[1] == 0x81 else 2 :].replace(
        b"\x04" + bytes((size,)) + full, b"\x04" + bytes((size - 1,)) + full[1:]
    )
    if not own:
        inner = inner[:-1] + bytes((inner[-1] ^ 1,))
    head = b"0" + (b"\x81" if len(inner) > 127 else b"") + bytes((len(inner),))
    block = base64.encodebytes(head + inner).decode()
    return f"-----BEGIN EC PRIVATE KEY-----\n{block}-----END EC PRIVATE KEY-----\n"


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP256K1(), ec.SECP384R1(), ec.SECP521R1()])
def test_a_number_without_its_leading_nought_is_read(curve: ec.EllipticCurve) -> None:
    key = one(without_nought(curve))
    assert (key.type, key.bits) == ("ec", curve.key_size)
    assert keys(without_nought(curve, own=False)) == []


def in_der(tag: bytes, content: bytes) -> bytes:
    size = len(content)
    long = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return tag + (bytes((size,)) if size < 128 else bytes((0x80 | len(long),)) + long) + content


def with_noughts(pem: str, *, bare: bool, change: int = 0) -> str:
    """An RSA key whose numbers begin with two noughts more than they need; `change`: added to the second prime."""
    secret = load(pem).private_numbers()  # type: ignore[union-attr]
    n, e = secret.public_numbers.n, secret.public_numbers.e
    rest = (secret.d, secret.p, secret.q + change, secret.dmp1, secret.dmq1, secret.iqmp)
    numbers = [b"\0", *(b"\0\0" + x.to_bytes((x.bit_length() + 7) // 8, "big") for x in (n, e, *rest))]
    der = in_der(b"0", b"".join(in_der(b"\x02", number) for number in numbers))
    if not bare:
        algorithm = bytes.fromhex("300d06092a864886f70d0101010500")
        der = in_der(b"0", b"\x02\x01\0" + algorithm + in_der(b"\x04", der))
    label = "RSA PRIVATE KEY" if bare else "PRIVATE KEY"
    return f"-----BEGIN {label}-----\n{base64.encodebytes(der).decode()}-----END {label}-----\n"


@pytest.mark.parametrize("bare", [True, False])
@pytest.mark.parametrize("bits", [1024, 2048])
def test_numbers_with_noughts_that_der_forbids_are_read(bits: int, bare: bool) -> None:
    pem = fake(f"rsa:{bits}:pkcs8", 5)
    key = one(with_noughts(pem, bare=bare))
    assert (key.type, key.bits, key.public) == ("rsa", bits, spki(pem))
    assert keys(with_noughts(pem, bare=bare, change=2)) == []  # its primes do not make its modulus
    assert keys(with_noughts(pem, bare=bare, change=1)) == []  # not even an odd one


def test_a_dsa_key_with_longer_lengths_than_it_needs_is_read() -> None:
    key = dsa.generate_private_key(1024)
    numbers = key.private_numbers()
    public = numbers.public_numbers
    group = public.parameter_numbers
    der = b"\x02\x01\0"
    for number in (group.p, group.q, group.g, public.y, numbers.x):
        content = b"\0" + number.to_bytes((number.bit_length() + 7) // 8, "big")
        der += b"\x02\x82" + len(content).to_bytes(2, "big") + content
    block = base64.encodebytes(in_der(b"0", der)).decode()
    found = one(f"-----BEGIN DSA PRIVATE KEY-----\n{block}-----END DSA PRIVATE KEY-----\n")
    assert (found.type, found.bits) == ("dsa", 1024)
