from leakscan.detect import Match
from leakscan.findings.collect import Collector, RuleFacts
from leakscan.model import (
    Commit,
    CommittedFile,
    Confidence,
    Finding,
    Help,
    Location,
    Part,
    RuleInfo,
    Secret,
    Severity,
    Span,
    WorktreeFile,
)

HELP = Help("", "", ("Revoke it",))
NOW = 1_700_000_000


def facts(rule_id: str, part: Part, severity: Severity, *, generic: bool = False) -> RuleFacts:
    exchange = "unknown" if generic else rule_id.rpartition("-")[0]
    return RuleFacts(
        RuleInfo(rule_id, exchange, exchange.title(), rule_id, "why", part, severity, HELP),
        Severity.CRITICAL,
        generic,
    )


RULES = {
    "moonbase-key": facts("moonbase-key", "key", Severity.LOW),
    "moonbase-secret": facts("moonbase-secret", "secret", Severity.HIGH),
    "testnet-key": facts("testnet-key", "key", Severity.LOW),
    **{rule: facts(rule, "key", Severity.LOW) for rule in ("okx-key", "okx-demo-key")},
    **{rule: facts(rule, "passphrase", Severity.LOW) for rule in ("okx-pass", "okx-demo-pass")},
    "unknown-secret": facts("unknown-secret", "secret", Severity.MEDIUM, generic=True),
}


Placed = tuple[Match, tuple[Location, ...]]


def placed(
    rule_id: str,
    value: bytes,
    *origins: WorktreeFile | CommittedFile,
    partner: bytes | None = None,
    confidence: Confidence = Confidence.HIGH,
    encrypted: bool = False,
) -> Placed:
    info, span = RULES[rule_id].info, Span(0, len(value))
    match = Match(
        *(rule_id, info.exchange, info.part, span, Secret(value), value),
        *(confidence, 0.9, ("because",), encrypted, partner),
    )
    return match, tuple(Location(origin, 1, 1, 1, 9) for origin in origins or (WorktreeFile(b"a"),))


def collect(*items: Placed, show_secrets: bool = False) -> tuple[Finding, ...]:
    collector = Collector(RULES, show_secrets=show_secrets)
    for match, locations in items:
        collector.add(match, locations)
    return collector.findings({}, NOW)


def commit(number: int) -> Commit:
    return Commit(f"{number:040x}", "Alice", "2024-03-02T10:00:00+01:00", number, number)


def test_one_value_is_one_finding_under_the_surest_rule() -> None:
    found = collect(
        placed("unknown-secret", b"v", WorktreeFile(b"b"), confidence=Confidence.MEDIUM),
        placed("moonbase-secret", b"v", WorktreeFile(b"a"), confidence=Confidence.MEDIUM),
    )
    assert [(finding.rule_id, len(finding.locations)) for finding in found] == [("moonbase-secret", 2)]


def test_the_parts_of_a_credential_share_a_group_and_are_graver_together() -> None:
    key, secret = placed("moonbase-key", b"k", partner=b"s"), placed("moonbase-secret", b"s", partner=b"k")
    together = collect(key, secret)
    assert len({finding.group for finding in together}) == 1
    assert {finding.severity for finding in together} == {Severity.CRITICAL}
    assert collect(key)[0].severity == Severity.LOW


def test_a_holding_names_what_its_value_stood_with() -> None:
    collector = Collector(RULES, show_secrets=False)
    key, secret = placed("moonbase-key", b"k", partner=b"s"), placed("moonbase-secret", b"s", partner=b"gone")
    for match, locations in (key, secret):
        collector.add(match, locations)
    names = {held.secret: name for name, held in collector.holdings().items()}
    held = collector.holdings()
    assert held[names[Secret(b"k")]].partners == {names[Secret(b"s")]}
    assert held[names[Secret(b"s")]].partners == frozenset()


def test_the_parts_of_a_credential_are_of_one_exchange_where_each_was_somewhere() -> None:
    key, testnet = placed("moonbase-key", b"k", partner=b"s"), placed("testnet-key", b"k", partner=b"s")
    secret = placed("moonbase-secret", b"s", partner=b"k")
    assert [finding.rule_id for finding in collect(testnet)] == ["testnet-key"]
    assert {finding.rule_id for finding in collect(key, testnet, secret)} == {
        "moonbase-key",
        "moonbase-secret",
    }
    assert {finding.rule_id for finding in collect(testnet, secret)} == {"testnet-key", "moonbase-secret"}


def test_of_two_that_are_as_sure_the_environment_is_told() -> None:
    spots = [
        ("okx-key", b"k", b"p"),
        ("okx-demo-key", b"k", b"p"),
        ("okx-pass", b"p", b"k"),
        ("okx-demo-pass", b"p", b"k"),
    ]
    items = [placed(rule, value, partner=partner) for rule, value, partner in spots]
    assert {finding.exchange for finding in collect(*items)} == {"okx-demo"}
    assert [finding.exchange for finding in collect(*items[2:])] == ["okx-demo"]


def test_less_sure_places_do_not_tell_the_exchange() -> None:
    testnet, secret = placed("testnet-key", b"k", partner=b"s"), placed("moonbase-secret", b"s", partner=b"k")
    unsure = placed("moonbase-key", b"k", partner=b"s", confidence=Confidence.MEDIUM)
    assert {finding.rule_id for finding in collect(testnet, secret, unsure)} == {
        "testnet-key",
        "moonbase-secret",
    }


def test_a_password_lowers_severity_one_step() -> None:
    assert collect(placed("moonbase-secret", b"s", encrypted=True))[0].severity == Severity.MEDIUM


def test_of_many_versions_the_first_and_that_of_head_are_told() -> None:
    versions = [CommittedFile(f"{n}", b"a", commit(n), n == 9) for n in range(1, 10)]
    found = collect(placed("moonbase-secret", b"s", *versions))[0]
    assert [location.origin for location in found.locations] == [versions[8], versions[0]]


def test_findings_come_gravest_first_whatever_the_order_they_came_in() -> None:
    items = [placed("moonbase-key", b"1"), placed("moonbase-secret", b"2"), placed("unknown-secret", b"3")]
    assert collect(*items) == collect(*reversed(items))
    assert [finding.severity for finding in collect(*items)] == [Severity.HIGH, Severity.MEDIUM, Severity.LOW]


def test_values_are_kept_only_on_demand() -> None:
    assert collect(placed("moonbase-secret", b"s"))[0].revealed is None
    assert collect(placed("moonbase-secret", b"s"), show_secrets=True)[0].revealed == "s"
