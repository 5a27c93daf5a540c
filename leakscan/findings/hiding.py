"""No value in the names, authors, refs and reasons of a result: text of the repository may hold one as well."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, TypeVar

from leakscan.model import Finding, ScanResult

T = TypeVar("T")
_HEAD = 10  # characters; a shorter value would be taken for parts of ordinary words
# Made by us, or by git from content: they hold no text of the repository.
_OURS = frozenset(
    {
        "fingerprint",
        "rule_id",
        "exchange",
        "part",
        "title",
        "preview",
        "group",
        "help",
        "revealed",
        "oid",
        "sha1",
    }
    | {"line_hash", "public_key_sha256", "kind", "rule", "date"}
)


def texts_of(result: ScanResult) -> set[str]:
    """Every text of the result that comes from what was scanned."""
    texts: set[str] = set()
    _gather((result.target, result.findings, result.skipped, result.failures, result.policy), texts)
    return texts


def hide(result: ScanResult, texts: Iterable[str], masks: Mapping[str, str]) -> ScanResult:
    """The result with each value in its texts replaced by its mask."""
    by_head: dict[str, list[str]] = defaultdict(list)
    for value in sorted(masks, key=len, reverse=True):
        if len(value) >= _HEAD:
            by_head[value[:_HEAD]].append(value)
    changed = {}
    for text in texts:
        if not by_head.keys().isdisjoint(text[at : at + _HEAD] for at in range(len(text) - _HEAD + 1)):
            changed[text] = _hidden(text, by_head, masks)
    if not changed:
        return result

    def replaced(values: tuple[T, ...]) -> tuple[T, ...]:
        return tuple(_rebuilt(value, changed) for value in values)

    findings: tuple[Finding, ...] = replaced(result.findings)
    return dataclasses.replace(
        result,
        target=changed.get(result.target, result.target),
        findings=findings,
        skipped=replaced(result.skipped),
        failures=replaced(result.failures),
        policy=_rebuilt(result.policy, changed),
    )


def _hidden(text: str, by_head: Mapping[str, list[str]], masks: Mapping[str, str]) -> str:
    pieces, at, kept = [], 0, 0
    while at <= len(text) - _HEAD:
        values = by_head.get(text[at : at + _HEAD], ())
        value = next((value for value in values if text.startswith(value, at)), "")
        if value:
            pieces += [text[kept:at], masks[value]]
            at = kept = at + len(value)
        else:
            at += 1
    return "".join(pieces) + text[kept:]


def _gather(value: Any, texts: set[str]) -> None:
    if isinstance(value, str):
        texts.add(value)
    elif isinstance(value, bytes):
        texts.add(_decoded(value))
    elif isinstance(value, tuple):
        for item in value:
            _gather(item, texts)
    elif dataclasses.is_dataclass(value):
        for name in _repository_fields(value.__class__):
            _gather(getattr(value, name), texts)


def _rebuilt(value: Any, changed: Mapping[str, str]) -> Any:
    match value:
        case str():
            return changed.get(value, value)
        case bytes():
            text = _decoded(value)
            return changed[text].encode("utf-8", "surrogateescape") if text in changed else value
        case tuple():
            items = tuple(_rebuilt(item, changed) for item in value)
            return getattr(value, "_make", tuple)(items)  # of a NamedTuple it is one again
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            fields = {
                name: _rebuilt(getattr(value, name), changed) for name in _repository_fields(value.__class__)
            }
            return dataclasses.replace(value, **fields)
    return value


@cache
def _repository_fields(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind) if field.name not in _OURS)


def _decoded(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")
