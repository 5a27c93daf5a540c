"""What a report says of the values in a text, all of it: the cases stand in said.toml."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from detecting import DETECTOR

from leakscan.rules.fake import fill

CASES = tomllib.loads(Path(__file__).with_name("said.toml").read_text())["case"]
BITS = re.compile(", -?[0-9]+ bits of randomness")  # of values made up anew whenever a text changes


def said(text: str, paths: tuple[str, ...]) -> list[str]:
    data = fill(text.replace("<far>", "\n" * 40), 7).encode()
    found = DETECTOR.judge(DETECTOR.inspect(data), [path.encode() for path in paths])
    rules = {match.identity: match.rule_id for match in found}
    lines = []
    for match in found:
        assert data[slice(*match.span)].startswith(match.identity) or match.encrypted or match.public_key
        reasons = BITS.sub("", "; ".join(match.reasons))
        partner = f" -> {rules[match.partner]}" if match.partner else ""
        lines.append(f"{match.rule_id} {match.confidence} {match.score}: {reasons}{partner}")
    return lines


@pytest.mark.parametrize("case", CASES, ids=[case["text"].strip().split("\n")[0][:60] for case in CASES])
def test_this_is_said(case: dict[str, object]) -> None:
    paths = case.get("paths", ())
    assert said(str(case["text"]), tuple(map(str, paths))) == case["said"]  # type: ignore[call-overload]
