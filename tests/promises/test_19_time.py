"""Promise 19: four times the input takes about four times the CPU time, whatever it is made of."""

from __future__ import annotations

import base64
import time

import pytest

from leakscan.anchors import Matcher, find_hidden
from leakscan.detect import Detector, unfold
from leakscan.rules import load_rules
from leakscan.rules.fake import fake

SHAPES = {
    "long spaces": b"api_secret" + b" " * 4000 + b"=\n",
    "names without a value": b"binance_api_secret_key = \n",
    "names joined": b"api_secret_key_binance_" * 400 + b"\n",
    "nested quotes": b'"\'`\\"' * 500,
    "escaped quotes": b"secret='" + b"\\'" * 900 + b"'\n",
    "near misses": b"api_secret='" + b"aB3" * 21 + b"'\n",
    "values": b"api_secret='%b'\n" % fake("alnum:64", 3).encode(),
    "hexadecimal": b"deadbeef" * 4000 + b"\n",
    "base64": b"QUFBQkJC" * 4000 + b"\n",
    "base64 of what is no text": base64.encodebytes(b"a line of a text, " * 190 + b"\x01" * 57),
    "escapes": b"\\u0041" * 900 + b"\n",
    "percent signs": b"%41%42" * 900 + b"\n",
    "joined pieces": b"'aB3x' + \n" * 300,
    "heads of keys": b"-----BEGIN RSA PRIVATE KEY-----\n",
    "keys without end": b"-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n",
    "brackets": b"[{(" * 2000 + b"\n",
    "assignments": b"a=b=c=d=e=f=g;" * 200 + b"\n",
    "exchange names": b"binance okx bybit kraken coinbase " * 100 + b"\n",
    "addresses in one line": b"'%b',https://testnet.binance.vision/" % fake("alnum:64", 4).encode(),
    "comparisons": b"secret = %b else '%b'\n" % (b"!==" * 60, fake("alnum:64", 5).encode()),
    "line ends": b"\r\n" * 2000,
}
# Values that no name stands near, and far from them names.
HALVES = {
    "values, then names": (SHAPES["values"].replace(b"api_secret", b"x"), b"binance\n"),
    "names, then values": (b"binance\n", SHAPES["values"].replace(b"api_secret", b"x")),
    "values, brackets, names": (SHAPES["values"].replace(b"api_secret", b"x") + b"}" * 9, b"binance\n"),
}
SMALL = 100_000
NOISE_S = 0.15


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector(load_rules())


def _seconds(detector: Detector, data: bytes) -> float:
    """CPU time of the better of two looks, as a scan takes them: what stands there, and what hides in it."""
    has_anchor, best = Matcher(detector.spec).has_anchor, 1e9
    for _ in range(2):
        started = time.process_time()
        has_anchor(data)
        detector.judge(detector.inspect(data), frozenset())
        if (hidden := unfold(data, find_hidden)) is not None:
            detector.inspect(hidden.text)
        best = min(best, time.process_time() - started)
    return best


@pytest.mark.parametrize("name", SHAPES)
def test_time_grows_as_the_input_does(detector, name) -> None:
    piece = SHAPES[name]
    small, large = (piece * (size // len(piece) + 1) for size in (SMALL, 4 * SMALL))
    assert _seconds(detector, large) < 8 * _seconds(detector, small) + NOISE_S


@pytest.mark.parametrize("name", HALVES)
def test_time_grows_as_two_halves_do(detector, name) -> None:
    small, large = (
        b"".join(piece * (size // 2 // len(piece) + 1) for piece in HALVES[name])
        for size in (SMALL, 4 * SMALL)
    )
    assert _seconds(detector, large) < 8 * _seconds(detector, small) + NOISE_S
