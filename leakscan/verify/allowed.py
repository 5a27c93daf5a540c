"""Every request that can be made: nothing else can be built. Each is documented as one that changes nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qsl, quote, urlencode

_VALUE = re.compile(r"[!-~](?:[ -~]{0,8190}[!-~])?")
_COMMON = frozenset({"content-type"})


class Unsendable(ValueError):
    """A request that is not allowed, or a value that fits into none; the text says why, without the value."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`query`, `headers` and `fields`: the names that a request may carry, the last in its body; `fixed`: fields whose
    value is always this."""

    host: str
    path: str
    method: Literal["GET", "POST"] = "GET"
    query: frozenset[str] = frozenset()
    headers: frozenset[str] = frozenset()
    body: Literal["", "form", "json"] = ""
    fields: frozenset[str] = frozenset()
    fixed: tuple[tuple[str, Any], ...] = ()


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_BINANCE = {
    "query": _names("timestamp recvWindow omitZeroBalances signature"),
    "headers": _names("x-mbx-apikey"),
}
_OKX = _names("ok-access-key ok-access-sign ok-access-timestamp ok-access-passphrase x-simulated-trading")
_BYBIT = _names("x-bapi-api-key x-bapi-timestamp x-bapi-recv-window x-bapi-sign")
_KUCOIN = _names("kc-api-key kc-api-sign kc-api-timestamp kc-api-passphrase kc-api-key-version")
_FUTURES = _names("apikey authent")
_GATE = _names("key timestamp sign")
_HTX = _names("AccessKeyId SignatureMethod SignatureVersion Timestamp Signature")
_DERIBIT = _names("grant_type client_id timestamp nonce data signature")
_BITMEX = _names("api-key api-expires api-signature")
_GEMINI = _names("x-gemini-apikey x-gemini-payload x-gemini-signature cache-control")
_COINBASE_EXCHANGE = _names("cb-access-key cb-access-sign cb-access-timestamp cb-access-passphrase")
_CRYPTOCOM = _names("id method api_key params nonce sig")
_BITSTAMP = _names("x-auth x-auth-signature x-auth-nonce x-auth-timestamp x-auth-version")

ALLOWED: Mapping[str, Endpoint] = {
    # developers.binance.com/docs/wallet/account/api-key-permission
    "binance": Endpoint("api.binance.com", "/sapi/v1/account/apiRestrictions", **_BINANCE),  # type: ignore[arg-type]
    # binance-spot-api-docs rest-api.md, "Account information"; binance-us-api-docs rest-api.md
    "binance-us": Endpoint("api.binance.us", "/api/v3/account", **_BINANCE),  # type: ignore[arg-type]
    "binance-spot-testnet": Endpoint("testnet.binance.vision", "/api/v3/account", **_BINANCE),  # type: ignore[arg-type]
    # developers.binance.com/docs/derivatives, "Account Information V2"
    "binance-futures-testnet": Endpoint("testnet.binancefuture.com", "/fapi/v2/account", **_BINANCE),  # type: ignore[arg-type]
    # www.okx.com/docs-v5, "Get account configuration"
    "okx": Endpoint("www.okx.com", "/api/v5/account/config", headers=_OKX),
    # bybit-exchange/docs v5/user/apikey-info.mdx: any permission may call it
    "bybit": Endpoint("api.bybit.com", "/v5/user/query-api", headers=_BYBIT),
    "bybit-testnet": Endpoint("api-testnet.bybit.com", "/v5/user/query-api", headers=_BYBIT),
    # kucoin-universal-sdk, "Get Apikey Info"
    "kucoin": Endpoint("api.kucoin.com", "/api/v1/user/api-key", headers=_KUCOIN),
    # docs.kraken.com/api-reference/account-data/get-api-key-info: POST as all private calls, no permission needed
    "kraken": Endpoint(
        "api.kraken.com",
        "/0/private/GetApiKeyInfo",
        "POST",
        headers=_names("api-key api-sign"),
        body="form",
        fields=_names("nonce"),
    ),
    # docs.kraken.com/api/docs/futures-api/auth/check-v-3-api-key
    "kraken-futures": Endpoint("futures.kraken.com", "/api/auth/v1/api-keys/v3/check", headers=_FUTURES),
    "kraken-futures-demo": Endpoint(
        "demo-futures.kraken.com", "/api/auth/v1/api-keys/v3/check", headers=_FUTURES
    ),
    # docs.cdp.coinbase.com, "Get API Key Permissions"
    "coinbase": Endpoint(
        "api.coinbase.com", "/api/v3/brokerage/key_permissions", headers=_names("authorization")
    ),
    # docs.cdp.coinbase.com/exchange, "Get all accounts for a profile"
    "coinbase-exchange": Endpoint("api.exchange.coinbase.com", "/accounts", headers=_COINBASE_EXCHANGE),
    # www.bitget.com/api-doc/spot/account/Get-Account-Info
    "bitget": Endpoint(
        "api.bitget.com",
        "/api/v2/spot/account/info",
        headers=_names("access-key access-sign access-timestamp access-passphrase"),
    ),
    # gate/gateapi-python docs/AccountApi.md: get_account_detail, get_account_main_keys
    "gate": Endpoint("api.gateio.ws", "/api/v4/account/detail", headers=_GATE),
    "gate-keys": Endpoint("api.gateio.ws", "/api/v4/account/main_keys", headers=_GATE),
    "gate-testnet": Endpoint("api-testnet.gateapi.io", "/api/v4/account/detail", headers=_GATE),
    "gate-testnet-keys": Endpoint("api-testnet.gateapi.io", "/api/v4/account/main_keys", headers=_GATE),
    # huobi_Python: get_uid, get_user_apikey_info
    "htx": Endpoint("api.huobi.pro", "/v2/user/uid", query=_HTX),
    "htx-key": Endpoint("api.huobi.pro", "/v2/user/api-key", query=_HTX | _names("uid accessKey")),
    # mexcdevelop/apidocs, "Account information"
    "mexc": Endpoint(
        "api.mexc.com",
        "/api/v3/account",
        query=_names("timestamp recvWindow signature"),
        headers=_names("x-mexc-apikey"),
    ),
    # docs.bitfinex.com/reference/key-permissions: POST as all authenticated calls, "/r/" reads
    "bitfinex": Endpoint(
        "api.bitfinex.com",
        "/v2/auth/r/permissions",
        "POST",
        headers=_names("bfx-nonce bfx-apikey bfx-signature"),
        body="json",
    ),
    # docs.deribit.com, public/auth with client_signature: a token of its own, which is not kept
    "deribit": Endpoint("www.deribit.com", "/api/v2/public/auth", query=_DERIBIT),
    "deribit-testnet": Endpoint("test.deribit.com", "/api/v2/public/auth", query=_DERIBIT),
    # exchange-docs.crypto.com, private/user-balance: POST as all private calls
    "cryptocom": Endpoint(
        "api.crypto.com",
        "/exchange/v1/private/user-balance",
        "POST",
        body="json",
        fields=_CRYPTOCOM,
        fixed=(("method", "private/user-balance"), ("params", {})),
    ),
    # BitMEX/api-connectors swagger, APIKey.get
    "bitmex": Endpoint("www.bitmex.com", "/api/v1/apiKey", headers=_BITMEX),
    "bitmex-testnet": Endpoint("testnet.bitmex.com", "/api/v1/apiKey", headers=_BITMEX),
    # docs.gemini.com, "Roles": POST as all private calls, the request stands in a header
    "gemini": Endpoint("api.gemini.com", "/v1/roles", "POST", headers=_GEMINI),
    "gemini-sandbox": Endpoint("api.sandbox.gemini.com", "/v1/roles", "POST", headers=_GEMINI),
    # www.bitstamp.net/api, "Account balances": POST as all private calls
    "bitstamp": Endpoint("www.bitstamp.net", "/api/v2/account_balances/", "POST", headers=_BITSTAMP),
}


@dataclass(frozen=True, slots=True)
class Request:
    """One of the allowed, ready to be sent. It holds the key and a signature, so it is never shown."""

    endpoint: Endpoint
    query: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)

    def __post_init__(self) -> None:
        if self.endpoint not in ALLOWED.values():
            raise Unsendable("not one of the allowed requests")
        _check_names((name for name, _ in self.query), self.endpoint.query)
        _check_names((name for name, _ in self.headers), self.endpoint.headers | _COMMON)
        if not all(_VALUE.fullmatch(value) for _, value in self.headers):
            raise Unsendable("it holds what no header may")
        _check_body(self.endpoint, self.body)

    @property
    def url(self) -> str:
        query = f"?{encode(self.query)}" if self.query else ""
        return f"https://{self.endpoint.host}{self.endpoint.path}{query}"


def request(
    name: str,
    *,
    query: Iterable[tuple[str, str]] = (),
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
) -> Request:
    """Unsendable if that is not allowed."""
    if name not in ALLOWED:
        raise Unsendable("not one of the allowed requests")
    return Request(ALLOWED[name], tuple(query), tuple((headers or {}).items()), body)


def encode(query: Iterable[tuple[str, str]]) -> str:
    """As it is sent, and signed where a venue signs it."""
    return urlencode(tuple(query), quote_via=quote, safe="")


class _Pairs(list[tuple[str, Any]]):
    """An object of JSON with every name that it has, also one that comes up twice."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Pairs) and super().__eq__(other)

    __hash__ = None


def _check_names(names: Iterable[str], known: frozenset[str]) -> None:
    given = list(names)
    if len(set(given)) != len(given) or not set(given) <= known:
        raise Unsendable("a name that this request does not have")


def _check_body(endpoint: Endpoint, body: bytes) -> None:
    try:
        fields = _fields(endpoint, body)
    except ValueError:
        raise Unsendable("a body that cannot be read") from None
    _check_names((name for name, _ in fields), endpoint.fields)
    held = dict(fields)
    if any(name not in held or held[name] != value for name, value in endpoint.fixed):
        raise Unsendable("a body that asks for something else")


def _fields(endpoint: Endpoint, body: bytes) -> list[tuple[str, Any]]:
    match endpoint.body:
        case "form":
            return list(parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=True))
        case "json":
            fields = json.loads(body, object_pairs_hook=_Pairs)
            if not isinstance(fields, _Pairs):
                raise ValueError
            return [(name, {} if value == _Pairs() else value) for name, value in fields]
    if body:
        raise ValueError
    return []
