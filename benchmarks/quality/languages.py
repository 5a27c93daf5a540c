"""How a handful of programming languages write names, literals and comments: languages.toml as values."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.quality.page import Page

DATA = Path(__file__).with_name("languages.toml")


@dataclass(frozen=True)
class Language:
    name: str
    suffix: str
    comment: str
    case: str
    quotes: tuple[str, ...]
    constant: tuple[str, ...]
    call: tuple[str, ...]
    named: str
    pair: str
    mapping: tuple[str, str]
    filler: tuple[str, ...]
    ccxt: tuple[str, ...] = ()


def _load() -> dict[str, Language]:
    listed = tomllib.loads(DATA.read_text())
    frozen: dict[str, dict[str, Any]] = {
        name: {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}
        for name, data in listed.items()
    }
    return {name: Language(name=name, **data) for name, data in frozen.items()}


LANGUAGES = _load()


def some(page: Page, language: Language, most: int) -> list[str]:
    """Up to `most` ordinary passages of the language, each once."""
    return page.rng.sample(language.filler, min(page.rng.randint(1, most), len(language.filler)))


def long_passage(page: Page, language: Language) -> list[str]:
    """Some thirty ordinary lines, a blank line between two passages."""
    passages = page.rng.sample(language.filler, len(language.filler)) * 3
    return [line for passage in passages[:12] for line in (passage, "")]
