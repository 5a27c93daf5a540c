import pytest

from leakscan.decisions import Mark
from leakscan.model import Span
from leakscan.policy.marks import mark_at

VALUE = "V" * 20


def mark_of(text: str) -> Mark | None:
    start = text.index(VALUE)
    return mark_at(text.encode(), Span(start, start + len(VALUE)))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"a = '{VALUE}'  # leakscan:allow some-rule made for the tests\nb = 1", "made for the tests"),
        (f"x\nconst a = '{VALUE}' /* leakscan:allow some-rule a dead key */\r\n", "a dead key"),
        (f"<b>{VALUE}</b> <!-- leakscan:allow some-rule shown in the manual -->", "shown in the manual"),
        (f"# leakscan:allow-next some-rule rotated in March\nkey: {VALUE}", "rotated in March"),
        (f"# leakscan:allow-next some-rule rotated\r\nkey: {VALUE}\r\n", "rotated"),
    ],
)
def test_a_mark_on_the_line_or_above_it_is_read(text: str, reason: str) -> None:
    assert mark_of(text) == Mark("leakscan", "some-rule", reason)


@pytest.mark.parametrize(
    "text",
    [
        f"# leakscan:allow some-rule the line above\n{VALUE}",
        f"{VALUE}\n# leakscan:allow some-rule the line below",
        f"{VALUE} # leakscan:allow-next some-rule not this one",
        f"# leakscan:allow-next some-rule two lines up\n\n{VALUE}",
        f"{VALUE}{';' * 600}// leakscan:allow some-rule far away in minified code",
    ],
)
def test_a_mark_elsewhere_says_nothing(text: str) -> None:
    assert mark_of(text) is None


def test_a_mark_without_rule_or_reason_is_read_as_such() -> None:
    assert mark_of(f"{VALUE} # leakscan:allow") == Mark("leakscan", "", "")
    assert mark_of(f"{VALUE} # leakscan:allow some-rule") == Mark("leakscan", "some-rule", "")


@pytest.mark.parametrize(
    ("text", "tool"),
    [
        (f"{VALUE} # gitleaks:allow", "gitleaks"),
        (f"{VALUE} # betterleaks:allow", "betterleaks"),
        (f"{VALUE} # trufflehog:ignore", "trufflehog"),
        (f"{VALUE} # kingfisher:ignore", "kingfisher"),
        (f"{VALUE} # pragma: allowlist secret", "detect-secrets"),
        (f"# pragma: allowlist nextline secret\n{VALUE}", "detect-secrets"),
        (f"{VALUE} // secretlint-disable-line", "secretlint"),
        (f"// secretlint-disable-next-line\n{VALUE}", "secretlint"),
    ],
)
def test_marks_of_other_tools_are_known(text: str, tool: str) -> None:
    assert mark_of(text) == Mark(tool, "", "")


def test_our_own_mark_goes_before_that_of_another_tool() -> None:
    text = f"{VALUE} # gitleaks:allow leakscan:allow some-rule a test value"
    assert mark_of(text) == Mark("leakscan", "some-rule", "a test value")
