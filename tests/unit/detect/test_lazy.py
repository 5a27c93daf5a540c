import importlib
import pkgutil

import pytest

from leakscan import detect
from leakscan.detect.lazy import Lazy, lazy

MODULES = [
    importlib.import_module(f"leakscan.detect.{module.name}")
    for module in pkgutil.iter_modules(detect.__path__)
]
PATTERNS = {
    f"{module.__name__}.{name}": value
    for module in MODULES
    for name, value in vars(module).items()
    if isinstance(value, Lazy)
}


@pytest.mark.parametrize("name", PATTERNS)
def test_every_pattern_that_waits_can_be_compiled(name: str) -> None:
    assert PATTERNS[name].pattern


def test_a_pattern_is_compiled_when_it_is_asked_and_answers_as_any_does() -> None:
    pattern = lazy(r"(a)(?P<b>b)")
    assert set(vars(pattern)) == {"_made_of"}
    found = pattern.search("cab")
    assert found is not None
    assert found.span() == (1, 3)
    assert found["b"] == "b"
    assert pattern.sub("", "cabb") == "cb"
    assert pattern.groups == 2
