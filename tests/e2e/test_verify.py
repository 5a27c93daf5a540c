"""`leakscan verify` and `scan --verify`: consent, verdicts in the reports, exit codes, and no value anywhere."""

from __future__ import annotations

import contextlib
import io
import json
import os
import pty
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from leakscan.cli import main, verifying
from leakscan.rules import load_rules
from tests.unit.verify.accounts import BINANCE_RIGHTS, Account, Refused, cases
from tests.unit.verify.accounts import binance as check_binance
from tests.unit.verify.exchange import Exchange, running


@pytest.fixture(scope="module")
def server():
    with running() as exchange:
        yield exchange


@pytest.fixture
def exchange(server: Exchange, monkeypatch: pytest.MonkeyPatch) -> Exchange:
    """The command's client, and no other, is led to the server of the tests: there is no option for that."""
    server.seen.clear()
    server.behave = None
    monkeypatch.setattr(verifying, "open_client", lambda proxy: server.client())
    return server


def knows(exchange: Exchange, *pairs, **rights) -> None:
    """The exchange knows these pairs and no others."""
    accounts = {
        pair.key: Account(
            pair.key,
            pair.secret,
            {"/sapi/v1/account/apiRestrictions": {**BINANCE_RIGHTS, **rights}},
            check_binance,
            now=lambda: exchange.now,
        )
        for pair in pairs
    }

    def reply(seen):
        account = accounts.get(seen.headers["x-mbx-apikey"])
        return (
            account.reply(seen)
            if account
            else Refused(400, {"code": -2008, "msg": "Invalid Api-Key ID."}).reply
        )

    exchange.reply = reply


