"""Venues that are asked twice, for the account and for what its key may do: Gate, HTX.

gate/gateapi-python docs/AccountDetail.md and AccountKeyInfo.md; huobi_Python user_apikey_info.py and api_signature.py;
errors as ccxt lists them, too (ts/src/gate.ts, htx.ts; read 2026-09 to 2026-11)."""

from __future__ import annotations

from leakscan.verdict import Verification
from leakscan.verify.allowed import ALLOWED, Request, encode, request
from leakscan.verify.answers import Answer, Meaning, active, day_of, error, meaning, reading, unclear
from leakscan.verify.keys import Keys, base64_text, hashed
from leakscan.verify.venues.conversation import Conversation, Moment

_GATE_ERRORS: dict[str, Meaning] = {
    "INVALID_CREDENTIALS": "no key",
    "INVALID_KEY": "no key",
    "INVALID_SIGNATURE": "wrong secret",
    "IP_FORBIDDEN": "address",
    "FORBIDDEN": "permission",
    "READ_ONLY": "permission",
    "ACCOUNT_LOCKED": "locked",
    "REQUEST_EXPIRED": "clock",
}
_GATE_TRADE = frozenset(
    {"spot", "margin", "futures", "delivery", "options", "unified", "loan", "earn", "copy"}
)
_MASKED = "*"
_HTX_DAY_S = 86400
_HTX_DAYS = 100_000  # what claims more says nothing of an end


def ask_gate(name: str, keys: Keys, now: Moment) -> Conversation:
    """The account names the addresses, the list of its keys what this one may do; the list masks their ends."""
    answer = yield _gate(name, keys, now)
    if not answer.text("user_id"):
        return error(answer, _GATE_ERRORS, "label")
    restricted = bool(answer.items("ip_whitelist"))
    answer = yield _gate(f"{name}-keys", keys, now)
    listed = answer.content if isinstance(answer.content, list) else [answer.content]
    mine = [key for key in listed if isinstance(key, dict) and _is_gate_key(key, keys.name, len(listed))]
    if len(mine) != 1:
        return reading(ip_restricted=restricted)
    if mine[0].get("state") in (2, 3):
        return meaning("locked")
    perms = [p for p in Answer(content=mine[0]).items("perms") if isinstance(p, dict)]
    writes = {str(p.get("name")) for p in perms if p.get("read_only") is False}
    return active(
        [
            ("read", bool(perms)),
            ("trade", bool(writes & _GATE_TRADE)),
            ("transfer", "wallet" in writes),
            ("withdraw", any(right.startswith("withdraw") for right in writes)),
        ],
        ip_restricted=restricted,
    )


def _is_gate_key(key: dict[str, object], name: str, count: int) -> bool:
    shown = key.get("key")
    if isinstance(shown, str) and len(shown.rstrip(_MASKED)) >= 4:
        return name.startswith(shown.rstrip(_MASKED))
    return count == 1


def _gate(name: str, keys: Keys, now: Moment) -> Request:
    path = ALLOWED[name].path
    message = f"GET\n{path}\n\n{hashed(b'', 'sha512').hex()}\n{now.s}".encode()
    signature = keys.hmac(message, "sha512").hex()
    return request(name, headers={"key": keys.name, "timestamp": now.s, "sign": signature})


def ask_htx(keys: Keys, now: Moment) -> Conversation:
    answer = yield _htx("htx", keys, now)
    user = answer.text("data")
    if answer.text("code") != "200" or not user.isdecimal():
        return _htx_error(answer)
    answer = yield _htx("htx-key", keys, now, ("uid", user), ("accessKey", keys.name))
    described = answer.at("data", 0)
    if not isinstance(described, dict):
        return reading()
    if answer.text("data", 0, "status") == "expired":
        return meaning("dead")
    held = answer.text("data", 0, "permission").split(",")
    days = answer.at("data", 0, "validDays")
    valid = isinstance(days, int) and 0 <= days < _HTX_DAYS
    return active(
        [("read", "readOnly" in held), ("trade", "trade" in held), ("withdraw", "withdraw" in held)],
        ip_restricted=bool(answer.text("data", 0, "ipAddresses").strip()),
        expires=day_of(now.seconds + days * _HTX_DAY_S) if valid else "",
    )


def _htx(name: str, keys: Keys, now: Moment, *more: tuple[str, str]) -> Request:
    endpoint = ALLOWED[name]
    query = sorted(
        [
            *more,
            ("AccessKeyId", keys.name),
            ("SignatureMethod", "Ed25519" if keys.private_key else "HmacSHA256"),
            ("SignatureVersion", "2"),
            ("Timestamp", now.utc.strftime("%Y-%m-%dT%H:%M:%S")),
        ]
    )
    message = f"GET\n{endpoint.host}\n{endpoint.path}\n{encode(query)}".encode()
    signature = keys.sign(message) if keys.private_key else keys.hmac(message)
    return request(name, query=[*query, ("Signature", base64_text(signature))])


def _htx_error(answer: Answer) -> Verification:
    """One code for all that is wrong with a signature; its text says which part."""
    said = (answer.text("err-msg") or answer.text("message")).lower()
    if "incorrect access key" in said:
        return meaning("no key")
    if "ip address" in said or "not in the ip white" in said:
        return meaning("address")
    if "no permission" in said:
        return meaning("permission")
    if "verification failure" in said:
        return meaning("wrong secret")
    return unclear(answer)
