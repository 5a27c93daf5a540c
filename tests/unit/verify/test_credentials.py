"""Findings -> credentials that can be asked about, and the severity that follows from an answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from leakscan.findings.collect import Holding
from leakscan.model import Secret, Severity
from leakscan.verdict import Verification
from leakscan.verify.credentials import apply_verdicts, credentials_of, severity_after
from tests.unit.reporters.scan_results import KEY_RULE, Generator

make = Generator(3)


def finding(exchange: str, part: str, group: str = "g", **changes):
    return make.finding(KEY_RULE, exchange=exchange, part=part, group=group, **changes)


def holdings(*findings):
    return {f.fingerprint: Holding(Secret(f.part.encode()), frozenset(), frozenset()) for f in findings}


def asked(*findings):
    return credentials_of(findings, holdings(*findings))


def test_the_parts_of_one_credential_are_asked_about_together() -> None:
    [one] = asked(finding("kucoin", "key"), finding("kucoin", "secret"), finding("kucoin", "passphrase"))
    assert one.exchange == "kucoin"
    assert one.keys is not None
    parts = (one.keys.key, one.keys.secret, one.keys.passphrase, one.keys.private_key)
    assert parts == (Secret(b"key"), Secret(b"secret"), Secret(b"passphrase"), None)
    assert len(one.fingerprints) == 3


def test_a_part_of_no_exchange_goes_with_the_others() -> None:
    [one] = asked(finding("binance", "key"), finding("unknown", "secret"))
    assert one.exchange == "binance"
    assert one.keys is not None


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ([("binance", "key")], "its private-key was not found with it"),
        ([("kraken", "key")], "its secret was not found with it"),
        ([("okx", "key"), ("okx", "secret")], "its passphrase was not found with it"),
        ([("moonbase", "key"), ("moonbase", "secret")], "it is of an exchange that leakscan cannot ask"),
        ([("kraken", "key"), ("okx", "secret")], "it is of exchanges that do not agree"),
        ([("kraken", "key"), ("kraken", "key"), ("kraken", "secret")], "more than one key stands with it"),
    ],
)
def test_what_cannot_be_asked_about_says_why(parts, why) -> None:
    [one] = asked(*(finding(exchange, part) for exchange, part in parts))
    assert one.keys is None
    assert one.why == why


def test_a_passphrase_of_several_credentials_is_sent_with_each() -> None:
    first = [finding("okx", part, "one") for part in ("key", "secret", "passphrase")]
    second = [finding("okx", part, "two") for part in ("key", "secret")]
    held = holdings(*first, *second)
    passphrase, stands_with = first[2].fingerprint, frozenset({first[0].fingerprint, second[0].fingerprint})
    held[passphrase] = replace(held[passphrase], partners=stands_with)
    one, two = credentials_of([*first, *second], held)
    assert one.keys is not None
    assert two.keys is not None
    assert one.keys.passphrase == two.keys.passphrase == held[passphrase].secret
    assert [len(each.fingerprints) for each in (one, two)] == [3, 2]


def test_values_without_a_group_are_credentials_of_their_own() -> None:
    alone = [replace(finding("kraken", "key"), group=""), replace(finding("kraken", "secret"), group="")]
    assert [one.keys for one in asked(*alone)] == [None, None]


EVERY = ("read", "trade", "transfer", "withdraw")


@pytest.mark.parametrize(
    ("said", "severity"),
    [
        (Verification("active", EVERY, False), Severity.CRITICAL),
        (Verification("active", EVERY, None), Severity.CRITICAL),
        (Verification("active", EVERY, True), Severity.HIGH),
        (Verification("active", ("read", "trade"), False), Severity.CRITICAL),
        (Verification("active", ("read", "trade"), None), Severity.HIGH),
        (Verification("active", ("read", "trade"), True), Severity.MEDIUM),
        (Verification("active", ("read",), False), Severity.MEDIUM),
        (Verification("active", ("read",), True), Severity.LOW),
        (Verification("active", (), None), Severity.CRITICAL),
        (Verification("active", (), True), Severity.HIGH),
        (Verification("inactive"), Severity.LOW),
        (Verification("unknown"), Severity.HIGH),
        (Verification(), Severity.HIGH),
    ],
)
def test_severity_follows(said, severity) -> None:
    assert severity_after(finding("binance", "secret", severity=Severity.HIGH), said) == severity


def test_money_of_a_test_network_is_none() -> None:
    said = Verification("active", EVERY, False, is_test=True)
    assert severity_after(finding("binance", "secret", severity=Severity.HIGH), said) == Severity.LOW


def test_findings_carry_their_verdict_gravest_first() -> None:
    dead, alive = (
        finding("kraken", "key", severity=Severity.HIGH),
        finding("okx", "key", severity=Severity.LOW),
    )
    verdicts = {
        dead.fingerprint: Verification("inactive", reason="gone"),
        alive.fingerprint: Verification("active", EVERY, False),
    }
    first, second = apply_verdicts([dead, alive], verdicts)
    assert (first.fingerprint, first.severity) == (alive.fingerprint, Severity.CRITICAL)
    assert (second.severity, second.verification.reason) == (Severity.LOW, "gone")
