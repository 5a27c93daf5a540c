"""The only door to the network: sends one of the allowed requests, and takes what comes back with suspicion.

No redirect is followed, no proxy or certificate is taken from the environment, no cookie is kept, no compressed answer
is asked for; one connection a request, a limit of time for all of it and of size for the answer."""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Iterable
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any
from urllib.parse import unquote, urlsplit

import certifi
import httpcore

from leakscan import __version__
from leakscan.verify.allowed import Request
from leakscan.verify.answers import Answer

LIMIT_S = 15.0
MAX_BYTES = 4 << 20
_LATEST = 1 << 33  # the year 2242: a clock that says more is none
_HEADERS = (
    ("user-agent", f"leakscan/{__version__}"),
    ("accept", "application/json"),
    ("accept-encoding", "identity"),
    ("connection", "close"),
)


class Client:
    """A context manager. `proxy`: an http address through which to connect, with the name and password that it asks
    for, if any; `network` and `trust` are for tests: who
    connects, and whose certificates count."""

    def __init__(
        self,
        *,
        proxy: str | None = None,
        limit_s: float = LIMIT_S,
        network: httpcore.NetworkBackend | None = None,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._limit_s = limit_s
        self._network = _Timed(network or httpcore.SyncBackend())
        trust = trust or _trust()
        self._pool = httpcore.ConnectionPool(
            ssl_context=trust,
            proxy=_proxy(proxy) if proxy else None,
            network_backend=self._network,
            max_connections=1,
            max_keepalive_connections=0,
            retries=0,
        )

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.close()

    def send(self, request: Request) -> Answer:
        """Whatever happens is an answer; what went wrong is its `trouble`."""
        self._network.start(self._limit_s)
        try:
            return self._exchange(request)
        except httpcore.TimeoutException:
            return Answer(trouble=f"no answer within {self._limit_s:g} s")
        except httpcore.ConnectError as error:
            if isinstance(error.__cause__, ssl.SSLError) or "SSL" in str(error):
                return Answer(trouble="its certificate cannot be trusted: nothing was sent")
            return Answer(trouble="it cannot be reached")
        except httpcore.ProxyError:
            return Answer(trouble="the proxy refuses to connect")
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError):
            return Answer(trouble="the connection broke")

    def _exchange(self, request: Request) -> Answer:
        post = request.endpoint.method == "POST"
        with self._pool.stream(
            request.endpoint.method,
            request.url,
            headers=[*_HEADERS, *request.headers],
            content=request.body if post else None,
        ) as response:
            if 300 <= response.status < 400:
                return Answer(response.status, trouble="it redirects, which is not followed")
            data = _read(response.iter_stream())
            if data is None:
                return Answer(response.status, trouble=f"an answer of over {MAX_BYTES:,} bytes")
            return Answer(response.status, _parse(data), _date(response.headers))


def _proxy(url: str) -> httpcore.Proxy:
    parts = urlsplit(url)
    user, password = (unquote(part or "").encode() for part in (parts.username, parts.password))
    return httpcore.Proxy(url, auth=(user, password) if user or password else None)


def _trust() -> ssl.SSLContext:
    """Not `ssl.create_default_context`, which writes the keys of connections where SSLKEYLOGFILE says."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cafile=certifi.where())
    return context


def _read(chunks: Iterable[bytes]) -> bytes | None:
    """None if there is more than an answer may have."""
    data = bytearray()
    for chunk in chunks:
        data += chunk
        if len(data) > MAX_BYTES:
            return None
    return bytes(data)


def _parse(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def _date(headers: Iterable[tuple[bytes, bytes]]) -> float | None:
    for name, value in headers:
        if name.lower() == b"date":
            try:
                moment = parsedate_to_datetime(value.decode("ascii")).timestamp()
            except (ValueError, OverflowError, OSError):
                return None
            return moment if 0 < moment < _LATEST else None
    return None


class _Timed(httpcore.NetworkBackend):
    """Every step of a request gets what is left of its time: dripping lasts no longer than stalling."""

    def __init__(self, inner: httpcore.NetworkBackend) -> None:
        self._inner = inner
        self._end = 0.0

    def start(self, limit_s: float) -> None:
        self._end = time.monotonic() + limit_s

    def left(self) -> float:
        left = self._end - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        stream = self._inner.connect_tcp(host, port, self.left(), local_address, socket_options)
        return _TimedStream(stream, self)


class _TimedStream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream, clock: _Timed) -> None:
        self._inner = inner
        self._clock = clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._clock.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._clock.left())

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        return _TimedStream(
            self._inner.start_tls(ssl_context, server_hostname, self._clock.left()), self._clock
        )

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
