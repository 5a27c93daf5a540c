"""Venues that sign time, method and path, and want a passphrase beside it: OKX, Bitget, KuCoin, Coinbase Exchange.

www.okx.com/docs-v5; www.bitget.com/api-doc; Kucoin/kucoin-api-docs and kucoin-universal-sdk; docs.cdp.coinbase.com/
exchange (read 2026-09 to 2026-11)."""

from __future__ import annotations

from leakscan.verify.allowed import ALLOWED, request
from leakscan.verify.answers import Meaning, active, error, meaning, reading, unclear
from leakscan.verify.keys import Keys, base64_text
from leakscan.verify.venues.conversation import Conversation, Moment

_OKX_ERRORS: dict[str, Meaning] = {
    "50111": "no key",
    "50119": "no key",
    "50113": "wrong secret",
    "50105": "wrong passphrase",
    "50110": "address",
    "50102": "clock",
    "50112": "clock",
    "50100": "locked",
    "50120": "permission",
}
_BITGET_ERRORS: dict[str, Meaning] = {
    "40006": "no key",
    "40037": "no key",
    "40009": "wrong secret",
    "40012": "wrong passphrase",
    "40013": "locked",
    "40018": "address",
    "40014": "permission",
    "40005": "clock",
    "40008": "clock",
}
# bitget-api: c… futures, s… spot and margin, t… transfer, ww… withdrawal; the last letter says r or w.
_BITGET_TRADE = frozenset({"coow", "cpow", "stow", "spow", "smow", "chow"})
_KUCOIN_ERRORS: dict[str, Meaning] = {
    "400003": "no key",
    "400005": "wrong secret",
    "400004": "wrong passphrase",
    "400006": "address",
    "400007": "permission",
    "400002": "clock",
    "411100": "locked",
}
_COINBASE_ERRORS: dict[str, Meaning] = {
    "invalid api key": "no key",
    "invalid signature": "wrong secret",
    "invalid passphrase": "wrong passphrase",
    "ip does not match ip whitelist": "address",
    "forbidden": "permission",
    "request timestamp expired": "clock",
}


def ask_okx(keys: Keys, now: Moment, *, demo: bool = False) -> Conversation:
    """A key of the demo looks like any other: the exchange says so, and is asked once more."""
    headers = {
        "ok-access-key": keys.name,
        "ok-access-timestamp": now.iso,
        "ok-access-passphrase": keys.word,
        "ok-access-sign": _over("okx", keys, now.iso),
    }
    simulated = {"x-simulated-trading": "1"}
    answer = yield request("okx", headers={**headers, **(simulated if demo else {})})
    is_demo = demo
    if answer.text("code") == "50101" and not demo:
        answer = yield request("okx", headers={**headers, **simulated})
        is_demo = True
    account = answer.at("data", 0)
    if answer.text("code") != "0" or not isinstance(account, dict) or "perm" not in account:
        return error(answer, _OKX_ERRORS, "code")
    held = answer.text("data", 0, "perm").split(",")
    return active(
        [("read", "read_only" in held), ("trade", "trade" in held), ("withdraw", "withdraw" in held)],
        ip_restricted=bool(answer.text("data", 0, "ip")) if "ip" in account else None,
        is_test=is_demo,
    )


def ask_bitget(keys: Keys, now: Moment) -> Conversation:
    message = _message("bitget", now.ms)
    signature = keys.sign(message) if keys.private_key else keys.hmac(message)
    answer = yield request(
        "bitget",
        headers={
            "access-key": keys.name,
            "access-timestamp": now.ms,
            "access-passphrase": keys.word,
            "access-sign": base64_text(signature),
        },
    )
    if answer.text("code") != "00000" or not isinstance(answer.at("data", "authorities"), list):
        return error(answer, _BITGET_ERRORS, "code")
    held = {item for item in answer.items("data", "authorities") if isinstance(item, str)}
    return active(
        [
            ("read", bool(held)),
            ("trade", bool(held & _BITGET_TRADE) or "trade" in held),
            ("transfer", bool(held & {"ttow", "wtow", "transfer"})),
            ("withdraw", bool(held & {"wwow", "withdraw"})),
        ],
        ip_restricted=bool(answer.text("data", "ips").strip()),
    )


def ask_kucoin(keys: Keys, now: Moment) -> Conversation:
    answer = yield request(
        "kucoin",
        headers={
            "kc-api-key": keys.name,
            "kc-api-timestamp": now.ms,
            "kc-api-sign": _over("kucoin", keys, now.ms),
            "kc-api-passphrase": base64_text(keys.hmac_of_passphrase()),
            "kc-api-key-version": "2",
        },
    )
    if answer.text("code") != "200000" or not isinstance(answer.at("data", "permission"), str):
        return error(answer, _KUCOIN_ERRORS, "code")
    held = {name.strip().lower() for name in answer.text("data", "permission").split(",")}
    return active(
        [
            ("read", "general" in held),
            ("trade", bool(held & {"spot", "margin", "futures", "trade", "earn"})),
            ("transfer", bool(held & {"innertransfer", "flextransfers", "transfer"})),
            (
                "withdraw",
                bool(held & {"withdrawal", "transfer"}),
            ),  # "Transfer" is what withdrawals are called
        ],
        ip_restricted=bool(answer.text("data", "ipWhitelist").strip()),
    )


def ask_coinbase_exchange(keys: Keys, now: Moment) -> Conversation:
    signature = keys.hmac(_message("coinbase-exchange", now.s), decoded=True)
    answer = yield request(
        "coinbase-exchange",
        headers={
            "cb-access-key": keys.name,
            "cb-access-timestamp": now.s,
            "cb-access-passphrase": keys.word,
            "cb-access-sign": base64_text(signature),
        },
    )
    if answer.status == 200 and isinstance(answer.content, list):
        return reading()
    known = _COINBASE_ERRORS.get(answer.text("message").lower())
    return meaning(known) if known else unclear(answer)


def _over(name: str, keys: Keys, time: str) -> str:
    return base64_text(keys.hmac(_message(name, time)))


def _message(name: str, time: str) -> bytes:
    return f"{time}GET{ALLOWED[name].path}".encode()
