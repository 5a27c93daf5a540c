"""The register of idioms: how a credential stands in a file of one kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.quality.page import Page
from benchmarks.quality.venues import Venue

# where the exchange is named: in the names, in lines above, in the section, by a host, only in the path, nowhere;
# one-part: a key or a secret alone, named
PLAIN = ("beside", "above", "host", "path", "unnamed", "one-part")
NESTED = (*PLAIN, "section")


@dataclass(frozen=True)
class Idiom:
    """A way of writing; `files` are the names such files have."""

    name: str
    language: str
    files: tuple[str, ...]
    difficulties: tuple[str, ...]
    render: Callable[[Page], str]
    suits: Callable[[Venue], bool]


IDIOMS: dict[str, Idiom] = {}


def idiom(
    name: str,
    language: str,
    files: str,
    difficulties: tuple[str, ...] = PLAIN,
    suits: Callable[[Venue], bool] = lambda venue: True,
) -> Callable[[Callable[[Page], str]], Callable[[Page], str]]:
    """Registers a renderer; `files` are names between blanks."""

    def register(render: Callable[[Page], str]) -> Callable[[Page], str]:
        assert name not in IDIOMS, name
        IDIOMS[name] = Idiom(name, language, tuple(files.split()), difficulties, render, suits)
        return render

    return register


def without_pem(venue: Venue) -> bool:
    """Whether no part is a block of many lines."""
    return not venue.has_pem


def by_words(text: str) -> Callable[[Venue], bool]:
    """Whether the venue has that (`header`, `ccxt`, `sdk`) and no key of many lines."""
    return lambda venue: bool(getattr(venue, text)) and not venue.has_pem
