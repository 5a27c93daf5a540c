"""Venues that sign a number that only grows together with the body: Kraken, Kraken Futures, Bitfinex, Crypto.com.

A key whose owner counts lower than we do could not be used by its owner any more: the number is the time in
milliseconds, the lowest that is usual, and where a venue does without, there is none.

docs.kraken.com/api-reference (authentication, get-api-key-info) and futures-api/auth/check-v-3-api-key;
docs.bitfinex.com/reference/key-permissions; exchange-docs.crypto.com (read 2026-09 to 2026-11)."""

from __future__ import annotations

import json

from leakscan.verdict import Verification
from leakscan.verify.allowed import ALLOWED, encode, request
from leakscan.verify.answers import Answer, Meaning, active, day_of, error, meaning, reading, unclear
from leakscan.verify.keys import Keys, base64_text, hashed
from leakscan.verify.venues.conversation import Conversation, Moment

_KRAKEN_ERRORS: dict[str, Meaning] = {
    "EAPI:Invalid key": "no key",
    "EAPI:Invalid signature": "wrong secret",
    "EAPI:Invalid nonce": "nonce",
    "EGeneral:Permission denied": "permission",
}
_BITFINEX_ERRORS: dict[str, Meaning] = {
    "apikey: invalid": "no key",
    "apikey: digest invalid": "wrong secret",
    "nonce: small": "nonce",
}
_BITFINEX_TRADE = ("orders", "positions", "funding")
_CRYPTOCOM_ERRORS: dict[str, Meaning] = {
    "10002": "unclear",
    "40101": "unclear",
    "10003": "address",
    "40103": "address",
    "10005": "permission",
    "40102": "clock",
    "10007": "clock",
}


def ask_kraken(keys: Keys, now: Moment) -> Conversation:
    """Needs no permission, and tells them all."""
    body = encode([("nonce", now.ms)]).encode()
    path = ALLOWED["kraken"].path.encode()
    signature = keys.hmac(path + hashed(now.ms.encode() + body), "sha512", decoded=True)
    answer = yield request(
        "kraken",
        headers={
            "api-key": keys.name,
            "api-sign": base64_text(signature),
            "content-type": "application/x-www-form-urlencoded",
        },
        body=body,
    )
    rights = answer.at("result", "permissions")
    if not isinstance(rights, list | dict) or answer.items("error"):
        known = _KRAKEN_ERRORS.get(answer.text("error", 0))
        return meaning(known) if known else unclear(answer)
    held = {str(name).lower() for name in rights if not isinstance(rights, dict) or rights[name] is True}
    addresses = answer.at("result", "ipAllowlist")
    return active(
        [
            ("read", any(name.startswith(("query", "export")) for name in held)),
            ("trade", bool(held & {"modify-trades", "close-trades"})),
            ("withdraw", "withdraw-funds" in held),
        ],
        ip_restricted=bool(addresses) if isinstance(addresses, list) else None,
        expires=day_of(answer.text("result", "validUntil")),
    )


def ask_kraken_futures(name: str, keys: Keys, _: Moment) -> Conversation:
    """Without a number of its own, which the exchange does not insist on."""
    digest = hashed(ALLOWED[name].path.encode())
    answer = yield request(
        name,
        headers={
            "apikey": keys.name,
            "authent": base64_text(keys.hmac(digest, "sha512", decoded=True)),
        },
    )
    general = answer.text("permissions", "general")
    if not general:
        return _of_both(answer)
    blocks = [answer.at("allowedCidrBlock"), *answer.items("allowedCidrBlocks")]
    return active(
        [
            ("read", general in ("READ_ONLY", "FULL_ACCESS")),
            ("trade", general == "FULL_ACCESS"),
            ("transfer", answer.text("permissions", "transfer") == "FULL_ACCESS"),
        ],
        ip_restricted=any(block not in (None, "", "0.0.0.0/0") for block in blocks),
    )


def _of_both(answer: Answer) -> Verification:
    """The documentation has one answer for an unknown key and for a wrong signature."""
    if answer.status == 401 or answer.text("error") == "authenticationError":
        return Verification(
            "unknown", reason="no such key, or not its secret: the exchange does not say which"
        )
    return unclear(answer)


def ask_bitfinex(keys: Keys, now: Moment) -> Conversation:
    """Scopes with a right to read and one to write."""
    body = b"{}"
    message = f"/api{ALLOWED['bitfinex'].path}{now.ms}".encode() + body
    answer = yield request(
        "bitfinex",
        headers={
            "bfx-apikey": keys.name,
            "bfx-nonce": now.ms,
            "bfx-signature": keys.hmac(message, "sha384").hex(),
            "content-type": "application/json",
        },
        body=body,
    )
    rows = answer.items()
    if answer.text(0) == "error":
        known = _BITFINEX_ERRORS.get(answer.text(2))
        return meaning(known) if known else unclear(answer)
    if answer.status != 200 or not rows or not all(isinstance(row, list) and len(row) >= 3 for row in rows):
        return unclear(answer)
    writes = {str(row[0]) for row in rows if row[2] == 1}
    return active(
        [
            ("read", any(row[1] == 1 for row in rows)),
            ("trade", any(scope in writes for scope in _BITFINEX_TRADE)),
            ("transfer", "wallets" in writes),
            ("withdraw", "withdraw" in writes),
        ]
    )


def ask_cryptocom(keys: Keys, now: Moment) -> Conversation:
    method, number = "private/user-balance", 1
    message = f"{method}{number}{keys.name}{now.ms}".encode()
    body = {
        "id": number,
        "method": method,
        "api_key": keys.name,
        "params": {},
        "nonce": int(now.ms),
        "sig": keys.hmac(message).hex(),
    }
    answer = yield request(
        "cryptocom", headers={"content-type": "application/json"}, body=json.dumps(body).encode()
    )
    if answer.text("code") == "0" and isinstance(answer.at("result"), dict):
        return reading()
    return error(answer, _CRYPTOCOM_ERRORS, "code")
