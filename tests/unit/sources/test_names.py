"""Names of committed files are asked one by one, before anybody knows the folders above them."""

from __future__ import annotations

import re

import pytest

from leakscan.detect import Detector
from leakscan.gitstore.kernel_reference_trees import may_be_value
from leakscan.rules import load_rules
from leakscan.rules.fake import fill
from leakscan.sources.names import as_text, name_tests

RULES = load_rules()
TESTS = name_tests(Detector(RULES))
FORMS = sorted(
    {
        form
        for rule in RULES.by_id.values()
        for text in rule.examples
        for form in re.findall(r"\{[^{}]+\}", text)
    }
)
FOLDERS = (
    "",
    "keys/",
    "api_secret/",
    *(f"{word}/" for exchange in RULES.exchanges for word in exchange.keywords[:1]),
)
NAMES = ("{}", "{}.txt", "secret_{}", "api-key-{}.json", "{}/x", "my {} file")


@pytest.mark.parametrize("form", FORMS)
def test_a_path_that_holds_a_value_has_a_name_that_may_hold_it(form: str) -> None:
    for number, folder in enumerate(FOLDERS):
        value = fill(form, number).replace("/", "").replace("\n", "").encode()
        for name in NAMES:
            path = folder.encode() + name.encode().replace(b"{}", value)
            if TESTS.holds(path) and re.search(rb"[^0-9A-Fa-f-]", value):
                assert any(may_be_value(part) and TESTS.may_hold(part) for part in path.split(b"/")), (
                    folder,
                    name,
                )


def test_digests_and_plain_names_hold_nothing() -> None:
    plain = (
        "test_binance_perpetual_derivative.py",
        "PublicConnectionConfiguration.kt",
        "20260101_add_api_keys.sql",
    )
    digests = (fill(form) for form in ("{hex:40}", "{hex:64}", "{uuid}", "{hex:36}"))
    for name in (*plain, *digests, *(f"{digest}.png" for digest in digests)):
        assert not (may_be_value(name.encode()) and TESTS.may_hold(name.encode())), name


def test_a_name_as_text_is_as_long_as_the_name() -> None:
    value = fill("{alnum:64}")
    name = f"a/secret_{value}.txt".encode()
    assert as_text(name) == f"a secret={value} txt".encode()
