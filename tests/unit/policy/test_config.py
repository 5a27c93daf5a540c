import datetime

import pytest

from leakscan.errors import ConfigError
from leakscan.model import Confidence
from leakscan.policy.config import Known, parse_config
from leakscan.policy.paths import path_pattern

KNOWN = Known(["moonbase-api-key", "moonbase-api-secret"], ["moonbase"])


def parse(text: str):
    return parse_config(".leakscan.toml", text.encode(), KNOWN)


def test_everything_that_can_be_said() -> None:
    config = parse("""
        min-confidence = "high"
        fail-on = "never"
        exchanges = ["moonbase"]
        baseline = "ci/known"
        foreign-marks = true
        [[allow]]
        path = "tests/**"
        rule = "moonbase-api-key"
        reason = "made up"
        expires = 2027-03-31
    """)
    assert (config.min_confidence, config.fail_on, config.exchanges) == (
        Confidence.HIGH,
        "never",
        ("moonbase",),
    )
    assert (config.baseline, config.foreign_marks) == ("ci/known", True)
    (allow,) = config.allow
    assert (allow.path, allow.rule, allow.reason) == ("tests/**", "moonbase-api-key", "made up")
    assert (allow.where, allow.expires) == (".leakscan.toml: allow 1", datetime.date(2027, 3, 31))
    assert config.settings() == (
        "min-confidence high",
        "fail-on never",
        "exchanges moonbase",
        "foreign marks honoured",
    )


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("min-confidance = 'low'", "unknown key 'min-confidance'; did you mean min-confidence?"),
        ("accept-incomplete = ['lfs']", "unknown key 'accept-incomplete'"),
        ("min-confidence = 'hihg'", "min-confidence: one of low, medium, high"),
        ("fail-on = true", "fail-on: one of low, medium, high, never"),
        ("exchanges = ['moonbas']", "exchanges: unknown name 'moonbas'; did you mean moonbase?"),
        ("baseline = '../known'", "baseline: relative to the repository's root"),
        ("foreign-marks = 'yes'", "foreign-marks: true or false"),
        ("[allow]\npath = 'x'", "allow: write each entry under a line [[allow]]"),
        ("[[allow]]\npath = 'x'", "allow 1: reason: say in a few words why"),
        ("[[allow]]\nreason = 'x'", "allow 1: names nothing: give a path, a rule or a fingerprint"),
        ("[[allow]]\nreason = 'x'\npaths = 'x'", "allow 1: unknown key 'paths'; did you mean path?"),
        ("[[allow]]\nreason = 'x'\nrule = 'moonbase-api-keys'", "did you mean moonbase-api-key?"),
        ("[[allow]]\nreason = 'x'\nfingerprint = 'abc'", "fingerprint: 32 hexadecimal digits"),
        ("[[allow]]\nreason = 'x'\npath = '/etc'", "path: relative to the repository's root"),
        ("[[allow]]\nreason = 'x'\npath = 'x'\nexpires = 'soon'", "expires: a date without quotes"),
        ("[[allow", "not TOML"),
    ],
)
def test_what_is_not_understood_is_refused_with_the_mend(text: str, complaint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(text)
    assert str(caught.value).startswith(".leakscan.toml: ")
    assert complaint in str(caught.value)


@pytest.mark.parametrize(
    ("glob", "path", "fits"),
    [
        ("tests/**", b"tests/a/b.py", True),
        ("tests", b"tests/a/b.py", True),
        ("tests/", b"tests/a/b.py", True),
        ("tests", b"tests2/b.py", False),
        ("**/fixtures/*.env", b"a/b/fixtures/x.env", True),
        ("**/fixtures/*.env", b"fixtures/x.env", True),
        ("*.env", b"a/x.env", False),
        ("a?c", b"abc", True),
        ("a?c", b"a/c", False),
        ("a.c", b"abc", False),
        ("caf\u00e9/*", "caf\u00e9/\u00e9.py".encode(), True),
    ],
)
def test_paths_of_allow_entries(glob: str, path: bytes, fits: bool) -> None:
    assert path_pattern(glob).fits(path) is fits


@pytest.mark.parametrize("text", ["a" + ".a" * 100_000 + " = 1", "x = " + "9" * 5_000, "#" * (2 << 20)])
def test_what_would_take_all_memory_or_no_end_of_digits_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match=r"dots|not TOML"):
        parse(text)
