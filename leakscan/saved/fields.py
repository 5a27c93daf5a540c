"""JSON that may say anything -> typed fields, or an error that names the field."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

from leakscan.errors import ReportError
from leakscan.model import Level

T = TypeVar("T")
L = TypeVar("L", bound=Level)
_MAX_NUMBER = 2**53


class Fields:
    """One JSON object. `where` names it in complaints; what is missing or null has the default, if there is one."""

    def __init__(self, value: Any, where: str) -> None:
        if not isinstance(value, dict):
            raise ReportError(f"{where}: an object is wanted there")
        self._value = value
        self.where = where

    def text(self, name: str, default: str | None = None) -> str:
        return _encodable(self._typed(name, str, "text", default))

    def flag(self, name: str, default: bool | None = None) -> bool:
        return self._typed(name, bool, "true or false", default)

    def number(self, name: str, default: int | None = None) -> int:
        number = self._typed(name, int, "a number", default)
        if isinstance(number, bool) or not 0 <= number <= _MAX_NUMBER:
            raise self.error(name, "a number from 0 up")
        return number

    def share(self, name: str) -> float:
        """A number from 0 to 1."""
        value = self._value.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise self.error(name, "a number from 0 to 1")
        return float(value)

    def level(self, name: str, levels: type[L]) -> L:
        try:
            return levels[self.text(name).upper()]
        except KeyError:
            raise self.error(name, f"one of {', '.join(map(str, levels))}") from None

    def texts(self, name: str) -> tuple[str, ...]:
        items = self._list(name)
        if not all(isinstance(item, str) for item in items):
            raise self.error(name, "a list of texts")
        return tuple(map(_encodable, items))

    def objects(self, name: str) -> Iterator[Fields]:
        for number, item in enumerate(self._list(name)):
            yield Fields(item, f"{self.where}: {name}[{number}]")

    def object(self, name: str) -> Fields | None:
        value = self._value.get(name)
        return None if value is None else Fields(value, f"{self.where}: {name}")

    def has(self, name: str) -> bool:
        return self._value.get(name) is not None

    def error(self, name: str, wanted: str) -> ReportError:
        return ReportError(f"{self.where}: {name}: {wanted} is wanted there")

    def _list(self, name: str) -> list[Any]:
        return self._typed(name, list, "a list", [])

    def _typed(self, name: str, kind: type[T], wanted: str, default: T | None) -> T:
        value = self._value.get(name)
        value = default if value is None else value
        if not isinstance(value, kind):
            raise self.error(name, wanted)
        return value


def _encodable(text: str) -> str:
    """Half a pair of surrogates, which JSON can spell and no encoding can write, as its escape."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()
