"""What a tenth reading of repositories showed: one case each, made up here."""

import json
import marshal

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from detecting import DETECTOR, matches

from leakscan.detect.compiled import assigned_name, string_in
from leakscan.model import Confidence, Span
from leakscan.rules.fake import fill

SEED = 10
HEAD_OF_3_11 = b"\xa7\x0d\r\n" + bytes(12)
SETTINGS = """
import os
BINANCE_KEY = "{alnum:64}"
BINANCE_SECRET = "{alnum:64}"
BITMEX_ID = "{alnum:24}"
BITMEX_SECRET = "{alnum:48}"
class Config:
    TESTNET_BINANCE_KEY = "{alnum:64}"
    TESTNET_BINANCE_SECRET = "{alnum:64}"
"""


def exchanges(text: str, *paths: bytes) -> list[str]:
    """In the order of the values."""
    told = sorted(matches(fill(text, SEED), *paths).values(), key=lambda match: match.span)
    return [match.exchange for match in told]


def text_of(value: str) -> bytes:
    return b"\xda" + bytes((len(value),)) + value.encode()


def tuple_of(*objects: bytes) -> bytes:
    return b"\xa9" + bytes((len(objects),)) + b"".join(objects)


def compiled(ops: tuple[int, int], version: int, **settings: str) -> bytes:
    """A module of nothing but settings, as a Python with these codes for LOAD_CONST and STORE_NAME writes it."""
    code = bytes(byte for at in range(len(settings)) for byte in (ops[0], at, ops[1], at))
    values, names = map(text_of, settings.values()), map(text_of, settings)
    objects = [b"\xf3" + len(code).to_bytes(4, "little") + code, tuple_of(*values, b"N"), tuple_of(*names)]
    objects += [tuple_of()] * 3 + [text_of("settings.py"), text_of("<module>")]
    head = version.to_bytes(2, "little") + b"\r\n" + bytes(8 if version < 3390 else 12)
    numbers = bytes(24 if 3400 < version < 3450 else 20)
    lines = bytes(4) + tuple_of() * (2 if version > 3450 else 1)
    return head + b"\xe3" + numbers + b"".join(objects) + lines


def test_strings_of_compiled_python_have_the_names_that_they_are_assigned_to() -> None:
    source = fill(SETTINGS, SEED)
    data = HEAD_OF_3_11 + marshal.dumps(compile(source, "settings.py", "exec"))
    found = {
        m.identity: m.exchange
        for m in DETECTOR.judge(DETECTOR.inspect(data))
        if m.confidence is Confidence.HIGH
    }
    values = [line.partition('"')[2].rstrip('"').encode() for line in source.splitlines() if '"' in line]
    assert [found.get(value) for value in values] == [
        *["binance"] * 2,
        *["bitmex"] * 2,
        *["binance-spot-testnet"] * 2,
    ]


@pytest.mark.parametrize(
    ("ops", "version"),
    [((100, 90), 3379), ((100, 90), 3394), ((100, 90), 3425), ((83, 114), 3571), ((82, 116), 3627)],
    ids=["3.6", "3.7", "3.9", "3.13", "3.14"],
)
def test_every_version_of_python_has_a_way_of_its_own(ops: tuple[int, int], version: int) -> None:
    key, secret = fill("{alnum:64} {alnum:64}", SEED).split()
    data = compiled(ops, version, API=key, Secret=secret)
    name = assigned_name(data, data.index(secret.encode()))
    assert name is not None
    assert data[name.start : name.end] == b"Secret"
    found = [m.rule_id for m in DETECTOR.judge(DETECTOR.inspect(data)) if m.confidence is Confidence.MEDIUM]
    assert found == ["unknown-api-key", "unknown-api-secret"]


