"""The door to the network against servers that stall, drip, lie, redirect and flood."""

from __future__ import annotations

import base64
import contextlib
import socket
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler

import pytest

from leakscan.verify.allowed import request
from leakscan.verify.answers import Answer
from leakscan.verify.asking import Asker
from leakscan.verify.client import MAX_BYTES, Client, _trust
from tests.unit.verify.accounts import cases
from tests.unit.verify.exchange import Exchange, running

BYBIT = {"x-bapi-api-key": "k", "x-bapi-timestamp": "1", "x-bapi-recv-window": "1", "x-bapi-sign": "s"}


@pytest.fixture(scope="module")
def server():
    with running() as exchange:
        yield exchange


@pytest.fixture
def exchange(server: Exchange) -> Exchange:
    server.seen.clear()
    server.behave = None
    return server


def send(exchange: Exchange, limit_s: float = 10.0):
    with exchange.client(limit_s) as client:
        return client.send(request("bybit", headers=BYBIT))


def raw(exchange: Exchange, data: bytes):
    def behave(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(data)
        handler.close_connection = True

    exchange.behave = behave
    return send(exchange)


def test_what_is_sent_is_little_and_our_own(exchange) -> None:
    exchange.reply = lambda seen: (200, {"retCode": 0})
    answer = send(exchange)
    assert (answer.status, answer.content, answer.trouble) == (200, {"retCode": 0}, "")
    assert answer.date is not None
    [seen] = exchange.seen
    assert seen.headers.keys() == {
        "host",
        "user-agent",
        "accept",
        "accept-encoding",
        "connection",
        *BYBIT,
    }
    assert seen.headers["accept-encoding"] == "identity"


def test_a_server_that_stalls(exchange) -> None:
    gate = threading.Event()
    exchange.behave = lambda handler: gate.wait(20)
    started = time.monotonic()
    answer = send(exchange, limit_s=0.5)
    gate.set()
    assert "no answer within 0.5 s" in answer.trouble
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"])
def test_a_server_that_drips(exchange, head) -> None:
    """Each byte comes in time; all of them would take for ever."""

    def behave(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(head)
        with contextlib.suppress(OSError):
            for _ in range(400):
                handler.wfile.write(b"x")
                handler.wfile.flush()
                time.sleep(0.05)

    exchange.behave = behave
    started = time.monotonic()
    assert "no answer within" in send(exchange, limit_s=0.7).trouble
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    "length", [b"Content-Length: 10000000000\r\n", b"", b"Transfer-Encoding: chunked\r\n"]
)
def test_an_answer_without_end(exchange, length) -> None:
    sent = 0
    done = threading.Event()

    def behave(handler: BaseHTTPRequestHandler) -> None:
        nonlocal sent
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + length + b"\r\n")
        block = b"0" * (1 << 16)
        with contextlib.suppress(OSError):
            while sent < 1 << 30:
                handler.wfile.write(b"10000\r\n" + block + b"\r\n" if b"chunked" in length else block)
                sent += len(block)
        done.set()

    exchange.behave = behave
    answer = send(exchange)
    assert "an answer of over" in answer.trouble
    assert answer.content is None
    assert done.wait(10)
    assert sent < 32 * MAX_BYTES


def test_a_redirect_is_not_followed(exchange) -> None:
    for status in (301, 302, 303, 307, 308):
        answer = raw(
            exchange,
            b"HTTP/1.1 %d Moved\r\nLocation: https://www.okx.com/steal\r\nContent-Length: 0\r\n\r\n" % status,
        )
        assert answer.trouble == "it redirects, which is not followed"
    assert [seen.host for seen in exchange.seen] == ["api.bybit.com"] * 5


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\xff" * 500,
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 999999 \r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nxx",
        b"HTTP/1.1 200 OK\r\n" + b"X: " + b"a" * 200_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
    ],
)
def test_an_answer_that_is_none(exchange, data) -> None:
    answer = raw(exchange, data)
    assert answer.content is None
    assert answer.trouble == "the connection broke"


