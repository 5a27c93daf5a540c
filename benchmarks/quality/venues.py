"""What the benchmark knows of each venue: venues.toml as values."""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

DATA = Path(__file__).with_name("venues.toml")
DEFAULT_NAMES = {
    "key": ("api_key", "apikey", "access_key"),
    "secret": ("api_secret", "secret_key", "secret"),
    "passphrase": ("passphrase", "api_passphrase", "password"),
    "user-id": ("uid", "user_id"),
    "private-key": ("private_key",),
}
# what stands in a name for one customer, not for a secret; too short or too human to stand alone
ONLY_WITH_OTHERS = ("passphrase", "user-id")
SHORTEST_ALONE = 16


@dataclass(frozen=True)
class Venue:
    """One line of the table: a kind of credential of an exchange."""

    id: str
    row: int
    parts: dict[str, str]
    hosts: tuple[str, ...]
    exchange: str
    also: tuple[str, ...] = ()
    prefix: tuple[str, ...] = ()
    names: dict[str, tuple[str, ...]] = field(default_factory=dict)
    header: dict[str, str] = field(default_factory=dict)
    ccxt: tuple[str, ...] = ()
    sdk: tuple[tuple[str, ...], ...] = ()
    kind: str = "live"
    unnamed: bool = False  # whether its values are known where nothing names it
    word: bool = False  # whether its name is an ordinary word

    def names_of(self, part: str) -> tuple[str, ...]:
        """What the part is called in settings, in snake case."""
        return self.names.get(part) or DEFAULT_NAMES[part]

    @property
    def accepted(self) -> tuple[str, ...]:
        """Names of the exchange that a report may use, lower case letters and digits only."""
        return tuple(dict.fromkeys(plain(name) for name in (self.exchange, self.id, *self.also)))

    @property
    def has_pem(self) -> bool:
        return any("{pem:" in shape for shape in self.parts.values())


def plain(name: str) -> str:
    """Letters and digits of a name, lower case."""
    return "".join(filter(str.isalnum, name.lower()))


@functools.cache
def load() -> dict[str, Venue]:
    """Every venue by its id, in the order of the table."""
    return {name: _venue(name, data) for name, data in tomllib.loads(DATA.read_text()).items()}


def _venue(name: str, data: dict[str, object]) -> Venue:
    plainer = {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}
    plainer["names"] = {part: tuple(names) for part, names in dict(data.get("names", {})).items()}  # type: ignore[call-overload]
    plainer["sdk"] = tuple(tuple(call) for call in data.get("sdk", ()))  # type: ignore[attr-defined]
    defaults = {"exchange": name, "prefix": (name.replace("-", "_"),)}
    return Venue(id=name, **{**defaults, **plainer})  # type: ignore[arg-type]
