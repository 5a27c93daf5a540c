"""The law: whatever bytes a parser is given, it returns, or raises an error of ours."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.fuzz_parsers import change, outcome
from tools.parser_cases import TARGETS

SLOW = {"repository": 8, "detector": 60, "archive": 60, "hiding": 60, "keys": 60, "settings": 60}


@pytest.fixture(scope="module", params=TARGETS)
def parser(request):
    target = TARGETS[request.param]
    return request.param, target, target.seeds()


def test_changed_input_is_borne(parser) -> None:
    name, target, seeds = parser

    @settings(max_examples=SLOW.get(name, 120))
    @given(st.integers(0, 2**32))
    def law(seed: int) -> None:
        outcome(target, change(random.Random(seed), seeds))

    law()


def test_any_bytes_are_borne(parser) -> None:
    name, target, _ = parser

    @settings(max_examples=SLOW.get(name, 120) // 2)
    @given(st.binary(max_size=300))
    def law(data: bytes) -> None:
        outcome(target, data)

    law()


@pytest.mark.parametrize("name", [name for name, target in TARGETS.items() if target.make])
def test_made_up_input_is_borne(name: str) -> None:
    target = TARGETS[name]

    @settings(max_examples=SLOW.get(name, 120))
    @given(st.integers(0, 2**32))
    def law(seed: int) -> None:
        outcome(target, target.make(random.Random(seed)))

    law()
