"""Whole files in which nothing is to be reported, though much looks alike."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable

from benchmarks.quality.decoys import (
    FOREIGN,
    HARMLESS,
    public_key,
    setting_of,
    stand_in,
)
from benchmarks.quality.languages import LANGUAGES
from benchmarks.quality.page import Page, Setting
from benchmarks.quality.settings import cased, filler, label_of, part_names, prefix_of
from benchmarks.quality.sources import assign, wrapped

DECOYS: dict[str, tuple[tuple[str, ...], Callable[[Page], str]]] = {}
PACKAGES = "ccxt pandas numpy ws axios requests aiohttp websockets lodash express serde tokio".split()


def decoy(name: str, files: str) -> Callable[[Callable[[Page], str]], Callable[[Page], str]]:
    def register(render: Callable[[Page], str]) -> Callable[[Page], str]:
        DECOYS[name] = (tuple(files.split()), render)
        return render

    return register


def several(page: Page, least: int, most: int) -> list[str]:
    """Names of some packages."""
    return page.rng.sample(PACKAGES, page.rng.randint(least, most))


def alike(page: Page, count: int) -> list[Setting]:
    """Settings that look alike, the exchange named above them."""
    kinds = [(kind, False) for kind in HARMLESS] + [(kind, True) for kind in FOREIGN]
    chosen = [setting_of(page, kind, foreign=foreign) for kind, foreign in page.rng.sample(kinds, count)]
    return [Setting("exchange", prefix_of(page)), *chosen, *filler(page, 2)]


@decoy("env-alike", ".env .env.production bot.env")
def env_alike(page: Page) -> str:
    return "\n".join(f"{cased(s.name, 'UPPER')}={s.value}" for s in alike(page, 4)) + "\n"


@decoy("yaml-alike", "config.yml settings.yaml values.yaml")
def yaml_alike(page: Page) -> str:
    return "\n".join([f"{prefix_of(page)}:", *(f"  {s.name}: {s.value}" for s in alike(page, 4))]) + "\n"


@decoy("json-alike", "config.json state.json")
def json_alike(page: Page) -> str:
    body = {cased(s.name, "camel"): s.value for s in alike(page, 4)}
    return json.dumps({prefix_of(page): body}, indent=2, ensure_ascii=False) + "\n"


for _lang in ("python", "javascript", "go", "java"):
    _suffix = LANGUAGES[_lang].suffix

    @decoy(f"{_lang}-alike", f"config.{_suffix} src/client.{_suffix} tests/test_client.{_suffix}")
    def _alike(page: Page, language: str = _lang) -> str:
        pattern, quote = LANGUAGES[language].constant[0], LANGUAGES[language].quotes[0]
        body = [assign(LANGUAGES[language], pattern, s, quote) for s in alike(page, 3)]
        page.difficulty = page.pick("class", "far", "above")
        return wrapped(page, LANGUAGES[language], body)

    @decoy(f"{_lang}-placeholders", f"config.example.{_suffix} examples/trade.{_suffix} config.{_suffix}")
    def _placeholders(page: Page, language: str = _lang) -> str:
        page.difficulty = page.pick("beside", "class", "far")
        pattern, quote = page.pick(*LANGUAGES[language].constant[:2]), LANGUAGES[language].quotes[0]
        names, reference = part_names(page), page.rng.random() < 0.3
        body = [Setting(names[part], stand_in(page, part, reference=reference)) for part in page.parts]
        return wrapped(
            page, LANGUAGES[language], [assign(LANGUAGES[language], pattern, s, quote) for s in body]
        )


@decoy("env-placeholders", ".env.example .env.sample .env env.template")
def env_placeholders(page: Page) -> str:
    page.difficulty, reference = "beside", page.rng.random() < 0.5
    names = part_names(page)
    lines = [f"{cased(names[p], 'UPPER')}={stand_in(page, p, reference=reference)}" for p in page.parts]
    return "\n".join([f"# {label_of(page)}", *lines]) + "\n"


@decoy("yaml-references", "values.yaml docker-compose.yml config.yml .github/workflows/ci.yml")
def yaml_references(page: Page) -> str:
    page.difficulty = page.pick("beside", "section")
    names = part_names(page)
    lines = [
        f"  {names[part]}: {stand_in(page, part, reference=page.rng.random() < 0.7)}" for part in page.parts
    ]
    return "\n".join([f"{prefix_of(page)}:", *lines]) + "\n"


@decoy("package-lock", "package-lock.json npm-shrinkwrap.json")
def package_lock(page: Page) -> str:
    packages = {
        f"node_modules/{name}": {"version": "1.2.3", "integrity": page.make("integrity", "sha512-{bytes:64}")}
        for name in several(page, 2, 4)
    }
    return (
        json.dumps({"name": f"{prefix_of(page)}-bot", "packages": packages}, indent=2, ensure_ascii=False)
        + "\n"
    )


@decoy("yarn-lock", "yarn.lock web/yarn.lock")
def yarn_lock(page: Page) -> str:
    rows = [f'{n}@^1.0.0:\n  version "1.0.3"\n  integrity {page.make("integrity", "sha512-{bytes:64}")}\n'
            for n in [f"{prefix_of(page)}-api", *several(page, 1, 3)]]  # fmt: skip
    return "# yarn lockfile v1\n\n" + "\n".join(rows)


@decoy("python-hashes", "requirements.txt poetry.lock")
def python_hashes(page: Page) -> str:
    rows = [f"{name}==1.0.{page.rng.randrange(9)} \\\n    --hash=sha256:{page.make('digest', '{hex:64}')}"
            for name in [f"{prefix_of(page)}-connector", *several(page, 1, 3)]]  # fmt: skip
    return "\n".join(rows) + "\n"


@decoy("cargo-lock", "Cargo.lock")
def cargo_lock(page: Page) -> str:
    rows = [f'[[package]]\nname = "{name}"\nversion = "0.4.1"\nchecksum = "{page.make("digest", "{hex:64}")}"\n'
            for name in [f"{prefix_of(page)}-rs", *several(page, 1, 3)]]  # fmt: skip
    return "\n".join(rows)


@decoy("go-sum", "go.sum")
def go_sum(page: Page) -> str:
    rows = [f"github.com/{name}/{name} v1.2.{n} h1:{page.make('digest', '{bytes:32}')}"
            for n, name in enumerate([prefix_of(page), *several(page, 1, 3)])]  # fmt: skip
    return "\n".join(rows) + "\n"


@decoy("checksums", "SHA256SUMS dist/checksums.txt")
def checksums(page: Page) -> str:
    name = prefix_of(page)
    return (
        "\n".join(f"{page.make('digest', '{hex:64}')}  {name}-api-key-tool_{n}.tar.gz" for n in range(3))
        + "\n"
    )


@decoy("public-keys", "keys/public.pem binance_public.pem certs/server.crt")
def public_keys(page: Page) -> str:
    if page.rng.random() < 0.5:
        return public_key(page) + "\n"
    lines = "\n".join(page.maker.fill("{base64:64}") for _ in range(12))
    block = f"MIID{page.maker.fill('{base64:60}')}\n{lines}\n{page.maker.fill('{base64:32}')}=="
    body = page.decoy("certificate", block)
    return f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n"


@decoy("image", "assets/logo.svg docs/index.html templates/home.html")
def image(page: Page) -> str:
    data = page.make("image", "iVBORw0KGgoAAAANSUhEUg{base64:900}")
    return f'<img alt="{label_of(page)} api key" src="data:image/png;base64,{data}">\n'


@decoy("image-lines", "docs/mail.eml data/logo.b64")
def image_lines(page: Page) -> str:
    body = "\n".join(page.maker.fill("{base64:64}") for _ in range(14))
    return f"Subject: {label_of(page)} API key\nContent-Transfer-Encoding: base64\n\n{page.decoy('image', body)}\n"


@decoy("minified", "dist/app.min.js static/js/main.js")
def minified(page: Page) -> str:
    names = [page.maker.fill("{letters:2}") for _ in range(160)]
    field = prefix_of(page)
    code = ";".join(
        f"var {a}=function({b}){{return {b}.{field}&&{b}.apiKey}}" for a, b in itertools.pairwise(names)
    )
    chunk = page.make("chunk-hash", page.pick("{hex:20}", "{hex:32}", "{b64url:22}"))
    return f'!function(){{"use strict";{code};n.p="chunk.{chunk}.js"}}();\n'


@decoy("encrypted", "secrets.enc.yaml group_vars/all/vault.yml conf/connectors/exchange.yml")
def encrypted(page: Page) -> str:
    page.difficulty = "beside"
    names = part_names(page)
    if page.rng.random() < 0.5:
        rows = []
        for part in page.parts:
            rest = page.maker.fill("iv:{bytes:32},tag:{bytes:16},type:str")
            rows.append(f"{names[part]}: ENC[AES256_GCM,data:{page.make('encrypted', '{bytes:48}')},{rest}]")
        return "\n".join([*rows, "sops:", "  version: 3.8.1"]) + "\n"
    if page.rng.random() < 0.5:
        rows = [
            f"{names[part]}: {page.make('encrypted', '7b2263727970746f223a{hex:440}')}" for part in page.parts
        ]
        return "\n".join([f"connector: {prefix_of(page)}", *rows]) + "\n"
    lines = "\n".join("          " + page.maker.fill("{digits:80}") for _ in range(5))
    return f"{names[page.parts[0]]}: !vault |\n          $ANSIBLE_VAULT;1.1;AES256\n{page.decoy('encrypted', lines)}\n"


@decoy("identifiers", "src/symbols.py include/client.hpp")
def identifiers(page: Page) -> str:
    words = "get set update cancel create fetch order account balance margin futures position history stream".split()
    name = "".join(word.capitalize() for word in page.rng.choices(words, k=9))
    path = "/".join(page.rng.choices(words, k=8))
    return (
        f"{prefix_of(page)}_api_key_handler = {page.decoy('identifier', name + 'V3')}\n"
        f"secret_store = '{page.decoy('identifier', path)}'\n"
    )


@decoy("git-lfs", "models/model.bin data/candles.parquet")
def git_lfs(page: Page) -> str:
    oid = page.make("digest", "{hex:64}")
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {page.rng.randrange(10**7)}\n"
