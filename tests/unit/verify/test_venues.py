"""Every exchange, over real TLS, against an account that checks what arrives as the exchange documents it."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from leakscan.verify.allowed import ALLOWED
from leakscan.verify.asking import Asker
from leakscan.verify.venues import VENUES
from tests.unit.verify.accounts import SPOT, Account, Case, cases
from tests.unit.verify.exchange import Exchange, running

NAMES = sorted(cases())


@pytest.fixture(scope="module")
def server():
    with running() as exchange:
        yield exchange


@pytest.fixture
def exchange(server: Exchange) -> Exchange:
    server.seen.clear()
    server.behave, server.skew_s = None, 0.0
    return server


def ask(exchange: Exchange, case: Case, account: Account | None = None, **parts: str):
    account = account or case.account
    account = replace(account, now=lambda: exchange.now)
    exchange.reply = account.reply
    with exchange.client() as client:
        return Asker(client, budget=10).ask(case.exchange, case.account.keys(**parts))


def test_every_venue_is_tried() -> None:
    tried = {case.exchange for case in cases().values()}
    # the same conversations, with other hosts
    assert VENUES.keys() - tried == {
        "okx-demo",
        "bybit-testnet",
        "bitmex-testnet",
        "gemini-sandbox",
        "kraken-futures-demo",
        "deribit-testnet",
        "gate-testnet",
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_key_that_works(exchange, name) -> None:
    case = cases()[name]
    said = ask(exchange, case)
    assert (said.status, said.permissions) == ("active", case.permissions)
    assert (said.ip_restricted, said.expires) == (case.ip_restricted, case.expires)
    assert len(exchange.seen) == case.calls
    allowed = {(endpoint.method, endpoint.host, endpoint.path) for endpoint in ALLOWED.values()}
    assert {(seen.method, seen.host, seen.path) for seen in exchange.seen} <= allowed


@pytest.mark.parametrize("name", NAMES)
def test_no_part_that_signs_is_sent(exchange, name) -> None:
    case = cases()[name]
    ask(exchange, case)
    account = case.account
    sent = "\n".join(f"{s.path}?{s.query}\n{s.headers}\n{s.body!r}" for s in exchange.seen)
    for value in (account.secret, *account.private_key.splitlines()[1:-1]):
        assert not value or value not in sent
    assert account.key in sent.replace("%2F", "/").replace("%2B", "+") or "Bearer" in sent


@pytest.mark.parametrize("name", NAMES)
def test_a_key_that_the_exchange_does_not_know(exchange, name) -> None:
    case = cases()[name]
    other = replace(case.account, key=case.account.key[:-1] + ("a" if case.account.key[-1] != "a" else "b"))
    said = ask(exchange, case, other)
    assert said.status == case.refusals.get("key", "inactive")
    assert said.reason


@pytest.mark.parametrize("name", [name for name in NAMES if not cases()[name].account.private_key])
def test_a_secret_that_is_another_keys(exchange, name) -> None:
    case = cases()[name]
    account = case.account
    at = len(account.secret) // 2
    other = replace(account, secret=account.secret[: at - 4] + "AAAA" + account.secret[at:])
    said = ask(exchange, case, other)
    assert (said.status, said.permissions) == ("unknown", ())
    assert said.reason


@pytest.mark.parametrize("name", [name for name in NAMES if cases()[name].account.passphrase])
def test_a_passphrase_that_is_another_keys(exchange, name) -> None:
    case = cases()[name]
    said = ask(exchange, case, replace(case.account, passphrase="another"))
    assert said.status == "unknown"
    assert "passphrase" in said.reason


def answered(exchange: Exchange, name: str, status: int, content: object):
    """What is said of an account whose exchange answers this, whatever is asked."""
    case = cases()[name]
    exchange.reply = lambda seen: (status, content)
    with exchange.client() as client:
        return Asker(client, budget=10).ask(case.exchange, case.account.keys())


ERRORS = [
    ("binance", 400, {"code": -2014, "msg": "API-key format invalid."}, "inactive"),
    ("binance", 400, {"code": -2008, "msg": "Invalid Api-Key ID."}, "inactive"),
    ("binance", 401, {"code": -2015, "msg": "Invalid API-key, IP, or permissions for action."}, "unknown"),
    ("binance", 400, {"code": -1022, "msg": "Signature for this request is not valid."}, "unknown"),
    ("binance", 400, {"code": -1005, "msg": "No such IP has been white listed"}, "active"),
    ("binance", 400, {"code": -2017, "msg": "API Keys are locked on this account."}, "unknown"),
    ("binance", 451, {"code": 0, "msg": "Service unavailable from a restricted location"}, "unknown"),
    ("binance", 418, {"code": -1003, "msg": "Way too many requests"}, "unknown"),
    ("mexc", 400, {"code": 402, "msg": "API key expired"}, "inactive"),
    ("mexc", 400, {"code": 10072, "msg": "Api key info invalid"}, "inactive"),
    ("mexc", 400, {"code": 700001, "msg": "API-key format invalid"}, "inactive"),
    ("mexc", 400, {"code": 602, "msg": "Signature verification failed"}, "unknown"),
    ("mexc", 400, {"code": 406, "msg": "IP is not in the whitelist"}, "active"),
    ("mexc", 400, {"code": 700007, "msg": "No permission to access the endpoint"}, "active"),
    ("okx", 401, {"code": "50110", "msg": "Invalid IP."}, "active"),
    ("okx", 401, {"code": "50100", "msg": "API frozen"}, "unknown"),
    ("okx", 401, {"code": "50101", "msg": "wrong environment"}, "unknown"),
    ("bybit", 200, {"retCode": 33004, "retMsg": "Your api key has expired."}, "inactive"),
    ("bybit", 200, {"retCode": -2015, "retMsg": "Your api key has expired"}, "inactive"),
    ("bybit", 200, {"retCode": 10010, "retMsg": "Unmatched IP"}, "active"),
    ("bybit", 200, {"retCode": 10005, "retMsg": "Permission denied"}, "active"),
    ("bybit", 403, "blocked", "unknown"),
    ("bitget", 400, {"code": "40037", "msg": "Apikey does not exist"}, "inactive"),
    ("bitget", 400, {"code": "40018", "msg": "Invalid IP"}, "active"),
    ("bitget", 400, {"code": "40013", "msg": "User has been frozen"}, "unknown"),
    ("bitget", 400, {"code": "40014", "msg": "Incorrect permissions"}, "active"),
    ("kucoin", 400, {"code": "400006", "msg": "not in the whitelist"}, "active"),
    ("kucoin", 400, {"code": "400007", "msg": "Access denied"}, "active"),
    ("kucoin", 400, {"code": "411100", "msg": "User is frozen"}, "unknown"),
    ("kraken", 200, {"error": ["EGeneral:Permission denied"]}, "active"),
    ("kraken", 200, {"error": ["EAPI:Invalid nonce"]}, "unknown"),
    ("kraken", 200, {"error": ["EService:Unavailable"]}, "unknown"),
    ("gate", 403, {"label": "IP_FORBIDDEN", "message": ""}, "active"),
    ("gate", 403, {"label": "FORBIDDEN", "message": ""}, "active"),
    ("gate", 403, {"label": "READ_ONLY", "message": ""}, "active"),
    ("gate", 403, {"label": "ACCOUNT_LOCKED", "message": ""}, "unknown"),
    ("gate", 401, {"label": "INVALID_CREDENTIALS", "message": ""}, "inactive"),
    ("htx", 200, {"status": "error", "err-msg": "API key has no permission"}, "active"),
    ("htx", 200, {"status": "error", "err-msg": "Signature not valid: Incorrect Access key"}, "inactive"),
    ("htx", 200, {"status": "error", "err-msg": "Signature not valid: Verification failure"}, "unknown"),
    ("htx", 200, {"status": "error", "err-msg": "Signature not valid: the time of the request"}, "unknown"),
    ("bitfinex", 500, ["error", 10114, "nonce: small"], "unknown"),
    ("bitfinex", 500, ["error", 10020, "something: else"], "unknown"),
    ("deribit", 400, {"error": {"code": 13009, "message": "unauthorized"}}, "unknown"),
    ("deribit", 400, {"error": {"code": 13002, "message": "account_blocked"}}, "unknown"),
    ("deribit", 400, {"error": {"code": 12005, "message": "country"}}, "unknown"),
    ("cryptocom", 401, {"code": 40103, "message": "IP_ILLEGAL"}, "active"),
    ("bitmex", 401, {"error": {"message": "Invalid API Key."}}, "inactive"),
    ("bitmex", 403, {"error": {"message": "This key is disabled."}}, "inactive"),
    ("bitmex", 403, {"error": {"message": "Forbidden"}}, "unknown"),
    ("coinbase ES256", 401, "Unauthorized", "unknown"),
    ("coinbase ES256", 403, {"error": "PERMISSION_DENIED"}, "unknown"),
    ("gemini", 403, {"result": "error", "reason": "MissingRole"}, "active"),
    ("bitstamp", 403, {"code": "API0002", "reason": "IP address not allowed"}, "active"),
    ("bitstamp", 403, {"code": "API0003", "reason": "No permission found"}, "active"),
]


@pytest.mark.parametrize(("name", "status", "content", "expected"), ERRORS)
def test_a_documented_error(exchange, name, status, content, expected) -> None:
    said = answered(exchange, name, status, content)
    assert said.status == expected
    assert said.reason
    assert said.permissions == ()
    assert 1 <= len(exchange.seen) <= 2


def test_too_many_requests_are_not_blamed_on_the_clock(exchange) -> None:
    said = answered(exchange, "deribit", 429, {"error": {"code": 10028, "message": "too_many_requests"}})
    assert (said.status, said.reason) == ("unknown", "the exchange has enough of this machine for now")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("content", [None, [], {}, "", 0, [[]], {"code": True}, {"result": []}, [None]])
@pytest.mark.parametrize("status", [200, 400, 500])
def test_an_answer_that_says_nothing_settles_nothing(exchange, name, content, status) -> None:
    said = answered(exchange, name, status, content)
    reads_a_list = name in ("coinbase-exchange", "bitstamp", "bitmex")
    if reads_a_list and isinstance(content, list) and status == 200:
        assert (said.status, said.permissions) == ("active", ())
    else:
        assert (said.status, said.permissions) == ("unknown", ())


@pytest.mark.parametrize(
    ("name", "live", "there"),
    [
        ("binance", {"code": -2008, "msg": "Invalid Api-Key ID."}, "testnet.binance.vision"),
        ("binance Ed25519", {"code": -2015, "msg": "Invalid API-key, IP, ..."}, "testnet.binance.vision"),
        ("bybit", {"retCode": 10003, "retMsg": "API key is invalid."}, "api-testnet.bybit.com"),
    ],
)
def test_a_key_of_the_test_network_is_found_there(exchange, name, live, there) -> None:
    case = cases()[name]
    account = replace(case.account, now=lambda: exchange.now)
    account.answers["/api/v3/account"] = SPOT
    exchange.reply = lambda seen: account.reply(seen) if seen.host == there else (400, live)
    with exchange.client() as client:
        said = Asker(client, budget=10).ask(case.exchange, account.keys())
    assert (said.status, said.is_test) == ("active", True)
    assert len(exchange.seen) == 2


def test_a_key_of_the_demo_is_told(exchange) -> None:
    assert ask(exchange, cases()["okx of the demo"]).is_test
    assert not ask(exchange, cases()["okx"]).is_test
    assert ask(exchange, cases()["binance-spot-testnet"]).is_test


def test_bybit_says_when_a_key_is_for_reading_alone(exchange) -> None:
    case = cases()["bybit"]
    case.account.answers["/v5/user/query-api"]["result"] |= {"readOnly": 1, "ips": ["1.2.3.4"]}
    said = ask(exchange, case)
    assert (said.permissions, said.ip_restricted) == (("read",), True)


def test_bitmex_says_when_a_key_is_disabled(exchange) -> None:
    case = cases()["bitmex"]
    case.account.answers["/api/v1/apiKey"][1]["enabled"] = False
    assert ask(exchange, case).status == "inactive"


def test_a_key_that_gate_has_locked(exchange) -> None:
    case = cases()["gate"]
    case.account.answers["/api/v4/account/main_keys"][1]["state"] = 2
    assert ask(exchange, case).status == "unknown"


def test_gate_does_not_guess_which_key_is_meant(exchange) -> None:
    case = cases()["gate"]
    for key in case.account.answers["/api/v4/account/main_keys"]:
        key["key"] = "*****"
    assert (ask(exchange, case).status, ask(exchange, case).permissions) == ("active", ())


def test_a_wrong_clock_is_set_by_the_exchanges_own(exchange) -> None:
    """The first answer says that the clock is wrong; the second request has the exchange's time."""
    case = cases()["binance"]
    exchange.skew_s = 4000.0
    said = ask(exchange, case)
    assert said.status == "active"
    assert len(exchange.seen) == 2


def test_a_clock_that_stays_wrong_is_asked_about_once_more_only(exchange) -> None:
    said = answered(exchange, "binance", 400, {"code": -1021})
    assert (said.status, len(exchange.seen)) == ("unknown", 2)
    assert "clock" in said.reason


def test_the_time_of_the_test_is_that_of_the_exchange(exchange) -> None:
    assert abs(exchange.now - time.time()) < 5
