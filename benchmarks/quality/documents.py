"""Idioms of notes, notebooks, logs and requests."""

from __future__ import annotations

import json

from benchmarks.quality.idioms import PLAIN, idiom, without_pem
from benchmarks.quality.languages import LANGUAGES
from benchmarks.quality.page import Page
from benchmarks.quality.settings import cased, label_of, literal, part_names, prefix_of, settings
from benchmarks.quality.sources import constants
from benchmarks.quality.venues import Venue

SPOKEN = {
    "key": ("API key", "Key", "api key", "Access Key"),
    "secret": ("API secret", "Secret", "secret key", "Secret Key"),
    "passphrase": ("Passphrase", "Password", "passphrase", "API passphrase"),
    "user-id": ("User ID", "UID", "user id", "Memo"),
    "private-key": ("Private key", "Private key", "private key", "Private Key"),
}


def has_key_header(venue: Venue) -> bool:
    """Whether a request shows the key in a header."""
    return bool(venue.header.get("key") or venue.header.get("secret")) and not venue.has_pem


def has_secret(venue: Venue) -> bool:
    return "secret" in venue.parts and bool(venue.header.get("sign"))


def code_cell(source: str, page: Page) -> dict[str, object]:
    lines = source.splitlines(keepends=True)
    count = page.rng.randint(1, 60)
    return {"cell_type": "code", "execution_count": count, "metadata": {}, "outputs": [], "source": lines}


