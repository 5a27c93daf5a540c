import pytest
from detecting import DETECTOR, values

from leakscan.anchors import AnchorSpec, Matcher
from leakscan.detect.anchors import LONGEST_ESCAPE, iter_run_values
from leakscan.rules.fake import fill

VALUE = values(1)[0]
MATCHER = Matcher(AnchorSpec(64, 64 + LONGEST_ESCAPE))


def runs(text: str) -> list[str]:
    data = text.encode()
    spans = iter_run_values(data, MATCHER.values(data)[0], 64)
    return [data[span.start : span.end].decode() for span in spans]


@pytest.mark.parametrize(
    "text",
    [
        "%s",
        '"%s"',
        "key=%s\n",
        "\\n%s\\n",
        "%%3D%s&",
        "%%253D%s%%2526",
        "=3D%s",
        "\\u0022%s\\u0022",
        "\\x22%s",
        "a.%s",
        "%s.",
        "é%sé",
    ],
)
def test_a_run_is_found_whatever_quotes_or_escapes_it(text: str) -> None:
    assert runs(text % VALUE) == [VALUE]


@pytest.mark.parametrize(
    "text",
    [
        "x%s",
        "%sx",
        "%s=",
        "%s==",
        "+%s",
        "%s/",
        "_%s",
        "%s-x",
        "ab%s",
        "\\q%s",
        "sha512-%s",
        "=4F%s",
        "%%26xD%s",
        "%%3%s",
    ],
)
def test_a_piece_of_something_longer_is_no_run(text: str) -> None:
    assert runs(text % VALUE) == []


@pytest.mark.parametrize("text", ["{long}.%s", "%s.{long}", "{long}.%s.{long}"])
def test_a_part_of_a_dotted_token_is_no_run(text: str) -> None:
    assert runs(text.format(long="eyJ" + "x" * 33) % VALUE) == []
    assert runs(text.format(long="x" * 16) % VALUE) == []


@pytest.mark.parametrize("text", ["{short}.%s", "%s.{short}"])
def test_a_short_word_and_a_dot_make_no_token(text: str) -> None:
    assert runs(text.format(short="x" * 15) % VALUE) == [VALUE]


def test_the_first_line_of_something_signed_or_public_is_no_anchor() -> None:
    accepts = DETECTOR.spec.accepts
    assert accepts is not None
    token = fill("{base64:56}", 3).encode()
    assert accepts(b"kraken_secret: ", token, b"\n")
    assert accepts(b"kraken_secret: -----BEGIN\n", token, b"\n")
    for armour in (b"PUBLIC KEY", b"RSA PUBLIC KEY", b"CERTIFICATE", b"PGP MESSAGE", b"PGP SIGNATURE"):
        assert not accepts(b"kraken_secret: -----BEGIN " + armour + b"-----\r\n\n ", token, b"\n")
