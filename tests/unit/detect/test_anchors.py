import pytest
from detecting import values

from leakscan.anchors import AnchorSpec, Matcher
from leakscan.detect.anchors import LONGEST_ESCAPE, iter_run_values

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
