"""Values in archives and behind encodings, from the command to the report."""

import base64
import gzip
import hashlib
import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from leakscan.rules.fake import fake
from tests.conftest import Pair, Repo, Run, zipped


def tarball(name: str, text: str) -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as archive:
        info = tarfile.TarInfo(name)
        info.size = len(text)
        archive.addfile(info, io.BytesIO(text.encode()))
    return data.getvalue()


def places(run: Run) -> set[tuple[str, int, str]]:
    return {
        (location["path"], location["start_line"], location["source"])
        for finding in run.findings
        for location in finding["locations"]
    }


def test_a_value_in_a_wheel_is_found_in_tree_and_history(
    leakscan: Callable[..., Run], repo: Repo, pair: Pair
) -> None:
    repo.write("dist/app.whl", zipped({"bot/config.py": "\n" + pair.env}))
    repo.commit("release")
    run = leakscan("scan", repo.path, "-f", "json")
    assert run.exit_code == 1
    assert places(run) == {
        ("dist/app.whl!bot/config.py", line, source) for line in (2, 3) for source in ("tree", "history")
    }
    for finding in run.findings:
        assert "unpacked from zip" in finding["reasons"]
        assert finding["exposure"]["introduced"]["path"] == "dist/app.whl"
    assert places(leakscan("scan", repo.path, "-f", "json", "--full")) == places(run)


def test_an_archive_that_was_deleted_is_found_in_history(
    leakscan: Callable[..., Run], repo: Repo, pair: Pair
) -> None:
    repo.write("backup.tar.gz", tarball("bot/.env", pair.env))
    repo.commit("backup")
    repo.run("rm", "-q", "backup.tar.gz")
    repo.commit("oops")
    run = leakscan("scan", repo.path, "-f", "json")
    assert places(run) == {("backup.tar.gz!bot/.env", 1, "history"), ("backup.tar.gz!bot/.env", 2, "history")}


@pytest.mark.parametrize("form", ["sarif", "text", "jsonl", "json"])
def test_a_name_in_an_archive_forges_no_output(
    leakscan: Callable[..., Run], tmp_path: Path, pair: Pair, form: str
) -> None:
    evil = "x\n::error::owned\x1b[31m\u202e](http://e.example)"
    (tmp_path / "a.zip").write_bytes(zipped({evil: pair.env}))
    run = leakscan("scan", "a.zip", "-f", form)
    assert run.exit_code == 1
    assert not any(line.startswith("::") for line in run.stdout.splitlines())
    assert "\x1b" not in run.stdout
    assert "\u202e" not in run.stdout
    assert pair.secret not in run.stdout


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (gzip.compress(b"x" * 100, mtime=0)[:-8], "bad-archive"),
        (b"Rar!\x1a\x07\x00" + b"\0" * 40, "unsupported-format"),
    ],
)
def test_what_cannot_be_unpacked_is_told_and_may_be_accepted(
    leakscan: Callable[..., Run], repo: Repo, content: bytes, kind: str
) -> None:
    repo.write("data.bin", content)
    oid = repo.commit("data")
    run = leakscan("scan", repo.path, "-f", "json")
    assert run.exit_code == 3
    assert [(failure["kind"], failure["where"]) for failure in run.json["failures"]] == [
        (kind, repo.run("rev-parse", f"{oid}:data.bin")),
        (kind, "data.bin"),
    ]
    assert leakscan("scan", repo.path, "--accept-incomplete", kind).exit_code == 0


def test_a_kubernetes_secret_is_read(leakscan: Callable[..., Run], tmp_path: Path, pair: Pair) -> None:
    encoded = [base64.b64encode(value.encode()).decode() for value in (pair.key, pair.secret)]
    (tmp_path / "secret.yaml").write_text(
        f"kind: Secret\ndata:\n  BINANCE_API_KEY: {encoded[0]}\n  BINANCE_API_SECRET: {encoded[1]}\n"
    )
    run = leakscan("scan", "secret.yaml", "-f", "json")
    assert [finding["severity"] for finding in run.findings] == ["critical", "critical"]
    assert all("base64 decoded" in finding["reasons"] for finding in run.findings)
    assert len({finding["group"] for finding in run.findings}) == 1
    assert not any(value in run.stdout for value in encoded)


@pytest.mark.parametrize("form", ["json", "text", "sarif"])
def test_a_private_key_is_named_by_its_public_half(
    leakscan: Callable[..., Run], tmp_path: Path, form: str
) -> None:
    from cryptography.hazmat.primitives import serialization as ser

    pem = fake("ed25519")
    public = ser.load_pem_private_key(pem.encode(), None).public_key()
    spki = public.public_bytes(ser.Encoding.DER, ser.PublicFormat.SubjectPublicKeyInfo)
    body = "".join(pem.split("\n")[1:-1])
    (tmp_path / "bot.env").write_text(f"BINANCE_PRIVATE_KEY={body}\n")
    run = leakscan("scan", "bot.env", "-f", form)
    assert hashlib.sha256(spki).hexdigest() in run.stdout
    assert body not in run.stdout
