"""What the tests of detection share: the whole detector, asked for one text."""

from __future__ import annotations

import random
import string

from leakscan.detect import Detector, Match
from leakscan.model import Confidence
from leakscan.rules import load_rules

RULES = load_rules()
DETECTOR = Detector(RULES)
ALNUM = string.ascii_letters + string.digits


def values(count: int, seed: int = 1) -> list[str]:
    """Values of the form of a Binance key."""
    rng = random.Random(seed)
    return ["".join(rng.choices(ALNUM, k=64)) for _ in range(count)]


def digests(count: int, seed: int = 1) -> list[str]:
    rng = random.Random(seed)
    return ["".join(rng.choices("0123456789abcdef", k=64)) for _ in range(count)]


def matches(text: str, *paths: bytes) -> dict[str, Match]:
    """What is found at medium confidence or above, by value."""
    found = DETECTOR.judge(DETECTOR.inspect(text.encode()), paths)
    return {match.identity.decode(): match for match in found if match.confidence >= Confidence.MEDIUM}


def rule_ids(text: str) -> list[str]:
    return sorted(match.rule_id for match in matches(text).values())
