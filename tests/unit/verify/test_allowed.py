"""Nothing can be asked but what is listed, and each of the list changes nothing."""

from __future__ import annotations

import ast
import base64
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

import leakscan.verify
from leakscan.model import Secret
from leakscan.verdict import STATUSES, Verification
from leakscan.verify.allowed import ALLOWED, Endpoint, Request, Unsendable, request
from leakscan.verify.answers import Answer
from leakscan.verify.asking import Asker
from leakscan.verify.keys import Keys
from leakscan.verify.venues import VENUES
from tests.unit.verify.accounts import cases

# A line more here is a decision: it must be documented as a call that changes nothing.
POSTS = {
    ("api.kraken.com", "/0/private/GetApiKeyInfo"),
    ("api.bitfinex.com", "/v2/auth/r/permissions"),
    ("api.crypto.com", "/exchange/v1/private/user-balance"),
    ("api.gemini.com", "/v1/roles"),
    ("api.sandbox.gemini.com", "/v1/roles"),
    ("www.bitstamp.net", "/api/v2/account_balances/"),
}
GETS = {
    ("api.binance.com", "/sapi/v1/account/apiRestrictions"),
    ("api.binance.us", "/api/v3/account"),
    ("testnet.binance.vision", "/api/v3/account"),
    ("testnet.binancefuture.com", "/fapi/v2/account"),
    ("www.okx.com", "/api/v5/account/config"),
    ("api.bybit.com", "/v5/user/query-api"),
    ("api-testnet.bybit.com", "/v5/user/query-api"),
    ("api.kucoin.com", "/api/v1/user/api-key"),
    ("futures.kraken.com", "/api/auth/v1/api-keys/v3/check"),
    ("demo-futures.kraken.com", "/api/auth/v1/api-keys/v3/check"),
    ("api.coinbase.com", "/api/v3/brokerage/key_permissions"),
    ("api.exchange.coinbase.com", "/accounts"),
    ("api.bitget.com", "/api/v2/spot/account/info"),
    ("api.gateio.ws", "/api/v4/account/detail"),
    ("api.gateio.ws", "/api/v4/account/main_keys"),
    ("api-testnet.gateapi.io", "/api/v4/account/detail"),
    ("api-testnet.gateapi.io", "/api/v4/account/main_keys"),
    ("api.huobi.pro", "/v2/user/uid"),
    ("api.huobi.pro", "/v2/user/api-key"),
    ("api.mexc.com", "/api/v3/account"),
    ("www.deribit.com", "/api/v2/public/auth"),
    ("test.deribit.com", "/api/v2/public/auth"),
    ("www.bitmex.com", "/api/v1/apiKey"),
    ("testnet.bitmex.com", "/api/v1/apiKey"),
}


def test_the_list_is_this_one() -> None:
    listed = {(e.method, e.host, e.path) for e in ALLOWED.values()}
    assert listed == {("POST", *post) for post in POSTS} | {("GET", *get) for get in GETS}
    assert all(
        not endpoint.body and not endpoint.fields for endpoint in ALLOWED.values() if endpoint.method == "GET"
    )


NAMES = st.text(max_size=20)
ENDPOINTS = st.one_of(
    st.builds(Endpoint, host=NAMES, path=NAMES),
    st.builds(replace, st.sampled_from(list(ALLOWED.values())), host=NAMES),
    st.builds(replace, st.sampled_from(list(ALLOWED.values())), path=NAMES),
    st.builds(
        replace, st.sampled_from(list(ALLOWED.values())), method=st.sampled_from(["PUT", "DELETE", "PATCH"])
    ),
)


@given(ENDPOINTS)
def test_no_other_endpoint_makes_a_request(endpoint: Endpoint) -> None:
    with pytest.raises(Unsendable):
        Request(endpoint)


@given(st.sampled_from(sorted(ALLOWED)), st.binary(max_size=80))
def test_no_other_body_goes_with_it(name: str, body: bytes) -> None:
    try:
        made = request(name, body=body)
    except Unsendable:
        return
    endpoint = ALLOWED[name]
    match endpoint.body:
        case "":
            assert made.body == b""
        case "form":
            assert {name for name, _ in parse_qsl(made.body.decode(), keep_blank_values=True)} <= {"nonce"}
        case "json":
            assert name == "bitfinex"
            assert made.body.strip() == b"{}" or not made.body.replace(b" ", b"").strip(b"{}\t\r\n")