@pytest.fixture
def run(capfd, monkeypatch, tmp_path):
    """The command in this process: exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))

    def command(*args: object) -> tuple[int, str, str]:
        capfd.readouterr()
        code = main([str(arg) for arg in args])
        said = capfd.readouterr()
        return code, said.out, said.err

    return command


def test_a_pair_that_works_is_critical_and_says_what_it_may_do(exchange, run, repo, pair) -> None:
    knows(exchange, pair)
    repo.commit(bot_env=pair.env)
    code, out, err = run("scan", repo.path, "--verify", "--yes", "-f", "json")
    assert code == 1
    assert [finding["verification"] for finding in json.loads(out)["findings"]] == [
        {
            "status": "active",
            "permissions": ["read", "trade", "withdraw"],
            "ip_restricted": False,
            "expires": None,
            "reason": None,
            "test_network": False,
        }
    ] * 2
    assert {finding["severity"] for finding in json.loads(out)["findings"]} == {"critical"}
    assert len(exchange.seen) == 1
    assert pair.key not in out + err
    assert pair.secret not in out + err


@pytest.mark.parametrize("form", ["text", "markdown", "sarif", "html", "jsonl", "gitlab", "github", "junit"])
def test_no_report_holds_a_value_or_an_answer(exchange, run, repo, pair, form) -> None:
    knows(exchange, pair)
    repo.commit(bot_env=pair.env)
    code, out, err = run("verify", repo.path, "--yes", "-f", form)
    assert code == 1
    assert pair.secret not in out + err
    assert "1698645219000" not in out + err
    if form in ("text", "markdown", "sarif", "html"):
        assert "it works" in out
        assert "read, trade and withdraw" in out


def test_a_revoked_pair_is_low_and_verify_is_content(exchange, run, repo, pair, tmp_path) -> None:
    knows(exchange)
    repo.commit(bot_env=pair.env)
    code, out, _ = run("verify", repo.path, "--yes", "-o", "json=saved.json")
    assert code == 0
    assert "LOW" in out
    assert "it does not work" in out
    code, out, _ = run("scan", repo.path, "--verify", "--yes")
    assert code == 1
    again = run("report", tmp_path / "saved.json", "-f", "json")[1]
    assert {finding["verification"]["status"] for finding in json.loads(again)["findings"]} == {"inactive"}
    assert pair.key not in (tmp_path / "saved.json").read_text()


def test_merged_reports_keep_the_answer_and_what_follows_from_it(exchange, run, repo, pair) -> None:
    knows(exchange)
    repo.commit(bot_env=pair.env)
    run("verify", repo.path, "--yes", "-o", "json=asked.json")
    run("scan", repo.path, "-o", "json=plain.json")
    for order in (("asked.json", "plain.json"), ("plain.json", "asked.json")):
        merged = json.loads(run("report", *order, "-f", "json")[1])["findings"]
        assert {(f["severity"], f["verification"]["status"]) for f in merged} == {("low", "inactive")}


def test_what_is_not_known_leaves_verify_without_a_verdict(exchange, run, repo, pair, make_pair) -> None:
    repo.commit(bot_env=f"BINANCE_API_KEY={pair.key}\n")
    code, out, _ = run("verify", repo.path, "--yes")
    assert code == 3
    assert "was not found with it" in out
    assert exchange.seen == []
    exchange.reply = lambda seen: (500, "a bad day")
    repo.commit(bot_env=make_pair(2).env)
    assert run("verify", repo.path, "--yes", "--only", _fingerprint(run, repo, make_pair(2)))[0] == 3


def _fingerprint(run, repo, pair) -> str:
    found = json.loads(run("scan", repo.path, "-f", "json", "--show-secrets")[1])["findings"]
    return next(finding["fingerprint"] for finding in found if finding["secret"] == pair.secret)


def test_only_what_was_named_is_asked_about_with_its_other_part(exchange, run, repo, make_pair) -> None:
    first, second = make_pair(1), make_pair(2)
    knows(exchange, first, second)
    repo.commit(a_env=first.env, b_env=second.env)
    code, out, _ = run("verify", repo.path, "--yes", "--only", _fingerprint(run, repo, second), "-f", "json")
    assert code == 1
    assert len(json.loads(out)["findings"]) == 2
    assert [seen.headers["x-mbx-apikey"] for seen in exchange.seen] == [second.key]


def test_values_come_from_the_target_and_never_from_a_report(exchange, run, repo, pair, tmp_path) -> None:
    knows(exchange, pair)
    repo.commit(bot_env=pair.env)
    run("scan", repo.path, "--show-secrets", "-o", "json=saved.json")
    empty = tmp_path / "empty"
    empty.mkdir()
    code, _, _ = run("verify", empty, "--from", "saved.json", "--yes")
    assert (code, exchange.seen) == (0, [])
    assert run("verify", repo.path, "--from", "saved.json", "--yes")[0] == 1
    assert len(exchange.seen) == 1


def test_nobody_is_asked_without_consent(exchange, run, repo, pair) -> None:
    repo.commit(bot_env=pair.env)
    for command in (("verify", repo.path), ("scan", repo.path, "--verify")):
        code, out, err = run(*command)
        assert (code, out) == (2, "")
        assert "--yes" in err
    assert run("scan", repo.path, "--yes")[0] == 1
    assert exchange.seen == []


@pytest.mark.parametrize(("answer", "calls"), [("y\n", 1), ("n\n", 0), ("\n", 0)])
def test_a_person_is_asked_first(exchange, run, repo, pair, monkeypatch, answer, calls) -> None:
    knows(exchange, pair)
    repo.commit(bot_env=pair.env)

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    monkeypatch.setattr(verifying, "_is_terminal", lambda: True)
    code, out, err = run("verify", repo.path)
    assert "api.binance.com (1)" in err
    assert "The exchange sees the address of this machine" in err
    assert len(exchange.seen) == calls
    assert code == (1 if calls else 3)
    assert pair.key not in out + err


def test_a_real_terminal_asks_and_no_is_no(repo, pair) -> None:
    """The installed command, with nothing in its way to the network but the question."""
    repo.commit(bot_env=pair.env)
    command = Path(sys.executable).with_name("leakscan")
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [command, "verify", repo.path, "--color", "never"], stdin=theirs, stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        said = b""
        answered = False
        with contextlib.suppress(OSError):  # Linux says so when the other end is closed
            while chunk := os.read(ours, 4096):
                said += chunk
                if b"Ask? [y/N]" in said and not answered:
                    answered = True
                    os.write(ours, b"n\n")
    os.close(ours)
    assert answered
    assert process.returncode == 3
    assert b"it works" not in said
    assert pair.secret.encode() not in said


def test_a_repository_cannot_switch_it_on(exchange, run, repo, pair) -> None:
    repo.commit(bot_env=pair.env)
    for setting in ("verify = true", "yes = true", "proxy = 'http://127.0.0.1:1'", "[verify]\nhost = 'x'"):
        repo.write(".leakscan.toml", f"{setting}\n")
        assert run("scan", repo.path)[0] == 2
    assert exchange.seen == []


def test_a_proxy_that_cannot_be_one(run, repo, pair) -> None:
    repo.commit(bot_env=pair.env)
    for proxy in (
        *("socks5://127.0.0.1:1", "nonsense", "https://proxy.example", "http://[::1", "http://[2J"),
        *("http://127.0.0.1:99999", "http://127.0.0.1:port", "http://127.0.0.1:-1", "http://127.0.0.1:0"),
        *("http://a..b", "http://.", f"http://{'a' * 70}.example", "http://ä.example:1", "http://a\u3002:1"),
    ):
        code, out, err = run("verify", repo.path, "--yes", "--proxy", proxy)
        assert (code, out) == (2, "")
        assert err == "leakscan: --proxy: must be like http://proxy.example:3128\n"


def test_the_budget_of_requests_is_kept(exchange, run, repo, make_pair) -> None:
    pairs = [make_pair(seed) for seed in range(4)]
    knows(exchange, *pairs)
    repo.commit(**{f"env{number}_txt": pair.env for number, pair in enumerate(pairs)})
    out = run("verify", repo.path, "--yes", "--max-requests", 2, "-f", "json")[1]
    said = [finding["verification"]["status"] for finding in json.loads(out)["findings"]]
    assert len(exchange.seen) == 2
    assert sorted(said) == ["active"] * 4 + ["not-checked"] * 4


def test_the_library_is_named_if_it_is_not_there(run, repo, pair, monkeypatch) -> None:
    repo.commit(bot_env=pair.env)
    monkeypatch.setitem(sys.modules, "httpcore", None)
    code, _, err = run("verify", repo.path, "--yes")
    assert code == 2
    assert "pip install 'leakscan[verify]'" in err
    assert run("scan", repo.path)[0] == 1


RULED = {exchange.id for exchange in load_rules(()).exchanges}


@pytest.mark.parametrize("name", [n for n, case in cases().items() if case.exchange in RULED])
def test_what_the_rules_find_is_what_the_exchange_is_asked(exchange, run, tmp_path, name) -> None:
    case = cases()[name]
    account = replace(case.account, now=lambda: exchange.now)
    exchange.reply = account.reply
    prefix = case.exchange.upper().replace("-", "_")
    held = {
        "API_KEY": account.key,
        "API_SECRET": account.secret if account.by_secret or not account.private_key else "",
        "PASSPHRASE": account.passphrase,
        "PRIVATE_KEY": "" if account.by_secret else account.private_key,
    }
    lines = [f'{prefix}_{part}="{value}"\n' for part, value in held.items() if value]
    (tmp_path / "bot.env").write_text("".join(lines))
    code, out, err = run("verify", "bot.env", "--yes", "-f", "json")
    findings = json.loads(out)["findings"]
    assert {finding["verification"]["status"] for finding in findings} == {"active"}
    assert len(findings) == len(lines)
    assert code == 1
    assert len(exchange.seen) == case.calls
    assert not any(value in out + err for value in held.values() if len(value) > 10)