def test_what_is_no_compiled_python_has_no_strings_of_it() -> None:
    data = HEAD_OF_3_11 + marshal.dumps(compile(fill(SETTINGS, SEED), "settings.py", "exec"))
    start = data.index(b"\xda@") + 2
    value = Span(start, start + 64)
    assert string_in(data[: value.end], Span(start, value.end + 1)) == value
    assert all(string_in(data[:end], value) is None for end in range(16, value.end))
    deep = HEAD_OF_3_11 + b"\xe3" + bytes(20) + b"\xa9\x01" * 100_000
    assert assigned_name(deep, 50) is None
    assert assigned_name(b"\xa7\x0d\n\n" + data[4:], data.index(b"\xda@") + 2) is None


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (b"api.txt", 2),
        (b"bot/my_api_keys.txt", 2),
        (b"credentials", 2),
        (b"notes.txt", 0),
        (b"jwt_keys.txt", 0),
    ],
)
@pytest.mark.parametrize("text", ["{alnum:64}\n{alnum:64}\n", "{alnum:64}\r\n{alnum:64}\r\ntest\r\n"])
def test_the_name_of_a_file_is_that_of_its_two_values(text: str, path: bytes, found: int) -> None:
    assert exchanges(text, path) == ["unknown"] * found


def test_of_two_values_in_a_text_the_name_of_the_file_says_nothing() -> None:
    assert not exchanges("{alnum:64} is the first of them\n{alnum:64}\n", b"api.txt")


@pytest.mark.parametrize(("kind", "exchange"), [("service_account", "unknown"), ("key", "binance")])
def test_a_private_key_of_a_service_account_is_no_exchange_s(kind: str, exchange: str) -> None:
    key = generate_private_key(65537, 2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    text = json.dumps({"type": kind, "project_id": "binance-bot", "private_key": pem}, indent=2)
    assert [match.exchange for match in matches(text, b"binance-bot.json").values()] == [exchange]


@pytest.mark.parametrize(
    ("live", "test", "exchange"),
    [
        ("ACTUAL_{}", "TEST_{}", "binance-spot-testnet"),
        ("REAL_{}", "TEST_{}", "binance-spot-testnet"),
        ("{}_LIVE", "{}_TEST", "binance-spot-testnet"),
        ("FIRST_{}", "TEST_{}", "binance"),
    ],
)
def test_a_name_beside_that_of_the_live_one_tells(live: str, test: str, exchange: str) -> None:
    names = [name.format(word) for name in (live, test) for word in ("API_KEY", "SECRET_KEY")]
    text = "[BINANCE]\n" + "".join(f"{name} = {{alnum:64}}\n" for name in names)
    assert exchanges(text) == ["binance"] * 2 + [exchange] * 2


def test_a_key_that_begins_in_its_own_way_needs_no_full_name() -> None:
    assert exchanges("PAPER_KEY = 'PK{upper:18}'\nPAPER_SECRET = '{alnum:40}'\n") == ["alpaca-paper"] * 2
    assert not exchanges("PAPER_KEY = 'QK{upper:18}'\nPAPER_SECRET = '{alnum:40}'\n")


def test_a_key_goes_with_the_secret_beside_it_not_with_the_wallet_s_key_above() -> None:
    text = (
        "from py_clob_client.client import ClobClient\n\n\n"
        'private_key = "0x{hex:64}"\n\ncreds = (\n'
        '"apiKey": "{uuid}",\n"secret": "{base64:44}",\n"passphrase": "{hex:64}",\n)\n'
    )
    assert exchanges(text) == ["polymarket"] * 4


def test_names_in_notes_of_a_word_processor_are_read_without_their_font() -> None:
    text = "{\\rtf1\\ansi\n\\f0\\fs32 \\cf2 Access\\\n{alnum:40}\\\n\\\nSecret\\\n{alnum:40}\\\n\\cb3 \\\n}"
    assert exchanges(text) == ["upbit"] * 2


@pytest.mark.parametrize(("path", "found"), [(b"configs/test.yml", 2), (b"tests/test_client.py", 0)])
def test_a_pair_in_settings_for_tests_is_one(path: bytes, found: int) -> None:
    assert exchanges("access_key: {alnum:64}\nsecret_key: {alnum:64}\n", path) == ["unknown"] * found
