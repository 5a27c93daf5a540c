"""Venues that sign a line of time, key and request, without a passphrase: Bybit, BitMEX, Gemini, Bitstamp.

bybit-exchange/docs v5/user/apikey-info.mdx and v5/error.mdx; BitMEX/api-connectors; docs.gemini.com;
www.bitstamp.net/api; errors of these two as ccxt lists them, too (ts/src/gemini.ts, bitstamp.ts; read 2026-09 to
2026-11)."""

from __future__ import annotations

import json
from dataclasses import replace

from leakscan.verdict import Verification
from leakscan.verify.allowed import ALLOWED, Request, request
from leakscan.verify.answers import Answer, Meaning, active, day_of, error, meaning, reading, unclear
from leakscan.verify.keys import Keys, base64_text
from leakscan.verify.venues.conversation import Conversation, Moment

_WINDOW_MS = "10000"
_BYBIT_ERRORS: dict[str, Meaning] = {
    "10003": "no key",
    "10004": "wrong secret",
    "10010": "address",
    "33004": "dead",
    "-2015": "dead",  # the same of the spot market
    "10005": "permission",
    "10002": "clock",
}
_GEMINI_ERRORS: dict[str, Meaning] = {
    "InvalidSignature": "wrong secret",
    "InvalidApiKey": "no key",
    "InvalidAPIKey": "no key",
    "InvalidNonce": "nonce",
    "MissingRole": "permission",
}
_BITSTAMP_ERRORS: dict[str, Meaning] = {
    "API0001": "no key",
    "API0002": "address",
    "API0003": "permission",
    "API0005": "wrong secret",
    "API0011": "no key",
    "API0017": "clock",
}


def ask_bybit(keys: Keys, now: Moment) -> Conversation:
    """A key of the test network is not known: it is looked for there."""
    said = _bybit((yield _bybit_request("bybit", keys, now)))
    if said == meaning("no key"):
        tested = _bybit((yield _bybit_request("bybit-testnet", keys, now)))
        return replace(tested, is_test=True) if tested.status == "active" else said
    return said


def ask_bybit_testnet(keys: Keys, now: Moment) -> Conversation:
    return _bybit((yield _bybit_request("bybit-testnet", keys, now)))


def _bybit_request(name: str, keys: Keys, now: Moment) -> Request:
    message = f"{now.ms}{keys.name}{_WINDOW_MS}".encode()
    signature = base64_text(keys.sign(message)) if keys.private_key else keys.hmac(message).hex()
    return request(
        name,
        headers={
            "x-bapi-api-key": keys.name,
            "x-bapi-timestamp": now.ms,
            "x-bapi-recv-window": _WINDOW_MS,
            "x-bapi-sign": signature,
        },
    )


def _bybit(answer: Answer) -> Verification:
    rights = answer.at("result", "permissions")
    if answer.text("retCode") != "0" or not isinstance(rights, dict):
        return error(answer, _BYBIT_ERRORS, "retCode")
    writes = answer.text("result", "readOnly") == "0"
    wallet = {item for item in answer.items("result", "permissions", "Wallet") if isinstance(item, str)}
    trading = any(
        rights.get(kind) for kind in ("ContractTrade", "Spot", "Options", "Derivatives", "Exchange")
    )
    addresses = answer.items("result", "ips")
    return active(
        [
            ("read", True),
            ("trade", writes and trading),
            ("transfer", writes and bool(wallet & {"AccountTransfer", "SubMemberTransfer"})),
            ("withdraw", writes and "Withdraw" in wallet),
        ],
        ip_restricted=bool(addresses) and "*" not in addresses,
        expires=day_of(answer.text("result", "expiredAt")),
    )


def ask_bitmex(name: str, keys: Keys, now: Moment) -> Conversation:
    """All keys of the account; of these the one that asks."""
    expires = str(int(now.seconds) + 60)
    signature = keys.hmac(f"GET{ALLOWED[name].path}{expires}".encode()).hex()
    answer = yield request(
        name, headers={"api-key": keys.name, "api-expires": expires, "api-signature": signature}
    )
    if answer.status == 200 and isinstance(answer.content, list):
        mine = next((k for k in answer.content if isinstance(k, dict) and k.get("id") == keys.name), None)
        return _bitmex_key(mine) if mine else reading()
    said = answer.text("error", "message").lower()
    if "key is disabled" in said:
        return meaning("dead")
    if answer.status == 401 and "invalid api key" in said:
        return meaning("no key")
    if answer.status == 401 and "signature not valid" in said:
        return meaning("wrong secret")
    if answer.status == 401 and "expired" in said:
        return meaning("clock")
    return unclear(answer)


def _bitmex_key(key: dict[str, object]) -> Verification:
    if key.get("enabled") is False:
        return meaning("dead")
    listed = key.get("permissions")
    held = {item for item in listed if isinstance(item, str)} if isinstance(listed, list) else set()
    networks = key.get("cidrs", key.get("cidr"))
    named = [networks] if isinstance(networks, str) else networks if isinstance(networks, list) else None
    open_to_all = named is not None and (
        not named or any(item in ("0.0.0.0/0", "::/0", "") for item in named)
    )
    return active(
        [
            ("read", True),
            ("trade", "order" in held),
            ("transfer", "transfer" in held),
            ("withdraw", "withdraw" in held),
        ],
        ip_restricted=None if named is None else not open_to_all,
    )


def ask_gemini(name: str, keys: Keys, now: Moment) -> Conversation:
    """A fund manager may withdraw, to approved addresses."""
    stated = {"request": ALLOWED[name].path, "nonce": now.ms}
    stated |= {"account": "primary"} if keys.name.startswith("master-") else {}
    payload = base64_text(json.dumps(stated).encode())
    answer = yield request(
        name,
        headers={
            "x-gemini-apikey": keys.name,
            "x-gemini-payload": payload,
            "x-gemini-signature": keys.hmac(payload.encode(), "sha384").hex(),
            "cache-control": "no-cache",
            "content-type": "text/plain",
        },
    )
    if not isinstance(answer.at("isTrader"), bool):
        return error(answer, _GEMINI_ERRORS, "reason")
    manages = answer.is_set("isFundManager")
    return active(
        [
            ("read", True),
            ("trade", answer.is_set("isTrader")),
            ("transfer", manages),
            ("withdraw", manages),
        ]
    )


def ask_bitstamp(keys: Keys, now: Moment) -> Conversation:
    endpoint = ALLOWED["bitstamp"]
    named = f"BITSTAMP {keys.name}"
    message = f"{named}POST{endpoint.host}{endpoint.path}{now.unique}{now.ms}v2"
    answer = yield request(
        "bitstamp",
        headers={
            "x-auth": named,
            "x-auth-nonce": now.unique,
            "x-auth-timestamp": now.ms,
            "x-auth-version": "v2",
            "x-auth-signature": keys.hmac(message.encode()).hex(),
        },
    )
    if answer.status == 200 and isinstance(answer.content, list):
        return reading()
    return error(answer, _BITSTAMP_ERRORS, "code")
