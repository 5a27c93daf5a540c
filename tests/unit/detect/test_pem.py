import base64

import pytest

from leakscan.detect.pem import HEADER, read_private_keys
from leakscan.detect.privatekey import PrivateKey
from leakscan.rules.fake import fake

RSA = fake("rsa:2048:pkcs8")
KINDS = [
    "rsa:2048:pkcs8",
    "rsa:2048:pkcs1",
    "rsa:2048:encrypted",
    "rsa:2048:legacy",
    "ed25519",
    "ed25519:encrypted",
    "ec",
]


def keys(text: str) -> list[PrivateKey]:
    return read_private_keys(text.encode())


def each_line(form: str, pem: str) -> str:
    return "".join(form.replace("LINE", line) + "\n" for line in pem.split("\n"))


DRESSED = {
    "indented": lambda pem: each_line("    LINE", pem),
    "commented": lambda pem: each_line("# LINE", pem),
    "commented with slashes": lambda pem: each_line("//LINE", pem),
    "commented with stars": lambda pem: each_line(" * LINE", pem),
    "in a diff": lambda pem: each_line("+LINE", pem),
    "commented in a diff": lambda pem: each_line("+//LINE", pem),
    "quoted in mail": lambda pem: each_line("> LINE", pem),
    "broken in a page": lambda pem: each_line("LINE<br>", pem),
    "with carriage returns": lambda pem: pem.replace("\n", "\r\n"),
    "as one line of JSON": lambda pem: pem.replace("\n", "\\n"),
    "escaped twice": lambda pem: pem.replace("\n", "\\\\n"),
    "with escaped slashes": lambda pem: pem.replace("\n", "\\n").replace("/", "\\/"),
    "with entities": lambda pem: pem.replace("\n", "&#10;"),
    "in a web page": lambda pem: pem.replace("\n", "<br/>"),
    "in a URL": lambda pem: pem.translate({10: "%0A", 32: "%20", 43: "%2B", 47: "%2F", 61: "%3D"}),
    "concatenated in Python": lambda pem: each_line('    "LINE\\n"', pem),
    "as Python bytes": lambda pem: each_line("    b'LINE\\n'", pem),
    "concatenated with a plus": lambda pem: each_line("  'LINE\\n' +", pem),
    "concatenated in one line": lambda pem: 'key = "' + pem.replace("\n", '\\n" + "') + '"',
    "concatenated with a leading plus": lambda pem: each_line('  + "LINE\\n"', pem),
    "concatenated with a dot": lambda pem: each_line('  "LINE\\n" .', pem),
    "appended": lambda pem: each_line('key += "LINE\\n";', pem),
    "echoed": lambda pem: each_line('echo "LINE" >> key.pem', pem),
    "in a list": lambda pem: each_line("  'LINE',", pem),
    "in a notebook": lambda pem: each_line('    "LINE\\n",', pem),
    "continued": lambda pem: pem.replace("\n", "\\n\\\n"),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dress", DRESSED)
def test_a_key_is_read_out_of_whatever_dresses_it(kind: str, dress: str) -> None:
    pem = fake(kind)
    [plain] = keys(pem)
    [dressed] = keys(DRESSED[dress](pem))
    assert (dressed.identity, dressed.type, dressed.encrypted) == (
        plain.identity,
        plain.type,
        plain.encrypted,
    )


@pytest.mark.parametrize("kind", ["rsa:2048:pkcs8", "ed25519", "ed25519:encrypted", "ec"])
def test_a_key_may_begin_on_the_line_of_its_header(kind: str) -> None:
    pem = fake(kind)
    [plain], [moved] = keys(pem), keys(pem.replace("-----\n", "-----", 1))
    assert moved.identity == plain.identity


@pytest.mark.parametrize("kind", ["rsa:2048:pkcs8", "ed25519", "ec"])
def test_a_note_above_its_letters_is_no_part_of_a_key(kind: str) -> None:
    pem = fake(kind)
    [plain], [noted] = keys(pem), keys(pem.replace("-----\n", "-----\nComment: of the bot\n\n", 1))
    assert (noted.identity, noted.form) == (plain.identity, "")
    [bare] = keys(pem.replace("-----\n", "-----\nof the bot: mine\n", 1))
    assert (bare.identity, bare.form) == (plain.identity, "base64 without a header")


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("rsa:2048:pkcs1", ("rsa", 2048, False)),
        ("rsa:2048:encrypted", ("rsa", 0, True)),
        ("rsa:2048:legacy", ("rsa", 0, True)),
        ("ed25519", ("ed25519", 256, False)),
        ("ed25519:encrypted", ("ed25519", 0, True)),
        ("ec", ("ec", 256, False)),
    ],
)
def test_type_size_and_protection_are_told(kind: str, said: tuple[str, int, bool]) -> None:
    [key] = keys(fake(kind))
    assert (key.type, key.bits, key.encrypted) == said


BEGIN, END = "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----"


@pytest.mark.parametrize(
    "text",
    [
        f'if key.startswith("{BEGIN}") and key.endswith("{END}"):',
        f'pem = "{BEGIN}\\n" + body + "\\n{END}"',
        f"{BEGIN}\n<your key>\n{END}",
        f"{BEGIN}\n...\n{END}",
        f"{BEGIN}\n{END}",
        f"{BEGIN}\n{base64.b64encode(b'no key at all').decode()}\n{END}",
        RSA[:-40],
        RSA[:200] + RSA[300:],
        fake("rsa:2048:public"),
    ],
)
def test_what_does_not_parse_is_no_key(text: str) -> None:
    assert keys(text) == []


@pytest.mark.parametrize("filler", [" ", "\\", "# ", "\t", "A ", "\\n", "'"])
def test_a_hostile_body_is_read_in_linear_time(filler: str) -> None:
    assert keys(f"{BEGIN}\n{filler * 15_000}!\n{END}") == []


@pytest.mark.parametrize("kind", ["", "RSA ", "EC ", "ENCRYPTED ", "OPENSSH "])
def test_every_private_key_has_a_header(kind: str) -> None:
    assert HEADER.fullmatch(f"-----BEGIN {kind}PRIVATE KEY-----".encode())


@pytest.mark.parametrize("label", ["PUBLIC KEY", "CERTIFICATE", "RSA PUBLIC KEY", "PRIVATE  KEY"])
def test_no_other_header_is_one(label: str) -> None:
    assert not HEADER.search(f"-----BEGIN {label}-----".encode())
