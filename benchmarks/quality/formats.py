"""Idioms of configuration files."""

from __future__ import annotations

import json
from xml.sax.saxutils import escape

from benchmarks.quality.idioms import NESTED, PLAIN, idiom, without_pem
from benchmarks.quality.page import Page, Setting
from benchmarks.quality.settings import SHORT_NAMES, cased, literal, prefix_of, settings


def quoted(setting: Setting, quote: str = '"') -> str:
    return setting.value if setting.bare else literal(setting.value, quote)


def scalar(setting: Setting) -> str | float | bool:
    """The value as JSON knows it."""
    if not setting.bare:
        return setting.value
    return setting.value == "true" if setting.value.isalpha() else float(setting.value)


def dump(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


@idiom("env", "dotenv", ".env .env.local .env.production bot.env .env.bak")
def env(page: Page) -> str:
    quote = page.pick("", "", '"', "'")
    lines = []
    for setting in settings(page):
        value = literal(setting.value, quote or '"') if quote or "\n" in setting.value else setting.value
        name = cased(setting.name, "UPPER")
        lines.append(f"{name}={value}" if name else f"# {setting.value}")
    return "\n".join(lines) + "\n"


@idiom("yaml-flat", "yaml", "config.yml settings.yaml conf/default.yml secrets.yml")
def yaml_flat(page: Page) -> str:
    quote, case = page.pick('"', "'", ""), page.pick("snake", "camel", "kebab")
    return "\n".join(_yaml(setting, quote, case) for setting in settings(page)) + "\n"


def _yaml(setting: Setting, quote: str, case: str, indent: str = "") -> str:
    if not setting.name:
        return f"{indent}# {setting.value}"
    if "\n" in setting.value and quote != '"':
        lines = "".join(f"\n{indent}  {line}" for line in setting.value.split("\n"))
        return f"{indent}{cased(setting.name, case)}: |{lines}"
    value = literal(setting.value, quote) if quote and not setting.bare else setting.value
    return f"{indent}{cased(setting.name, case)}: {value}"


@idiom("yaml-nested", "yaml", "config.yml config/exchanges.yml bot.yaml", NESTED)
def yaml_nested(page: Page) -> str:
    quote, case = page.pick('"', "'", ""), page.pick("snake", "camel")
    head = (
        prefix_of(page)
        if page.difficulty == "section"
        else page.pick("exchange", "api", "account", "credentials")
    )
    lines = [_yaml(setting, quote, case, "    ") for setting in settings(page)]
    return "\n".join(["bot:", "  name: grid", f"  {head}:", *lines, "  logging:", "    level: info"]) + "\n"


@idiom("yaml-list", "yaml", "accounts.yml config/exchanges.yaml", ("above", "path", "unnamed", "host"))
def yaml_list(page: Page) -> str:
    first, *rest = [_yaml(setting, '"', "snake") for setting in settings(page, comments=False)]
    return "\n".join(["accounts:", f"  - {first}", *(f"    {line}" for line in rest), "interval: 60"]) + "\n"


@idiom("json", "json", "config.json settings.json secrets.json conf/keys.json", NESTED)
def json_file(page: Page) -> str:
    case = page.pick("camel", "snake")
    body = {cased(s.name, case): scalar(s) for s in settings(page, comments=False)}
    if page.difficulty == "section":
        return dump({"version": 2, prefix_of(page): body})
    return dump({"bot": "grid", "exchange_settings": body} if page.rng.random() < 0.4 else body)


@idiom("json-one-line", "json", "api_keys.json cred.json", NESTED)
def json_one_line(page: Page) -> str:
    body = {cased(s.name, "camel"): scalar(s) for s in settings(page, comments=False)}
    return json.dumps({prefix_of(page): body} if page.difficulty == "section" else body, ensure_ascii=False)


@idiom("json-bot", "json", "config.json user_data/config.json", ("above",), without_pem)
def json_bot(page: Page) -> str:
    """The exchange is the `name` some lines above, or beside its parts."""
    names = {**SHORT_NAMES, "passphrase": "password"}
    exchange = {"name": page.pick(*page.venue.ccxt or (prefix_of(page),))}
    exchange |= {"enabled": True} if page.rng.random() < 0.3 else {}  # type: ignore[dict-item]
    exchange |= {names[part]: page.secret(part) for part in page.parts}
    more = {"ccxt_config": {"enableRateLimit": True}, "pair_whitelist": ["BTC/USDT", "ETH/USDT"]}
    rest = {
        "telegram": {
            "enabled": False,
            "token": page.make("telegram", "{digits:10}:AA{b64url:33}", foreign=True),
        }
    }
    api = {
        "api_server": {
            "jwt_secret_key": page.make("jwt-secret", "{hex:64}", foreign=True),
            "listen_port": 8080,
        }
    }
    return dump(
        {"max_open_trades": 3, "stake_currency": "USDT", "exchange": {**exchange, **more}, **rest, **api}
    )


@idiom("toml", "toml", "config.toml bot.toml .secrets.toml", NESTED)
def toml_file(page: Page) -> str:
    head = prefix_of(page) if page.difficulty == "section" else page.pick("exchange", "credentials", "api")
    lines = [f"{s.name} = {quoted(s)}" if s.name else f"# {s.value}" for s in settings(page)]
    return "\n".join(["[bot]", 'name = "grid"', "", f"[{head}]", *lines]) + "\n"


@idiom("ini", "ini", "config.ini settings.cfg bot.conf user.cfg", NESTED)
def ini(page: Page) -> str:
    head = prefix_of(page) if page.difficulty == "section" else page.pick("DEFAULT", "exchange", "api")
    equals, case = page.pick(" = ", "="), page.pick("snake", "camel")
    lines = []
    for setting in settings(page):
        value = setting.value.replace("\n", "\\n")
        lines.append(f"{cased(setting.name, case)}{equals}{value}" if setting.name else f"; {value}")
    return "\n".join(["[logging]", f"level{equals}INFO", "", f"[{head}]", *lines]) + "\n"


@idiom("xml", "xml", "config.xml settings.xml App.config", NESTED)
def xml(page: Page) -> str:
    keys = page.rng.random() < 0.5
    lines = []
    for setting in settings(page):
        name, value = cased(setting.name, "Pascal"), escape(setting.value)
        if not name:
            lines.append(f"    <!-- {value.replace('--', '')} -->")
        elif keys:
            lines.append(f'    <add key="{name}" value="{value}" />')
        else:
            lines.append(f"    <{name}>{value}</{name}>")
    head = cased(prefix_of(page), "Pascal") if page.difficulty == "section" else "appSettings"
    start = '<?xml version="1.0" encoding="utf-8"?>\n<configuration>'
    return "\n".join([start, f"  <{head}>", *lines, f"  </{head}>", "</configuration>"]) + "\n"


@idiom("properties", "properties", "application.properties config.properties gradle.properties", NESTED)
def properties(page: Page) -> str:
    head = (
        f"{cased(prefix_of(page), 'dotted')}."
        if page.difficulty == "section"
        else page.pick("", "trading.", "app.")
    )
    case = page.pick("dotted", "kebab", "camel")
    lines = []
    for setting in settings(page):
        value = setting.value.replace("\n", "\\n")
        lines.append(f"{head}{cased(setting.name, case)}={value}" if setting.name else f"# {value}")
    return "\n".join(lines) + "\n"


@idiom("shell", "shell", "run.sh start.sh env.sh deploy/export.sh .bashrc .envrc")
def shell(page: Page) -> str:
    quote, word = page.pick('"', "'"), page.pick("export ", "export ", "")
    lines = [
        f"{word}{cased(s.name, 'UPPER')}={quoted(s, quote)}" if s.name else f"# {s.value}"
        for s in settings(page)
    ]
    return "\n".join(["#!/bin/bash", "set -e", *lines, "", 'exec python3 main.py "$@"']) + "\n"


@idiom("dockerfile", "docker", "Dockerfile docker/Dockerfile.bot", PLAIN)
def dockerfile(page: Page) -> str:
    equals = page.pick("=", " ")
    digest = page.make("digest", "sha256:{hex:64}") if page.rng.random() < 0.4 else ""
    head = [f"FROM python:3.11-slim{'@' + digest if digest else ''}", "WORKDIR /app", "COPY . /app"]
    lines = [
        f"ENV {cased(s.name, 'UPPER')}{equals}{literal(s.value) if chr(10) in s.value else s.value}"
        if s.name
        else f"# {s.value}"
        for s in settings(page)
    ]
    return "\n".join([*head, *lines, 'CMD ["python", "bot.py"]']) + "\n"


@idiom("compose", "docker", "docker-compose.yml compose.yaml docker-compose.prod.yml")
def compose(page: Page) -> str:
    listed = page.rng.random() < 0.5
    lines = []
    for setting in settings(page):
        name, value = cased(setting.name, "UPPER"), setting.value.replace("\n", "\\n")
        if not name:
            lines.append(f"      # {value}")
        elif listed:
            lines.append(f"      - {name}={value}")
        else:
            lines.append(f'      {name}: "{value}"')
    head = ["services:", "  bot:", "    image: trader:latest", "    restart: always", "    environment:"]
    return "\n".join([*head, *lines, "    volumes:", "      - ./data:/data"]) + "\n"


@idiom("docker-run", "shell", "start.sh Makefile deploy.sh", ("beside", "host", "one-part", "path"))
def docker_run(page: Page) -> str:
    flags = [f"  -e {cased(s.name, 'UPPER')}={quoted(s)} \\" for s in settings(page, comments=False)]
    return "\n".join(["#!/bin/sh", "docker run -d --name bot \\", *flags, "  trader:latest"]) + "\n"


@idiom("k8s-env", "kubernetes", "deployment.yaml k8s/bot.yml")
def k8s_env(page: Page) -> str:
    lines = []
    for setting in settings(page, comments=False):
        lines += [
            f"        - name: {cased(setting.name, 'UPPER')}",
            f"          value: {literal(setting.value)}",
        ]
    head = [
        "apiVersion: apps/v1",
        "kind: Deployment",
        "metadata:",
        "  name: bot",
        "spec:",
        "  template:",
        "    spec:",
    ]
    return "\n".join([*head, "      containers:", "      - name: bot", "        env:", *lines]) + "\n"


@idiom("terraform", "terraform", "main.tf variables.tf ecs.tf")
def terraform(page: Page) -> str:
    blocks = []
    for setting in settings(page):
        if not setting.name:
            blocks.append(f"# {setting.value}")
        elif page.rng.random() < 0.5:
            blocks.append(
                f'variable "{setting.name}" {{\n  type    = string\n  default = {literal(setting.value)}\n}}'
            )
        else:
            name = cased(setting.name, "kebab")
            body = f'  name  = "/bot/{name}"\n  type  = "SecureString"\n  value = {literal(setting.value)}'
            blocks.append(f'resource "aws_ssm_parameter" "{setting.name}" {{\n{body}\n}}')
    return "\n\n".join(['provider "aws" {\n  region = "eu-central-1"\n}', *blocks]) + "\n"


@idiom("tfvars", "terraform", "terraform.tfvars prod.auto.tfvars")
def tfvars(page: Page) -> str:
    return "\n".join(f"{s.name} = {quoted(s)}" if s.name else f"# {s.value}" for s in settings(page)) + "\n"


@idiom("workflow", "github", ".github/workflows/bot.yml .github/workflows/test.yml")
def workflow(page: Page) -> str:
    pin = page.make("commit", "{hex:40}") if page.rng.random() < 0.6 else "v4"
    lines = [_yaml(setting, page.pick('"', "'"), "UPPER", "      ") for setting in settings(page)]
    head = ["name: tests", "on: [push]", "jobs:"]
    steps = ["  test:", "    runs-on: ubuntu-latest", "    env:", *lines, "    steps:"]
    return "\n".join([*head, *steps, f"      - uses: actions/checkout@{pin}", "      - run: pytest"]) + "\n"
