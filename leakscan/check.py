"""Runs every rule's own examples and counterexamples through the whole detection."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from leakscan.detect import Detector
from leakscan.model import Confidence
from leakscan.rules import Rule, RuleSet
from leakscan.rules.fake import fill

SEEDS = (1, 2, 3)


class Complaint(NamedTuple):
    """`found`: the counterexample matched; otherwise the example did not. `text` holds placeholders, no values."""

    rule_id: str
    text: str
    found: bool

    def __str__(self) -> str:
        problem = "a counterexample matches" if self.found else "an example does not match"
        return f"{self.rule_id}: {problem}: {self.text!r}"


def check_rules(rules: RuleSet) -> Iterator[Complaint]:
    """A complaint for each example that its rule misses and each counterexample that it reports at medium or above."""
    detector = Detector(rules)
    for rule in rules.by_id.values():
        for text in rule.examples:
            if not all(_is_found(detector, rule, fill(text, seed)) for seed in SEEDS):
                yield Complaint(rule.id, text, found=False)
        for text in rule.counterexamples:
            if any(_is_found(detector, rule, fill(text, seed)) for seed in SEEDS):
                yield Complaint(rule.id, text, found=True)


def _is_found(detector: Detector, rule: Rule, text: str) -> bool:
    matches = detector.judge(detector.inspect(text.encode()))
    return any(match.rule_id == rule.id and match.confidence >= Confidence.MEDIUM for match in matches)
