"""What is encoded, escaped or split is found, at the place of the encoded text, and its reasons say so."""

import base64
import html
import json
import urllib.parse
from dataclasses import replace
from itertools import pairwise

import pytest
from detecting import DETECTOR, values

from leakscan.anchors import Matcher, find_hidden, reference_hidden
from leakscan.detect import unfold
from leakscan.model import Blob, WorktreeFile
from leakscan.rules.fake import fake
from leakscan.scanning.room import Room
from leakscan.scanning.sighting import Sighting, look

KEY, SECRET = values(2)
HAS_ANCHOR = Matcher(replace(DETECTOR.spec, hidden=True)).has_anchor
ENV = f"BINANCE_API_KEY={KEY}\nBINANCE_API_SECRET={SECRET}\n"


def b64(text: str | bytes) -> str:
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


def sightings(text: str | bytes) -> tuple[Sighting, ...]:
    data = text if isinstance(text, bytes) else text.encode()
    seen = look(DETECTOR, HAS_ANCHOR, Blob("", data, WorktreeFile(b"bot")), Room(1 << 20))
    return seen.sightings if seen else ()


def found(text: str | bytes) -> dict[str, tuple[str, ...]]:
    """What a report would say, by value: the reasons."""
    matches = [match for seen in sightings(text) for match in DETECTOR.judge(seen.inspection, (b"bot",))]
    return {match.identity.decode(): match.reasons for match in matches}


