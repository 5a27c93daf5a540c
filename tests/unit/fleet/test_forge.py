"""Against a local server that speaks as GitHub and GitLab do: pages, rate limits, tokens, redirects."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from leakscan.errors import ConfigError
from leakscan.fleet import forge
from leakscan.fleet.forge import Listing, is_organisation, list_organisation
from leakscan.fleet.job import Entry
from leakscan.model import Failure

PROTOCOLS = frozenset({"https", "ssh", "http"})


class Server:
    """`moods`: answers to give before the right one; `seen`: (path, headers) of each request."""

    def __init__(self, names: list[str]) -> None:
        self.names = names
        self.token = ""
        self.moods: list[tuple[int, dict[str, str]]] = []
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.next_host = ""
        self.body: bytes | None = None
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._http.server_address[1]}"

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def answer(self, path: str) -> tuple[int, dict[str, str], bytes]:
        parts = urlsplit(path)
        if self.moods:
            code, headers = self.moods.pop(0)
            return code, headers, b"[{" if code == 200 else b""
        if self.body is not None:
            return 200, {}, self.body
        if parts.path not in (
            "/orgs/firm/repos",
            "/users/alice/repos",
            "/api/v4/groups/firm%2Fteam/projects",
        ):
            return 404, {}, b""
        page = int(parse_qs(parts.query).get("page", ["1"])[0])
        shown = self.names[(page - 1) * 2 : page * 2]
        items = [
            {
                "clone_url": f"https://github.com/{name}.git",
                "ssh_url": f"git@github.com:{name}.git",
                "size": 3,
                "http_url_to_repo": f"https://gitlab.com/{name}.git",
                "ssh_url_to_repo": "x",
            }
            for name in shown
        ]
        more = page * 2 < len(self.names)
        link = f'<http://{self.next_host or self.host}{parts.path}?page={page + 1}>; rel="next", <http://x>; rel="last"'
        return 200, {"Link": link} if more else {}, json.dumps(items).encode()


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.seen.append((self.path, dict(self.headers)))
            said = self.headers.get("Authorization", "") or self.headers.get("PRIVATE-TOKEN", "")
            wrong = server.token and server.token not in said
            code, headers, body = (401, {}, b"") if wrong else server.answer(self.path)
            self.send_response(code)
            for name, value in headers.items():
                self.send_header(name, value)
            if "Content-Length" not in headers:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


@pytest.fixture
def server() -> Iterator[Server]:
    served = Server([f"firm/r{number}" for number in range(5)])
    yield served
    served.close()


class Clock:
    def __init__(self) -> None:
        self.slept: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)


def ask(
    server: Server, source: str, clock: Clock | None = None, base: str = "", **more: object
) -> list[Entry | Failure]:
    how = Listing(PROTOCOLS, f"http://{server.host}{base}", sleep=clock or Clock(), **more)
    return list(list_organisation(source, how))


def failure_of(found: list[Entry | Failure]) -> str:
    (failure,) = (item for item in found if isinstance(item, Failure))
    return failure.reason


def test_every_page_of_an_organisation_is_read(server: Server) -> None:
    found = ask(server, "github:firm")
    assert [item.place for item in found] == [f"https://github.com/firm/r{n}.git" for n in range(5)]
    assert {item.size for item in found} == {3072}
    assert len(server.seen) == 3


def test_a_user_is_an_organisation_too(server: Server) -> None:
    assert len(ask(server, "github:alice")) == 5


def test_a_group_of_gitlab_in_a_group(server: Server) -> None:
    found = ask(server, "gitlab:firm/team", base="/api/v4")
    assert next(item.place for item in found) == "https://gitlab.com/firm/r0.git"
    assert len(found) == 5


def test_ssh_where_nothing_else_is_allowed(server: Server) -> None:
    how = Listing(frozenset({"ssh"}), f"http://{server.host}")
    assert next(iter(list_organisation("github:firm", how))).place == "git@github.com:firm/r0.git"


def test_a_server_that_is_busy_is_waited_for(server: Server) -> None:
    clock = Clock()
    server.moods = [
        (429, {"Retry-After": "7"}),
        (403, {"x-ratelimit-remaining": "0", "Retry-After": "3"}),
        (502, {}),
    ]
    assert len(ask(server, "github:firm", clock)) == 5
    assert clock.slept == [7.0, 3.0, 4.0]


def test_a_date_to_come_back_at_is_waited_for(server: Server) -> None:
    clock = Clock()
    server.moods = [
        (429, {"Retry-After": format_datetime(datetime.now(UTC) + timedelta(seconds=99), usegmt=True)})
    ]
    assert len(ask(server, "github:firm", clock)) == 5
    assert 90 < clock.slept[0] < 100
    server.moods = [(429, {"Retry-After": "soon"})]
    assert len(ask(server, "github:firm", clock)) == 5


def test_a_page_that_breaks_off_is_asked_for_again(server: Server) -> None:
    server.moods = [(200, {"Content-Length": "1000", "Connection": "close"})]
    assert len(ask(server, "github:firm")) == 5


def test_a_page_that_comes_drop_by_drop_is_given_up(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forge, "_PAGE_S", 0)
    assert "a page takes longer than 0 seconds" in failure_of(ask(server, "github:firm"))


def test_a_token_that_expires_between_two_pages_keeps_the_first(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUR_TOKEN", "word")
    server.token = "word"
    how = Listing(PROTOCOLS, f"http://{server.host}", {server.host: "OUR_TOKEN"}, sleep=Clock())
    found = []
    for item in list_organisation("github:firm", how):
        found.append(item)
        server.token = "another"
    assert len(found) == 3
    assert "HTTP 401: the token is missing, wrong" in failure_of(found)


def test_but_not_for_ever(server: Server) -> None:
    server.moods = [(429, {"Retry-After": "4000"})]
    assert "HTTP 429" in failure_of(ask(server, "github:firm"))
    clock = Clock()
    server.moods = [(503, {})] * 99
    assert "HTTP 503" in failure_of(ask(server, "github:firm", clock))
    assert len(clock.slept) < 10


def test_what_was_listed_before_a_failure_is_kept(server: Server) -> None:
    server.body = None
    found = []
    how = Listing(PROTOCOLS, f"http://{server.host}", sleep=Clock())
    for item in list_organisation("github:firm", how):
        found.append(item)
        if len(found) == 2:
            server.moods = [(400, {})]
    assert len(found) == 3
    assert "not complete" in failure_of(found)


def test_the_token_goes_to_its_host_alone(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUR_TOKEN", "word")
    server.token = "word"
    tokens = {server.host: "OUR_TOKEN"}
    assert len(ask(server, "github:firm", tokens=tokens)) == 5
    assert len(ask(server, "gitlab:firm/team", base="/api/v4", tokens=tokens)) == 5
    assert "token" in failure_of(ask(server, "github:firm", tokens={"example.com": "OUR_TOKEN"}))
    other = Server(["firm/evil"])
    try:
        server.next_host = other.host
        assert "another server" in failure_of(ask(server, "github:firm", tokens=tokens))
        server.moods = [(302, {"Location": f"http://{other.host}/orgs/firm/repos"})]
        assert "another" in failure_of(ask(server, "github:firm", tokens=tokens))
        assert other.seen == []
    finally:
        other.close()


def test_a_renamed_organisation_is_followed(server: Server) -> None:
    server.moods = [(301, {"Location": f"http://{server.host}/orgs/firm/repos"})]
    assert len(ask(server, "github:old")) == 5


@pytest.mark.parametrize("body", [b"<html>", b"{}", b"[1, {}, null]", b"[" * 100_000, b'[{"clone_url": "ext::sh"}]',
                                  b'[{"clone_url": "https://u:p@example.com/x"}]'])  # fmt: skip
def test_any_answer_is_a_failure_or_a_list(server: Server, body: bytes) -> None:
    server.body = body
    found = ask(server, "github:firm")
    assert found
    assert all(isinstance(item, Failure) for item in found)
    assert "u:p" not in "".join(f"{item.where}{item.reason}" for item in found)


def test_no_such_organisation_and_no_server(server: Server) -> None:
    assert "no organisation" in failure_of(ask(server, "github:nobody"))
    how = Listing(PROTOCOLS, "http://127.0.0.1:1", sleep=Clock())
    assert "no answer" in failure_of(list(list_organisation("github:firm", how)))
    for api in ("http://example.com", "https://u:p@example.com", "ftp://example.com"):
        with pytest.raises(ConfigError):
            list(list_organisation("github:firm", Listing(PROTOCOLS, api)))


def test_what_is_an_organisation() -> None:
    assert is_organisation("github:firm")
    assert is_organisation("gitlab:firm/team")
    assert not any(
        map(is_organisation, ("github:", "github", "bitbucket:x", "github://x", "git@github.com:x/y"))
    )
