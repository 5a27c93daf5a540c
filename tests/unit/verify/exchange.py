"""A server that is every exchange at once, on loopback, over TLS."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpcore
import trustme

from leakscan.verify.allowed import ALLOWED
from leakscan.verify.client import Client

Reply = tuple[int, Any]


@dataclass
class Seen:
    """A request as it came over the wire; names of headers in lower case."""

    method: str
    host: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Exchange:
    """`reply` answers each request; `behave`, if set, gets the raw connection instead. `skew_s`: its clock is so much
    ahead."""

    reply: Callable[[Seen], Reply] = lambda seen: (404, {})
    behave: Callable[[BaseHTTPRequestHandler], None] | None = None
    skew_s: float = 0.0
    seen: list[Seen] = field(default_factory=list)
    port: int = 0
    trust: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    @property
    def now(self) -> float:
        return time.time() + self.skew_s

    def client(self, limit_s: float = 10.0, **more: Any) -> Client:
        return Client(limit_s=limit_s, network=Loopback(self.port), trust=self.trust, **more)


class Loopback(httpcore.SyncBackend):
    """Whatever host is asked for: it is the server on loopback."""

    def __init__(self, port: int) -> None:
        self._port = port

    def connect_tcp(self, host: str, port: int, *args: Any, **more: Any) -> httpcore.NetworkStream:
        assert (host, port) in {(endpoint.host, 443) for endpoint in ALLOWED.values()}
        return super().connect_tcp("127.0.0.1", self._port, *args, **more)


def _handler(exchange: Exchange) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            path, _, query = self.path.partition("?")
            size = int(self.headers.get("content-length", 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            seen = Seen(self.command, headers["host"], path, query, headers, self.rfile.read(size))
            exchange.seen.append(seen)
            if exchange.behave is not None:
                exchange.behave(self)
                return
            status, content = exchange.reply(seen)
            data = json.dumps(content).encode()
            self.send_response_only(status)
            self.send_header("Date", formatdate(exchange.now, usegmt=True))
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_DELETE = _serve

        def log_message(self, *args: Any) -> None:
            pass

    return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # clients that hang up are what is tested

    def finish_request(self, request: Any, client_address: Any) -> None:
        try:
            wrapped = self.context.wrap_socket(request, server_side=True)
        except (OSError, ssl.SSLError):
            return
        with wrapped, contextlib.suppress(OSError):
            super().finish_request(wrapped, client_address)
            wrapped.shutdown(socket.SHUT_RDWR)

    context: ssl.SSLContext


def authority() -> tuple[trustme.CA, ssl.SSLContext]:
    ca = trustme.CA()
    trust = ssl.create_default_context()
    ca.configure_trust(trust)
    return ca, trust


@contextlib.contextmanager
def running(*, hosts: list[str] | None = None, trusted: bool = True) -> Iterator[Exchange]:
    """A server with a certificate for all hosts (or for these) that the client trusts, or does not."""
    ca, trust = authority()
    exchange = Exchange(trust=trust if trusted else authority()[1])
    server = _Server(("127.0.0.1", 0), _handler(exchange))
    server.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    names = hosts or sorted({endpoint.host for endpoint in ALLOWED.values()})
    ca.issue_cert(*names).configure_cert(server.context)
    exchange.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield exchange
    finally:
        server.shutdown()
        server.server_close()
