import pytest

from leakscan.errors import RuleError
from leakscan.model import Severity
from leakscan.rules import PemShape, PhraseShape, TextShape, parse_pattern
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
shape = { pattern = '[A-Za-z0-9]{64}' }
needs = "name or exchange"
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
    shape = TextShape(parse_pattern("[A-Za-z0-9]{64}"))
    assert (exchange.id, rule.exchange, rule.shape) == ("moonbase", "moonbase", shape)
    assert (rule.severity, rule.paired) == (Severity.HIGH, Severity.CRITICAL)


def test_a_private_key_rule_names_types() -> None:
    text = GOOD.replace("{ pattern = '[A-Za-z0-9]{64}' }", '{ pem = ["rsa"] }')
    assert parse_exchange("m", text).rules[0].shape == PemShape(frozenset({"rsa"}))


def test_a_name_may_have_letters_without_case() -> None:
    text = GOOD.replace(
        'keywords = ["moonbase"]', 'keywords = ["moonbase", "月面", "ムーンbase", "문베이스"]'
    )
    assert parse_exchange("m", text).keywords == ("moonbase", "月面", "ムーンbase", "문베이스")


def test_a_recovery_phrase_has_24_words() -> None:
    text = GOOD.replace("{ pattern = '[A-Za-z0-9]{64}' }", "{ words = 24 }")
    assert parse_exchange("m", text).rules[0].shape == PhraseShape(24)
    with pytest.raises(RuleError, match="moonbase-secret: shape: words must be 24"):
        parse_exchange("m", text.replace("24", "12"))


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (('id = "moonbase"', 'id = "Moon Base"'), "exchange: id: must be lower-case words joined by dashes"),
        (('keywords = ["moonbase"]', "keywords = []"), "exchange: keywords: needs at least 1"),
        (('keywords = ["moonbase"]', 'keywords = ["mb"]'), "exchange: keywords: must be lower case ASCII"),
        (
            ('keywords = ["moonbase"]', 'keywords = ["мунбэйс"]'),
            "exchange: keywords: must be lower case ASCII",
        ),
        (('steps = ["Revoke it"]', ""), "exchange: steps: needs at least 1"),
        (('part = "secret"', 'part = "password"'), "moonbase-secret: part: must be one of"),
        (("[A-Za-z0-9]{64}", "[A-Za-z0-9]{63}"), "moonbase-secret: shape: has no anchor: only 64 letters"),
        (("[A-Za-z0-9]{64}", "[A-Za-z0-9]+"), "shape: pattern: has a repeat without a bound"),
        (
            ("[A-Za-z0-9]{64}", "[A-Za-z0-9]{300}"),
            "shape: pattern: has a repeat without a bound of at most 200",
        ),
        (
            ("[A-Za-z0-9]{64}", "(?:[a-z]{1,9}){2,9}"),
            "pattern: has a repeat within a repeat that can backtrack",
        ),
        (("[A-Za-z0-9]{64}", "([a-z]{9})"), "shape: pattern: must hold no flags and no capturing groups"),
        (("[A-Za-z0-9]{64}", "(?:[a-z]){9}(?=x)"), "shape: pattern: assert is not allowed"),
        (("[A-Za-z0-9]{64}", "[a-z"), "shape: pattern: is no regular expression"),
        (("[A-Za-z0-9]{64}' }", "[a-z]{32}', size = 3 }"), "moonbase-secret: shape: size: unknown field"),
        (("[A-Za-z0-9]{64}' }", "[a-z]{32}', proof = 'luck' }"), "shape: proof: must be one of"),
        (("[A-Za-z0-9]{64}' }", "[a-z]{32}', decodes_to = 999 }"), "shape: decodes_to: must be a number"),
        (("pattern = '[A-Za-z0-9]{64}'", "token = [4, 20]"), "shape: token: must be two lengths between 16"),
        (('"name or exchange"', '"luck"'), "moonbase-secret: needs: must be one of"),
        (('part = "secret"', 'part = "passphrase"'), 'moonbase-secret: needs: must be "group"'),
        (
            ('[A-Za-z0-9]{64}\' }\nneeds = "name or exchange"', "[a-z]{15}' }"),
            "moonbase-secret: shape: has no anchor: must be 16 to 136 letters",
        ),
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
