import pytest

from leakscan.check import SEEDS
from leakscan.detect import Detector
from leakscan.model import Confidence
from leakscan.rules import load_rules
from leakscan.rules.fake import fill

RULES = load_rules()
DETECTOR = Detector(RULES)
CASES = [
    pytest.param(rule.id, text, wanted, id=f"{rule.id}-{kind}-{number}")
    for rule in RULES.by_id.values()
    for kind, texts, wanted in (
        ("example", rule.examples, True),
        ("counterexample", rule.counterexamples, False),
    )
    for number, text in enumerate(texts)
]


@pytest.mark.parametrize(("rule_id", "text", "wanted"), CASES)
def test_a_rule_finds_its_examples_and_nothing_else(rule_id: str, text: str, wanted: bool) -> None:
    for seed in SEEDS:
        matches = DETECTOR.judge(DETECTOR.inspect(fill(text, seed).encode()))
        found = [m.rule_id for m in matches if m.confidence >= Confidence.MEDIUM]
        assert (rule_id in found) is wanted, f"seed {seed}: {matches}"
