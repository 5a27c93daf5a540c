"""What looks like a credential and is none: no finding, exit 0."""

from __future__ import annotations

import base64
import hashlib
import json
import random
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from leakscan.rules.fake import fake
from tests.conftest import Repo, Run

RNG = random.Random(11)


def digest(number: int, name: str = "sha256") -> str:
    return hashlib.new(name, str(number).encode()).hexdigest()


def integrity(number: int) -> str:
    return "sha512-" + base64.b64encode(hashlib.sha512(str(number).encode()).digest()).decode()


def lock_files() -> dict[str, str]:
    packages = {f"node_modules/p{n}": {"version": "1.0.0", "integrity": integrity(n)} for n in range(300)}
    cargo = "".join(f'[[package]]\nname = "binance-{n}"\nchecksum = "{digest(n)}"\n' for n in range(200))
    hashes = "".join(f"binance-{n}==1.0 \\\n    --hash=sha256:{digest(n)}\n" for n in range(200))
    poetry = "".join(f'{{file = "p{n}.whl", hash = "sha256:{digest(n)}"}},\n' for n in range(200))
    return {
        "package-lock.json": json.dumps({"name": "binance-bot", "packages": packages}, indent=2),
        "Cargo.lock": cargo,
        "requirements.txt": hashes,
        "poetry.lock": poetry,
    }


def certificates() -> dict[str, str]:
    """Base64 lines as certificates have them: one in eight looks just like a key."""
    files = {}
    for number in range(40):
        lines = [base64.b64encode(RNG.randbytes(48)).decode() for _ in range(20)]
        body = "\n".join([*lines, base64.b64encode(RNG.randbytes(20)).decode()])
        files[f"binance-{number}.crt"] = f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n"
    files["binance-public.pem"] = fake("rsa:2048:public") + "\n" + fake("ed25519:public") + "\n"
    return files


def chain_data() -> dict[str, str]:
    rows = [
        {"hash": "0x" + digest(n), "txid": digest(n + 1), "blockHash": digest(n + 2)} for n in range(1000)
    ]
    return {
        "binance_chain_transactions.json": json.dumps(rows),
        "txs.csv": "\n".join(row["txid"] for row in rows),
    }


def minified() -> dict[str, str]:
    names = [
        "".join(RNG.choice("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ$_") for _ in range(2))
        for _ in range(5000)
    ]
    code = (
        "var binance=function(){"
        + ";".join(f"{a}={b}.{a}({n})" for n, (a, b) in enumerate(pairwise(names)))
        + "}"
    )
    camel = "".join(
        word.capitalize() for word in ("request", "binance", "account", "handler", "factory") * 60
    )
    data = base64.b64encode(RNG.randbytes(30_000)).decode()
    return {"binance.min.js": code + f";var {camel}=1;src='data:font/woff2;base64,{data}'"}


def notebook() -> dict[str, str]:
    image = base64.b64encode(RNG.randbytes(60_000)).decode()
    wrapped = "\n".join(image[at : at + 76] for at in range(0, len(image), 76))
    pem_like = "\n".join(image[at : at + 64] for at in range(0, len(image), 64))
    cells = [
        {"cell_type": "code", "source": ["from binance.client import Client\n", "client = Client()"], "outputs": [
            {"data": {"image/png": text, "text/plain": ["<Figure>"]}} for text in (image, wrapped, pem_like)]}
    ]  # fmt: skip
    return {"binance.ipynb": json.dumps({"cells": cells}, indent=1)}


def references() -> dict[str, str]:
    return {
        "config.py": "import os\n"
        "BINANCE_API_KEY = os.environ['BINANCE_API_KEY']\n"
        "BINANCE_API_SECRET = os.getenv('BINANCE_API_SECRET')\n"
        "BINANCE_SECRET_KEY = 'your_binance_secret_key_goes_here_and_it_has_64_characters_in_all'\n",
        ".env.example": "BINANCE_API_KEY=\nBINANCE_SECRET=${BINANCE_SECRET}\nBINANCE_API_SECRET="
        + "x" * 64
        + "\n",
        "vault.yml": "binance_secret: vault:secret/data/binance#api_secret\nbinance_key: '{{ vault_binance_key }}'\n",
        "sops.yml": "binance_api_secret: ENC[AES256_GCM,data:"
        + base64.b64encode(RNG.randbytes(48)).decode()
        + ",iv:"
        + base64.b64encode(RNG.randbytes(32)).decode()
        + ",type:str]\n",
        "placeholder.md": "```\nBINANCE_API_KEY=<your key>\nBINANCE_API_SECRET=abcdefghijklmnopqrstuvwxyz"
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ab\n```\n",
        "headers.py": 'if pem.startswith("-----BEGIN PRIVATE KEY-----"):  # binance\n    pass\n',
    }


@pytest.mark.parametrize("make", [lock_files, certificates, chain_data, minified, notebook, references])
def test_no_finding_in(make: Callable[[], dict[str, str]], repo: Repo, leakscan: Callable[..., Run]) -> None:
    for name, content in make().items():
        repo.write(name, content)
    repo.commit("quiet")
    run = leakscan("scan", repo.path, "-f", "json")
    assert [(f["rule_id"], f["locations"][0]["path"]) for f in run.findings] == []
    assert (run.exit_code, run.json["complete"]) == (0, True), run.stderr


def test_published_examples_are_counted_and_not_reported(
    tmp_path: Path, leakscan: Callable[..., Run]
) -> None:
    """A rule folder can name more of them, by digest alone."""
    value = fake("alnum:64", 77)
    rules = tmp_path / "more"
    rules.mkdir()
    digest_of_value = hashlib.sha256(value.encode()).hexdigest()
    listing = f'[[published]]\nexchange = "x"\nsource = "y"\nsha256 = ["{digest_of_value}"]\n'
    (rules / "published.toml").write_text(listing)
    file = tmp_path / "bot.env"
    file.write_text(f"BINANCE_API_SECRET={value}\n")
    assert leakscan("scan", file).exit_code == 1
    run = leakscan("scan", file, "--rules", rules)
    assert run.exit_code == 0
    assert "1 published example key left out" in run.stderr
