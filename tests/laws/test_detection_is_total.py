"""The laws: any bytes can be inspected, and decoding loses nothing that ASCII can say."""

from hypothesis import given
from hypothesis import strategies as st

from leakscan.detect import Detector, as_utf8
from leakscan.rules import load_rules
from leakscan.rules.fake import fake

DETECTOR = Detector(load_rules())
ED25519 = fake("ed25519").encode()
PIECES = (
    *(b"-----BEGIN PRIVATE KEY-----", b"-----END PRIVATE KEY-----", b"-----BEGIN%20RSA+PRIVATE KEY-----"),
    *(
        b"binance",
        b"testnet",
        b"api_secret",
        b" = ",
        b": ",
        b'"',
        b"'",
        b"\\",
        b"\\n",
        b"\n",
        b"\r\n",
        b"{",
        b"}",
        b",",
    ),
    *(b"</b>", b"hmac.new(", b"| a | b |", b"MII", b"\x00", b"\xff", "İ".encode(), fake("alnum:64").encode()),
    *(
        fake("alnum:64", 2).encode(),
        fake("hex:64").encode(),
        ED25519,
        ED25519[:90],
        fake("base64:64").encode(),
    ),
)


@given(
    st.binary(max_size=600)
    | st.lists(st.sampled_from(PIECES) | st.binary(max_size=4), max_size=40).map(b"".join)
)
def test_any_bytes_can_be_inspected_and_judged(data: bytes) -> None:
    text = as_utf8(data)
    inspection = DETECTOR.inspect(text)
    matches = DETECTOR.judge(inspection, (b"any/path",))
    assert len(matches) <= len(inspection.candidates)
    for match in matches:
        assert text[match.span.start : match.span.end] == match.secret.reveal()
        assert match.partner is None or match.partner in {
            candidate.identity for candidate in inspection.candidates
        }


@given(st.binary(max_size=400))
def test_any_bytes_can_be_decoded(data: bytes) -> None:
    as_utf8(data)


@given(st.text(st.characters(max_codepoint=127, exclude_characters="\0"), max_size=200))
def test_ascii_text_comes_back_as_it_was(text: str) -> None:
    assert as_utf8(text.encode()) == text.encode()


@given(
    st.text(st.characters(min_codepoint=9, max_codepoint=126), min_size=8, max_size=200),
    st.sampled_from(["le", "be"]),
)
def test_wide_ascii_text_comes_back_as_ascii(text: str, order: str) -> None:
    assert as_utf8(text.encode(f"utf-16-{order}")) == text.encode()
