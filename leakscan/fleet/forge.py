"""The repositories of an organisation on GitHub or of a group on GitLab, asked page by page."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urlsplit

from leakscan.errors import ConfigError
from leakscan.fleet.entries import LOOPBACK, RefusedError, parse_address
from leakscan.fleet.job import Entry
from leakscan.model import Failure

_PAGES = 5_000
_MAX_BYTES = 64 << 20
_ATTEMPTS = 6
_TIMEOUT_S = 60
_PAGE_S = 300
_PIECE = 1 << 16
_NEXT = re.compile(r'<([^>]+)>\s*;[^,]*\brel="next"')
_BUSY = (429, 500, 502, 503, 504)


@dataclass(frozen=True, slots=True)
class Forge:
    """One kind of server: where its API is, which pages list repositories (the second if the first is not there), and
    what the fields are called."""

    api: str
    pages: tuple[str, ...]
    https: str
    ssh: str
    token_header: str
    token_text: str


FORGES = {
    "github": Forge(
        api="https://api.github.com",
        pages=("/orgs/{name}/repos?per_page=100&type=all", "/users/{name}/repos?per_page=100&type=all"),
        https="clone_url",
        ssh="ssh_url",
        token_header="Authorization",
        token_text="Bearer {}",
    ),
    "gitlab": Forge(
        api="https://gitlab.com/api/v4",
        pages=("/groups/{name}/projects?per_page=100&include_subgroups=true&with_shared=false",
               "/users/{name}/projects?per_page=100"),
        https="http_url_to_repo",
        ssh="ssh_url_to_repo",
        token_header="PRIVATE-TOKEN",
        token_text="{}",
    ),
}  # fmt: skip
# Which variable holds the token for whom, unless the user says otherwise.
TOKENS = (
    ("api.github.com", "GITHUB_TOKEN"),
    ("github.com", "GITHUB_TOKEN"),
    ("gitlab.com", "GITLAB_TOKEN"),
)


class UnlistedError(Exception):
    """The list, or the rest of it, cannot be had; the text says why."""


@dataclass(frozen=True, slots=True)
class Listing:
    """How to ask: `api` empty for the public server; `tokens`: for each host the variable with its token;
    `patience_s`: how long to wait in all for a server that asks for that."""

    protocols: Collection[str]
    api: str = ""
    tokens: Mapping[str, str] = field(default_factory=dict)
    patience_s: float = 900.0
    sleep: Callable[[float], None] = time.sleep


def is_organisation(source: str) -> bool:
    kind, colon, name = source.partition(":")
    return bool(colon) and kind in FORGES and bool(name) and not name.startswith("//")


def list_organisation(source: str, how: Listing) -> Iterator[Entry | Failure]:
    """Every repository of `github:NAME` or `gitlab:NAME`; a failure in place of what could not be asked."""
    kind, _, name = source.partition(":")
    forge = FORGES[kind]
    base = (how.api or forge.api).rstrip("/")
    parts = urlsplit(base)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise ConfigError(f"--api {how.api}: write https://HOST/…")
    if parts.username is not None:
        raise ConfigError("--api: the address holds credentials: use --token HOST=VARIABLE")
    asker = _Asker(forge, base, how)
    try:
        for item in asker.items(name):
            yield _entry(item, forge, how.protocols, source)
    except UnlistedError as error:
        yield Failure("unreachable", source, f"the list of repositories is not complete: {error}")


def _entry(item: Any, forge: Forge, protocols: Collection[str], source: str) -> Entry | Failure:
    usual = {"https", "http", "file"} & set(protocols)
    address = item.get(forge.https if usual else forge.ssh) if isinstance(item, dict) else None
    if not isinstance(address, str):
        return Failure("unreachable", source, "the server names a repository without an address")
    size = item.get("size")
    try:
        return parse_address(
            address, protocols, size=size * 1024 if isinstance(size, int) and size > 0 else 0
        )
    except RefusedError as error:
        return Failure("unreachable", re.sub(r"//[^/]*@", "//", address), str(error))


class _Asker:
    def __init__(self, forge: Forge, base: str, how: Listing) -> None:
        self._forge = forge
        self._base = base
        self._how = how
        self._origin = urlsplit(base)[:2]
        self._left_s = how.patience_s
        self._opener = urllib.request.build_opener(_SameOrigin(self._origin))

    def items(self, name: str) -> Iterator[Any]:
        quoted = quote(name, safe="")
        address = self._base + self._forge.pages[0].format(name=quoted)
        answer = self._ask(address)
        if answer is None:
            answer = self._ask(self._base + self._forge.pages[1].format(name=quoted))
        if answer is None:
            raise UnlistedError(
                f"there is no organisation, group or user {name}, or the token does not show it"
            )
        for _ in range(_PAGES):
            page, following = answer
            yield from page
            if not following:
                return
            if urlsplit(following)[:2] != self._origin:
                raise UnlistedError("the next page is said to be on another server")
            answer = self._ask(following)
            if answer is None:
                raise UnlistedError("a page is not there")
        raise UnlistedError(f"more than {_PAGES:,} pages")

    def _ask(self, address: str) -> tuple[list[Any], str] | None:
        """A page and the address of the next one; None if there is no such page."""
        for attempt in range(_ATTEMPTS):
            try:
                with self._opener.open(self._request(address), timeout=_TIMEOUT_S) as answer:
                    data = _body(answer)
                    link = answer.headers.get("Link", "")
            except urllib.error.HTTPError as error:
                error.close()
                if error.code == 404:
                    return None
                self._wait(error.code, error.headers, attempt)
            except (OSError, http.client.HTTPException) as error:
                self._wait(0, {}, attempt, type(getattr(error, "reason", error)).__name__)
            else:
                found = _NEXT.search(link)
                return _page(data), found[1] if found else ""
        raise UnlistedError("the server is busy")

    def _request(self, address: str) -> urllib.request.Request:
        request = urllib.request.Request(
            address, headers={"Accept": "application/json", "User-Agent": "leakscan"}
        )
        variable = self._how.tokens.get(urlsplit(self._base).netloc.lower(), "")
        token = os.environ.get(variable, "") if variable else ""
        if token:
            request.add_unredirected_header(self._forge.token_header, self._forge.token_text.format(token))
        return request

    def _wait(self, code: int, headers: Any, attempt: int, said: str = "") -> None:
        """Until the server wants to be asked again. UnlistedError if it never will, or too late."""
        spent = headers.get("x-ratelimit-remaining") == "0" or headers.get("Retry-After") is not None
        if code == 401 or (code == 403 and not spent):
            raise UnlistedError(
                f"HTTP {code}: the token is missing, wrong, or not allowed to list repositories"
            )
        if code and code not in _BUSY and not spent:
            raise UnlistedError(f"HTTP {code}")
        seconds = _asked_for(headers)
        seconds = 2.0**attempt if seconds is None else seconds
        if seconds > self._left_s or attempt == _ATTEMPTS - 1:
            what = f"HTTP {code}" if code else f"no answer ({said})"
            wish = f"it asks to wait {seconds:,.0f} seconds" if seconds > self._left_s else "given up"
            raise UnlistedError(f"{what}, asked {attempt + 1} times: {wish}")
        self._left_s -= seconds
        self._how.sleep(seconds)


def _body(answer: http.client.HTTPResponse) -> bytes:
    """All of it. IncompleteRead if it breaks off, UnlistedError if it comes drop by drop."""
    deadline = time.monotonic() + _PAGE_S
    data = b""
    while len(data) <= _MAX_BYTES and (piece := answer.read1(_PIECE)):
        data += piece
        if time.monotonic() > deadline:
            raise UnlistedError(f"a page takes longer than {_PAGE_S:g} seconds")
    if answer.length:
        raise http.client.IncompleteRead(b"", answer.length)
    return data


def _asked_for(headers: Any) -> float | None:
    """Seconds that the server asks to wait, None if it names none."""
    for name, now in (("Retry-After", 0.0), ("x-ratelimit-reset", time.time())):
        text = headers.get(name)
        if text is not None and re.fullmatch(r"\d{1,12}", text):
            return max(float(text) - now, 0.0)
        if text is not None:
            with contextlib.suppress(ValueError):
                return max(parsedate_to_datetime(text).timestamp() - time.time(), 0.0)
    return None


def _page(data: bytes) -> list[Any]:
    if len(data) > _MAX_BYTES:
        raise UnlistedError("a page is too large")
    try:
        page = json.loads(data)
    except (ValueError, RecursionError):
        raise UnlistedError("the server does not answer with JSON: is --api right?") from None
    if not isinstance(page, list):
        raise UnlistedError("the server does not answer with a list: is --api right?")
    return page


class _SameOrigin(urllib.request.HTTPRedirectHandler):
    """An organisation that was renamed is followed, another server is not: it would be shown the token."""

    def __init__(self, origin: tuple[str, ...]) -> None:
        self._origin = origin

    def redirect_request(self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
                         ) -> urllib.request.Request | None:  # fmt: skip
        if urlsplit(newurl)[:2] != self._origin:
            raise UnlistedError("the server sends us to another one")
        request = super().redirect_request(req, fp, code, msg, headers, newurl)
        if request is not None:
            for name, value in req.unredirected_hdrs.items():
                request.add_unredirected_header(name, value)
        return request
