"""Whatever stands in place of whatever an exchange says: a verdict, and no end of the run."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from leakscan.verdict import Verification
from leakscan.verify.allowed import Request
from leakscan.verify.answers import Answer
from leakscan.verify.asking import Asker
from tests.unit.verify.accounts import cases

ODD = (None, True, 1, -1, 1.5, 10**400, "", "9" * 5000, "²", "\x1b]0;x\x07", [], [None], {}, [[{}]])


class Says:
    """These answers, one after the other."""

    def __init__(self, contents: list[Any]) -> None:
        self._contents = iter(contents)

    def send(self, request: Request) -> Answer:
        assert request.url
        return Answer(200, next(self._contents), 1e9)


def _places(content: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield above
    below = content if isinstance(content, dict) else range(len(content)) if isinstance(content, list) else ()
    for step in below:
        yield from _places(content[step], (*above, step))


def _changed(content: Any, place: tuple[Any, ...], value: Any) -> Any:
    whole = [deepcopy(content)]
    inner: Any = whole
    *above, last = (0, *place)
    for step in above:
        inner = inner[step]
    inner[last] = value
    return whole[0]


@pytest.mark.parametrize("name", sorted(cases()))
def test_anything_may_stand_anywhere(name) -> None:
    case = cases()[name]
    good, keys = list(case.account.answers.values()), case.account.keys()
    for at, content in enumerate(good):
        for place in _places(content):
            for odd in ODD:
                said = [*good[:at], _changed(content, place, odd), *good[at + 1 :]]
                verdict = Asker(Says(said), budget=9).ask(case.exchange, keys)
                assert isinstance(verdict, Verification)
                assert repr(verdict).isprintable()
                assert len(repr(verdict)) < 600
