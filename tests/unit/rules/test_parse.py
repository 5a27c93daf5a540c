import pytest

from leakscan.errors import RuleError
from leakscan.model import Severity
from leakscan.rules import PemShape, RunShape
from leakscan.rules.parse import parse_exchange, parse_published

GOOD = """
[exchange]
id = "moonbase"
name = "Moonbase"
keywords = ["moonbase"]
steps = ["Revoke it"]

[[credential]]
id = "moonbase-secret"
part = "secret"
title = "Moonbase secret"
shape = { alphabet = "alnum", length = 64 }
names = ["apisecret"]
severity = "high"
paired = "critical"
why = "64 letters and digits"
examples = ["moonbase_api_secret={alnum:64}", "b"]
counterexamples = ["c", "d"]
"""


def test_a_rule_file_becomes_an_exchange() -> None:
    exchange = parse_exchange("moonbase.toml", GOOD)
    (rule,) = exchange.rules
    assert (exchange.id, rule.exchange, rule.shape) == ("moonbase", "moonbase", RunShape("alnum", 64))
    assert (rule.severity, rule.paired) == (Severity.HIGH, Severity.CRITICAL)


def test_a_private_key_rule_names_types() -> None:
    text = GOOD.replace('{ alphabet = "alnum", length = 64 }', '{ pem = ["rsa"] }')
    assert parse_exchange("m", text).rules[0].shape == PemShape(frozenset({"rsa"}))


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (('id = "moonbase"', 'id = "Moon Base"'), "exchange: id: must be lower-case words joined by dashes"),
        (('keywords = ["moonbase"]', "keywords = []"), "exchange: keywords: needs at least 1"),
        (('keywords = ["moonbase"]', 'keywords = ["mb"]'), "exchange: keywords: must be lower case ASCII"),
        (('steps = ["Revoke it"]', ""), "exchange: steps: needs at least 1"),
        (('part = "secret"', 'part = "password"'), "moonbase-secret: part: must be one of"),
        (
            ("length = 64", "length = 6"),
            "moonbase-secret: shape: length: must be 64",
        ),
        (('alphabet = "alnum"', 'alphabet = "any"'), "moonbase-secret: shape: alphabet: must be one of"),
        (('severity = "high"', 'severity = "bad"'), "moonbase-secret: severity: must be one of"),
        (('why = "64 letters and digits"', ""), "moonbase-secret: why: must be a non-empty string"),
        (
            ('examples = ["moonbase_api_secret={alnum:64}", "b"]', 'examples = ["a"]'),
            "examples: needs at least 2",
        ),
        (('counterexamples = ["c", "d"]', ""), "moonbase-secret: counterexamples: needs at least 2"),
        (('title = "Moonbase secret"', "title = 5"), "moonbase-secret: title: must be a non-empty string"),
        (('names = ["apisecret"]', 'pattern = ".*"'), "moonbase-secret: pattern: unknown field"),
    ],
)
def test_every_complaint_names_file_rule_and_field(change: tuple[str, str], complaint: str) -> None:
    with pytest.raises(RuleError) as caught:
        parse_exchange("moonbase.toml", GOOD.replace(*change))
    assert str(caught.value).startswith("moonbase.toml: ")
    assert complaint in str(caught.value)


def test_published_values_are_listed_as_digests() -> None:
    text = '[[published]]\nexchange = "x"\nsource = "docs"\nsha256 = ["%s"]\n'
    assert parse_published("p.toml", text % ("0" * 64)) == {"0" * 64}
    with pytest.raises(RuleError, match="must be 64 lower-case hexadecimal digits"):
        parse_published("p.toml", text % "abc")
