"""The rules of the package, parsed when it is built: to read them so takes a tenth of the time that their files take.

The file is worth nothing once a rule file differs from what it was made of; then they are parsed as ever."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from leakscan.model import Help, Severity
from leakscan.rules.pattern import Pattern
from leakscan.rules.schema import Exchange, PemShape, PhraseShape, Rule, Shape, TextShape

FILE = Path(__file__).with_name("built.json")
_TEXT = "latin-1"  # of the bytes that begin a value


def write_built(exchanges: Iterable[Exchange], published: frozenset[str], digest: str) -> None:
    """`digest` names the content of the rule files. The same rules give the same bytes."""
    content = {"digest": digest, "exchanges": list(map(asdict, exchanges)), "published": published}
    FILE.write_text(json.dumps(content, default=_plain, separators=(",", ":")) + "\n", "utf-8")


def read_built(digest: str) -> tuple[list[Exchange], frozenset[str]] | None:
    """None if the file is not there, or was made of other rule files than those that `digest` names."""
    try:
        content = json.loads(FILE.read_bytes())
        if content["digest"] != digest:
            return None
        return [_exchange(values) for values in content["exchanges"]], frozenset(content["published"])
    except (OSError, ValueError, KeyError, TypeError):  # of another version, or cut off
        return None


def _plain(value: frozenset[Any] | bytes) -> list[Any] | str:
    return value.decode(_TEXT) if isinstance(value, bytes) else sorted(value)


def _exchange(values: dict[str, Any]) -> Exchange:
    values = _with_tuples(values)
    values["help"] = Help(**_with_tuples(values["help"]))
    values["rules"] = tuple(map(_rule, values["rules"]))
    return Exchange(**values)


def _rule(values: dict[str, Any]) -> Rule:
    values = _with_tuples(values)
    values["shape"] = _shape(values["shape"])
    values["severity"], values["paired"] = Severity(values["severity"]), Severity(values["paired"])
    return Rule(**values)


def _shape(values: dict[str, Any]) -> Shape:
    if "types" in values:
        return PemShape(frozenset(values["types"]))
    if "words" in values:
        return PhraseShape(**values)
    pattern = values["pattern"]
    pattern["alphabet"] = frozenset(pattern["alphabet"])
    pattern["heads"] = tuple(head.encode(_TEXT) for head in pattern["heads"])
    return TextShape(**{**values, "pattern": Pattern(**pattern)})


def _with_tuples(values: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
