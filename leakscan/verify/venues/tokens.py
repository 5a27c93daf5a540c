"""Venues that are asked with a token: Coinbase (a JSON web token of one's own), Deribit (a signed request for one).

docs.cdp.coinbase.com, get-api-key-permissions; coinbase-advanced-py jwt_generator.py; docs.deribit.com, public/auth
and error codes (read 2026-09 to 2026-11)."""

from __future__ import annotations

import json

from leakscan.verdict import Verification
from leakscan.verify.allowed import ALLOWED, request
from leakscan.verify.answers import Meaning, active, meaning, unclear
from leakscan.verify.keys import Keys, base64url_text
from leakscan.verify.venues.conversation import Conversation, Moment

_LIFE_S = 120
_DERIBIT_ERRORS: dict[str, Meaning] = {
    "13004": "unclear",
    "13009": "unclear",
    "13002": "locked",
}


def ask_coinbase(keys: Keys, now: Moment) -> Conversation:
    """401 is the answer to a key that is not known, not its own, or not from here."""
    endpoint = ALLOWED["coinbase"]
    algorithm = "EdDSA" if keys.is_ed25519 else "ES256"
    header = {"alg": algorithm, "kid": keys.name, "nonce": now.unique, "typ": "JWT"}
    claims = {
        "sub": keys.name,
        "iss": "cdp",
        "nbf": int(now.seconds),
        "exp": int(now.seconds) + _LIFE_S,
        "uri": f"GET {endpoint.host}{endpoint.path}",
    }
    message = ".".join(base64url_text(json.dumps(part).encode()) for part in (header, claims))
    token = f"{message}.{base64url_text(keys.sign_jwt(message.encode()))}"
    answer = yield request("coinbase", headers={"authorization": f"Bearer {token}"})
    if isinstance(answer.at("can_view"), bool):
        return active(
            [
                ("read", answer.is_set("can_view")),
                ("trade", answer.is_set("can_trade")),
                ("transfer", answer.is_set("can_transfer")),
                ("withdraw", answer.is_set("can_transfer")),  # to any address: "transfer" is sending, too
            ]
        )
    if answer.status == 401:
        reason = "no such key, not its secret, or not from this address: the exchange does not say which"
        return Verification("unknown", reason=reason)
    return unclear(answer)


def ask_deribit(name: str, keys: Keys, now: Moment) -> Conversation:
    """A token is asked for by signature: its scope says what the key may do. The token is not used."""
    signature = keys.hmac(f"{now.ms}\n{now.unique}\n".encode()).hex()
    answer = yield request(
        name,
        query=[
            ("grant_type", "client_signature"),
            ("client_id", keys.name),
            ("timestamp", now.ms),
            ("nonce", now.unique),
            ("data", ""),
            ("signature", signature),
        ],
    )
    if not isinstance(answer.at("result", "scope"), str):
        code = answer.text("error", "code")
        return meaning(_DERIBIT_ERRORS[code]) if code in _DERIBIT_ERRORS else unclear(answer)
    rights = dict(
        item.split(":", 1) for item in answer.text("result", "scope").split() if item.count(":") == 1
    )
    return active(
        [
            ("read", any(value.startswith("read") for value in rights.values())),
            ("trade", rights.get("trade") == "read_write"),
            ("transfer", rights.get("wallet") == "read_write"),
            ("withdraw", rights.get("wallet") == "read_write"),
        ],
        ip_restricted=True if "ip" in rights else None,
    )
