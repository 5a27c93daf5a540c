"""Idioms in which the value does not stand as it is: encoded, split, or a private key in one of its forms."""

from __future__ import annotations

import base64
from urllib.parse import quote as percent

from benchmarks.quality.idioms import idiom, without_pem
from benchmarks.quality.page import Page
from benchmarks.quality.settings import cased, credential, label_of, part_names
from benchmarks.quality.venues import Venue

ENCODED = ("beside", "above")


def comment(page: Page) -> list[str]:
    return [f"# {label_of(page)}"] if page.difficulty == "above" else []


def has_pem(venue: Venue) -> bool:
    return venue.has_pem


def long_parts(venue: Venue) -> bool:
    """Whether the parts are long enough to be known again when encoded."""
    return not venue.has_pem and all(
        shape not in ("{digits:7}", "{b64url:8}")
        for part, shape in venue.parts.items()
        if part in ("key", "secret")
    )


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@idiom("k8s-secret", "kubernetes", "secret.yaml k8s/secrets.yml", ENCODED, long_parts)
def k8s_secret(page: Page) -> str:
    names = part_names(page)
    lines = [f"  {cased(names[p], 'UPPER')}: {page.secret(p, encoded(page.value(p)))}" for p in page.parts]
    head = [
        "apiVersion: v1",
        "kind: Secret",
        "metadata:",
        "  name: exchange-keys",
        "type: Opaque",
        *comment(page),
    ]
    return "\n".join([*head, "data:", *lines]) + "\n"


@idiom("base64-python", "python", "config.py src/keys.py", ENCODED, long_parts)
def base64_python(page: Page) -> str:
    names = part_names(page)
    lines = [
        f"{names[p]} = base64.b64decode('{page.secret(p, encoded(page.value(p)))}').decode()"
        for p in page.parts
    ]
    return "\n".join(["import base64", "", *comment(page), *lines]) + "\n"


@idiom("escaped-js", "javascript", "config.js dist/app.js", ENCODED, without_pem)
def escaped_js(page: Page) -> str:
    form = page.pick("\\u{:04x}", "\\x{:02x}")
    names = part_names(page)
    head = [f"// {line[2:]}" for line in comment(page)]
    shown = {part: "".join(form.format(ord(c)) for c in page.value(part)) for part in page.parts}
    lines = [f"const {cased(names[p], 'camel')} = '{page.secret(p, shown[p])}';" for p in page.parts]
    return "\n".join([*head, *lines]) + "\n"


@idiom("hex-python", "python", "keys.py config.py", ("beside",), long_parts)
def hex_python(page: Page) -> str:
    names = part_names(page)
    shown = {part: page.value(part).encode().hex() for part in page.parts}
    lines = [f"{names[p]} = bytes.fromhex('{page.secret(p, shown[p])}').decode()" for p in page.parts]
    return "\n".join([*comment(page), *lines]) + "\n"


@idiom("url-query", "url", "links.txt bookmarks.md test.sh", ("host",), without_pem)
def url_query(page: Page) -> str:
    names = part_names(page)
    host = page.pick(*page.venue.hosts)
    query = "&".join(f"{names[p]}={page.secret(p, percent(page.value(p), safe=''))}" for p in page.parts)
    return f"{host}/account?{query}&recvWindow=5000\n"


def halves(page: Page, part: str, joint: str) -> str:
    value = page.value(part)
    middle = page.rng.randint(len(value) // 3, len(value) * 2 // 3)
    return page.secret(part, value[:middle] + joint + value[middle:])


@idiom("split-python", "python", "config.py bot.py", ENCODED, without_pem)
def split_python(page: Page) -> str:
    names, joint = part_names(page), page.pick('" + "', '" "', '"\n    "', '" \\\n    "')
    lines = [f'{names[p]} = ("{halves(page, p, joint)}")' for p in page.parts]
    return "\n".join([*comment(page), *lines]) + "\n"


@idiom("split-java", "java", "Config.java src/Keys.java", ENCODED, without_pem)
def split_java(page: Page) -> str:
    names, joint = part_names(page), page.pick('" + "', '"\n        + "')
    head = [f"// {line[2:]}" for line in comment(page)]
    lines = [
        f'static final String {cased(names[p], "UPPER")} = "{halves(page, p, joint)}";' for p in page.parts
    ]
    return "\n".join([*head, *lines]) + "\n"


@idiom("split-shell", "shell", "run.sh env.sh", ("beside",), without_pem)
def split_shell(page: Page) -> str:
    names = part_names(page)
    lines = [f'export {cased(names[p], "UPPER")}="{halves(page, p, chr(92) + chr(10))}"' for p in page.parts]
    return "\n".join(["#!/bin/sh", *lines, "./bot"]) + "\n"


@idiom("utf16-env", "dotenv", "keys.env .env config.ps1", ENCODED, without_pem)
def utf16_env(page: Page) -> str:
    """Written as UTF-16 with a byte order mark, as a redirect in an old PowerShell does; see `generate`."""
    lines = [f"{cased(s.name, 'UPPER')}={s.value}" for s in credential(page)]
    return "\r\n".join([*comment(page), *lines]) + "\r\n"


@idiom("pem-file", "pem", "private.pem keys/key.pem id.key rsa_private.pem", ("path", "unnamed"), has_pem)
def pem_file(page: Page) -> str:
    return page.secret("private-key") + "\n"


@idiom("pem-python", "python", "sign.py config.py", ("beside", "above", "unnamed"), has_pem)
def pem_python(page: Page) -> str:
    names = part_names(page)
    key = f"{names['key']} = '{page.secret('key')}'"
    if page.rng.random() < 0.5:
        text = f'{names["private-key"]} = """{page.secret("private-key")}"""'
    else:
        lines = "".join(f'    "{line}\\n"\n' for line in page.value("private-key").split("\n"))
        text = f"{names['private-key']} = (\n{page.secret('private-key', lines)})"
    return "\n".join([*comment(page), key, text]) + "\n"


@idiom("pem-base64", "kubernetes", "secret.yaml .env deploy/secret.yml", ("beside", "above"), has_pem)
def pem_base64(page: Page) -> str:
    names = part_names(page)
    shown = encoded(page.value("private-key") + "\n")
    head = ["apiVersion: v1", "kind: Secret", "data:", *[f"  {line}" for line in comment(page)]]
    lines = [f"  {names['key']}: {page.secret('key', encoded(page.value('key')))}"]
    return "\n".join([*head, *lines, f"  {names['private-key']}: {page.secret('private-key', shown)}"]) + "\n"


@idiom("der-base64", "dotenv", ".env bot.env config.env", ("beside", "above"), has_pem)
def der_base64(page: Page) -> str:
    names = part_names(page)
    shown = "".join(page.value("private-key").split("\n")[1:-1])
    lines = [f"{cased(names['key'], 'UPPER')}={page.secret('key')}"]
    lines += [f"{cased(names['private-key'], 'UPPER')}={page.secret('private-key', shown)}"]
    return "\n".join([*comment(page), *lines]) + "\n"
