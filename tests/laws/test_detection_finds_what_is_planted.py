"""The law of the prefilter: a credential is found wherever it stands, in whichever encoding."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from leakscan.anchors import Matcher
from leakscan.detect import Detector, as_utf8
from leakscan.model import Confidence
from leakscan.rules import load_rules
from leakscan.rules.fake import fake

DETECTOR = Detector(load_rules())
HAS_ANCHOR = Matcher(DETECTOR.spec).has_anchor
# What the planted lines may stand between: text of any script, and lines like those of real files.
lines = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60
) | st.sampled_from(
    [
        "# Kraken",
        "hash = 'x'",
        "{",
        "}",
        '"""',
        "-----BEGIN CERTIFICATE-----",
        "x" * 80,
        "data:image/png;base64,AAAA",
        "",
    ]
)
texts = st.lists(lines, max_size=8).map("\n".join)
seeds = st.integers(0, 2**32)


def found(data: bytes) -> set[bytes]:
    text = as_utf8(data)
    inspection = DETECTOR.inspect(text)
    assert not inspection.candidates or HAS_ANCHOR(text)  # else a scan would not have asked
    matches = DETECTOR.judge(inspection)
    return {match.identity for match in matches if match.confidence >= Confidence.MEDIUM}


@given(texts, texts, seeds)
@example("", "000000000000000/", 0)  # it could be the last line of base64
def test_a_named_pair_is_found_wherever_it_stands(before: str, after: str, seed: int) -> None:
    key, secret = fake("alnum:64", seed), fake("alnum:64", seed + 1)
    planted = f"BINANCE_API_KEY={key}\nBINANCE_API_SECRET={secret}"
    text = "\n".join(part for part in (before, planted, after) if part)
    assert {key.encode(), secret.encode()} <= found(text.encode())


@given(
    st.integers(0, 70),
    seeds,
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]),
)
def test_a_secret_is_found_at_every_offset_in_every_encoding(offset: int, seed: int, encoding: str) -> None:
    secret = fake("alnum:64", seed)
    text = "é" * offset + "\n" + "." * offset + f'\nbinance_api_secret: "{secret}"'
    assert found(text.encode(encoding)) == {secret.encode()}


@settings(deadline=None)  # making an RSA key takes a while
@given(
    texts,
    texts,
    st.sampled_from(["ed25519", "rsa:1024", "rsa:1024:encrypted"]),
    st.sampled_from(["\n", "\r\n", "\\n"]),
)
def test_a_private_key_is_found_wherever_it_stands(before: str, after: str, kind: str, line_end: str) -> None:
    pem = fake(kind)
    text = "\n".join(part for part in (before, pem.replace("\n", line_end), after) if part)
    assert found(pem.encode()) <= found(text.encode())
