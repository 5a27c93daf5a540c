"""Idioms met now and then: patches, databases, command lines, forms, exchanges chosen by name."""

from __future__ import annotations

from benchmarks.quality.idioms import by_words, idiom, without_pem
from benchmarks.quality.page import Page
from benchmarks.quality.settings import SHORT_NAMES, cased, credential, label_of, part_names, prefix_of
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


@idiom(
    "properties-of-object",
    "javascript",
    "conf.js conf-local.js config.js",
    ("beside", "above", "host"),
    without_pem,
)
def properties_of_object(page: Page) -> str:
    """`c.kraken.key = …`, or `c.key = …` under what says which exchange it is."""
    exchange = prefix_of(page).replace("_", "")
    lead = f"c.{exchange}" if page.difficulty == "beside" else "c"
    head = {
        "above": f"c.selector = '{exchange}.BTC-USD'",
        "host": f"c.url = '{page.pick(*page.venue.hosts)}'",
    }
    names = {part: page.venue.names_of(part)[0] for part in page.parts}
    lines = [f"{lead}.{cased(names[part], 'snake')} = '{page.secret(part)}'" for part in page.parts]
    start = [
        "var c = module.exports = {}",
        f"c.{exchange} = {{}}" if page.difficulty == "beside" else "c.stats = true",
    ]
    return "\n".join([*start, *filter(None, [head.get(page.difficulty)]), "c.mode = 'live'", *lines]) + "\n"


@idiom("bytes", "python", "client.py sign.py examples/order.py", ("beside", "above", "class"), without_pem)
def bytes_literals(page: Page) -> str:
    names = part_names(page)
    lines = [f"{names[part]} = b'{page.secret(part)}'" for part in page.parts]
    head = {"above": [f"# {label_of(page)}"], "class": [f"class {cased(prefix_of(page), 'Pascal')}Client:"]}
    indent = "    " if page.difficulty == "class" else ""
    return "\n".join([*head.get(page.difficulty, []), *(indent + line for line in lines)]) + "\n"


@idiom("getters", "typescript", "src/config.ts keys.ts", ("beside",), without_pem)
def getters(page: Page) -> str:
    """The name and its value with `return` between them."""
    names = part_names(page)
    lines = [
        f"  public static get {cased(names[part], 'camel')}(): string {{ return '{page.secret(part)}'; }}"
        for part in page.parts
    ]
    return "\n".join(["export class Keys {", *lines, "}"]) + "\n"


@idiom("own-line", "typescript", "examples/order.ts bot.ts", ("beside", "above", "host"), without_pem)
def own_line(page: Page) -> str:
    """The value on the line after its name, as a formatter breaks long lines."""
    names = part_names(page)
    head = {"above": f"// {label_of(page)}", "host": f"const baseUrl = '{page.pick(*page.venue.hosts)}';"}
    lines = [
        f"const {cased(names[part], 'camel')} =\n  process.env.{cased(names[part], 'UPPER')} || '{page.secret(part)}';"
        for part in page.parts
    ]
    return "\n".join([*filter(None, [head.get(page.difficulty)]), *lines]) + "\n"


@idiom("beans", "java", "src/main/java/Demo.java ExampleUtils.java", ("class",), without_pem)
def beans(page: Page) -> str:
    """Setters, now and then commented out, of a specification that is made from the exchange's class."""
    name, comment = cased(prefix_of(page), "Pascal"), page.pick("", "", "// ")
    setters = {
        "key": "setApiKey",
        "secret": "setSecretKey",
        "passphrase": "setPassphrase",
        "user-id": "setUserName",
    }
    setters["private-key"] = setters["secret"]
    lines = [f'    {comment}spec.{setters[part]}("{page.secret(part)}");' for part in page.parts]
    start = [
        "public static Exchange create() {",
        f"    ExchangeSpecification spec = new {name}Exchange().getDefault();",
    ]
    return (
        "\n".join([*start, *lines, "    return ExchangeFactory.INSTANCE.createExchange(spec);", "}"]) + "\n"
    )


@idiom("yaml-accounts", "yaml", "config.yaml auth.yml", ("section",), without_pem)
def yaml_accounts(page: Page) -> str:
    """Sections named after exchange and account."""
    owner = page.pick("main", "alice", "futures", "01", "bob")
    names = page.pick(
        "key_id key_secret key_passphrase", "apikey secret passphrase", "key secret password"
    ).split()
    called = dict(zip(("key", "secret", "passphrase"), names, strict=True)) | {
        "user-id": "uid",
        "private-key": names[1],
    }
    lines = [f"  {called[part]}: '{page.secret(part)}'" for part in page.parts]
    return "\n".join([f"{prefix_of(page)}_{owner}:", *lines]) + "\n"


@idiom("json-accounts", "json", "api-keys.json accounts.json", ("above",), without_pem)
def json_accounts(page: Page) -> str:
    """One entry for each account, the exchange in a field of its own."""
    parts = ",\n".join(f'    "{SHORT_NAMES[part]}": "{page.secret(part)}"' for part in page.parts)
    number = page.rng.randint(1, 9)
    return f'{{\n  "account_{number:02d}": {{\n    "exchange": "{prefix_of(page)}",\n{parts}\n  }}\n}}\n'


@idiom("comment-command", "typescript", "examples/account.ts scripts/run.ts", ("beside", "host"), without_pem)
def comment_command(page: Page) -> str:
    """How to run it, with the author's own values, in a comment."""
    names = part_names(page)
    pairs = " ".join(f"{cased(names[part], 'UPPER')}='{page.secret(part)}'" for part in page.parts)
    host = f"// talks to {page.pick(*page.venue.hosts)}\n" if page.difficulty == "host" else ""
    return f"{host}// {pairs} ts-node examples/account.ts\nconst symbol = 'BTCUSDT';\n"


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