@pytest.mark.parametrize(
    "body",
    [
        b'{"method": "private/create-order", "params": {}}',
        b'{"method": "private/user-balance", "params": {"x": 1}}',
        b'{"method": "private/user-balance", "params": []}',
        b'{"method": "private/user-balance", "params": {}, "method": "private/create-withdrawal"}',
        b'{"method": "private/user-balance", "params": {}, "amount": "1"}',
        b"[]",
        b"",
    ],
)
def test_a_method_in_the_body_is_fixed_too(body: bytes) -> None:
    with pytest.raises(Unsendable):
        request("cryptocom", body=body)


@given(
    st.sampled_from(sorted(ALLOWED)),
    st.dictionaries(NAMES, NAMES, max_size=3),
    st.lists(st.tuples(NAMES, NAMES), max_size=3),
)
def test_no_other_name_goes_with_it(name, headers, query) -> None:
    endpoint = ALLOWED[name]
    try:
        made = request(
            name,
            headers=headers,
            query=query,
            body=b"{}" if name == "bitfinex" else b"nonce=1" if name == "kraken" else b"",
        )
    except Unsendable:
        return
    assert {key for key, _ in made.headers} <= endpoint.headers | {"content-type"}
    assert {key for key, _ in made.query} <= endpoint.query
    assert all(value.isprintable() and value.isascii() for _, value in made.headers)


class Recorder:
    """Takes requests, answers what it was given."""

    def __init__(self, *answers: Answer) -> None:
        self.requests: list[Request] = []
        self._answers = list(answers)

    def send(self, request: Request) -> Answer:
        self.requests.append(request)
        return self._answers.pop(0) if self._answers else Answer(200)


WORDS = (
    "code data result error retCode permissions perms perm scope label key ips ip authorities permission user_id state"
    " validDays status canTrade ipRestrict tradingAuthorityExpirationTime expiredAt general isTrader can_view message"
).split()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(WORDS),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)
ANSWERS = st.builds(
    Answer, st.sampled_from([200, 400, 401, 403, 418, 429, 500]), JSON, st.none() | st.floats(0, 2e9)
)


@given(st.sampled_from(sorted(VENUES)), st.lists(ANSWERS, max_size=3))
def test_whatever_is_answered_is_a_verdict_and_two_requests_at_most(
    exchange: str, answers: list[Answer]
) -> None:
    case = next((case for case in cases_once().values() if case.exchange == exchange), None)
    if case is None:
        return
    recorder = Recorder(*answers)
    said = Asker(recorder, budget=10).ask(exchange, case.account.keys())
    assert isinstance(said, Verification)
    assert said.status in STATUSES
    assert len(recorder.requests) <= 2


@given(
    st.sampled_from(sorted(VENUES)), *[st.binary(min_size=1, max_size=60)] * 4, st.lists(ANSWERS, max_size=2)
)
def test_whatever_the_parts_are_only_listed_requests_are_made(
    exchange: str, key: bytes, secret: bytes, word: bytes, pem: bytes, answers: list[Answer]
) -> None:
    for keys in (
        Keys(Secret(key), Secret(secret), Secret(word)),
        Keys(Secret(key), None, Secret(word), Secret(pem)),
        Keys(Secret(key), Secret(base64.b64encode((secret * 64)[:64]))),
        Keys(Secret(key)),
    ):
        recorder = Recorder(*answers)
        Asker(recorder, budget=10).ask(exchange, keys)
        for made in recorder.requests:
            endpoint = made.endpoint
            assert endpoint in ALLOWED.values()
            prefix = f"https://{endpoint.host}{endpoint.path}"
            assert made.url == prefix or made.url.startswith(f"{prefix}?")
            assert made.url.isascii()
            assert made.url.isprintable()


_CASES: dict[str, object] = {}


def cases_once():
    return _CASES or _CASES.update(cases()) or _CASES


def test_nothing_is_said_in_a_representation() -> None:
    case = cases()["kucoin"]
    recorder = Recorder()
    Asker(recorder, budget=10).ask("kucoin", case.account.keys())
    told = repr(recorder.requests) + repr(case.account.keys())
    assert case.account.key not in told
    assert case.account.secret not in told
    assert case.account.passphrase not in told


def test_one_module_talks_to_the_network() -> None:
    folder = Path(leakscan.verify.__file__).parent
    importing = {
        str(module.relative_to(folder.parent))
        for module in folder.parent.rglob("*.py")
        for node in ast.walk(ast.parse(module.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
        )
        if name.split(".")[0] in ("httpcore", "httpx", "h11", "socket", "http", "requests", "aiohttp")
        or name.startswith("urllib.request")
    }
    # cli/verifying.py looks whether the library is there; fleet/forge.py lists the repositories of an organisation
    assert importing == {"verify/client.py", "cli/verifying.py", "fleet/forge.py"}
