"""Idioms with several exchanges in one file: each value belongs to the one that stands over it."""

from __future__ import annotations

import json

from benchmarks.quality.idioms import idiom, without_pem
from benchmarks.quality.page import Page
from benchmarks.quality.settings import cased, credential, label_of, prefix_of
from benchmarks.quality.venues import load

SECTIONS = ("section",)


def pages(page: Page, difficulty: str) -> list[Page]:
    """This page and two or three others of other exchanges; they share its notes."""
    others = [v for v in load().values() if v.exchange != page.venue.exchange and not v.has_pem]
    by_exchange = {venue.exchange: venue for venue in page.rng.sample(others, 12)}
    chosen = [
        page.venue,
        *page.rng.sample(sorted(by_exchange.values(), key=lambda v: v.id), page.rng.randint(2, 3)),
    ]
    page.rng.shuffle(chosen)
    return [Page(page.rng, venue, difficulty, notes=page.notes) for venue in chosen]


@idiom("several-env", "dotenv", ".env keys.env .env.prod", ("beside",), without_pem)
def several_env(page: Page) -> str:
    blocks = [
        "\n".join(f"{cased(s.name, 'UPPER')}={s.value}" for s in credential(each))
        for each in pages(page, "beside")
    ]
    return page.pick("\n", "\n\n").join(blocks) + "\n"


@idiom("several-comments", "dotenv", ".env notes.env", ("above",), without_pem)
def several_comments(page: Page) -> str:
    blocks = []
    for each in pages(page, "beside"):
        lines = [f"{cased(s.name, 'UPPER')}={s.value}" for s in credential(each)]
        blocks.append("\n".join([f"# {label_of(each)}", *lines]))
    return "\n\n".join(blocks) + "\n"


@idiom("several-json", "json", "keys.json exchanges.json api-keys.json", SECTIONS, without_pem)
def several_json(page: Page) -> str:
    body = {
        prefix_of(each): {cased(s.name, "camel"): s.value for s in credential(each)}
        for each in pages(page, "section")
    }
    return json.dumps(body, indent=page.rng.choice((2, 4)), ensure_ascii=False) + "\n"


@idiom("several-json-list", "json", "accounts.json exchanges.json", ("above",), without_pem)
def several_json_list(page: Page) -> str:
    body = [
        {"exchange": prefix_of(each), **{cased(s.name, "snake"): s.value for s in credential(each)}}
        for each in pages(page, "section")
    ]
    return json.dumps({"accounts": body}, indent=2, ensure_ascii=False) + "\n"


@idiom("several-yaml", "yaml", "exchanges.yml keys.yaml", SECTIONS, without_pem)
def several_yaml(page: Page) -> str:
    lines = ["exchanges:"]
    for each in pages(page, "section"):
        lines += [f"  {prefix_of(each)}:", *(f"    {s.name}: {s.value}" for s in credential(each))]
    return "\n".join(lines) + "\n"


@idiom("several-toml", "toml", "exchanges.toml keys.toml", SECTIONS, without_pem)
def several_toml(page: Page) -> str:
    blocks = [
        "\n".join([f"[{prefix_of(each)}]", *(f'{s.name} = "{s.value}"' for s in credential(each))])
        for each in pages(page, "section")
    ]
    return "\n\n".join(blocks) + "\n"


@idiom("several-python", "python", "keys.py exchanges.py", SECTIONS, without_pem)
def several_python(page: Page) -> str:
    lines = ["KEYS = {"]
    for each in pages(page, "section"):
        pairs = ", ".join(f"'{s.name}': '{s.value}'" for s in credential(each))
        lines.append(f"    '{prefix_of(each)}': {{{pairs}}},")
    return "\n".join([*lines, "}"]) + "\n"


@idiom("several-constants", "javascript", "config.js keys.js", ("beside",), without_pem)
def several_constants(page: Page) -> str:
    lines = [
        f"const {cased(s.name, 'camel')} = '{s.value}';"
        for each in pages(page, "beside")
        for s in credential(each)
    ]
    return "\n".join(lines) + "\n"