HALVES = SECRET[:32], SECRET[32:]
THREE = SECRET[:12], SECRET[12:50], SECRET[50:]
FORMS = {
    "base64 in a Kubernetes secret": (f"data:\n  BINANCE_API_SECRET: {b64(SECRET)}\n", "base64 decoded"),
    "base64 of a line": (f"BINANCE_ENV={b64(f'BINANCE_API_SECRET={SECRET}')}", "base64 decoded"),
    "base64 of a file": (f"echo {b64(ENV)} | base64 -d > .env", "base64 decoded"),
    "base64 in lines of 76": (base64.encodebytes((ENV * 3).encode()).decode(), "base64 decoded"),
    "base64 of base64": (f"BINANCE_SECRET={b64('BINANCE_API_SECRET: ' + b64(SECRET))}", "base64 decoded"),
    "base64 of UTF-16": (b64(ENV.encode("utf-16-le")), "base64 decoded"),
    "hexadecimal": (f"BINANCE_API_SECRET={SECRET.encode().hex()}", "hexadecimal decoded"),
    "hexadecimal in capitals": (
        f"BINANCE_API_SECRET=0x{SECRET.encode().hex().upper()}",
        "hexadecimal decoded",
    ),
    "percent signs": ("binance_secret=" + "".join(f"%{ord(c):02X}" for c in SECRET), "unescaped"),
    "backslash x": ('binance_secret="' + "".join(f"\\x{ord(c):02x}" for c in SECRET) + '"', "unescaped"),
    "backslash u": ('{"binance_secret":"' + "".join(f"\\u{ord(c):04x}" for c in SECRET) + '"}', "unescaped"),
    "entities": ("<binance_secret>" + "".join(f"&#{ord(c)};" for c in SECRET), "unescaped"),
    "hexadecimal entities": ("<binance_secret>" + "".join(f"&#x{ord(c):x};" for c in SECRET), "unescaped"),
    "two literals with a plus": (f'binance_secret = "{HALVES[0]}" + "{HALVES[1]}"', "joined from pieces"),
    "two literals in two lines": (
        f"binance_secret = ('{HALVES[0]}'\n    '{HALVES[1]}')",
        "joined from pieces",
    ),
    "two literals of bytes": (f"binance_secret = b'{HALVES[0]}' \\\n  b'{HALVES[1]}'", "joined from pieces"),
    "two literals with a dot": (f'$binance_secret = "{HALVES[0]}" . "{HALVES[1]}";', "joined from pieces"),
    "escaped quotes": (f'"binance_secret = \\"{HALVES[0]}\\" + \\"{HALVES[1]}\\""', "joined from pieces"),
    "three literals": ('binance_secret = "' + '" + "'.join(THREE) + '"', "joined from pieces"),
    "a continued line": (f"export BINANCE_SECRET={HALVES[0]}\\\n{HALVES[1]}", "joined from pieces"),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_hidden_secret_is_found_and_its_reasons_say_how(form: str) -> None:
    text, how = FORMS[form]
    assert how in found(text)[SECRET]


@pytest.mark.parametrize("cuts", [(12, 24), (32, 40), (10, 20, 30)])
@pytest.mark.parametrize("glue", ['" + "', '"\n    "'])
def test_pieces_are_joined_wherever_in_a_file_they_stand(cuts: tuple[int, ...], glue: str) -> None:
    pieces = [SECRET[start:end] for start, end in pairwise([0, *cuts, 64])]
    text = f'binance_secret = ("{glue.join(pieces)}")\n'
    for before in (0, 7, 100):
        assert list(found("x = 1\n" * before + text)) == [SECRET]


UUID, ALNUM = fake("uuid"), fake("alnum:18")
SHORT = {
    "a UUID in base64": (f"data:\n  KUCOIN_API_SECRET: {b64(UUID)}\n", UUID, "base64 decoded"),
    "base64 of hexadecimal digits": (
        f"xt_api_secret: {b64(fake('hex:40'))}",
        fake("hex:40"),
        "base64 decoded",
    ),
    "hexadecimal digits": (
        f"bybit_api_key = bytes.fromhex('{ALNUM.encode().hex()}')",
        ALNUM,
        "hexadecimal decoded",
    ),
    "an argument in base64": (
        f"kucoin_secret = base64.b64decode('{b64(UUID)}').decode()",
        UUID,
        "base64 decoded",
    ),
    "two short literals": (f'kucoin_secret = ("{UUID[:20]}" "{UUID[20:]}")', UUID, "joined from pieces"),
    "with a plus": (f'KUCOIN_SECRET = "{UUID[:14]}" + "{UUID[14:]}";', UUID, "joined from pieces"),
    "in two lines": (f'KUCOIN_SECRET = "{UUID[:14]}"\n    + "{UUID[14:]}";', UUID, "joined from pieces"),
    "in two lines of a shell": (
        f'export KUCOIN_SECRET="{UUID[:20]}\\\n{UUID[20:]}"',
        UUID,
        "joined from pieces",
    ),
}


@pytest.mark.parametrize("form", SHORT)
def test_a_short_hidden_secret_is_found_where_its_name_says_so(form: str) -> None:
    text, value, how = SHORT[form]
    assert how in found(text)[value]
    assert list(found(text)) == [value]


@pytest.mark.parametrize("form", FORMS)
def test_what_a_hidden_secret_needs_to_be_found_shows_to_the_history_engine(form: str) -> None:
    data = FORMS[form][0].encode()
    assert find_hidden(data) == reference_hidden.find_hidden(data) != []
    assert reference_hidden.hides(data, 0, len(data))


def test_a_place_is_that_of_the_encoded_text() -> None:
    encoded = b64(SECRET)
    [seen] = sightings(f"kind: Secret\ndata:\n  BINANCE_API_SECRET: {encoded}\n")
    assert seen.places == ((3, 23, 3, 23 + len(encoded)),)


def test_a_place_of_pieces_is_from_the_first_to_the_last() -> None:
    [seen] = sightings(f'binance_secret = ("{HALVES[0]}"\n  "{HALVES[1]}")')
    assert seen.places == ((1, 20, 2, 4 + 32),)


def test_a_plain_key_and_an_encoded_secret_are_a_pair() -> None:
    text = f"binance:\n  api_key: {KEY}\n  api_secret: {b64(SECRET)}\n"
    matches = [m for seen in sightings(text) for m in DETECTOR.judge(seen.inspection, ())]
    assert {match.partner for match in matches if match.identity == SECRET.encode()} == {KEY.encode()}


@pytest.mark.parametrize("kind", ["rsa:2048:pkcs8", "ed25519", "ec:pkcs1", "rsa:2048:encrypted"])
def test_base64_of_a_private_key_block_is_the_key(kind: str) -> None:
    pem = fake(kind) + "\n"
    [plain] = found(pem)
    assert "base64 decoded" in found(f"data:\n  tls.key: {b64(pem)}\n")[plain]


@pytest.mark.parametrize(
    "text",
    [
        b64(bytes(range(256)) * 9),
        "sha512-" + b64(bytes(range(190, 254))),
        f'checksums = ["{HALVES[0]}", "{HALVES[1]}"]',
        f"{HALVES[0]}\n{HALVES[1]}",
        f'a("{HALVES[0]}"); b("{HALVES[1]}")',
        "x" * 500 + "=" * 500,
        "%41" * 11,
        json.dumps({"a": "é" * 40}),
        urllib.parse.quote("a b/c" * 30),
        html.escape("<a href='b'>" * 20),
    ],
)
def test_what_hides_nothing_is_left_alone(text: str) -> None:
    assert found(text) == {}


def test_lines_of_base64_that_are_no_text_together_are_read_one_by_one() -> None:
    lines = [b64(f"SECRET={SECRET}".rjust(93, "#")), b64(b"\1" + b"#" * 92), b64(f"KEY={KEY}".rjust(93, "#"))]
    assert set(found("\n".join(["# binance", *lines]))) == {SECRET, KEY}


def test_base64_that_is_cut_off_within_a_byte_is_read_up_to_there() -> None:
    assert set(found(b64(ENV + "###")[:-3])) == {KEY, SECRET}


def test_layers_are_counted() -> None:
    deep = SECRET
    for _ in range(3):
        deep = b64("BINANCE_API_SECRET: " + deep)
    assert SECRET in found(deep)
    assert SECRET not in found(b64("BINANCE_API_SECRET: " + deep))


@pytest.mark.parametrize(
    "piece", ['"+"', "A" * 64, b64("a=b;" * 30), "\\x41", "%41", "&#65;", '" "', "+/", "\\\n"]
)
def test_hostile_text_is_read_in_linear_time(piece: str) -> None:
    data = (piece * 20_000).encode()
    unfolded = unfold(data, find_hidden)
    assert unfolded is None or len(unfolded.text) <= len(data)
