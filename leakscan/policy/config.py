"""`.leakscan.toml` -> `Config`. A key that is not known is an error: a typing mistake must not loosen a check."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from leakscan.errors import ConfigError
from leakscan.model import Confidence

if TYPE_CHECKING:
    import datetime

CONFIG_NAME = ".leakscan.toml"
BASELINE_NAME = ".leakscan-baseline"
_KEYS = ("allow", "baseline", "exchanges", "fail-on", "foreign-marks", "min-confidence")
_ALLOW_KEYS = ("expires", "fingerprint", "path", "reason", "rule")
_FINGERPRINT = re.compile("[0-9a-f]{32}")
_MAX_CONFIG_BYTES = 1 << 20
_MAX_DOTS = 50  # in a line: of a dotted key tomllib keeps each part with all those before it, 23 GB of 200 kB
_LEVELS = tuple(str(level) for level in Confidence)


@dataclass(frozen=True, slots=True)
class Allow:
    """One `[[allow]]`: what it names must all fit. `where` is its place, for messages."""

    where: str
    reason: str
    path: str = ""
    rule: str = ""
    fingerprint: str = ""
    expires: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class Config:
    """What a file may set; None and empty: not set. `where` names the file, empty if there is none."""

    where: str = ""
    baseline: str = ""
    exchanges: tuple[str, ...] = ()
    fail_on: str | None = None
    min_confidence: Confidence | None = None
    foreign_marks: bool = False
    allow: tuple[Allow, ...] = ()

    def settings(self) -> tuple[str, ...]:
        """What it restricts, in words for the report."""
        said = []
        if self.min_confidence is not None:
            said.append(f"min-confidence {self.min_confidence}")
        if self.fail_on is not None:
            said.append(f"fail-on {self.fail_on}")
        if self.exchanges:
            said.append(f"exchanges {', '.join(self.exchanges)}")
        if self.foreign_marks:
            said.append("foreign marks honoured")
        return tuple(said)


@dataclass(frozen=True, slots=True)
class Known:
    """The names that a config may use."""

    rules: Collection[str]
    exchanges: Collection[str]


def parse_config(where: str, data: bytes, known: Known) -> Config:
    """ConfigError, with file, key and what to write instead, for anything that is not understood."""
    import tomllib

    if len(data) > _MAX_CONFIG_BYTES or max(line.count(b".") for line in data.split(b"\n")) > _MAX_DOTS:
        raise ConfigError(f"{where}: larger, or with more dots in a line, than a configuration is")
    try:
        fields = tomllib.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:  # TOMLDecodeError, and numbers of too many digits
        raise ConfigError(f"{where}: not TOML: {error}") from None
    _check_keys(where, fields, _KEYS)
    fail_on = _one_of(where, fields, "fail-on", (*_LEVELS, "never"))
    level = _one_of(where, fields, "min-confidence", _LEVELS)
    entries = fields.get("allow", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ConfigError(f"{where}: allow: write each entry under a line [[allow]]")
    return Config(
        where=where,
        baseline=_path(where, "baseline", _text(where, fields, "baseline")),
        exchanges=_exchanges(where, fields, known),
        fail_on=fail_on,
        min_confidence=Confidence[level.upper()] if level else None,
        foreign_marks=_truth(where, fields, "foreign-marks"),
        allow=tuple(_allow(f"{where}: allow {n}", entry, known) for n, entry in enumerate(entries, 1)),
    )


def _allow(where: str, fields: Mapping[str, Any], known: Known) -> Allow:
    _check_keys(where, fields, _ALLOW_KEYS)
    reason, path, rule, name = (
        _text(where, fields, key) for key in ("reason", "path", "rule", "fingerprint")
    )
    if not reason.strip():
        raise ConfigError(f"{where}: reason: say in a few words why this may stay")
    if not (path or rule or name):
        raise ConfigError(f"{where}: names nothing: give a path, a rule or a fingerprint")
    if rule:
        _check_known(where, "rule", rule, known.rules)
    if name and not _FINGERPRINT.fullmatch(name):
        raise ConfigError(f"{where}: fingerprint: 32 hexadecimal digits, as --format json shows them")
    _path(where, "path", path)
    import datetime

    expires = fields.get("expires")
    if expires is not None and (
        isinstance(expires, datetime.datetime) or not isinstance(expires, datetime.date)
    ):
        raise ConfigError(f"{where}: expires: a date without quotes, such as 2027-03-31")
    return Allow(where, reason.strip(), path, rule, name, expires)


def _path(where: str, key: str, path: str) -> str:
    if path.startswith(("/", "./")) or ".." in path.split("/") or "\\" in path:
        raise ConfigError(
            f"{where}: {key}: relative to the repository's root and below it, with forward slashes"
        )
    return path


def _exchanges(where: str, fields: Mapping[str, Any], known: Known) -> tuple[str, ...]:
    names = fields.get("exchanges", [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ConfigError(f'{where}: exchanges: a list of names, such as ["binance"]')
    for name in names:
        _check_known(where, "exchanges", name, known.exchanges)
    return tuple(names)


def _check_keys(where: str, fields: Mapping[str, Any], known: Collection[str]) -> None:
    for key in fields:
        _check_known(where, "", key, known)


def _check_known(where: str, key: str, name: str, known: Collection[str]) -> None:
    if name not in known:
        import difflib

        close = difflib.get_close_matches(name, known, 1)
        many = len(known) > 12
        hint = f"did you mean {close[0]}?" if close else "" if many else f"known: {', '.join(sorted(known))}"
        named = f"{key}: unknown name {name!r}" if key else f"unknown key {name!r}"
        raise ConfigError(f"{where}: {named}; {hint or 'see leakscan rules list'}")


def _text(where: str, fields: Mapping[str, Any], key: str) -> str:
    value = fields.get(key, "")
    if not isinstance(value, str) or any(ord(char) < 32 for char in value):
        raise ConfigError(f"{where}: {key}: a text of one line in quotes")
    return value


def _truth(where: str, fields: Mapping[str, Any], key: str) -> bool:
    value = fields.get(key, False)
    if not isinstance(value, bool):
        raise ConfigError(f"{where}: {key}: true or false, without quotes")
    return value


def _one_of(where: str, fields: Mapping[str, Any], key: str, words: tuple[str, ...]) -> str | None:
    value = fields.get(key)
    if value is not None and value not in words:
        raise ConfigError(f"{where}: {key}: one of {', '.join(words)}")
    return value
