import pytest
from detecting import values

from leakscan.detect.anchors import PEM, RUN, iter_anchors

VALUE = values(1)[0]


def runs(text: str) -> list[str]:
    data = text.encode()
    return [data[a.span.start : a.span.end].decode() for a in iter_anchors(data, 64) if a.kind == RUN]


@pytest.mark.parametrize(
    "text",
    [
        "%s",
        '"%s"',
        "key=%s\n",
        "\\n%s\\n",
        "%%3D%s&",
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
    "text", ["x%s", "%sx", "%s=", "%s==", "+%s", "%s/", "_%s", "%s-x", "ab%s", "\\q%s", "sha512-%s", "=4F%s"]
)
def test_a_piece_of_something_longer_is_no_run(text: str) -> None:
    assert runs(text % VALUE) == []


@pytest.mark.parametrize("text", ["{long}.%s", "%s.{long}", "{long}.%s.{long}"])
def test_a_part_of_a_dotted_token_is_no_run(text: str) -> None:
    assert runs(text.format(long="eyJ" + "x" * 33) % VALUE) == []


@pytest.mark.parametrize("kind", ["", "RSA ", "EC ", "ENCRYPTED ", "OPENSSH "])
def test_every_private_key_header_is_an_anchor(kind: str) -> None:
    assert [a.kind for a in iter_anchors(f"-----BEGIN {kind}PRIVATE KEY-----".encode(), 64)] == [PEM]


@pytest.mark.parametrize("label", ["PUBLIC KEY", "CERTIFICATE", "RSA PUBLIC KEY", "PRIVATE  KEY"])
def test_no_other_header_is_an_anchor(label: str) -> None:
    assert list(iter_anchors(f"-----BEGIN {label}-----".encode(), 64)) == []