@idiom("notebook", "jupyter", "analysis.ipynb notebooks/backtest.ipynb", (*PLAIN, "far"))
def notebook(page: Page) -> str:
    image = page.make("image", "iVBORw0KGgo{base64:640}")
    output = {"output_type": "display_data", "data": {"image/png": image}, "metadata": {}}
    plot: dict[str, object] = {**code_cell("df.plot()", page), "outputs": [output]}
    title = {"cell_type": "markdown", "metadata": {}, "source": ["# Backtest\n"]}
    cells = [
        title,
        code_cell("import pandas as pd\n", page),
        code_cell(constants(LANGUAGES["python"])(page), page),
    ]
    kernel = {"kernelspec": {"language": "python", "name": "python3"}}
    body = {"cells": [*cells, plot], "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(body, indent=1, ensure_ascii=False) + "\n"


@idiom(
    "markdown-code",
    "markdown",
    "README.md docs/setup.md NOTES.md",
    ("beside", "above", "host", "path", "one-part"),
)
def markdown_code(page: Page) -> str:
    lines = [
        f"{cased(s.name, 'UPPER')}={literal(s.value) if chr(10) in s.value else s.value}"
        if s.name
        else f"# {s.value}"
        for s in settings(page)
    ]
    text = [
        "# Trading bot",
        "",
        "Create a `.env` file:",
        "",
        "```bash",
        *lines,
        "```",
        "",
        "Then `npm start`.",
    ]
    return "\n".join(text) + "\n"


@idiom("markdown-list", "markdown", "NOTES.md keys.md docs/accounts.md", ("above",), without_pem)
def markdown_list(page: Page) -> str:
    column = page.rng.randrange(4)
    if page.rng.random() < 0.4:
        head = "| | value |\n|---|---|"
        rows = [f"| {SPOKEN[part][column]} | `{page.secret(part)}` |" for part in page.parts]
        return "\n".join(["## Accounts", "", f"### {label_of(page)}", "", head, *rows]) + "\n"
    rows = [f"- {SPOKEN[part][column]}: `{page.secret(part)}`" for part in page.parts]
    return "\n".join(["## Accounts", "", f"**{label_of(page)}**", "", *rows, "", "Do not share."]) + "\n"


@idiom("plain-notes", "text", "keys.txt notes.txt api.txt TODO", ("above", "beside"), without_pem)
def plain_notes(page: Page) -> str:
    column, colon = page.rng.randrange(4), page.pick(": ", " = ", ":\n", " - ")
    lead = f"{label_of(page)} " if page.difficulty == "beside" else ""
    lines = [f"{lead}{SPOKEN[part][column]}{colon}{page.secret(part)}" for part in page.parts]
    head = [label_of(page)] if page.difficulty == "above" else []
    return "\n".join(["remember to rotate", "", *head, *lines, "", "server: 10.0.0.5 port 22"]) + "\n"


@idiom("csv", "csv", "accounts.csv keys.csv data/accounts.csv", ("above",), without_pem)
def csv(page: Page) -> str:
    names = [page.venue.names_of(part)[0] for part in page.parts]
    rows = ["exchange,label," + ",".join(names)]
    rows += [
        f"{page.pick(*page.venue.ccxt or (prefix_of(page),))},main," + ",".join(map(page.secret, page.parts))
    ]
    return "\n".join(rows) + "\n"


@idiom("log-config", "log", "bot.log logs/2024-03-02.log output.txt", ("beside", "above"), without_pem)
def log_config(page: Page) -> str:
    names = part_names(page)
    stamp = "2024-03-02 10:0{}:17,0{}1"
    shown = ", ".join(f"'{names[part]}': '{page.secret(part)}'" for part in page.parts)
    name = page.pick(*page.venue.ccxt or (prefix_of(page),))
    order = page.make("order-id", page.pick("{uuid}", "{digits:18}"))
    lines = [
        f"{stamp.format(0, 1)} - bot - INFO - Using exchange {name}",
        f"{stamp.format(1, 2)} - bot - DEBUG - exchange config: {{{shown}, 'timeout': 30000}}",
        f"{stamp.format(2, 3)} - bot - INFO - order placed id={order} symbol=BTCUSDT side=BUY",
    ]
    return "\n".join(lines) + "\n"


def headers_of(page: Page) -> list[tuple[str, str]]:
    """Header names and values of a signed request: a key, a passphrase; the signature is a decoy."""
    header, out = page.venue.header, []
    for part in ("key", "secret", "passphrase"):
        if part in header and part in page.parts:
            name, _, scheme = header[part].partition(": ")
            out.append((name, f"{scheme} {page.secret(part)}" if scheme else page.secret(part)))
    if "sign" in header:
        out.append((header["sign"], page.make("signature", page.pick("{hex:64}", "{bytes:32}"))))
    out.append((page.pick("X-Timestamp", "Timestamp", "nonce"), page.maker.fill("17{digits:11}")))
    return out


@idiom("log-request", "log", "debug.log logs/http.log trace.txt", ("header",), has_key_header)
def log_request(page: Page) -> str:
    host = page.pick(*page.venue.hosts)
    shown = ", ".join(f"'{name}': '{value}'" for name, value in headers_of(page))
    query = f"symbol=BTCUSDT&timestamp=1709370000000&signature={page.make('signature', '{hex:64}')}"
    return f"DEBUG http: GET {host}/account?{query}\nDEBUG http: headers {{{shown}}}\nDEBUG http: 200 OK\n"


@idiom("curl-header", "curl", "test.sh README.md docs/api.md scripts/balance.sh", ("header",), has_key_header)
def curl_header(page: Page) -> str:
    host, quote = page.pick(*page.venue.hosts), page.pick("'", '"')
    flags = [f"  -H {quote}{name}: {value}{quote}" for name, value in headers_of(page)]
    join = page.pick(" \\\n", " ").replace("  ", " ")
    return f"curl -s -X GET {quote}{host}/account{quote}{join}" + join.join(flags) + "\n"


@idiom("http-file", "http", "requests.http api.rest account.http", ("header",), has_key_header)
def http_file(page: Page) -> str:
    lines = [f"{name}: {value}" for name, value in headers_of(page)]
    return (
        "\n".join([f"### {label_of(page)} account", f"GET {page.pick(*page.venue.hosts)}/account", *lines])
        + "\n\n"
    )


@idiom("python-headers", "python", "balance.py src/request.py", ("header",), has_key_header)
def python_headers(page: Page) -> str:
    lines = [f"    '{name}': '{value}'," for name, value in headers_of(page)]
    url = f"    '{page.pick(*page.venue.hosts)}/account', headers=headers)"
    return "\n".join(["import requests", "", "headers = {", *lines, "}", "r = requests.get(", url]) + "\n"


@idiom(
    "postman",
    "postman",
    "collection.postman_environment.json postman/env.json",
    ("beside", "above"),
    without_pem,
)
def postman(page: Page) -> str:
    names = part_names(page)
    values = [{"key": names[part], "value": page.secret(part), "enabled": True} for part in page.parts]
    values += [{"key": "signature", "value": page.make("signature", "{hex:64}"), "enabled": True}]
    if page.difficulty == "above":
        values.insert(0, {"key": "url", "value": page.pick(*page.venue.hosts), "enabled": True})
    body = {"id": page.make("request-id", "{uuid}"), "name": label_of(page), "values": values}
    return json.dumps(body, indent=2, ensure_ascii=False) + "\n"


@idiom("hmac-call", "mixed", "sign.py sign.sh sign.js", ("above", "host", "path"), has_secret)
def hmac_call(page: Page) -> str:
    """The secret as the key of a keyed hash."""
    secret = page.secret("secret")
    head = {"above": f"# {label_of(page)} signature", "host": f"# {page.pick(*page.venue.hosts)}"}
    lines = {
        "py": f"signature = hmac.new(b'{secret}', query.encode(), hashlib.sha256).hexdigest()",
        "sh": f'echo -n "$QUERY" | openssl dgst -sha256 -hmac "{secret}"',
        "js": f"const signature = crypto.createHmac('sha256', '{secret}').update(query).digest('hex');",
    }
    return "\n".join([head.get(page.difficulty, ""), lines[page.pick(*lines)]]) + "\n"
