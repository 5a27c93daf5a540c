"""Rule files on disk -> one `RuleSet`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from leakscan.errors import RuleError
from leakscan.model import RuleInfo
from leakscan.rules.built import read_built, write_built
from leakscan.rules.parse import parse_exchange, parse_published
from leakscan.rules.schema import Exchange, RuleSet

PUBLISHED_FILE = "published.toml"
_PACKAGED = Path(__file__).parent / "venues"  # in a wheel
_CHECKOUT = Path(__file__).parents[2] / "rules"  # in a checkout or an editable install


def builtin_directory() -> Path:
    return _PACKAGED if _PACKAGED.is_dir() else _CHECKOUT


def load_rules(extra: Iterable[Path] = ()) -> RuleSet:
    """The built-in rules and those of the `extra` folders or files, all checked against each other."""
    own, others = _read_all([builtin_directory()]), _read_all(extra)
    exchanges, published = read_built(_digest(own)) or _parse(own)
    if others:
        more, examples = _parse(others)
        exchanges, published = exchanges + more, published | examples
    _check_together(exchanges)
    return RuleSet(
        exchanges=tuple(sorted(exchanges, key=lambda exchange: exchange.id)),
        published=published,
        digest=_digest(own + others),
        by_id={rule.id: rule for exchange in exchanges for rule in exchange.rules},
    )


def build_rules() -> None:
    """Writes the file that `load_rules` reads instead of parsing the built-in rules."""
    own = _read_all([builtin_directory()])
    write_built(*_parse(own), _digest(own))


def _read_all(places: Iterable[Path]) -> list[tuple[Path, str]]:
    return [(path, _read(path)) for path in _iter_files(places)]


def _parse(texts: list[tuple[Path, str]]) -> tuple[list[Exchange], frozenset[str]]:
    exchanges = [parse_exchange(str(path), text) for path, text in texts if path.name != PUBLISHED_FILE]
    published = [parse_published(str(path), text) for path, text in texts if path.name == PUBLISHED_FILE]
    return exchanges, frozenset().union(*published)


def _digest(texts: list[tuple[Path, str]]) -> str:
    digest = hashlib.sha256()
    for path, text in texts:
        digest.update(f"{path.name}\0{text}\0".encode())
    return digest.hexdigest()


def describe_rule(rule_id: str, extra: Sequence[Path] = ()) -> RuleInfo | None:
    """What may be said of one rule; None if there is none of that name. Reads its exchange's file alone if it can."""
    own = [path for path in _iter_files([builtin_directory(), *extra]) if rule_id.startswith(f"{path.stem}-")]
    for path in sorted(own, key=lambda path: -len(path.stem)):
        exchange = parse_exchange(str(path), _read(path))
        described = RuleSet((exchange,), frozenset(), "", {}).describe()
        if found := [info for info in described if info.rule_id == rule_id]:
            return found[0]
    return next((info for info in load_rules(extra).describe() if info.rule_id == rule_id), None)


def _iter_files(places: Iterable[Path]) -> Iterable[Path]:
    for place in places:
        if place.is_dir():
            files = sorted(place.glob("*.toml"))
            if not files:
                raise RuleError(f"{place}: holds no .toml rule file")
            yield from files
        elif place.is_file():
            yield place
        else:
            raise RuleError(f"{place}: no such rule file or folder")


def _read(path: Path) -> str:
    if not path.is_file():
        raise RuleError(f"{path}: cannot be read: not a regular file")
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RuleError(f"{path}: cannot be read: {error}") from None


def _check_together(exchanges: list[Exchange]) -> None:
    names = {exchange.id for exchange in exchanges}
    if len(names) < len(exchanges):
        twice = next(e.id for i, e in enumerate(exchanges) if e.id in {o.id for o in exchanges[:i]})
        raise RuleError(f"exchange {twice}: defined in two files; give one of them another id")
    seen: set[str] = set()
    for exchange in exchanges:
        if exchange.variant_of and exchange.variant_of not in names:
            raise RuleError(f"exchange {exchange.id}: variant: of: no exchange {exchange.variant_of!r}")
        for rule in exchange.rules:
            if rule.id in seen:
                raise RuleError(f"rule {rule.id}: defined twice; rule ids are unique over all files")
            seen.add(rule.id)