@pytest.mark.parametrize(
    "body",
    [
        b"<html>Access denied</html>",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"9" * 100_000,
        b"\xff\xfe",
        b'"\\ud800"',
        b"NaN",
        b"",
    ],
)
def test_a_body_that_is_not_json_settles_nothing(exchange, body) -> None:
    answer = raw(exchange, b"HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
    assert answer.status == 200
    assert answer.date is None
    case = cases()["bybit"]
    with exchange.client() as client:
        assert Asker(client, budget=5).ask("bybit", case.account.keys()).status == "unknown"


def test_a_certificate_that_nobody_vouches_for() -> None:
    with running(trusted=False) as exchange:
        answer = send(exchange)
    assert "certificate" in answer.trouble
    assert exchange.seen == []


def test_a_certificate_of_another_host() -> None:
    with running(hosts=["api.kraken.com"]) as exchange:
        assert "certificate" in send(exchange).trouble
    assert exchange.seen == []


def test_nobody_there() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        exchange = Exchange(port=unused.getsockname()[1])
        assert send(exchange).trouble == "it cannot be reached"


def test_a_real_exchange_is_trusted_by_public_authorities_alone(exchange) -> None:
    """Without the certificate of the tests, the server of the tests is nobody."""
    from tests.unit.verify.exchange import Loopback

    with Client(network=Loopback(exchange.port)) as client:
        assert "certificate" in client.send(request("bybit", headers=BYBIT)).trouble


def test_no_proxy_is_taken_from_the_environment(exchange, monkeypatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    exchange.reply = lambda seen: (200, {"retCode": 0})
    assert send(exchange).trouble == ""


def test_the_keys_of_no_connection_are_written_down(monkeypatch, tmp_path) -> None:
    """Who has them reads what was sent, the API key with it."""
    for place in (tmp_path / "keys", tmp_path / "absent" / "keys"):
        monkeypatch.setenv("SSLKEYLOGFILE", str(place))
        with Client(proxy="http://127.0.0.1:1", limit_s=5) as client:
            assert client.send(request("bybit", headers=BYBIT)).trouble == "it cannot be reached"
    assert list(tmp_path.iterdir()) == []


def test_certificates_are_checked_and_names_too() -> None:
    trust = _trust()
    assert trust.check_hostname
    assert trust.verify_mode == ssl.CERT_REQUIRED
    assert trust.cert_store_stats()["x509_ca"] > 50


def test_a_clock_of_the_last_year_is_none(exchange) -> None:
    """That moment is one of the year 10000, of which no date can be made."""
    asked = []

    def behave(handler: BaseHTTPRequestHandler) -> None:
        asked.append(handler.path)
        body = b'{"code": "50102"}'
        head = f"HTTP/1.1 401 No\r\nDate: Fri, 31 Dec 9999 23:59:59 -2359\r\nContent-Length: {len(body)}\r\n"
        handler.wfile.write(f"{head}\r\n".encode() + body)
        handler.close_connection = True

    exchange.behave = behave
    case = cases()["okx"]
    with exchange.client() as client:
        said = Asker(client, budget=10).ask("okx", case.account.keys())
    assert (said.status, len(asked)) == ("unknown", 1)


def ask_through_proxy(login: str = "") -> tuple[Answer, bytes]:
    """The answer, and what a proxy that lets nobody through has heard."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            inside, _ = listener.accept()
            heard.append(inside.recv(4096))
            inside.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            inside.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        with Client(proxy=f"http://{login}127.0.0.1:{listener.getsockname()[1]}", limit_s=5) as client:
            answer = client.send(request("bybit", headers=BYBIT))
        thread.join(5)
    return answer, heard[0]


def test_a_proxy_that_was_named_is_used_and_sees_no_request() -> None:
    """It is asked to connect, and what goes through is encrypted."""
    answer, heard = ask_through_proxy()
    assert answer.trouble == "the proxy refuses to connect"
    assert heard.startswith(b"CONNECT api.bybit.com:443 ")
    assert b"x-bapi" not in heard
    assert b"authorization" not in heard.lower()


def test_a_proxy_gets_the_name_and_the_password_of_its_address() -> None:
    _, heard = ask_through_proxy("desk%40home:p%3Ass@")
    assert b"Proxy-Authorization: Basic " + base64.b64encode(b"desk@home:p:ss") in heard


def test_the_budget_is_for_all_and_a_tired_exchange_is_left_alone(exchange) -> None:
    case = cases()["bybit"]
    exchange.reply = case.account.reply
    with exchange.client() as client:
        asker = Asker(client, budget=2)
        said = [asker.ask("bybit", case.account.keys()) for _ in range(4)]
    assert [one.status for one in said] == ["active", "active", "not-checked", "not-checked"]
    assert len(exchange.seen) == 2
    assert "budget" in said[-1].reason
    exchange.seen.clear()
    exchange.reply = lambda seen: (429, {"retCode": 10006})
    with exchange.client() as client:
        asker = Asker(client, budget=10)
        said = [asker.ask("bybit", case.account.keys()) for _ in range(4)]
    assert {one.status for one in said} == {"unknown"}
    assert len(exchange.seen) == 1


def test_what_cannot_be_sent_is_not(exchange) -> None:
    case = cases()["bybit"]
    with exchange.client() as client:
        asker = Asker(client, budget=10)
        for key in ("with\r\nx-bapi-sign: evil", "naïve", "nul\0"):
            said = asker.ask("bybit", case.account.keys(key=key))
            assert said.status == "not-checked"
            assert said.reason == "it holds what no header may"
    assert exchange.seen == []
