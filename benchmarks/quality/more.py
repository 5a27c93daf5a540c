"""Idioms met now and then: patches, databases, command lines, forms, exchanges chosen by name."""

from __future__ import annotations

from benchmarks.quality.idioms import by_words, idiom, without_pem
from benchmarks.quality.page import Page
from benchmarks.quality.settings import cased, credential, label_of, part_names, prefix_of
from benchmarks.quality.sources import ccxt_name


@idiom("patch", "diff", "fix.patch 0001-remove-keys.diff", ("beside", "above"), without_pem)
def patch(page: Page) -> str:
    """A removed line is as public as an added one."""
    sign = page.pick("-", "+")
    lines = [f"{sign}{cased(s.name, 'UPPER')} = '{s.value}'" for s in credential(page)]
    lines += [f"{'+' if sign == '-' else '-'}{line.lstrip('+-').partition(' = ')[0]} = ''" for line in lines]
    head = f" # {label_of(page)}" if page.difficulty == "above" else " import os"
    index = f"index {page.maker.fill('{hex:7}')}..{page.maker.fill('{hex:7}')} 100644"
    start = ["diff --git a/config.py b/config.py", index, "--- a/config.py", "+++ b/config.py"]
    return (
        "\n".join([*start, f"@@ -1,{len(page.parts) + 1} +1,{len(page.parts) + 1} @@", head, *lines]) + "\n"
    )


@idiom("sql", "sql", "seed.sql dump.sql db/backup.sql", ("above",), without_pem)
def sql(page: Page) -> str:
    names = ", ".join(page.venue.names_of(part)[0] for part in page.parts)
    values = ", ".join(f"'{page.secret(part)}'" for part in page.parts)
    exchange = page.pick(*page.venue.ccxt or (prefix_of(page),))
    user = page.make("request-id", "{uuid}")
    return (
        "CREATE TABLE accounts (id TEXT, exchange TEXT, api_key TEXT, api_secret TEXT);\n"
        f"INSERT INTO accounts (id, exchange, {names}) VALUES ('{user}', '{exchange}', {values});\n"
    )


@idiom("arguments", "shell", "run.sh Makefile Procfile", ("beside", "above"), without_pem)
def arguments(page: Page) -> str:
    names = part_names(page)
    flags = " ".join(f"--{cased(names[part], 'kebab')} {page.secret(part)}" for part in page.parts)
    exchange = (
        f" --exchange {page.pick(*page.venue.ccxt or (prefix_of(page),))}"
        if page.difficulty == "above"
        else ""
    )
    return f"#!/bin/sh\npython3 bot.py trade{exchange} {flags} --pair BTC/USDT\n"


@idiom("html-form", "html", "settings.html templates/account.html", ("above",), without_pem)
def html_form(page: Page) -> str:
    names = part_names(page)
    lines = [f'  <input type="text" name="{names[part]}" value="{page.secret(part)}">' for part in page.parts]
    return "\n".join([f"<h2>{label_of(page)}</h2>", '<form method="post">', *lines, "</form>"]) + "\n"


@idiom("ccxt-by-name", "python", "bot.py exchange.py", ("above",), by_words("ccxt"))
def ccxt_by_name(page: Page) -> str:
    """The exchange is a text that `getattr` looks up."""
    name = page.pick(*page.venue.ccxt)
    lines = [f"    '{ccxt_name(page, part)}': '{page.secret(part)}'," for part in page.parts]
    head = ["import ccxt", "", f"exchange_id = '{name}'", "exchange_class = getattr(ccxt, exchange_id)"]
    return "\n".join([*head, "exchange = exchange_class({", *lines, "    'timeout': 30000,", "})"]) + "\n"


@idiom("by-exchange", "python", "config.py accounts.py", ("section",), without_pem)
def by_exchange(page: Page) -> str:
    """A branch for each exchange."""
    names = part_names(page)
    lines = [f"        self.{names[part]} = '{page.secret(part)}'" for part in page.parts]
    head = [
        "class Account:",
        "    def __init__(self, exchange):",
        f"        if exchange == '{prefix_of(page)}':",
    ]
    return "\n".join([*head, *(f"    {line}" for line in lines)]) + "\n"


@idiom("tuple", "python", "accounts.py keys.py", ("beside", "above"), without_pem)
def tuple_of_parts(page: Page) -> str:
    """Several names on the left, several values on the right."""
    names = part_names(page)
    head = f"# {label_of(page)}\n" if page.difficulty == "above" else ""
    left, right = ", ".join(names.values()), ", ".join(f"'{page.secret(part)}'" for part in page.parts)
    return f"{head}{left} = {right}\n"
