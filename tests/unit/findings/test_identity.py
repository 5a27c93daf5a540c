from hypothesis import given
from hypothesis import strategies as st

from leakscan.findings.identity import fingerprint, group_name, preview
from leakscan.model import Secret


@given(st.text(alphabet="abcXYZ0189", min_size=40, max_size=200))
def test_six_characters_of_a_long_value_are_shown(value: str) -> None:
    assert preview(Secret(value.encode())) == f"{value[:4]}…{value[-2:]}"


def test_less_of_shorter_values() -> None:
    assert preview(Secret(b"a" * 39)) == "aa…"
    assert preview(Secret(b"a" * 15)) == "…"


def test_of_a_private_key_only_the_header() -> None:
    text = b"-----BEGIN " + b"RSA PRIVATE KEY-----\nabc\n"
    assert preview(Secret(text)) == "BEGIN RSA PRIVATE KEY"


def test_a_fingerprint_is_of_rule_and_value() -> None:
    assert fingerprint("a", b"x") == fingerprint("a", b"x")
    assert len({fingerprint("a", b"x"), fingerprint("b", b"x"), fingerprint("a", b"y")}) == 3
    assert len(fingerprint("a", b"x")) == 32


def test_a_group_does_not_depend_on_order() -> None:
    assert group_name(["1", "2"]) == group_name(["2", "1"]) != group_name(["1"])


def test_a_secret_prints_as_its_size() -> None:
    secret = Secret(b"hunter2")
    assert f"{secret} {secret!r} {[secret]}" == "<secret, 7 bytes> <secret, 7 bytes> [<secret, 7 bytes>]"
